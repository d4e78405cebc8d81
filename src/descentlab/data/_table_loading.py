"""Tables from a file or from arrays: their columns, their target, and the rows of a test set."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from descentlab.core import DataError
from descentlab.data._arrays import Arrays
from descentlab.data._beneath import Beneath
from descentlab.data._column_readings import infer_readings
from descentlab.data._names import quoted
from descentlab.data._several_targets import find_targets
from descentlab.data._table import Column, DataTable
from descentlab.data._table_screening import Choices, screen_table
from descentlab.data._table_source import TableSource
from descentlab.data._tables import checksum_of, read_table
from descentlab.data._target import find_column
from descentlab.data._text import HeaderMode
from descentlab.data._weights import WEIGHTS
from descentlab.spec import ArraysData, DividedSpec, TableData


def load_table(spec: TableData) -> TableSource:
    """Read the table that a specification names.

    Raises:
        DataError: If there is nothing to learn from.
        MissingDataError: If a file does not exist.
    """
    table = _read(spec)
    _check_rows(table)
    target, note = find_targets(table, spec.target)
    dropped = list(spec.drop)
    for name in (*dropped, *spec.categories):
        table.column(name)
    weights = None if spec.weights is None else find_column(table, spec.weights, "weights")
    below = None
    if spec.test_path is not None:
        below = _like(table, _read(spec, spec.test_path, "yes" if table.is_named else "no", table.beneath))
    is_test = np.arange(table.num_rows + (0 if below is None else below.num_rows)) >= table.num_rows
    if spec.test_column is not None:
        is_test |= _says(
            [each.column(spec.test_column) for each in (table, below) if each], spec.test_value, table.name
        )
        dropped.append(spec.test_column)
    # A test set with its own file or mark is not used here, not even to decide what a column holds.
    rows = np.flatnonzero(~is_test[: table.num_rows])
    readings = infer_readings(
        table, None if len(rows) == table.num_rows else rows, targets=target, missing=spec.missing or ()
    )
    notes = [note] if note else []
    choices = Choices(
        target=target,
        task=spec.task,
        merging=spec.merge_classes,
        dropped=tuple(dropped),
        categories=tuple(spec.categories),
        weights=weights,
        divided=_divided(table, spec),
    )
    return screen_table(table, is_test, readings, choices, below=below, notes=notes)


def table_as_read(spec: TableData) -> DataTable:
    """Read a table's columns as a training on it would, whether or not a network can learn from it.

    Raises:
        DataError: If the file is not a table.
        MissingDataError: If the file does not exist.
    """
    table = _read(spec)
    targets: tuple[str, ...] = ()
    with contextlib.suppress(DataError):  # which training names, with more to say
        targets, _ = find_targets(table, spec.target)
    readings = infer_readings(table, targets=targets, missing=spec.missing or ())
    notes = readings.notes(table)
    table, odd = readings.apply(table)
    return replace(table.without_text(), notes=(*table.notes, *notes, *odd))


def _read(
    spec: TableData, path: str | None = None, header: HeaderMode | None = None, beneath: Beneath | None = None
) -> DataTable:
    return read_table(
        path or spec.path,
        header=header or spec.header,
        encoding=spec.encoding,
        separator=spec.separator,
        beneath=beneath,
    )


def load_arrays(spec: ArraysData, arrays: Arrays) -> TableSource:
    """Take a table and its targets from arrays.

    Raises:
        DataError: If there is nothing to learn from.
    """
    table, answers = arrays.to_table(spec.name)
    if answers is None and arrays.y is None:
        raise DataError("there is no y: pass the targets, or the name of a column of X")
    if answers is None:
        target, _ = find_targets(table, arrays.target_columns)
    else:
        target = tuple(column.name for column in answers)
        table = replace(table, columns=(*table.columns, *answers))
    _check_rows(table)
    table, weights = _with_weights(table, spec, arrays)
    readings = infer_readings(table, targets=target, missing=spec.missing or ())
    choices = Choices(target, spec.task, spec.merge_classes, weights=weights, divided=_divided(table, spec))
    return screen_table(table, np.zeros(table.num_rows, np.bool_), readings, choices)


def _divided(table: DataTable, spec: DividedSpec) -> tuple[str | None, str | None]:
    """Return the columns of groups and of times that are named."""
    group = None if spec.group is None else find_column(table, spec.group, "group")
    return group, None if spec.time is None else find_column(table, spec.time, "time")


def _with_weights(table: DataTable, spec: ArraysData, arrays: Arrays) -> tuple[DataTable, str | None]:
    """Add weights that are an array to the table, and return the name of their column."""
    choice = arrays.sample_weight if isinstance(arrays.sample_weight, str) else spec.weights
    column = arrays.weights(table.num_rows, WEIGHTS if choice is None else str(choice), table.names)
    if column is not None:
        checksum = checksum_of([column], table.checksum.encode())
        return replace(table, columns=(*table.columns, column), checksum=checksum), column.name
    if choice == WEIGHTS and WEIGHTS not in table.names:
        raise DataError("the weights were passed as an array and are not saved with the run: pass sample_weight again")
    return table, None if choice is None else find_column(table, choice, "weights")


def _check_rows(table: DataTable) -> None:
    if table.num_rows == 0:
        raise DataError(f"{table.name} has column names but no rows")
    if len(table.columns) < 2:
        raise DataError(
            f"{table.name} has a single column, '{table.names[0]}': expected the target and another column, "
            "separated by comma, semicolon, tab or bar, or by what --separator names"
        )


def _like(table: DataTable, below: DataTable) -> DataTable:
    """Return a test file's table with the columns of the training file."""
    if not table.is_named and len(below.columns) == len(table.columns):
        below = below.renamed(table.names)
    missing = [name for name in table.names if name not in below.names]
    if missing:
        raise DataError(f"{below.name} lacks {quoted(missing)}, which {table.name} has")
    return replace(below, columns=tuple(below.column(name) for name in table.names))


def _says(columns: Sequence[Column], word: str, name: str) -> np.ndarray:
    cells = np.array([cell.lower() for column in columns for cell in column.to_words().to_cells()])
    is_test = cells == word.lower()
    if not is_test.any() or is_test.all():
        which = "every row" if is_test.all() else "no row"
        raise DataError(
            f"{name}: {which} has '{word}' in '{columns[0].name}': set data.test_value to the word that marks a test "
            "row"
        )
    return is_test

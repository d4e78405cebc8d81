"""Tables as a source of examples, which are read and screened once and prepared for any split."""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Int

from descentlab.core import DataError
from descentlab.data._arrays import Arrays
from descentlab.data._beneath import Beneath
from descentlab.data._class_names import Merging, check_test_classes, check_test_targets, compare_classes
from descentlab.data._column_readings import ColumnReadings, infer_readings
from descentlab.data._copies import RowRepeats
from descentlab.data._dataset import Dataset, Task
from descentlab.data._division import describe_division, divide_by, point_out
from descentlab.data._features import Layout, check_finite, lay_out
from descentlab.data._folds import Division
from descentlab.data._names import counted, quoted
from descentlab.data._novelty import shifted_columns, wrong_cells
from descentlab.data._reading import ColumnReading
from descentlab.data._screen import screen_columns
from descentlab.data._several_targets import AnyTargetValues, find_targets, read_all_targets
from descentlab.data._split import divide
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn, stack_columns
from descentlab.data._table_preparation import fit_preparation
from descentlab.data._tables import checksum_of, read_table
from descentlab.data._target import TargetValues, TaskChoice, find_column
from descentlab.data._text import HeaderMode
from descentlab.data._weights import WEIGHTS, check_parts, check_weights
from descentlab.spec import STANDARD, ArraysData, DividedSpec, PreparationSpec, SplitSpec, TableData


@dataclass(frozen=True, eq=False)
class TableSource:
    """A table that has been read and screened.

    Attributes:
        name: Name of the data.
        table: DataTable with all columns, for showing a row to a person.
        columns: Columns to learn from.
        layouts: Inputs of each of these columns.
        targets: Target of each row.
        named: Rows of the parts that are given with the table.
        notes: Notes on reading the table, one sentence each.
        preparation: Whether numbers are standardised.
        weights: Weight of each row; None if every row counts once.
        division: Column by which rows are divided; None if they are drawn.
        readings: How the cells of each column were read.
    """

    name: str
    table: DataTable
    columns: tuple[Column, ...]
    layouts: tuple[Layout, ...]
    targets: AnyTargetValues
    named: dict[str, Int[np.ndarray, " _"]]
    notes: tuple[str, ...]
    preparation: PreparationSpec = STANDARD
    weights: NumberColumn | None = None
    division: Division | None = None
    readings: Mapping[str, ColumnReading] = field(default_factory=dict)

    @cached_property
    def _repeats(self) -> RowRepeats:
        return RowRepeats(self.columns, self.targets.values)

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the rows, learn the preparation from the training set and apply it to all rows."""
        parts = divide(self.targets.strata, split, seed, name=self.name, named=self.named, division=self.division)
        are_standard = self.preparation.inputs == "standard"
        target, targets = self.targets.fit(parts.train, is_standard=self.preparation.targets == "standard")
        weights = self.weights
        if weights is not None:
            check_parts(weights.values, parts, column=weights.name, name=self.name)
        preparation = fit_preparation(
            self.layouts,
            self.columns,
            parts.train,
            target=target,
            table=self.table,
            is_standard=are_standard,
            weights=_name(weights),
            readings=self.readings,
        )
        inputs, unknown = preparation.encode(self.columns)
        is_given = "test" in self.named
        unlike = shifted_columns(self.columns, preparation.ranges, parts.test) if is_given else []
        return Dataset(
            name=self.name,
            task=target.task,
            inputs=inputs,
            targets=targets,
            classes=target.classes,
            train=parts.train,
            validation=parts.validation,
            test=parts.test,
            preparation=preparation,
            target_shift=target.shift,
            target_scale=target.scale,
            feature_names=preparation.feature_names,
            target_name=target.column,
            target_names=target.names,
            labels=self.table.labels,
            raw={column.name: column.to_cells() for column in self.table.columns},
            notes=(
                *self.notes,
                *_unknown(unknown),
                *_unprepared(self.preparation, target.task),
                *self._repeats.notes(parts, is_given=is_given),
                *unlike,
            ),
            checksum=self.table.checksum,
            weights=None if weights is None else weights.values,
            weights_column=_name(weights),
        )


def _name(weights: NumberColumn | None) -> str:
    return "" if weights is None else weights.name


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
    return _source(
        table, target, spec.task, is_test, readings,
        below=below, merging=spec.merge_classes, dropped=dropped, categories=spec.categories, notes=notes,
        weights=weights, divided=_divided(table, spec),
    )  # fmt: skip


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
    return _source(
        table, target, spec.task, np.zeros(table.num_rows, bool), readings,
        merging=spec.merge_classes, weights=weights, divided=_divided(table, spec),
    )  # fmt: skip


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


def plain_source(table: DataTable, targets: TargetValues) -> TableSource:
    """Make a source of a table that needs no screening: all columns except the target are used."""
    columns = table.without([targets.target.column]).columns
    return TableSource(table.name, table, columns, tuple(map(lay_out, columns)), targets, {}, ())


def _source(
    table: DataTable,
    target: tuple[str, ...],
    task: TaskChoice,
    is_test: np.ndarray,
    readings: ColumnReadings,
    *,
    below: DataTable | None = None,
    merging: Merging = "auto",
    dropped: Sequence[str] = (),
    categories: Sequence[str] = (),
    notes: Sequence[str] = (),
    weights: str | None = None,
    divided: tuple[str | None, str | None] = (None, None),
) -> TableSource:
    by = [name for name in divided if name is not None]
    if set(by) & {*target, weights}:
        raise DataError(f"{table.name}: {quoted(by)} is the target or the weights, so rows cannot be divided by it")
    if weights in target:
        raise DataError(f"{table.name}: '{weights}' cannot be both the target and the weights: name another column")
    file_notes = readings.notes(table)
    table, odd = readings.apply(table)
    if below is not None:
        below, more = readings.apply(below)
        table, odd = _append(table, below), [*odd, *more]
    needed = (*target, *by)
    present = np.flatnonzero(~np.any([table.column(name).is_missing for name in needed], axis=0))
    words = quoted(needed)
    if len(present) == 0:
        raise DataError(f"{table.name}: {words} is missing in all {table.num_rows:,} rows")
    missing = table.num_rows - len(present)
    incomplete = [f"Left out {counted(missing, 'row')} whose {words} is missing."] if missing else []
    check_test_targets(is_test, present, words, name=table.name)
    table, is_test = (table.take(present), is_test[present]) if missing else (table, is_test)
    candidates = table.without([*needed, *dropped, *([] if weights is None else [weights])]).columns
    if not candidates:
        raise DataError(f"{table.name} has no column beside the target {words} to learn from")
    answers = [table.column(name) for name in target]
    check_finite([*answers, *candidates], table)
    mass = None if weights is None else _read_weights(table, weights)
    mass_name = () if weights is None else (weights,)
    targets = _read_targets(answers, task, table.name, readings.problems)
    if isinstance(targets, TargetValues):
        compared = compare_classes(targets, ~is_test, merging=merging, name=table.name)
        check_test_classes(targets, compared, is_test, name=table.name)
        rows = np.flatnonzero(compared.is_known)
        targets = compared.targets
        notes = [*notes, *compared.notes]
        if len(rows) < table.num_rows:
            table, is_test, targets = table.take(rows), is_test[rows], targets.take(rows)
            mass = None if mass is None else mass.take(rows)
            candidates = tuple(column.take(rows) for column in candidates)
    division = divide_by(table, *divided)
    pointed = point_out(table, candidates) if division is None and not is_test.any() else []
    divisions = pointed if division is None else [describe_division(division)]
    # A test set with its own file or mark is not used here either, not even to choose the columns.
    usable = np.flatnonzero(~is_test)
    chosen, screened = screen_columns(
        [column.take(usable) for column in candidates],
        targets.take(usable).single(),
        categories=categories,
        problems=readings.problems,
    )
    table, chosen = table.without_text(), [column.without_text() for column in chosen]
    reals = [table.column(name).to_numbers() for name in target] if targets.target.task == "regression" else []
    layouts = tuple(lay_out(column) for column in chosen)
    columns = tuple(_read_as(column, table.column(column.name)) for column in chosen)
    return TableSource(
        name=table.name,
        table=table,
        columns=columns,
        layouts=layouts,
        targets=targets,
        named={"test": np.flatnonzero(is_test)} if is_test.any() else {},
        notes=(
            *table.notes,
            *notes,
            *file_notes,
            *odd,
            *targets.notes,
            *incomplete,
            *screened,
            *_filled(columns),
            *divisions,
            *wrong_cells((*columns, *reals), table),
        ),
        weights=mass,
        division=division,
        readings={name: readings.readings[name] for name in (*(c.name for c in columns), *target, *mass_name)},
    )


def _read_targets(
    answers: Sequence[Column], task: TaskChoice, name: str, problems: Mapping[str, str]
) -> AnyTargetValues:
    """Read the targets; if they look like numbers and could not be read, say why instead of counting their words."""
    try:
        return read_all_targets(answers, task, name)
    except DataError as error:
        column = next((answer.name for answer in answers if answer.name in problems), None)
        if column is None:
            raise
        raise DataError(
            f"{name}: could not read the target '{column}' as numbers: {problems[column]}, or name another target"
        ) from error


def _read_weights(table: DataTable, name: str) -> NumberColumn:
    column = table.column(name).to_numbers()
    check_weights(column.values, column=name, name=table.name, labels=table.labels, unit=table.unit)
    return column


def _read_as(like: Column, column: Column) -> Column:
    return column.to_words() if isinstance(like, WordColumn) else column.to_numbers()


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


def _append(table: DataTable, below: DataTable) -> DataTable:
    """Append the rows of a test file to those of the training file, both read in the same way."""
    columns = tuple(stack_columns(column, below.column(column.name)) for column in table.columns)
    labels = (*table.labels, *(f"{below.name} {label}" for label in below.labels))
    digest = hashlib.sha256((table.checksum + below.checksum).encode()).hexdigest()
    return replace(
        table, columns=columns, labels=labels, notes=(*table.notes, *below.notes), checksum="sha256:" + digest
    )


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


def _filled(columns: Sequence[Column]) -> list[str]:
    missing = {column.name: int(column.is_missing.sum()) for column in columns if column.is_missing.any()}
    if not missing:
        return []
    return [
        f"Filled in {counted(sum(missing.values()), 'missing cell')} in {quoted(list(missing))} with the "
        "median or most frequent word of the training set; one more input for each of these columns marks them."
    ]


def _unprepared(preparation: PreparationSpec, task: Task) -> list[str]:
    notes = []
    if preparation.inputs == "none":
        notes.append(
            "Inputs are not standardised (data.preparation.inputs=none): the network reads each number in its unit."
        )
    if preparation.targets == "none" and task == "regression":
        notes.append("The target is not standardised (data.preparation.targets=none): the network predicts its unit.")
    return notes


def _unknown(unknown: dict[str, int]) -> list[str]:
    if not unknown:
        return []
    count = counted(sum(unknown.values()), "cell")
    return [f"The training set lacks the words of {count} outside it, in {quoted(list(unknown))}."]

"""What of a table a network can learn from: its complete rows, known classes and telling columns."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int

from descentlab.core import DataError
from descentlab.data._class_names import Merging, check_test_classes, check_test_targets, compare_classes
from descentlab.data._column_readings import ColumnReadings
from descentlab.data._division import describe_division, divide_by, point_out
from descentlab.data._features import check_finite, lay_out
from descentlab.data._names import counted, quoted
from descentlab.data._novelty import wrong_cells
from descentlab.data._screen import screen_columns
from descentlab.data._several_targets import AnyTargetValues, read_all_targets
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn, stack_columns
from descentlab.data._table_notes import say_filled
from descentlab.data._table_source import TableSource
from descentlab.data._target import TargetValues, TaskChoice
from descentlab.data._weights import check_weights


@dataclass(frozen=True)
class Choices:
    """What a person chose of the columns of a table.

    Attributes:
        target: Names of the targets.
        task: Whether a target is a class or a number; None leaves it to its cells.
        merging: Whether classes that differ in spelling alone are one.
        dropped: Names of columns that are not learned from.
        categories: Names of columns of numbers that are codes.
        weights: Name of the column of weights, if there is one.
        divided: Names of the columns of groups and of times, by which rows are divided.
    """

    target: tuple[str, ...]
    task: TaskChoice
    merging: Merging = "auto"
    dropped: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    weights: str | None = None
    divided: tuple[str | None, str | None] = (None, None)

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the columns that a row must have."""
        return (*self.target, *(name for name in self.divided if name is not None))

    def check(self, name: str) -> None:
        """Refuse a column with two uses.

        Raises:
            DataError: If the weights or the column that rows are divided by are a target.
        """
        by = self.needed[len(self.target) :]
        if set(by) & {*self.target, self.weights}:
            raise DataError(f"{name}: {quoted(by)} is the target or the weights, so rows cannot be divided by it")
        if self.weights in self.target:
            raise DataError(f"{name}: '{self.weights}' cannot be both the target and the weights: name another column")


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of a table as far as they are used, with notes on those that are not."""

    table: DataTable
    is_test: Bool[np.ndarray, " rows"]
    targets: AnyTargetValues
    weights: NumberColumn | None
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> Int[np.ndarray, " usable"]:
        """Rows that may be looked at: a test set with its own file or mark does not even choose the columns."""
        return np.flatnonzero(~self.is_test)

    def take(self, rows: Int[np.ndarray, " taken"], notes: Sequence[str]) -> "_Rows":
        weights = None if self.weights is None else self.weights.take(rows)
        targets = self.targets.take(rows)
        return _Rows(self.table.take(rows), self.is_test[rows], targets, weights, (*self.notes, *notes))


def screen_table(
    table: DataTable,
    is_test: Bool[np.ndarray, " rows"],
    readings: ColumnReadings,
    choices: Choices,
    *,
    below: DataTable | None = None,
    notes: Sequence[str] = (),
) -> TableSource:
    """Read a table's cells, leave out the rows and columns that cannot be learned from, and say so.

    Args:
        table: The table, as it was read from its file.
        is_test: Whether each row, those of `below` included, belongs to a test set that was given.
        readings: How each column is read.
        choices: What a person chose.
        below: Table of a test file with the same columns.
        notes: Notes that come first.

    Returns:
        The source.

    Raises:
        DataError: If nothing is left to learn from, or a cell cannot be used.
    """
    choices.check(table.name)
    forms = readings.notes(table)
    table, odd = readings.apply(table)
    if below is not None:
        below, more = readings.apply(below)
        table, odd = _append(table, below), [*odd, *more]
    rows = _known_classes(_complete(table, is_test, readings, choices), choices.merging)
    table, usable = rows.table.without_text(), rows.usable
    hidden = [*choices.needed, *choices.dropped, *([] if choices.weights is None else [choices.weights])]
    candidates = rows.table.without(hidden).columns
    division = divide_by(rows.table, *choices.divided)
    pointed = point_out(rows.table, candidates) if division is None and not rows.is_test.any() else []
    chosen, screened = screen_columns(
        [column.take(usable) for column in candidates],
        rows.targets.take(usable).single(),
        categories=choices.categories,
        problems=readings.problems,
    )
    columns = tuple(_read_as(column, table.column(column.name)) for column in chosen)
    is_regression = rows.targets.target.task == "regression"
    reals = [table.column(name).to_numbers() for name in choices.target] if is_regression else []
    used = (*(column.name for column in columns), *choices.target, *filter(None, [choices.weights]))
    return TableSource(
        name=table.name,
        table=table,
        columns=columns,
        layouts=tuple(lay_out(column.without_text()) for column in chosen),
        targets=rows.targets,
        named={"test": np.flatnonzero(rows.is_test)} if rows.is_test.any() else {},
        notes=(
            *table.notes,
            *notes,
            *forms,
            *odd,
            *rows.targets.notes,
            *rows.notes,
            *screened,
            *say_filled(columns),
            *(pointed if division is None else [describe_division(division)]),
            *wrong_cells((*columns, *reals), table),
        ),
        weights=rows.weights,
        division=division,
        readings={name: readings.readings[name] for name in used},
    )


def _complete(
    table: DataTable, is_test: Bool[np.ndarray, " rows"], readings: ColumnReadings, choices: Choices
) -> _Rows:
    """Leave out rows that lack what each row must have."""
    words = quoted(choices.needed)
    present = np.flatnonzero(~np.any([table.column(name).is_missing for name in choices.needed], axis=0))
    if len(present) == 0:
        raise DataError(f"{table.name}: {words} is missing in all {table.num_rows:,} rows")
    missing = table.num_rows - len(present)
    check_test_targets(is_test, present, words, name=table.name)
    if missing:
        table, is_test = table.take(present), is_test[present]
    others = table.without([*choices.needed, *choices.dropped, *filter(None, [choices.weights])]).columns
    if not others:
        raise DataError(f"{table.name} has no column beside the target {words} to learn from")
    answers = [table.column(name) for name in choices.target]
    check_finite([*answers, *others], table)
    weights = None if choices.weights is None else _read_weights(table, choices.weights)
    targets = _read_targets(answers, choices.task, table.name, readings.problems)
    notes = (f"Left out {counted(missing, 'row')} whose {words} is missing.",) if missing else ()
    return _Rows(table, is_test, targets, weights, notes)


def _known_classes(rows: _Rows, merging: Merging) -> _Rows:
    """Compare the classes of a given test set with those of the training rows, and leave out unknown ones."""
    if not isinstance(rows.targets, TargetValues):
        return rows
    name = rows.table.name
    compared = compare_classes(rows.targets, ~rows.is_test, merging=merging, name=name)
    check_test_classes(rows.targets, compared, rows.is_test, name=name)
    return replace(rows, targets=compared.targets).take(np.flatnonzero(compared.is_known), compared.notes)


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


def _append(table: DataTable, below: DataTable) -> DataTable:
    """Append the rows of a test file to those of the training file, both read in the same way."""
    columns = tuple(stack_columns(column, below.column(column.name)) for column in table.columns)
    labels = (*table.labels, *(f"{below.name} {label}" for label in below.labels))
    digest = hashlib.sha256((table.checksum + below.checksum).encode()).hexdigest()
    return replace(
        table, columns=columns, labels=labels, notes=(*table.notes, *below.notes), checksum="sha256:" + digest
    )

"""Preparation of the rows of a table, learned once and applied to any table with the same columns."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32, Int
from pydantic import Field

from descentlab.core import DataError
from descentlab.data._arrays import Arrays
from descentlab.data._beneath import NO_ROW_BENEATH, Beneath
from descentlab.data._column_readings import Cells, match_loosely, read_cells
from descentlab.data._dataset import Prepared
from descentlab.data._features import CategoryFeature, Feature, Layout, NumberFeature, check_finite, fit_feature
from descentlab.data._names import counted, quoted
from descentlab.data._novelty import NumberRange, describe_far_rows, number_ranges
from descentlab.data._preparation import BasePreparation
from descentlab.data._reading import ColumnReading
from descentlab.data._several_targets import AnyTarget
from descentlab.data._table import Column, DataTable
from descentlab.data._tables import read_table

SHOWN = 5
"""Largest number of rows that a note names."""


class TablePreparation(BasePreparation):
    """The preparation of a table, learned from its training rows.

    Attributes:
        features: Preparation of each column that is used.
        columns: Names of all columns of the table in their order.
        is_named: Whether the columns have names in the source.
        encoding: Encoding that was stated for the training file, and is that of other text files.
        separator: Delimiter that was stated for the training file.
        beneath: Row of units or names beneath the header of the training file.
        readings: How the cells of each column are read, by its name. A column without one, as in the runs of earlier
            versions, is read as its cells suggest.
        ranges: Training range of the columns of numbers; empty in a run that kept none.
    """

    kind: Literal["table"] = "table"
    features: tuple[Feature, ...] = Field(min_length=1)
    columns: tuple[str, ...]
    is_named: bool = True
    encoding: str | None = None
    separator: str | None = None
    beneath: Beneath = NO_ROW_BENEATH
    readings: dict[str, ColumnReading] = Field(default_factory=dict)
    ranges: tuple[NumberRange, ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(name for feature in self.features for name in feature.names)

    @property
    def input_columns(self) -> tuple[str, ...]:
        """Column of each input."""
        return tuple(feature.column for feature in self.features for _ in feature.names)

    @property
    def input_units(self) -> dict[int, tuple[float, float]]:
        """Mean and scale of each numeric column, by the position of its input."""
        places = itertools.accumulate((len(feature.names) for feature in self.features), initial=0)
        return {
            place: (feature.mean, feature.scale)
            for place, feature in zip(places, self.features, strict=False)
            if isinstance(feature, NumberFeature)
        }

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return (len(self.feature_names),)

    @property
    def _categories(self) -> dict[str, tuple[str, ...]]:
        """Words of the columns in which every other word is unknown to the network, by column."""
        features = [each for each in self.features if isinstance(each, CategoryFeature) and not each.has_other]
        return {each.column: each.categories for each in features if each.categories}

    def encode(self, columns: Sequence[Column]) -> tuple[Float32[np.ndarray, "rows inputs"], dict[str, int]]:
        """Turn columns, in the order of `features`, into inputs.

        Args:
            columns: Columns with their cells.

        Returns:
            The inputs, and by column the number of cells with a value that no training row has.
        """
        encoded = [feature.encode(column) for feature, column in zip(self.features, columns, strict=True)]
        unknown = {feature.column: count for feature, (_, count) in zip(self.features, encoded, strict=True) if count}
        return np.concatenate([inputs for inputs, _ in encoded], axis=1), unknown

    def apply(self, source: Any) -> Prepared:
        """Prepare new rows.

        Columns are found by name; in a file without a header and in an array, by position. Other columns are ignored,
        and targets are read if there is a column of them.

        Args:
            source: A path, a DataFrame, columns by name, a list of records, an array, or `Arrays` with targets.

        Returns:
            The rows, prepared in the same way as the training rows.

        Raises:
            DataError: If a column is missing, or a cell is infinite.
        """
        table, answers, weights = self._read(source)
        if table.num_rows == 0:
            raise DataError(f"{table.name} has no rows")
        cells = [self._read_feature(feature, table.column(feature.column)) for feature in self.features]
        columns = [each.column for each in cells]
        check_finite(columns, table)
        inputs, unknown = self.encode(columns)
        odd = [
            note
            for each, feature in zip(cells, self.features, strict=True)
            for note in each.note(self._kind(feature.column), table.labels, table.unit)
        ]
        notes = [*table.notes, *odd, *_odd_cells(self.features, columns, unknown, table)]
        far = describe_far_rows(columns, self.ranges, self._categories)
        mass = None if weights is None else self._read_column(weights, self.weights).to_numbers().values
        if answers is None:
            return Prepared(inputs, None, table.labels, tuple(notes), mass, far)
        answers = [self._read_column(answer, name) for answer, name in zip(answers, self.target.columns, strict=True)]
        targets, more = self.target.encode_all(answers)
        return Prepared(inputs, targets, table.labels, (*notes, *more), mass, far)

    def _kind(self, name: str) -> str:
        return self.readings[name].kind if name in self.readings else "number"

    def _read_feature(self, feature: Feature, column: Column) -> Cells:
        """Read cells as those of the training were read; those of earlier versions as the file suggests."""
        known = feature.categories if isinstance(feature, CategoryFeature) else ()
        reading = self.readings.get(feature.column)
        if reading is not None:
            return read_cells(column, reading, known)
        if isinstance(feature, CategoryFeature):
            return Cells(match_loosely(column, known), np.zeros(0, np.int64))
        numbers = column.to_numbers()
        odd = np.flatnonzero(numbers.is_missing & ~column.is_missing)
        return Cells(numbers, odd, tuple(column.take(odd).to_words().to_cells().tolist()))

    def _read_column(self, column: Column, name: str) -> Column:
        reading = self.readings.get(name)
        return column if reading is None else read_cells(column, reading, self.classes).column

    def _read(self, source: Any) -> tuple[DataTable, Sequence[Column] | None, Column | None]:
        """Read a table, give its columns the names of the training table, and find the targets and the weights."""
        weights = None
        if isinstance(source, Arrays):
            table, answers = source.to_table("X")
            weights = source.weights(table.num_rows, self.weights) if self.weights else None
        else:
            table, answers = self._read_source(source), None
        table = self._named(table)
        if answers is None and all(name in table.names for name in self.target.columns):
            answers = [table.column(name) for name in self.target.columns]
        if weights is None and self.weights in table.names:
            weights = table.column(self.weights)
        return table, answers, weights

    def _read_source(self, source: Any) -> DataTable:
        """Read a source; a file of columns without names has them if its first row holds no values."""
        read = functools.partial(
            read_table, source, encoding=self.encoding, separator=self.separator, beneath=self.beneath
        )
        if self.is_named or not isinstance(source, str | Path):
            return read(header="yes" if self.is_named else "auto")
        table = read(header="no")
        return read(header="yes") if self._has_header(table) else table

    def _has_header(self, table: DataTable) -> bool:
        first = table.take(np.arange(min(1, table.num_rows)))
        words = {cell for column in first.columns for cell in _as_in_file(column)}
        if words.issuperset(feature.column for feature in self.features):
            return True
        named = self._named(first)
        cells = [
            self._read_feature(feature, named.column(feature.column))
            for feature in self.features
            if not isinstance(feature, CategoryFeature)
        ]
        return bool(cells) and all(len(each.odd) for each in cells)

    def _named(self, table: DataTable) -> DataTable:
        needed = [feature.column for feature in self.features]
        missing = [name for name in needed if name not in table.names]
        if table.is_named and not missing:
            return table
        inputs = [name for name in self.columns if name not in (*self.target.columns, self.weights)]
        if table.is_named and self.is_named:
            raise DataError(f"{table.name} lacks {quoted(missing)}, which the network was trained on")
        # Without names, a table that lacks one of target and weights could lack either.
        for names in (self.columns, inputs):
            if len(names) == len(table.columns):
                return table.renamed(names)
        others = [f"'{name}'" for name in (*self.target.columns, self.weights) if name]
        raise DataError(
            f"{table.name} has {len(table.columns)} columns: expected the {len(inputs)} that the network was trained "
            f"on, in their order, with or without {' and '.join(others)}"
        )


def _as_in_file(column: Column) -> list[str]:
    return [] if column.text is None else [word.strip() for word in column.text.words]


def _odd_cells(
    features: Sequence[Feature], columns: Sequence[Column], unknown: dict[str, int], table: DataTable
) -> list[str]:
    notes = [
        f"Took {counted(unknown[feature.column], 'cell')} of '{feature.column}' as unknown, with a value that no "
        f"training row has{_examples(feature, column, table)}."
        for feature, column in zip(features, columns, strict=True)
        if feature.column in unknown
    ]
    missing = {column.name: int(column.is_missing.sum()) for column in columns if column.is_missing.any()}
    if missing:
        notes.append(f"Filled in {counted(sum(missing.values()), 'missing cell')} in {quoted(list(missing))}.")
    return notes


def _examples(feature: Feature, column: Column, table: DataTable) -> str:
    """Name the first unknown words and their rows."""
    if not isinstance(feature, CategoryFeature):
        return ""
    words = column.to_words()
    strange = [place for place, word in enumerate(words.words) if word not in feature.categories]
    rows = np.flatnonzero(np.isin(words.codes, strange))
    names = dict.fromkeys(words.words[words.codes[row]] for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    labels = ", ".join(table.labels[int(row)] for row in rows[:SHOWN])
    return f": {quoted(list(names), limit=3)} ({table.unit} {labels}{more})"


def fit_preparation(
    layouts: Sequence[Layout],
    columns: Sequence[Column],
    train: Int[np.ndarray, " train"],
    *,
    target: AnyTarget,
    table: DataTable,
    is_standard: bool = True,
    weights: str = "",
    readings: Mapping[str, ColumnReading] | None = None,
) -> TablePreparation:
    """Learn a preparation from the training rows alone, each of which counts once whatever its weight."""
    features = [
        fit_feature(layout, column, train, is_standard=is_standard)
        for layout, column in zip(layouts, columns, strict=True)
    ]
    return TablePreparation(
        target=target,
        features=tuple(features),
        columns=table.names,
        is_named=table.is_named,
        weights=weights,
        encoding=table.encoding,
        separator=table.separator,
        beneath=table.beneath,
        readings=dict(readings or {}),
        ranges=number_ranges(columns, train),
    )

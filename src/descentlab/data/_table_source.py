"""Tables as a source of examples, which are read and screened once and prepared for any split."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Int

from descentlab.data._copies import RowRepeats
from descentlab.data._dataset import Dataset
from descentlab.data._features import Layout, lay_out
from descentlab.data._folds import Division
from descentlab.data._novelty import shifted_columns
from descentlab.data._reading import ColumnReading
from descentlab.data._several_targets import AnyTargetValues
from descentlab.data._split import divide
from descentlab.data._table import Column, DataTable, NumberColumn
from descentlab.data._table_notes import say_unknown, say_unprepared
from descentlab.data._table_preparation import fit_preparation
from descentlab.data._target import TargetValues
from descentlab.data._weights import check_parts
from descentlab.spec import STANDARD, PreparationSpec, SplitSpec


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
                *say_unknown(unknown),
                *say_unprepared(self.preparation, target.task),
                *self._repeats.notes(parts, is_given=is_given),
                *unlike,
            ),
            checksum=self.table.checksum,
            weights=None if weights is None else weights.values,
            weights_column=_name(weights),
        )


def _name(weights: NumberColumn | None) -> str:
    return "" if weights is None else weights.name


def plain_source(table: DataTable, targets: TargetValues) -> TableSource:
    """Make a source of a table that needs no screening: all columns except the target are used."""
    columns = table.without([targets.target.column]).columns
    return TableSource(table.name, table, columns, tuple(map(lay_out, columns)), targets, {}, ())

"""Inputs of one column: what is learned from its training rows, and how it is applied to any rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from jaxtyping import Float, Float32, Int
from pydantic import Field, model_validator

from descentlab.core import DataError
from descentlab.data._model import Model
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn
from descentlab.data._target import mean_and_scale

MAX_CATEGORIES = 50
"""Largest number of categories of one column that have an input each; the others share one."""

FARTHEST = 1e6
"""Standard deviations at which a number is clipped, so that a wrong cell cannot overflow the network."""

LARGEST = float(np.finfo(np.float32).max)
"""Largest input, at which a number is clipped that is not standardised."""


class NumberFeature(Model):
    """A column of numbers: a missing cell becomes the median, then all cells are standardised.

    Attributes:
        column: Name of the column.
        fill: Median.
        mean: Mean, which is subtracted; 0 for a column that is not standardised.
        scale: Standard deviation, by which is divided; 1 for a column that is not standardised.
        has_indicator: Whether one more input shows that the cell is missing.
        is_standard: Whether the column is standardised; else its numbers are the inputs.
    """

    kind: Literal["number"] = "number"
    column: str
    fill: float
    mean: float
    scale: float = Field(gt=0.0)
    has_indicator: bool = False
    is_standard: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return (self.column, f"{self.column} is missing") if self.has_indicator else (self.column,)

    def encode(self, column: Column) -> tuple[Float32[np.ndarray, "rows inputs"], int]:
        """Turn cells into inputs, and count the cells that hold something other than a number."""
        values = column.to_numbers().values
        filled = np.where(np.isnan(values), self.fill, values)
        farthest = FARTHEST if self.is_standard else LARGEST
        inputs = [np.clip((filled - self.mean) / self.scale, -farthest, farthest)]
        if self.has_indicator:
            inputs.append(np.isnan(values))
        return np.stack(inputs, axis=1).astype(np.float32), int((np.isnan(values) & ~column.is_missing).sum())


class CategoryFeature(Model):
    """A column of categories, each with an input that is 1 if the cell names it. A missing cell gets the commonest one.

    Attributes:
        column: Name of the column.
        categories: Categories in the order of their inputs.
        num_places: Number of inputs for categories. It is counted in the whole table, so that networks of different
            seeds have the same shape; an input without a category in the training rows is always 0.
        has_other: Whether all other words share one more input; else a word that is not a category sets no input.
        fill: Most frequent category.
        has_indicator: Whether one more input shows that the cell is missing.
    """

    kind: Literal["category"] = "category"
    column: str
    categories: tuple[str, ...]
    num_places: int = Field(ge=0, le=10 * MAX_CATEGORIES)
    has_other: bool = False
    fill: str = ""
    has_indicator: bool = False

    @model_validator(mode="after")
    def _check_places(self) -> "CategoryFeature":
        if len(self.categories) > self.num_places or len(set(self.categories)) < len(self.categories):
            raise ValueError(f"'{self.column}' has more categories than inputs, or one of them twice")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        spare = ["(unused)"] * (self.num_places - len(self.categories))
        names = [f"{self.column}={word}" for word in (*self.categories, *spare)]
        names += [f"{self.column}=(other)"] if self.has_other else []
        return (*names, f"{self.column} is missing") if self.has_indicator else tuple(names)

    def encode(self, column: Column) -> tuple[Float32[np.ndarray, "rows inputs"], int]:
        """Turn cells into inputs, and count the cells with a word that no training row has."""
        words = column.to_words()
        place = {word: index for index, word in enumerate(self.categories)}
        elsewhere = self.num_places if self.has_other else -1
        places = np.array([*(place.get(word, elsewhere) for word in words.words), place.get(self.fill, -1)])[
            words.codes
        ]
        inputs = np.zeros((len(places), len(self.names)), np.float32)
        has_place = places >= 0
        inputs[np.flatnonzero(has_place), places[has_place]] = 1.0
        if self.has_indicator:
            inputs[words.is_missing, -1] = 1.0
        return inputs, int((~has_place & ~words.is_missing).sum())


Feature = Annotated[NumberFeature | CategoryFeature, Field(discriminator="kind")]


@dataclass(frozen=True)
class Layout:
    """The inputs of a column, which are the same for every seed: they follow from the whole table.

    Attributes:
        column: Name of the column.
        num_places: Number of inputs for categories; 0 for numbers.
        has_other: Whether rare categories share an input.
        has_indicator: Whether an input shows that a cell is missing.
    """

    column: str
    num_places: int
    has_other: bool
    has_indicator: bool


def lay_out(column: Column) -> Layout:
    """Count the inputs that a column needs."""
    has_indicator = bool(column.is_missing.any())
    if isinstance(column, NumberColumn):
        return Layout(column.name, 0, has_other=False, has_indicator=has_indicator)
    count = len(np.unique(column.codes[column.codes >= 0]))
    return Layout(
        column.name, min(count, MAX_CATEGORIES), has_other=count > MAX_CATEGORIES, has_indicator=has_indicator
    )


def fit_feature(
    layout: Layout, column: Column, train: Int[np.ndarray, " train"], *, is_standard: bool = True
) -> NumberFeature | CategoryFeature:
    """Learn the preparation of a column from its training rows.

    Args:
        layout: Inputs of the column.
        column: Cells of the column.
        train: Rows of the training set; no other row is used.
        is_standard: Whether numbers are standardised.

    Returns:
        The preparation of the column.
    """
    if isinstance(column, WordColumn):
        return _fit_categories(layout, column.take(train))
    return _fit_numbers(layout, column.values[train], is_boolean=column.is_boolean, is_standard=is_standard)


def _fit_numbers(
    layout: Layout, values: Float[np.ndarray, " train"], *, is_boolean: bool, is_standard: bool
) -> NumberFeature:
    present = values[~np.isnan(values)]
    fill = float(np.median(present)) if len(present) else 0.0
    fill = round(fill) if is_boolean else fill
    mean, scale = mean_and_scale(np.where(np.isnan(values), fill, values)) if is_standard else (0.0, 1.0)
    return NumberFeature(
        column=layout.column,
        fill=fill,
        mean=mean,
        scale=scale,
        has_indicator=layout.has_indicator,
        is_standard=is_standard,
    )


def _fit_categories(layout: Layout, column: WordColumn) -> CategoryFeature:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.words))
    by_count = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], column.words[code]))
    kept = [column.words[code] for code in by_count[: layout.num_places]]
    return CategoryFeature(
        column=layout.column,
        categories=tuple(sorted(kept)),
        num_places=layout.num_places,
        has_other=layout.has_other,
        fill=kept[0] if kept else "",
        has_indicator=layout.has_indicator,
    )


def check_finite(columns: Sequence[Column], table: DataTable) -> None:
    """Refuse infinite cells: no scale can be learned from them, and most of them are mistakes."""
    for column in columns:
        if isinstance(column, NumberColumn) and np.isinf(column.values).any():
            row = table.labels[int(np.flatnonzero(np.isinf(column.values))[0])]
            raise DataError(
                f"{table.name}: '{column.name}' is infinite in {table.unit} {row}: write a number, or leave it empty"
            )

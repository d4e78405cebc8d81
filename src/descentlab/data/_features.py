"""Inputs of one column: what is learned from its training rows, and how it is applied to any rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from jaxtyping import Float, Float32, Int
from pydantic import Field, model_validator

from descentlab.core import DataError
from descentlab.data._model import Model
from descentlab.data._moments import DAYS, PARTS, SECONDS_PER_DAY, moment_parts, moment_word
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn
from descentlab.data._target import mean_and_scale

MAX_CATEGORIES = 50
"""Largest number of categories of one column that have an input each; the others share one."""

FARTHEST = 1e6
"""Standard deviations at which a number is clipped, so that a wrong cell cannot overflow the network."""

EARLIEST, LATEST = -62_135_596_800.0, 253_402_300_799.0
"""First and last second of the years 1 to 9999, since 1970."""

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


class MomentFeature(Model):
    """A column of dates, each of which becomes several numbers; a missing cell becomes the median.

    Attributes:
        column: Name of the column.
        parts: Names of the numbers, of those of `moment_parts`.
        fill: Median, in seconds since 1970.
        first: Start of the first day of the training rows, from which days are counted; in seconds since 1970.
        means: Mean of each number, which is subtracted; 0 if they are not standardised.
        scales: Standard deviation of each number, by which is divided; 1 if they are not standardised.
        has_indicator: Whether one more input shows that the cell is missing.
        is_standard: Whether the numbers are standardised.
    """

    kind: Literal["moment"] = "moment"
    column: str
    parts: tuple[Literal["year", "month", "weekday", "hour", "days since the first"], ...] = Field(min_length=1)
    fill: float = Field(ge=EARLIEST, le=LATEST)
    first: float = Field(ge=EARLIEST, le=LATEST)
    means: tuple[float, ...]
    scales: tuple[float, ...]
    has_indicator: bool = False
    is_standard: bool = True

    @model_validator(mode="after")
    def _check_sizes(self) -> "MomentFeature":
        sizes = {len(self.parts), len(self.means), len(self.scales), len(set(self.parts))}
        if len(sizes) > 1 or any(not scale > 0.0 for scale in self.scales):
            raise ValueError(f"'{self.column}' has not a mean and a scale above 0 for each of its numbers")
        return self

    @property
    def usual(self) -> str:
        """The median as a word, such as "2024-02-29"."""
        is_time = self.first == 0.0 and self.fill < SECONDS_PER_DAY and "year" not in self.parts
        return moment_word(self.fill, is_time=is_time)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        names = tuple(f"{self.column}: {part}" for part in self.parts)
        return (*names, f"{self.column} is missing") if self.has_indicator else names

    def encode(self, column: Column) -> tuple[Float32[np.ndarray, "rows inputs"], int]:
        """Turn cells into inputs, and count the cells that hold something other than a date."""
        values = column.to_numbers().values
        numbers = moment_parts(np.clip(np.where(np.isnan(values), self.fill, values), EARLIEST, LATEST), self.first)
        farthest = FARTHEST if self.is_standard else LARGEST
        inputs = [
            np.clip((numbers[part] - mean) / scale, -farthest, farthest)
            for part, mean, scale in zip(self.parts, self.means, self.scales, strict=True)
        ]
        if self.has_indicator:
            inputs.append(np.isnan(values))
        return np.stack(inputs, axis=1).astype(np.float32), int((np.isnan(values) & ~column.is_missing).sum())


Feature = Annotated[NumberFeature | CategoryFeature | MomentFeature, Field(discriminator="kind")]


@dataclass(frozen=True)
class Layout:
    """The inputs of a column, which are the same for every seed: they follow from the whole table.

    Attributes:
        column: Name of the column.
        num_places: Number of inputs for categories; 0 for numbers.
        has_other: Whether rare categories share an input.
        has_indicator: Whether an input shows that a cell is missing.
        parts: Numbers that a date becomes.
    """

    column: str
    num_places: int
    has_other: bool
    has_indicator: bool
    parts: tuple[str, ...] = ()


def lay_out(column: Column) -> Layout:
    """Count the inputs that a column needs."""
    has_indicator = bool(column.is_missing.any())
    if isinstance(column, NumberColumn):
        parts = _varying_parts(column.values) if column.is_moment else ()
        return Layout(column.name, 0, has_other=False, has_indicator=has_indicator, parts=parts)
    count = len(np.unique(column.codes[column.codes >= 0]))
    return Layout(
        column.name, min(count, MAX_CATEGORIES), has_other=count > MAX_CATEGORIES, has_indicator=has_indicator
    )


def _varying_parts(seconds: Float[np.ndarray, " rows"]) -> tuple[str, ...]:
    """Return the numbers of dates that differ between rows; the days since the first are always among them."""
    present = np.clip(seconds[np.isfinite(seconds)], EARLIEST, LATEST)
    numbers = moment_parts(present, 0.0)
    return tuple(part for part in PARTS if part == DAYS or len(np.unique(numbers[part])) > 1)


def fit_feature(
    layout: Layout, column: Column, train: Int[np.ndarray, " train"], *, is_standard: bool = True
) -> NumberFeature | CategoryFeature | MomentFeature:
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
    if layout.parts:
        return _fit_moments(layout, column.values[train], is_standard=is_standard)
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


def _fit_moments(layout: Layout, seconds: Float[np.ndarray, " train"], *, is_standard: bool) -> MomentFeature:
    present = np.clip(seconds[~np.isnan(seconds)], EARLIEST, LATEST)
    fill = float(np.median(present)) if len(present) else 0.0
    first = float(np.floor(present.min(initial=LATEST) / SECONDS_PER_DAY) * SECONDS_PER_DAY) if len(present) else 0.0
    numbers = moment_parts(np.clip(np.where(np.isnan(seconds), fill, seconds), EARLIEST, LATEST), first)
    units = [mean_and_scale(numbers[part]) if is_standard else (0.0, 1.0) for part in layout.parts]
    return MomentFeature.model_validate(
        {
            "column": layout.column,
            "parts": layout.parts,
            "fill": fill,
            "first": first,
            "means": tuple(mean for mean, _ in units),
            "scales": tuple(scale for _, scale in units),
            "has_indicator": layout.has_indicator,
            "is_standard": is_standard,
        }
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

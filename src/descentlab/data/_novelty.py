"""How far new rows of a table lie from those of training, whose range a run keeps."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.data._model import Model
from descentlab.data._names import counted, in_line
from descentlab.data._table import Column, DataTable, NumberColumn

MARGIN = 0.1
"""Part of the training range by which a number may lie outside of it; new rows exceed it a little now and then."""

WRONG_CELL = 1e3
"""Widths of the range of all but the most extreme cells beyond which one of these is probably a mistake."""

WRONG_BESIDE_EQUALS = 1e6
"""The same where all other cells are equal, in multiples of their size."""

SHIFTED = 0.5
"""Share of a test part outside of a column's training range from which on the column has another unit or meaning."""

EXTREME_SHARE = 0.01
SHOWN = 3


class NumberRange(Model):
    """The training range of a column of numbers.

    Attributes:
        column: Name of the column.
        low: Smallest number.
        high: Largest number.
    """

    column: str
    low: float
    high: float


def number_ranges(columns: Sequence[Column], train: Int[np.ndarray, " train"]) -> tuple[NumberRange, ...]:
    """Return the training range of each column of numbers that has one."""
    ranges = []
    for column in columns:
        if isinstance(column, NumberColumn):
            values = column.values[train]
            present = values[np.isfinite(values)]
            if present.size:
                ranges.append(NumberRange(column=column.name, low=float(present.min()), high=float(present.max())))
    return tuple(ranges)


def describe_far_rows(
    columns: Sequence[Column],
    ranges: Sequence[NumberRange],
    categories: Mapping[str, Sequence[str]] | None = None,
) -> tuple[str, ...]:
    """Say of each row of a table what in it no training row had; empty for a row like those of training.

    Args:
        columns: Cells of the columns that the network reads.
        ranges: Training range of the columns of numbers.
        categories: Words that the training rows had in the columns of words, by the name of the column.

    Returns:
        A text for each row; nothing at all if no range and no word of training is known.
    """
    by_name, words = {each.column: each for each in ranges}, categories or {}
    if not (by_name or words):
        return ()
    reasons: list[list[str]] = [[] for _ in range(len(columns[0].is_missing))]
    for column in columns:
        if column.name in by_name:
            odd = _far_numbers(column, by_name[column.name])
        elif column.name in words:
            odd = _far_words(column, frozenset(words[column.name]))
        else:
            continue
        for row, text in odd:
            reasons[row].append(text)
    return tuple(_joined(each) for each in reasons)


def _far_numbers(column: Column, its_range: NumberRange) -> Iterator[tuple[int, str]]:
    values = column.to_numbers().values
    room = MARGIN * (its_range.high - its_range.low)
    with np.errstate(invalid="ignore"):
        is_far = (values < its_range.low - room) | (values > its_range.high + room)
    for row in np.flatnonzero(is_far).tolist():
        text = f"{_name(column.name)} is {values[row]:.6g} (training: {its_range.low:.6g} to {its_range.high:.6g})"
        yield row, text


def _far_words(column: Column, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    words = column.to_words()
    is_new = np.array([*(word not in known for word in words.words), False])[words.codes]
    for row in np.flatnonzero(is_new).tolist():
        yield row, f"{_name(column.name)} is '{in_line(words.words[words.codes[row]])}', which no training row has"


def _name(column: str) -> str:
    return f"'{in_line(column)}'"


def _joined(reasons: Sequence[str]) -> str:
    more = [f"and {len(reasons) - SHOWN} more"] if len(reasons) > SHOWN else []
    return "; ".join([*reasons[:SHOWN], *more])


def shifted_columns(
    columns: Sequence[Column], ranges: Sequence[NumberRange], test: Int[np.ndarray, " test"]
) -> list[str]:
    """Warn of columns in which most rows of a test file lie outside of the training range, as in another unit."""
    by_name = {each.column: each for each in ranges}
    notes = []
    for column in columns:
        if column.name in by_name and len(test):
            its_range, cells = by_name[column.name], column.take(test)
            num_far = len(list(_far_numbers(cells, its_range)))
            if num_far > SHIFTED * len(test):
                usual = float(np.nanmedian(cells.to_numbers().values))
                notes.append(
                    f"Warning: {_name(column.name)} is about {usual:.6g} in the test part, and {its_range.low:.6g} to "
                    f"{its_range.high:.6g} in training, so that {num_far:,} of {counted(len(test), 'test row')} lie "
                    "outside: look whether both have one unit."
                )
    return notes


def wrong_cells(columns: Sequence[Column], table: DataTable) -> list[str]:
    """Warn of numbers that are so far from all others of their column that they are probably mistakes.

    Args:
        columns: Columns to learn from, and real targets.
        table: Table with the labels of the rows.
    """
    notes = []
    for column in columns:
        if not isinstance(column, NumberColumn):
            continue
        present = np.flatnonzero(~column.is_missing)
        values = column.values[present]
        is_wrong, low, high = _is_wrong(values)
        rows = present[is_wrong]
        if not len(rows):
            continue
        where = ", ".join(f"{column.values[row]:.6g} in {table.unit} {table.labels[row]}" for row in rows[:SHOWN])
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        notes.append(
            f"Warning: {_name(column.name)} is {where}{more}, and between {low:.6g} and {high:.6g} in nearly all other "
            "rows: correct or empty such a cell, since beside it the network cannot tell the others apart."
        )
    return notes


def _is_wrong(values: Float[np.ndarray, " present"]) -> tuple[Bool[np.ndarray, " present"], float, float]:
    """Find numbers whose distance from all but the most extreme ones is a thousand times the range of those."""
    nothing = np.zeros(len(values), bool)
    if len(values) < 10:
        return nothing, 0.0, 0.0
    num_extreme = max(1, round(EXTREME_SHARE * len(values)))
    ordered = np.sort(values)
    low, high = float(ordered[num_extreme]), float(ordered[-1 - num_extreme])
    distance = np.maximum(low - values, values - high)
    size = max(abs(low), abs(high), 1.0)
    limit = WRONG_CELL * (high - low) if high > low else WRONG_BESIDE_EQUALS * size
    return distance > limit, low, high


def say_far(reasons: Sequence[str], labels: Sequence[str], noun: str = "example") -> list[str]:
    """Return a note that counts the examples that lie far from training; none if there are none."""
    far = [f"{label} ({why})" for label, why in zip(labels, reasons, strict=True) if why]
    if not far:
        return []
    lie = "lies" if len(far) == 1 else "lie"
    shown = "; ".join(far[:SHOWN]) + (f"; and {len(far) - SHOWN} more" if len(far) > SHOWN else "")
    return [
        f"Warning: {counted(len(far), noun)} of {len(reasons):,} {lie} far from those of training, so that the network "
        f"can only guess there: {shown}."
    ]

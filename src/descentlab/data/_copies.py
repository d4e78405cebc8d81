"""Copies of training examples in the test part, which make a score look better than it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int, Shaped, UInt64

from descentlab.data._names import counted
from descentlab.data._split import Parts
from descentlab.data._table import Column, NumberColumn

MIN_SHARE = 0.01
"""Share of a test part of its own whose copies are worth a warning."""

DRAWN_SHARE = 0.25
"""The same of a test part that is drawn from one table, where some rows are alike by nature."""

BY_CHANCE = 0.001
"""Copies expected of a row, if its columns had nothing to do with each other, above which rows are alike by nature."""

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Copies:
    """Copies of training examples in the test part.

    Attributes:
        num_copies: Number of test examples that are copies.
        num_test: Number of test examples.
        repeated: Share of the training examples that repeat another of them.
    """

    num_copies: int
    num_test: int
    repeated: float

    @property
    def share(self) -> float:
        """Share of the test examples that are copies."""
        return self.num_copies / max(self.num_test, 1)


def count_copies(keys: UInt64[np.ndarray, " examples"], parts: Parts) -> Copies:
    """Count the test examples whose key an example has that is not for testing: of the training or validation part.

    Args:
        keys: A number for each example, which only equal examples share.
        parts: Rows of the parts.
    """
    rest = np.concatenate([parts.train, parts.validation])
    known = np.unique(keys[rest])
    copies = int(np.isin(keys[parts.test], known).sum())
    return Copies(copies, len(parts.test), 1.0 - len(known) / max(len(rest), 1))


def row_keys(columns: Sequence[Column], targets: Shaped[np.ndarray, "rows *targets"]) -> UInt64[np.ndarray, " rows"]:
    """Return a number for each row of a table, from its inputs and targets."""
    keys = np.zeros(len(targets), np.uint64)
    for column in columns:
        keys = _mix(keys, column.values if isinstance(column, NumberColumn) else column.codes)
    for values in targets.reshape(len(targets), -1).T:
        keys = _mix(keys, values)
    return keys


class RowRepeats:
    """The rows of a table that are there more than once, found when they are first asked for."""

    def __init__(self, columns: Sequence[Column], targets: Shaped[np.ndarray, "rows *targets"]) -> None:
        """Keep the inputs and targets of the rows."""
        self._columns = columns
        self._targets = targets

    @cached_property
    def _keys(self) -> UInt64[np.ndarray, " rows"]:
        return row_keys(self._columns, self._targets)

    @cached_property
    def _count(self) -> int:
        counts = np.unique(self._keys, return_counts=True)[1]
        return int(counts[counts > 1].sum())

    def notes(self, parts: Parts, *, is_given: bool) -> list[str]:
        """Warn of copies in the test part; a table of different rows is not searched again for each seed.

        Args:
            parts: Rows of the parts.
            is_given: Whether the test part is given with the data; else it is drawn from the same table.
        """
        if self._count < MIN_SHARE * len(parts.test):
            return []
        copies = count_copies(self._keys, parts)
        expected = expected_copies(self._columns, self._keys, parts.train)
        note = describe_table_copies(copies, is_given=is_given, expected=expected)
        return [note] if note else []


def picture_keys(
    pictures: Shaped[np.ndarray, "pictures height width channels"], targets: Shaped[np.ndarray, "pictures *targets"]
) -> UInt64[np.ndarray, " pictures"]:
    """Return a number for each picture, from its pixels and targets."""
    flat = np.ascontiguousarray(pictures).reshape(len(pictures), -1).view(np.uint8)
    padded = np.pad(flat, ((0, 0), (0, -flat.shape[1] % 8)))
    keys = np.zeros(len(pictures), np.uint64)
    for words in padded.view(np.uint64).T:
        keys = _mix(keys, words)
    for values in targets.reshape(len(targets), -1).T:
        keys = _mix(keys, values)
    return keys


def describe_table_copies(copies: Copies, *, is_given: bool, expected: float) -> str:
    """Warn of test rows that are copies of training rows, unless as many are alike by nature.

    Args:
        copies: The copies.
        is_given: Whether the test part is given with the data; else it is drawn from the same table.
        expected: Copies expected of a row if the columns had nothing to do with each other.
    """
    is_many = copies.share >= (MIN_SHARE if is_given else DRAWN_SHARE) and copies.num_copies >= 2
    if not is_many or expected > BY_CHANCE or (is_given and copies.share < 3.0 * copies.repeated):
        return ""
    if is_given:
        remedy = "leave them out of one of the two, or the test score counts what was learned by heart"
    else:
        remedy = "keep each row once, or the test score counts what was learned by heart"
    return f"Warning: {_share(copies, 'row')}: {remedy}."


def describe_picture_copies(copies: Copies) -> str:
    """Warn of test pictures that are copies of training pictures."""
    if not copies.num_copies:
        return ""
    return (
        f"Warning: {_share(copies, 'picture')}: keep each picture once, or the test score counts what "
        "was learned by heart."
    )


def expected_copies(
    columns: Sequence[Column], keys: UInt64[np.ndarray, " rows"], train: Int[np.ndarray, " train"]
) -> float:
    """Return how many training rows would equal a row if the columns had nothing to do with each other.

    Args:
        columns: The columns to learn from.
        keys: A number for each row; rows that share one are counted once, so that copies do not hide themselves.
        train: Rows of the training set.
    """
    different = train[np.unique(keys[train], return_index=True)[1]]
    pairs, chance = max(len(different) * (len(different) - 1), 1), 1.0
    for column in columns:
        cells = column.take(different)
        values = cells.values if isinstance(cells, NumberColumn) else cells.codes
        counts = np.unique(values, return_counts=True)[1]
        chance *= float((counts * (counts - 1)).sum()) / pairs
    return chance * len(train)


def _share(copies: Copies, noun: str) -> str:
    are = f"is a copy of a training {noun}" if copies.num_copies == 1 else f"are copies of training {noun}s"
    return f"{copies.num_copies:,} of {counted(copies.num_test, f'test {noun}')} ({copies.share:.0%}) {are}"


def _mix(keys: UInt64[np.ndarray, " rows"], values: np.ndarray) -> UInt64[np.ndarray, " rows"]:
    """Add numbers to the keys, so that keys are equal only if all numbers are; 64 bits make chance meetings rare."""
    if values.dtype.kind == "f":
        real = values.astype(np.float64)
        words = np.where(np.isnan(real), np.nan, real + 0.0).view(np.uint64)  # one NaN and one zero for all
    else:
        words = values.astype(np.int64).view(np.uint64) if values.dtype != np.uint64 else values
    mixed = (keys ^ words) * MULTIPLIER
    return mixed ^ (mixed >> np.uint64(29))

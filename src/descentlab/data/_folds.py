"""Divisions of examples other than by chance alone: into folds, by groups that stay together, and by time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import DataError
from descentlab.data._draw import draw_stratified
from descentlab.data._names import in_line

DRAWS = 64
"""Orders of the groups that are drawn; the one whose first groups come nearest to the share and its classes counts."""


@dataclass(frozen=True, eq=False)
class Division:
    """A column by which rows are divided.

    Attributes:
        column: Name of the column.
        groups: Number of the group of each row; None if rows are divided by time.
        times: Time of each row, later ones larger; None if rows are divided by group.
    """

    column: str
    groups: Int[np.ndarray, " rows"] | None = None
    times: Float[np.ndarray, " rows"] | None = None


def draw_fold(
    rows: Int[np.ndarray, " rows"],
    strata: Int[np.ndarray, " examples"],
    folds: tuple[int, int],
    rng: np.random.Generator,
    division: Division | None,
    name: str,
) -> tuple[Int[np.ndarray, " fold"], Int[np.ndarray, " rest"]]:
    """Draw one of several folds, whose sizes differ by one row at most where nothing must stay together.

    Args:
        rows: Rows to divide.
        strata: Class of every example.
        folds: Number of the fold, and of all folds.
        rng: Generator that draws all folds of one division alike.
        division: Column by which rows are divided.
        name: Name of the data.

    Returns:
        The rows of the fold, and the rows to train on: all others, or those before it in time.

    Raises:
        DataError: If there are fewer rows, groups or times than folds.
    """
    number, num_folds = folds
    if division is not None and division.times is not None:
        return _fold_of_time(rows, division.times, number, num_folds, f"{name}: '{in_line(division.column)}'")
    if division is not None and division.groups is not None:
        counted = len(np.unique(division.groups[rows]))
        if counted < num_folds:
            raise DataError(
                f"{name}: '{in_line(division.column)}' has {counted} groups, too few for {num_folds} folds: use at "
                f"most {counted}"
            )
        return _fold_of_groups(rows, strata, division.groups, number, num_folds, rng)
    if len(rows) < num_folds:
        raise DataError(f"{name} has {len(rows)} examples, too few for {num_folds} folds: use at most {len(rows)}")
    fold, rest = rows[:0], rows
    for place in range(number + 1):
        size = len(rows) // num_folds + (place < len(rows) % num_folds)
        fold, rest = draw_stratified(rest, strata, size, rng)
    return fold, np.setdiff1d(rows, fold)


def _fold_of_groups(
    rows: Int[np.ndarray, " rows"],
    strata: Int[np.ndarray, " examples"],
    groups: Int[np.ndarray, " examples"],
    number: int,
    num_folds: int,
    rng: np.random.Generator,
) -> tuple[Int[np.ndarray, " fold"], Int[np.ndarray, " rest"]]:
    rest = rows
    fold = rows[:0]
    for place in range(number + 1):
        left = num_folds - place
        fold, rest = (rest, rest[:0]) if left == 1 else draw_groups(rest, strata, len(rest) / left, groups, rng, left)
    return fold, np.setdiff1d(rows, fold)


def draw_groups(
    rows: Int[np.ndarray, " rows"],
    strata: Int[np.ndarray, " examples"],
    size: float | int,
    groups: Int[np.ndarray, " examples"],
    rng: np.random.Generator,
    parts: int = 2,
) -> tuple[Int[np.ndarray, " chosen"], Int[np.ndarray, " rest"]]:
    """Draw whole groups that hold about `size` rows, with about the classes of all rows.

    Args:
        rows: Rows to draw from.
        strata: Class of every example.
        size: Number of rows to come near to.
        groups: Number of the group of every example.
        rng: Generator of random numbers.
        parts: Number of parts that must each get a group, the drawn one among them.

    Returns:
        The drawn rows and the others, both in ascending order.
    """
    _, members = np.unique(groups[rows], return_inverse=True)
    _, classes = np.unique(strata[rows], return_inverse=True)
    counts = np.zeros((members.max() + 1, classes.max() + 1))
    np.add.at(counts, (members, classes), 1)
    wanted = counts.sum(axis=0) * (size / len(rows))
    most = max(len(counts) - parts + 1, 1)
    best, least = np.zeros(0, np.int64), np.inf
    for _ in range(DRAWS):
        order = rng.permutation(len(counts))
        sums = np.cumsum(counts[order[:most]], axis=0)
        distances = np.abs(sums - wanted).sum(axis=1) + np.abs(sums.sum(axis=1) - size)
        place = int(distances.argmin())
        if distances[place] < least:
            best, least = order[: place + 1], distances[place]
    is_chosen: Bool[np.ndarray, " rows"] = np.isin(members, best)
    return np.sort(rows[is_chosen]), np.sort(rows[~is_chosen])


def take_latest(
    rows: Int[np.ndarray, " rows"], times: Float[np.ndarray, " examples"], size: float | int
) -> tuple[Int[np.ndarray, " latest"], Int[np.ndarray, " rest"]]:
    """Take about `size` of the latest rows; rows of one time stay together.

    Args:
        rows: Rows to take from.
        times: Time of every example.
        size: Number of rows to come near to.

    Returns:
        The latest rows and the earlier ones, both in ascending order. There are some of both if there are two times.
    """
    distinct, counts = np.unique(times[rows], return_counts=True)
    later = np.cumsum(counts[::-1])[::-1]  # rows from each time on
    if len(distinct) < 2:
        return rows[:0], rows
    begin = 1 + int(np.abs(later[1:] - size).argmin())
    is_latest = times[rows] >= distinct[begin]
    return np.sort(rows[is_latest]), np.sort(rows[~is_latest])


def _fold_of_time(
    rows: Int[np.ndarray, " rows"], times: Float[np.ndarray, " examples"], number: int, num_folds: int, what: str
) -> tuple[Int[np.ndarray, " fold"], Int[np.ndarray, " rest"]]:
    """Cut the rows in the order of time into one block more than folds; each fold is learned from all blocks before."""
    distinct, counts = np.unique(times[rows], return_counts=True)
    if len(distinct) <= num_folds:
        raise DataError(
            f"{what} has {len(distinct)} times, too few for {num_folds} folds: use at most {len(distinct) - 1}"
        )
    before = np.cumsum(counts) - counts
    begins = [0]
    for block in range(1, num_folds + 1):
        nearest = int(np.abs(before - block * len(rows) / (num_folds + 1)).argmin())
        begins.append(min(max(nearest, begins[-1] + 1), len(distinct) - (num_folds + 1 - block)))
    ends = [*begins[1:], len(distinct)]
    place = np.searchsorted(distinct, times[rows])
    is_fold = (place >= begins[number + 1]) & (place < ends[number + 1])
    return np.sort(rows[is_fold]), np.sort(rows[place < begins[number + 1]])

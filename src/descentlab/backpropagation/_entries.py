"""The largest entries of an array, and the others as one number."""

from dataclasses import dataclass

import numpy as np

from descentlab.backpropagation._step import Array


@dataclass(frozen=True)
class Entry:
    """One entry of an array: where it is and what it is."""

    place: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class Entries:
    """The largest entries of an array, and the others as one number.

    Attributes:
        largest: The largest entries, the largest first.
        num_rest: The number of other entries.
        rest: The sum of the other entries.
        total: The sum of all entries.
        share: The share of the array's squared length that the largest entries hold, from 0 to 1.
    """

    largest: tuple[Entry, ...]
    num_rest: int
    rest: float
    total: float
    share: float


def largest_entries(array: Array, top: int) -> Entries:
    """Name the largest entries of an array and add up the others.

    Args:
        array: Any shape.
        top: How many to name.

    Returns:
        The entries.

    Example:
        >>> largest_entries(np.array([[1.0, -4.0], [0.5, 2.0]]), 1)
        Entries(largest=(Entry(place=(0, 1), value=-4.0),), num_rest=3, rest=3.5, total=-0.5, share=0.75...)
    """
    flat = array.ravel()
    order = np.argsort(-np.abs(flat), kind="stable")[:top]
    left = np.delete(flat, order)
    named = tuple(Entry(tuple(map(int, np.unravel_index(k, array.shape))), float(flat[k])) for k in order)
    squared = float((flat**2).sum())
    share = float((flat[order] ** 2).sum()) / squared if squared > 0.0 else 1.0
    return Entries(named, len(left), float(left.sum()), float(flat[order].sum()) + float(left.sum()), share)

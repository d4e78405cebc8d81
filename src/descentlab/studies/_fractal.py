"""The roughness of the border between two kinds of cells."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True)
class BoxCount:
    """The box-counting dimension of a border.

    Attributes:
        sizes: Side lengths of the boxes, in cells.
        counts: Number of boxes of each size that hold a piece of the border.
        dimension: Slope of log(count) against log(1 / size); 1 for a smooth line, 2 for one that fills the plane. NaN
            if there are too few boxes.
        error: Standard error of the slope. It covers the fit alone and is too small, since counts of nested boxes
            depend on each other.
    """

    sizes: Int[np.ndarray, " sizes"]
    counts: Int[np.ndarray, " sizes"]
    dimension: float
    error: float


def border_cells(is_inside: Bool[np.ndarray, "rows columns"]) -> Bool[np.ndarray, "rows columns"]:
    """Mark the cells that have a neighbour of the other kind, above, below, left or right.

    Example:
        >>> border_cells(np.array([[True, True, False, False]])).tolist()
        [[False, True, True, False]]
    """
    is_border = np.zeros(is_inside.shape, np.bool_)
    across = is_inside[:, 1:] != is_inside[:, :-1]
    along = is_inside[1:] != is_inside[:-1]
    is_border[:, 1:] |= across
    is_border[:, :-1] |= across
    is_border[1:] |= along
    is_border[:-1] |= along
    return is_border


def box_count(is_inside: Bool[np.ndarray, "rows columns"]) -> BoxCount:
    """Estimate the box-counting dimension of the border of a set.

    Args:
        is_inside: Whether each cell belongs to the set.

    Returns:
        The counts, and the slope fitted to the sizes from 2 cells to an eighth of the shorter side: boxes of one cell
        measure the coarseness of the picture, and there are too few larger boxes.

    References:
        Falconer, "Fractal geometry" (1990), chapter 3.
    """
    border = border_cells(is_inside)
    shortest = min(border.shape)
    sizes = [2**power for power in range(1, 12) if 2**power <= max(shortest // 8, 1)]
    counts = [_count(border, size) for size in sizes]
    known = [(size, count) for size, count in zip(sizes, counts, strict=True) if count > 0]
    dimension, error = _slope(known)
    return BoxCount(np.array(sizes, np.int64), np.array(counts, np.int64), dimension, error)


def _count(border: Bool[np.ndarray, "rows columns"], size: int) -> int:
    rows, columns = (-(-side // size) * size for side in border.shape)
    padded = np.zeros((rows, columns), np.bool_)
    padded[: border.shape[0], : border.shape[1]] = border
    return int(padded.reshape(rows // size, size, columns // size, size).any(axis=(1, 3)).sum())


def _slope(known: list[tuple[int, int]]) -> tuple[float, float]:
    if len(known) < 3:
        return float("nan"), float("nan")
    x: Float[np.ndarray, " sizes"] = -np.log([size for size, _ in known])
    y = np.log([count for _, count in known])
    centred = x - x.mean()
    slope = float((centred * y).sum() / (centred**2).sum())
    residuals = y - y.mean() - slope * centred
    error = float(np.sqrt((residuals**2).sum() / (len(known) - 2) / (centred**2).sum()))
    return slope, error

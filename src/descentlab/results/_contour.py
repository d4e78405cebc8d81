"""The line along which a field is zero, by marching over its squares."""

import numpy as np
from jaxtyping import Float, Int


def zero_lines(field: Float[np.ndarray, "ny nx"], x: Float[np.ndarray, " nx"], y: Float[np.ndarray, " ny"]) -> str:
    """Trace where a field changes its sign, as an SVG path.

    In each square of the grid the field is interpolated along the sides. Where all four sides are crossed
    (a saddle) the two crossings of the lower left and of the upper right corner are joined.

    Args:
        field: Values at the grid's points.
        x: Places of the grid's columns on the paper.
        y: Places of the grid's rows on the paper.

    Returns:
        The path; empty where the sign never changes.
    """
    wide = field.astype(np.float64)
    sides = _sides(wide, x.astype(np.float64), y.astype(np.float64))
    # In the order bottom, left, top, right the crossings pair up around a saddle's two corners.
    crossed = np.stack([np.isfinite(place).all(axis=-1) for place in sides], axis=-1)
    segments = []
    for j, i in np.argwhere(crossed.sum(axis=-1) >= 2):
        ends = [sides[side][j, i] for side in np.flatnonzero(crossed[j, i])]
        segments += [
            f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in zip(ends[::2], ends[1::2], strict=False)
        ]
    return "".join(segments)


def class_margins(
    winners: Int[np.ndarray, "ny nx"], confidence: Float[np.ndarray, "ny nx"]
) -> Float[np.ndarray, "borders ny nx"]:
    """Make fields that are zero along the borders between classes, one for each class but the last.

    Only the winner and its probability are known at each point, so a border lies half-way between two points.
    A light blur over the neighbours takes the steps out of it.

    Args:
        winners: Class ids.
        confidence: The winner's probability.

    Returns:
        By class that wins anywhere, how far it is ahead of the best other one.
    """
    known = np.nan_to_num(confidence.astype(np.float64))
    levels = np.stack([_blurred(np.where(winners == k, known, 0.0)) for k in np.unique(winners)])
    others = [np.delete(levels, k, axis=0).max(axis=0, initial=0.0) for k in range(len(levels))]
    # The borders of the last class are borders of the others too.
    return (levels - np.stack(others))[:-1]


def _blurred(field: Float[np.ndarray, "ny nx"]) -> Float[np.ndarray, "ny nx"]:
    for axis in (0, 1, 0, 1):
        wide = np.pad(field, [(1, 1) if axis == k else (0, 0) for k in (0, 1)], mode="edge")
        last = field.shape[axis]
        parts = [np.take(wide, np.arange(first, first + last), axis=axis) for first in (0, 1, 2)]
        field = (parts[0] + 2.0 * parts[1] + parts[2]) / 4.0
    return field


def _sides(
    field: Float[np.ndarray, "ny nx"], x: Float[np.ndarray, " nx"], y: Float[np.ndarray, " ny"]
) -> tuple[Float[np.ndarray, "squares_y squares_x 2"], ...]:
    """Find where the bottom, left, top and right side of each square is crossed; NaN where it is not."""
    along_x = _crossing(field[:, :-1], field[:, 1:])
    along_y = _crossing(field[:-1], field[1:])
    flat = np.stack([x[:-1] + along_x * np.diff(x), np.broadcast_to(y[:, None], along_x.shape)], axis=-1)
    steep = np.stack([np.broadcast_to(x, along_y.shape), y[:-1, None] + along_y * np.diff(y)[:, None]], axis=-1)
    return flat[:-1], steep[:, :-1], flat[1:], steep[:, 1:]


def _crossing(
    first: Float[np.ndarray, "rows columns"], second: Float[np.ndarray, "rows columns"]
) -> Float[np.ndarray, "rows columns"]:
    """Say how far from the first to the second value zero lies, from 0 to 1; NaN where both have one sign."""
    changes = (first >= 0.0) != (second >= 0.0)
    changes &= np.isfinite(first) & np.isfinite(second)
    return np.divide(first, first - second, out=np.full(first.shape, np.nan), where=changes)

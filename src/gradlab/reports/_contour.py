"""The line along which a field is zero, by marching over its squares."""

import numpy as np
from jaxtyping import Float


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

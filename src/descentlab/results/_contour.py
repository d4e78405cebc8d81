"""Lines along which a field is zero, and the borders between classes as such lines."""

from typing import cast

import numpy as np
from jaxtyping import Float, Int


def zero_lines(field: Float[np.ndarray, "ny nx"], x: Float[np.ndarray, " nx"], y: Float[np.ndarray, " ny"]) -> str:
    """Trace the lines along which a field changes its sign.

    The field is interpolated along the sides of the grid's squares; a value that is not finite breaks the line.

    Args:
        field: Values at the points of the grid.
        x: Places of the grid's columns on the paper.
        y: Places of the grid's rows on the paper.

    Returns:
        The lines as an SVG path; empty if the sign never changes.
    """
    if min(field.shape) < 2:  # no square to cross
        return ""
    from contourpy import contour_generator

    known = np.ma.masked_invalid(field.astype(np.float64))
    # Of "Separate" lines, which contourpy makes by default: its type names those of other kinds too.
    lines = cast("list[np.ndarray]", contour_generator(x, y, known, corner_mask=False).lines(0.0))
    return "".join("M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in line) for line in lines)


def class_margins(
    winners: Int[np.ndarray, "ny nx"], confidence: Float[np.ndarray, "ny nx"]
) -> Float[np.ndarray, "borders ny nx"]:
    """Make fields that are zero along the borders between classes, one for each class but the last.

    Only the predicted class and its probability are known at each point, so that a border lies half-way between two
    points. A light blur over the neighbours smooths its steps.

    Args:
        winners: Ids of the predicted classes.
        confidence: Probabilities of the predicted classes.

    Returns:
        For each class that is predicted anywhere, its lead over the best other class.
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

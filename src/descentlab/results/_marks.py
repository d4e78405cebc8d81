"""Many points as one short SVG path: a line of length zero with round ends is drawn as a dot."""

import numpy as np
from jaxtyping import Float


def dots_path(x: Float[np.ndarray, " points"], y: Float[np.ndarray, " points"]) -> str:
    """Write points as an SVG path, for a stroke with round ends; points that are not finite are left out."""
    known = np.isfinite(x) & np.isfinite(y)
    return "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x[known], y[known], strict=True))


def line_path(x: Float[np.ndarray, " points"], y: Float[np.ndarray, " points"]) -> str:
    """Write a line through points as an SVG path."""
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) if len(x) else ""

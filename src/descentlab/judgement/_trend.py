"""The end of a curve: its straight line, its noise, and whether it surely falls or rises."""

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.evaluation import t_quantile

LAST_SHARE = 0.2
"""The end of a curve is its last fifth,"""
MIN_WINDOW = 5
"""but no fewer than so many points, or the slope is noise,"""
MOST_SHARE = 2
"""and at most one point in so many: the end of a short training is not the whole of it."""
NUM_STANDARD_ERRORS = 3.0
"""A slope is sure if it is steeper than so many of its standard errors (by Student's t where the points are few)."""
FALLS_IN_A_ROW = 3
"""A curve also surely falls if it fell at each point of its end, at least so many times: noise does in 1 case of 24."""


def end_length(num_points: int) -> int:
    """Return the number of points in the end of a curve, by whose slope the curve is judged."""
    return min(num_points // MOST_SHARE, max(MIN_WINDOW, round(LAST_SHARE * num_points)))


@dataclass(frozen=True)
class Trend:
    """A straight line through the last points of a curve.

    Attributes:
        num: Number of points.
        level: Their mean.
        slope: Change of the line from one point to the next.
        deviation: Standard deviation around the line; 0 if two points leave none.
        is_falling: Whether the line falls by more than its noise.
        is_rising: Whether the line rises by more than its noise.
    """

    num: int
    level: float
    slope: float
    deviation: float
    is_falling: bool
    is_rising: bool

    @property
    def change(self) -> float:
        """Change of the line from its first point to its last."""
        return self.slope * (self.num - 1)


def fit_trend(curve: Float[np.ndarray, " points"], num: int) -> Trend:
    """Fit a straight line through the last points of a curve.

    Args:
        curve: All points of the curve, at least `num`.
        num: Number of points in the end of the curve, at least 1.
    """
    end = curve[-num:]
    level = float(end.mean())
    if num < 2:
        return Trend(num, level, 0.0, 0.0, is_falling=False, is_rising=False)
    place = np.arange(num) - (num - 1) / 2.0
    spread = float((place**2).sum())
    scale = float(np.abs(end).max()) or 1.0  # a loss that runs away has squares beyond float64
    slope = float((place * (end / scale)).sum()) / spread
    residuals = (end - level) / scale - slope * place
    degrees = num - 2
    deviation = float((residuals**2).sum() / degrees) ** 0.5 if degrees else 0.0
    least = _num_errors(degrees) * deviation / spread**0.5 if degrees else float("inf")
    changes = np.diff(curve[-max(num, FALLS_IN_A_ROW + 1) :])
    is_long = len(changes) >= FALLS_IN_A_ROW
    return Trend(
        num,
        level,
        slope * scale,
        deviation * scale,
        is_falling=slope < 0.0 and (-slope > least or (is_long and bool(np.all(changes < 0.0)))),
        is_rising=slope > 0.0 and (slope > least or (is_long and bool(np.all(changes > 0.0)))),
    )


@functools.cache
def _num_errors(degrees: int) -> float:
    return max(NUM_STANDARD_ERRORS, t_quantile(degrees))


def largest_rise(values: Float[np.ndarray, " points"]) -> float:
    """Return the largest rise of a curve from a point to a later one; 0 for a curve that only falls.

    Example:
        >>> largest_rise(np.array([3.0, 1.0, 2.0, 0.5]))
        1.0
    """
    return float(np.max(values - np.minimum.accumulate(values))) if len(values) else 0.0

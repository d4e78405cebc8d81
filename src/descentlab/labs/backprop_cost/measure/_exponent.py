"""The exponent of a power law, with its interval."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import ShapeError
from descentlab.evaluation import t_quantile

LEAST_POINTS = 4
"""Sizes that a fit needs: of three, Student's quantile for its one degree of freedom is 12.7, which tells nothing."""


@dataclass(frozen=True)
class Exponent:
    """A power law fitted to measured values.

    Attributes:
        value: The exponent e of value ∝ size^e.
        low: Lower end of its 95% interval.
        high: Upper end.
        smallest: The smallest size that it was fitted to.
        largest: The largest.
        num_sizes: How many sizes.
        scatter: Standard deviation of the values about the line, as a share of them.
    """

    value: float
    low: float
    high: float
    smallest: float
    largest: float
    num_sizes: int
    scatter: float


def fit_exponent(sizes: Shaped[np.ndarray, " sizes"], values: Float[np.ndarray, " sizes"]) -> Exponent:
    """Fit a power law by least squares of the logarithms.

    The interval is Student's, from how the points lie about the line. It holds the noise of the values and any
    bend of the curve, and supposes that they are independent.

    Args:
        sizes: Positive, at least `LEAST_POINTS` different ones.
        values: A positive value for each.

    Returns:
        The exponent.

    Raises:
        ShapeError: If there are too few sizes.

    Example:
        >>> round(fit_exponent(np.array([1, 2, 4, 8]), np.array([3.0, 12.0, 48.0, 192.0])).value, 6)
        2.0
    """
    num = len(sizes)
    if num < LEAST_POINTS or num != len(values) or len(np.unique(sizes)) < LEAST_POINTS:
        raise ShapeError(f"an exponent needs at least {LEAST_POINTS} sizes with a value each; there are {num}")
    x, y = np.log(sizes.astype(np.float64)), np.log(values)
    across = x - x.mean()
    spread = float(across @ across)
    slope = float(across @ y) / spread
    rest = y - y.mean() - slope * across
    scatter = math.sqrt(float(rest @ rest) / (num - 2))
    half = t_quantile(num - 2) * scatter / math.sqrt(spread)
    return Exponent(slope, slope - half, slope + half, float(sizes.min()), float(sizes.max()), num, scatter)


def reached_from(
    sizes: Shaped[np.ndarray, " sizes"], values: Float[np.ndarray, " sizes"], exponent: float, *, within: float = 0.1
) -> Exponent | None:
    """Find from which size on values grow as a power law says.

    Every `LEAST_POINTS` neighbouring sizes from there on give at least `exponent - within`. So a curve that is flat at
    first and steep later is not taken for a line between the two.

    Args:
        sizes: Rising.
        values: A positive value for each.
        exponent: What is expected.
        within: How far below it a fit may lie and still be called that.

    Returns:
        The fit to all sizes from there on; None if not even the largest grow so.
    """
    starts = range(len(sizes) - LEAST_POINTS + 1)
    windows = [fit_exponent(sizes[k : k + LEAST_POINTS], values[k : k + LEAST_POINTS]).value for k in starts]
    first = next((k for k in starts if min(windows[k:]) >= exponent - within), None)
    return None if first is None else fit_exponent(sizes[first:], values[first:])

"""The exponent of a power law, with its interval."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import ShapeError
from descentlab.evaluation import t_quantile

LEAST_POINTS = 4
"""Sizes that a fit needs. Three sizes leave one degree of freedom, and Student's quantile of 12.7 is useless."""


@dataclass(frozen=True)
class Exponent:
    """A power law fitted to measured values.

    Attributes:
        value: Exponent e of value ∝ size^e.
        low: Lower end of its 95% interval.
        high: Upper end of its 95% interval.
        smallest: Smallest size of the fit.
        largest: Largest size of the fit.
        num_sizes: Number of sizes.
        scatter: Standard deviation of the values about the fitted line, as a share of the values.
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

    The interval is Student's t interval of the slope. Noise of the values widens it, and so does a bend of the curve.
    It assumes that the deviations from the line are independent.

    Args:
        sizes: Positive sizes, at least `LEAST_POINTS` different ones.
        values: A positive value for each size.

    Returns:
        The exponent with its interval.

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
    """Find the size from which on values grow at least as fast as a power law.

    From that size on, a fit to any `LEAST_POINTS` neighbouring sizes gives at least `exponent - within`. So a curve
    that is flat at first and steep later is not taken for a straight line between the two.

    Args:
        sizes: Sizes in rising order.
        values: A positive value for each size.
        exponent: Expected exponent.
        within: Largest distance below the expected exponent that is accepted.

    Returns:
        The fit to all sizes from there on; None if even the largest sizes grow more slowly.
    """
    starts = range(len(sizes) - LEAST_POINTS + 1)
    windows = [fit_exponent(sizes[k : k + LEAST_POINTS], values[k : k + LEAST_POINTS]).value for k in starts]
    first = next((k for k in starts if min(windows[k:]) >= exponent - within), None)
    return None if first is None else fit_exponent(sizes[first:], values[first:])

"""What a schedule of the learning rate means for the end of a curve.

The first-order fall of a step is proportional to its rate, so that a rate that ends near 0 leaves nothing to be
expected of more epochs like the last. While the rate falls, the loss falls too because the noise of the batches
shrinks; that is no sign of too few epochs.
"""

import numpy as np
from jaxtyping import Float

ANNEALED = 0.5
"""A rate that ends below this share of its largest has been lowered."""
LAST = 0.2
"""Share of the distance (the sum of the rates) over which an even fall is looked for."""
SPEEDING = 1.25
"""A fall that is faster than so many times the one before it comes from the falling rate and not from the distance."""


def rate_share(factors: Float[np.ndarray, " points"], num: int) -> float:
    """Return the final rate of a schedule, as a share of its mean rate over the last points.

    Args:
        factors: Factor on the rate when each point was reached.
        num: Number of last points.

    Example:
        >>> rate_share(np.array([1.0, 1.0, 0.5, 0.0]), 3)
        0.0
    """
    last = factors[-max(2, num) :].astype(np.float64)
    mean = float(np.mean((last[1:] + last[:-1]) / 2.0)) if len(last) > 1 else float(last.mean())
    return float(last[-1]) / mean if mean > 0.0 else 1.0


def is_annealed(factors: Float[np.ndarray, " points"]) -> bool:
    """Return whether the rate was lowered towards the end."""
    return bool(factors[-1] < ANNEALED * factors.max())


def falls_over_distance(
    train_loss: Float[np.ndarray, " points"], factors: Float[np.ndarray, " points"]
) -> tuple[float, float]:
    """Measure how far the loss fell over the last fifth of the distance, and over the fifth before it.

    Distance is the sum of the rates. A loss that falls evenly with it was not yet near its end when the schedule took
    the rate away.

    Args:
        train_loss: Loss at each point.
        factors: Factor on the rate when each point was reached.
    """
    steps = (factors[1:] + factors[:-1]) / 2.0
    distance = np.concatenate([[0.0], np.cumsum(steps)])
    at = [distance[-1] * (1.0 - share) for share in (2.0 * LAST, LAST, 0.0)]
    first, middle, last = np.interp(at, distance, train_loss)
    return float(middle - last), float(first - middle)

"""Losses that run away while they are still numbers."""

import numpy as np
from jaxtyping import Float

FAR_ABOVE_START = 10.0
"""A training loss that exceeds so many times its first value has run away,"""
FOR_GOOD = 3
"""if it stays there for at least so many epochs, to the end."""


def find_runaway(train_loss: Float[np.ndarray, " points"]) -> int | None:
    """Find the point from which on a loss that is still a number stays far above its start.

    Args:
        train_loss: Mean training loss from before the first step on; NaN for epochs that were not trained.

    Returns:
        The position from which on the loss stayed far above its start to the end, or None.

    Example:
        >>> find_runaway(np.array([1.0, 0.5, 30.0, 40.0, 50.0]))
        2
    """
    known = train_loss[np.isfinite(train_loss)]
    if len(known) < FOR_GOOD + 1 or known[0] <= 0.0:
        return None
    is_low = np.flatnonzero(known <= FAR_ABOVE_START * known[0])
    begin = int(is_low[-1]) + 1
    return begin if len(known) - begin >= FOR_GOOD else None

"""The rules that judge a training by its two loss curves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

Verdict = Literal["diverged", "not-learning", "over-fitted", "under-trained", "settled", "too-short"]

LAST_SHARE = 0.2
"""The end of a curve is its last fifth,"""
MIN_WINDOW = 5
"""but no fewer than so many epochs, or the slope is noise."""
SHORT = 2 * MIN_WINDOW
"""On a curve of at most so many points, a fall that may be noise is too short to judge."""
NOT_LEARNING_FALL = 0.02
"""A training loss that never fell by more than this share of its first value has learned nothing."""
UNDER_TRAINED_FALL = 0.03
"""A loss that falls by more than this share over the end is still falling,"""
UNDER_TRAINED_PART = 0.005
"""if that is also more than this share of its whole fall: that a loss of almost 0 halves does not matter."""
NUM_STANDARD_ERRORS = 3.0
"""A slope counts when it is steeper than so many of its standard errors."""
OVER_FITTED_RISE = 0.10
"""A validation loss that ends by more than this share above its lowest, while the training loss fell, over-fits,"""
OVER_FITTED_PART = 0.02
"""if that is also more than this share of its whole fall,"""
OVER_FITTED_DEVIATIONS = 4.0
"""and more than so many standard deviations of its noise, since the lowest of many noisy values lies low by chance."""


@dataclass(frozen=True)
class CurveReading:
    """The verdict on a member's two loss curves.

    Attributes:
        verdict: `diverged`: the training broke off, or the loss was never a number. `not-learning`: the training loss
            hardly fell. `over-fitted`: the validation loss rose from its lowest while the training loss fell on.
            `under-trained`: it was still falling at the end. `settled`: none of these. `too-short`: fewer than three
            points, or so few that a fall at their end may be noise as well as learning.
        change: Relative change of the loss that the verdict rests on. For `over-fitted`, the validation loss from its
            lowest to its end; for `not-learning`, the training loss from first to last; else the validation loss
            (the training loss if there is no validation part) over the end of its curve.
        lowest_at: Position on the curve of the lowest validation (or training) loss; 0 is the first point.
        share_of_fall: Share of the whole fall of that loss that lies in the end of the curve; 0 if the loss rose there.
    """

    verdict: Verdict
    change: float
    lowest_at: int
    share_of_fall: float = 0.0


def read_curves(
    train_loss: Float[np.ndarray, " epochs"],
    validation_loss: Float[np.ndarray, " epochs"],
    *,
    has_diverged: bool = False,
) -> CurveReading:
    """Judge a training by its loss curves.

    Args:
        train_loss: Mean training loss after each epoch; NaN at the end for epochs that were not trained.
        validation_loss: Mean validation loss after each epoch; all NaN if there is no validation part.
        has_diverged: Whether the trainer stopped the member because it diverged.

    Returns:
        The verdict and the numbers that it rests on.
    """
    broken = np.flatnonzero(~np.isfinite(train_loss))
    num = int(broken[0]) if broken.size else len(train_loss)
    if has_diverged or (num == 0 and len(train_loss)):
        return CurveReading("diverged", float("nan"), 0)
    train, validation = train_loss[:num].astype(np.float64), validation_loss[:num].astype(np.float64)
    has_validation = num > 0 and bool(np.all(np.isfinite(validation)))
    judged = validation if has_validation else train
    if num < 3:
        return CurveReading("too-short", 0.0, max(num - 1, 0))
    lowest_at = int(np.argmin(judged))
    fall = judged[0] - judged[lowest_at]
    if train[0] - np.min(train) < NOT_LEARNING_FALL * abs(train[0]):
        return CurveReading("not-learning", float((train[-1] - train[0]) / (train[0] or 1.0)), lowest_at)
    end = judged[-end_length(num) :]
    change, noise, is_certain = _trend(end)
    lowest, rise = judged[lowest_at], np.mean(end) - judged[lowest_at]
    least = max(OVER_FITTED_RISE * lowest, OVER_FITTED_PART * fall, OVER_FITTED_DEVIATIONS * noise)
    if has_validation and rise > least and train[-1] < train[lowest_at]:
        return CurveReading("over-fitted", float(rise / max(lowest, 1e-300)), lowest_at)
    share = float(max(-change * end[0], 0.0) / fall) if fall > 0.0 else 0.0
    is_falling = change < -UNDER_TRAINED_FALL and share > UNDER_TRAINED_PART
    # A few points give a slope a wide error, but a curve that fell at every one of them fell.
    is_sure = is_certain or bool(np.all(np.diff(end) < 0.0))
    if is_falling and not is_sure and num <= SHORT:
        return CurveReading("too-short", change, lowest_at, share)
    return CurveReading("under-trained" if is_falling and is_sure else "settled", change, lowest_at, share)


def end_length(num_points: int) -> int:
    """Return the number of points in the end of a curve, by whose slope the curve is judged."""
    return min(num_points, max(MIN_WINDOW, round(LAST_SHARE * num_points)))


def _trend(end: Float[np.ndarray, " end"]) -> tuple[float, float, bool]:
    """Fit a straight line.

    Returns:
        The line's relative change from end to end, the standard deviation around it, and whether its slope is certain.
    """
    num = len(end)
    x = np.arange(num) - (num - 1) / 2.0
    spread = np.sum(x**2)
    slope = np.sum(x * end) / spread
    residuals = end - np.mean(end) - slope * x
    noise = np.sqrt(np.sum(residuals**2) / (num - 2))
    start = np.mean(end) - slope * (num - 1) / 2.0
    change = slope * (num - 1) / start if start > 0.0 else 0.0
    if change < -1.0:  # the line ends below zero, as no loss does
        change = end[-1] / end[0] - 1.0
    return float(change), float(noise), bool(abs(slope) > NUM_STANDARD_ERRORS * noise / np.sqrt(spread))


FAR_ABOVE_START = 10.0
"""A training loss that exceeds so many times its first value has run away,"""
FOR_GOOD = 3
"""if it stays there for at least so many epochs, to the end."""


def find_runaway(train_loss: Float[np.ndarray, " epochs"]) -> int | None:
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

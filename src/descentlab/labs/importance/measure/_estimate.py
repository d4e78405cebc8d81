"""What a change costs a network, with 95% intervals over examples, draws or seeds."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from descentlab.core import Estimate, generator
from descentlab.evaluation import mean_and_deviation, paired_share_difference

NUM_RESAMPLES = 1_000
POINTS = 100.0
"""Accuracies are compared in points: hundredths of all examples."""


@dataclass(frozen=True)
class Worth:
    """What a change costs a network; a change that helps costs less than nothing.

    Attributes:
        accuracy_lost: Accuracy that is lost, in points; None for regression.
        loss_gained: Rise of the mean loss.
    """

    accuracy_lost: Estimate | None
    loss_gained: Estimate

    @property
    def main(self) -> Estimate:
        """The number to go by: accuracy, or loss where there is none."""
        return self.loss_gained if self.accuracy_lost is None else self.accuracy_lost


@dataclass(frozen=True, eq=False)
class Answers:
    """How a network does on the same examples under one change, or under several draws of it.

    Attributes:
        losses: Loss of each example.
        right: Whether the class of each example is predicted correctly; None for regression.
    """

    losses: Float[np.ndarray, "draws examples"]
    right: Bool[np.ndarray, "draws examples"] | None


def cost_of(before: Answers, after: Answers) -> Worth:
    """Compare the same examples before and after a change.

    One change is compared example by example: accuracies by Bonett and Price's interval for paired shares, losses by
    bootstrap. Of a change with several draws, as other random weights, the interval is Student's over the draws, since
    they differ by more than the examples do.

    Args:
        before: Answers without the change, in one draw.
        after: Answers with it.

    Returns:
        What it costs.
    """
    if len(after.losses) > 1:
        gained = after.losses.mean(axis=1, dtype=np.float64) - before.losses.mean(dtype=np.float64)
        lost = None
        if before.right is not None and after.right is not None:
            lost = over_draws(POINTS * (before.right.mean() - after.right.mean(axis=1)))
        return Worth(lost, over_draws(gained))
    return cost_of_each(before, after)[0]


def cost_of_each(before: Answers, after: Answers) -> tuple[Worth, ...]:
    """Compare the same examples before and after each of several changes, which are not draws of the same change.

    Args:
        before: Answers without a change.
        after: Answers with the changes, each in the place of a draw.

    Returns:
        What each costs.
    """
    losses = _bootstrap(after.losses - before.losses)
    if before.right is None or after.right is None:
        return tuple(Worth(None, loss) for loss in losses)
    shares = [_share_lost(before.right[0], right) for right in after.right]
    return tuple(Worth(share, loss) for share, loss in zip(shares, losses, strict=True))


def join_seeds(worths: Sequence[Worth]) -> Worth:
    """Join what a change costs networks of several seeds, with Student's interval over them; a single one is kept."""
    if len(worths) == 1:
        return worths[0]
    lost = [worth.accuracy_lost.value for worth in worths if worth.accuracy_lost is not None]
    return Worth(over_draws(lost) if lost else None, over_draws([worth.loss_gained.value for worth in worths]))


def over_draws(values: Sequence[float] | Float[np.ndarray, " draws"]) -> Estimate:
    """Estimate the mean over draws with Student's interval."""
    mean, _, interval = mean_and_deviation([float(value) for value in values])
    return Estimate(mean, *(interval or (math.nan, math.nan)))


def _share_lost(before: Bool[np.ndarray, " examples"], after: Bool[np.ndarray, " examples"]) -> Estimate:
    lost, gained = int((before & ~after).sum()), int((after & ~before).sum())
    value, (low, high) = paired_share_difference(lost, gained, len(before))
    return Estimate(POINTS * value, POINTS * low, POINTS * high)


def _bootstrap(differences: Float[np.ndarray, "changes examples"]) -> tuple[Estimate, ...]:
    with np.errstate(invalid="ignore"):
        means = differences.mean(axis=1, dtype=np.float64)
        drawn = differences.astype(np.float32) @ _resamples(differences.shape[1])
        low, high = np.quantile(drawn.astype(np.float64), (0.025, 0.975), axis=1)
    return tuple(Estimate(float(m), float(a), float(b)) for m, a, b in zip(means, low, high, strict=True))


@functools.lru_cache(maxsize=2)
def _resamples(num: int) -> Float[np.ndarray, "examples resamples"]:
    """Return the weight of each example in each resample, so that one matrix product resamples every change."""
    rng = generator(0, "importance", num)
    rows = rng.integers(0, num, (NUM_RESAMPLES, num))
    counts = np.stack([np.bincount(row, minlength=num) for row in rows], axis=1)
    return (counts / num).astype(np.float32)

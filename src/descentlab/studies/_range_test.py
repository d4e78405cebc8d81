"""The range test: one training whose learning rate rises at every step, and the rates that its loss suggests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.data import Dataset
from descentlab.training import Block, Compiler, Member, Plan

SMOOTHING = 0.9
"""Share of its old value that the smoothed loss keeps at each step."""
SKIPPED = 10
"""The steepest slope is not looked for in the first tenth of the steps, where the average of few losses is noisy."""
BLOWN_UP = 4.0
"""The test ends where the smoothed loss exceeds so many times its lowest."""


@dataclass(frozen=True)
class RangeTest:
    """A range test.

    Attributes:
        rates: Learning rate at each step, rising by equal factors.
        losses: Batch loss at each step, the mean over the seeds; NaN once the loss of a seed is no longer a number.
        smoothed: Smoothed losses.
        end: Number of steps before the loss blew up.
        suggestions: Suggested learning rates by the name of the rule.
    """

    rates: Float[np.ndarray, " steps"]
    losses: Float[np.ndarray, " steps"]
    smoothed: Float[np.ndarray, " steps"]
    end: int
    suggestions: dict[str, float]


def run_range_test(
    plan: Plan,
    members: Sequence[Member],
    datasets: Sequence[Dataset],
    rates: Float[np.ndarray, " steps"],
    *,
    on_step: Callable[[int, int], None] | None = None,
) -> RangeTest:
    """Train some networks while the learning rate rises, and suggest rates.

    Args:
        plan: Program of the networks.
        members: One network a seed, at most `plan.lanes`; their learning rate is set to 1, times that of each step.
        datasets: Data of each member.
        rates: Learning rate at each step.
        on_step: Called after each step with the number of steps done and of all steps.

    Returns:
        The test with its suggestions.

    References:
        Smith, "Cyclical learning rates for training neural networks" (2017).
    """
    per_epoch = plan.steps_per_epoch
    num_epochs = -(-len(rates) // per_epoch)
    factors = np.resize(rates, num_epochs * per_epoch).reshape(num_epochs, per_epoch)
    unit_rate_members = [Member(member.seed, (*member.hyper, ("learning_rate", 1.0))) for member in members]
    block = Block(plan, unit_rate_members, datasets, factors, compiler=Compiler())
    losses = []
    for step in range(len(rates)):
        losses.append(float(np.mean(block.advance_one_step())))
        if on_step is not None:
            on_step(step + 1, len(rates))
        if not np.isfinite(losses[-1]):
            break
    padded = np.full(len(rates), np.nan)
    padded[: len(losses)] = losses
    return read_range_test(rates, padded)


def read_range_test(rates: Float[np.ndarray, " steps"], losses: Float[np.ndarray, " steps"]) -> RangeTest:
    """Smooth a range test's losses and suggest rates by three rules.

    Slopes are taken against the logarithm of the rate: the rates rise by equal factors, and a slope against the rate
    itself would always be steepest at the lowest rates.

    Args:
        rates: Learning rate at each step, rising by equal factors.
        losses: Loss at each step.

    Returns:
        The test with its suggestions: `minimum`, a tenth of the rate of the lowest smoothed loss; `steep`, the rate
        where it falls fastest; `valley`, the rate half-way through the longest descent, as in fastai.

    References:
        Howard and Gugger, "fastai: a layered API for deep learning" (2020).
    """
    smoothed = _smooth(losses)
    known = np.isfinite(smoothed)
    lowest = np.minimum.accumulate(np.where(known, smoothed, np.inf))
    bad = np.flatnonzero(~known | (smoothed > BLOWN_UP * lowest))
    end = int(bad[0]) if bad.size else len(rates)
    if end < 4:
        return RangeTest(rates, losses, smoothed, end, {})
    return RangeTest(rates, losses, smoothed, end, _suggest(rates[:end], smoothed[:end]))


def _smooth(losses: Float[np.ndarray, " steps"]) -> Float[np.ndarray, " steps"]:
    average, smoothed = 0.0, np.full(len(losses), np.nan)
    for step, loss in enumerate(losses):
        average = SMOOTHING * average + (1.0 - SMOOTHING) * float(loss)
        smoothed[step] = average / (1.0 - SMOOTHING ** (step + 1))
    return smoothed


def _suggest(rates: Float[np.ndarray, " steps"], smoothed: Float[np.ndarray, " steps"]) -> dict[str, float]:
    slopes = np.gradient(smoothed, np.log(rates))
    lowest = int(np.argmin(smoothed))
    suggestions = {"minimum": float(rates[lowest]) / 10.0, "valley": float(rates[_valley(smoothed)])}
    settled = len(smoothed) // SKIPPED
    if lowest > settled:
        suggestions["steep"] = float(rates[settled + int(np.argmin(slopes[settled : lowest + 1]))])
    return suggestions


def _valley(smoothed: Float[np.ndarray, " steps"]) -> int:
    """Find the point half-way through the longest descending subsequence of the losses."""
    lengths = np.ones(len(smoothed), np.int64)
    for step in range(1, len(smoothed)):
        above = lengths[:step][smoothed[:step] > smoothed[step]]
        lengths[step] = 1 + (int(above.max()) if above.size else 0)
    last = int(np.argmax(lengths))
    first = last - int(lengths[last])
    third = (last - first) / 3.0
    return max(first + int(third) + int(third / 2.0), 0)

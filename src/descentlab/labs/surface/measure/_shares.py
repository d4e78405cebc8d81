"""The share of the starts that end in a global minimum, and what changes it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from descentlab.core import Estimate
from descentlab.evaluation import paired_share_difference, wilson_interval
from descentlab.labs.surface.measure._outcome import Outcome
from descentlab.labs.surface.measure._survey import Survey


@dataclass(frozen=True)
class Gain:
    """The best of several settings beside the usual one.

    The first half of the starts chooses it, and both shares are measured on the other half: where it was chosen, the
    best of many looks better than it is.

    Attributes:
        best: Number of the best setting.
        share: Share of the second half that ends in a global minimum at the best setting.
        usual: The same share at the usual setting.
        difference: Difference of the two, paired over the starts.
    """

    best: int
    share: float
    usual: float
    difference: Estimate


def is_in_global(survey: Survey, outcome: Outcome) -> Bool[np.ndarray, " starts"]:
    """Return which starts ended in a global minimum."""
    best = [number for number, place in enumerate(survey.places) if place.is_global]
    return np.isin(outcome.fates, best)


def is_in_local(survey: Survey, outcome: Outcome) -> Bool[np.ndarray, " starts"]:
    """Return which starts ended in a minimum that is not global."""
    others = [number for number, place in enumerate(survey.places) if place.is_low and not place.is_global]
    return np.isin(outcome.fates, others)


def share_of(is_so: Bool[np.ndarray, " starts"]) -> Estimate:
    """Return a share of the starts with Wilson's interval, which covers the draw of the starts."""
    num = int(is_so.sum())
    return Estimate(num / len(is_so), *wilson_interval(num, len(is_so)))


def share_of_best(is_so: Bool[np.ndarray, " starts"], num_restarts: int) -> Estimate:
    """Return how often the lowest end of several starts is a global minimum.

    Of n starts k end in it. Among R of them, drawn without putting back, at least one does with probability
    1 - C(n - k, R) / C(n, R): an unbiased estimate that takes no further descents. Its interval is that of a single
    start's share p, taken through 1 - (1 - p)^R.

    Args:
        is_so: Which starts end in it.
        num_restarts: R, from 1 to the number of starts.

    Returns:
        The share.

    Example:
        >>> share_of_best(np.array([True, False, False, False]), 2).value
        0.5

    References:
        Chen et al., "Evaluating large language models trained on code" (2021), for the estimate.
    """
    num, right = len(is_so), int(is_so.sum())
    low, high = wilson_interval(right, num)
    none = math.prod(1.0 - right / (num - k) for k in range(num_restarts)) if num - right >= num_restarts else 0.0
    return Estimate(1.0 - none, 1.0 - (1.0 - low) ** num_restarts, 1.0 - (1.0 - high) ** num_restarts)


def restarts_for(share: float, wanted: float = 0.95) -> float:
    """Return how many starts make the lowest end global with a probability; infinity if no number does.

    Example:
        >>> restarts_for(0.1)
        29.0
    """
    if 1.0 - share >= 1.0:  # also of a share that only rounding keeps from 0
        return math.inf
    return 1.0 if share >= wanted else float(math.ceil(math.log(1.0 - wanted) / math.log(1.0 - share)))


def find_gain(survey: Survey, usual: Outcome, others: Sequence[Outcome]) -> Gain:
    """Choose the setting with the largest share by one half of the starts, and measure it on the other.

    Args:
        survey: The places of the surface.
        usual: Outcome at the usual setting.
        others: Outcomes at the other settings, at least one; of equally good ones the first is chosen.

    Returns:
        The best setting beside the usual one.
    """
    half = len(usual.fates) // 2
    hits = [is_in_global(survey, outcome) for outcome in others]
    best = int(np.argmax([hit[:half].mean() if half else 0.0 for hit in hits]))
    after, before = hits[best][half:], is_in_global(survey, usual)[half:]
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    difference, interval = paired_share_difference(gained, lost, len(after))
    return Gain(best, float(after.mean()), float(before.mean()), Estimate(difference, *interval))

"""How many starts end in the global minimum, and what changes that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from descentlab.evaluation import paired_share_difference, wilson_interval
from descentlab.labs.surface.measure._outcome import Outcome
from descentlab.labs.surface.measure._survey import Survey

Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """A share of the starts.

    Attributes:
        value: The share.
        ci95: Its 95% interval, which covers the draw of the starts.
    """

    value: float
    ci95: Interval


@dataclass(frozen=True)
class Gain:
    """What the best of several settings does beside the usual one.

    It is chosen by the first half of the starts, and both shares are of the other half: the best of many flatters
    itself where it was chosen.

    Attributes:
        best: Its number among the settings.
        share: Of the second half, those that end in the global minimum at the best setting.
        usual: The same at the usual one.
        difference: By how much it is more.
        ci95: The 95% interval of the difference, paired over the starts.
    """

    best: int
    share: float
    usual: float
    difference: float
    ci95: Interval

    @property
    def is_real(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.ci95[0] > 0.0 or self.ci95[1] < 0.0


def is_in_global(found: Survey, outcome: Outcome) -> Bool[np.ndarray, " starts"]:
    """Say which starts ended in a global minimum."""
    best = [number for number, place in enumerate(found.places) if place.is_global]
    return np.isin(outcome.fates, best)


def is_in_local(found: Survey, outcome: Outcome) -> Bool[np.ndarray, " starts"]:
    """Say which starts ended in a minimum that is not global."""
    others = [number for number, place in enumerate(found.places) if place.is_low and not place.is_global]
    return np.isin(outcome.fates, others)


def share_of(is_so: Bool[np.ndarray, " starts"]) -> Share:
    """Count a share of the starts, with Wilson's interval."""
    num = int(is_so.sum())
    return Share(num / len(is_so), wilson_interval(num, len(is_so)))


def share_of_best(is_so: Bool[np.ndarray, " starts"], num_restarts: int) -> Share:
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
    return Share(1.0 - none, (1.0 - (1.0 - low) ** num_restarts, 1.0 - (1.0 - high) ** num_restarts))


def restarts_for(share: float, wanted: float = 0.95) -> float:
    """Return how many starts it takes for the lowest end to be global with a probability; infinity if none is.

    Example:
        >>> restarts_for(0.1)
        29.0
    """
    if share <= 0.0:
        return math.inf
    return 1.0 if share >= wanted else float(math.ceil(math.log(1.0 - wanted) / math.log(1.0 - share)))


def find_gain(found: Survey, usual: Outcome, others: Sequence[Outcome]) -> Gain:
    """Choose the setting with the largest share by one half of the starts, and measure it on the other.

    Args:
        found: The places there are.
        usual: What the others are beside.
        others: At least one; the first of equally good ones is chosen.

    Returns:
        What it gains.
    """
    half = len(usual.fates) // 2
    hits = [is_in_global(found, outcome) for outcome in others]
    best = int(np.argmax([hit[:half].mean() if half else 0.0 for hit in hits]))
    own, before = hits[best][half:], is_in_global(found, usual)[half:]
    gained, lost = int((own & ~before).sum()), int((before & ~own).sum())
    difference, ci95 = paired_share_difference(gained, lost, len(own))
    return Gain(best, float(own.mean()), float(before.mean()), difference, ci95)

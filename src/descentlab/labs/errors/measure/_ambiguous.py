"""Examples between two classes, and whether doubt points to mistakes."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import Estimate
from descentlab.evaluation import wilson_interval
from descentlab.labs.errors.measure._credits import Estimates

STEPS = 20
"""Equal groups that the examples are divided into by their margin; fewer where there are too few examples."""
FEWEST_IN_STEP = 25


@dataclass(frozen=True, eq=False)
class Ambiguity:
    """How doubtful each example is.

    Attributes:
        margins: Largest probability less the second largest: 0 between two classes, 1 without doubt.
        entropies: Entropy of the probabilities, as a share of that of equal ones: 0 without doubt, 1 if all are equal.
        predicted: Class of the largest probability.
        second: Class of the second largest probability.
    """

    margins: Float[np.ndarray, " examples"]
    entropies: Float[np.ndarray, " examples"]
    predicted: Int[np.ndarray, " examples"]
    second: Int[np.ndarray, " examples"]

    def by_margin(self) -> Int[np.ndarray, " examples"]:
        """Return the places of the examples, the smallest margin first."""
        return np.argsort(self.margins, kind="stable")

    def by_entropy(self) -> Int[np.ndarray, " examples"]:
        """Return the places of the examples, the greatest entropy first."""
        return np.argsort(-self.entropies, kind="stable")


@dataclass(frozen=True, eq=False)
class Doubt:
    """Whether examples of small margin are those that are predicted wrongly.

    Attributes:
        area: Probability that a wrongly predicted example has a smaller margin than a correctly predicted one, with its
            95% interval: 0.5 where doubt says nothing; None where all are predicted correctly, or all wrongly.
        shares: Ends of the groups by margin, as shares of all examples, the smallest margins first.
        rates: Share of mistakes in each group, with Wilson's 95% intervals.
        held: Share of all mistakes in all groups up to each; None where there is no mistake.
    """

    area: Estimate | None
    shares: Float[np.ndarray, " groups"]
    rates: Estimates
    held: Float[np.ndarray, " groups"] | None


def measure_ambiguity(probabilities: Float[np.ndarray, "examples classes"]) -> Ambiguity:
    """Measure how doubtful each example is.

    Args:
        probabilities: A row for each example, with two or more classes.

    Returns:
        Margins and entropies.

    References:
        Settles, "Active learning literature survey" (2009), for margin and entropy as measures of doubt.
    """
    wide = probabilities.astype(np.float64)
    order = np.argsort(-wide, axis=1, kind="stable")
    rows = np.arange(len(wide))
    margins = wide[rows, order[:, 0]] - wide[rows, order[:, 1]]
    logs = np.log(wide, out=np.zeros_like(wide), where=wide > 0.0)
    entropies = -(wide * logs).sum(axis=1) / math.log(wide.shape[1])
    return Ambiguity(margins, np.clip(entropies, 0.0, 1.0), order[:, 0], order[:, 1])


def judge_doubt(margins: Float[np.ndarray, " examples"], is_right: Bool[np.ndarray, " examples"]) -> Doubt:
    """Measure how well small margins point to mistakes.

    Args:
        margins: Margin of each example.
        is_right: Whether it is predicted correctly.

    Returns:
        The area under the ROC curve with DeLong's interval, and the rate of mistakes by margin.

    References:
        DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
        characteristic curves" (1988).
    """
    num = len(margins)
    is_wrong = ~is_right[np.argsort(margins, kind="stable")]
    groups = np.array_split(is_wrong, max(1, min(STEPS, num // FEWEST_IN_STEP)))
    sizes, wrong = np.array([len(group) for group in groups]), np.array([int(group.sum()) for group in groups])
    ends = np.array([wilson_interval(int(bad), int(size)) for bad, size in zip(wrong, sizes, strict=True)])
    return Doubt(
        area=_area(margins[~is_right], margins[is_right]),
        shares=np.cumsum(sizes) / num,
        rates=Estimates(wrong / sizes, *ends.T),
        held=np.cumsum(wrong) / wrong.sum() if wrong.any() else None,
    )


def _area(wrong: Float[np.ndarray, " wrong"], right: Float[np.ndarray, " right"]) -> Estimate | None:
    if not len(wrong) or not len(right):
        return None
    above, below = _places(wrong, right), _places(right, wrong)
    of_wrong = 1.0 - above  # share of the right ones that lie above each wrong one
    area = float(of_wrong.mean())
    if len(wrong) < 2 or len(right) < 2:
        return Estimate(area, 0.0, 1.0)
    half = 1.959964 * math.sqrt(of_wrong.var(ddof=1) / len(wrong) + below.var(ddof=1) / len(right))
    return Estimate(area, max(0.0, area - half), min(1.0, area + half))


def _places(values: np.ndarray, among: np.ndarray) -> Float[np.ndarray, " values"]:
    """Return the share of some numbers that lies below each value; an equal number counts half."""
    rising = np.sort(among)
    below, up_to = (np.searchsorted(rising, values, side=side) for side in ("left", "right"))
    return (below + up_to) / 2.0 / len(among)

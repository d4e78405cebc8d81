"""Accuracy by number of examples: means over draws, differences, and how many examples of another way match it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import generator
from descentlab.evaluation import PairedDifference, compare_paired, holm, mean_and_deviation
from descentlab.labs.transfer.measure._ways import Way

LEVEL = 0.05
NUM_RESAMPLES = 1_000
Worth = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Curves:
    """Accuracies of every way.

    Attributes:
        per_class: Examples of each class, rising.
        accuracy: Accuracy of each way on the test part of each draw.
        as_it_is: Accuracy of the source without any example of the target, where its classes are the same.
        chance: Accuracy of always predicting the most frequent class, on each draw.
    """

    per_class: Int[np.ndarray, " sizes"]
    accuracy: Mapping[Way, Float[np.ndarray, "sizes draws"]]
    as_it_is: Float[np.ndarray, " draws"] | None
    chance: Float[np.ndarray, " draws"]

    @property
    def num_draws(self) -> int:
        """Number of draws of examples."""
        return len(self.chance)

    def mean(self, way: Way, place: int) -> tuple[float, float, float]:
        """Return the mean accuracy at a number of examples, with its 95% interval over draws."""
        return interval_of(self.accuracy[way][place])

    def compare(self, first: Way, second: Way) -> tuple[PairedDifference, ...]:
        """Compare two ways at every number of examples, paired over the draws, with Holm's correction over them."""
        pairs = [
            compare_paired(*accuracies) for accuracies in zip(self.accuracy[first], self.accuracy[second], strict=True)
        ]
        corrected = holm([pair.p_value for pair in pairs])
        return tuple(replace(pair, p_value=p, is_real=p < LEVEL) for pair, p in zip(pairs, corrected, strict=True))

    def worth(self, way: Way, place: int, other: Way = "fresh") -> Worth:
        """Return how many examples of each class another way needs for the same mean accuracy.

        Returns:
            The number, between straight lines over the logarithm of the numbers tried, with its 95% interval (bootstrap
            over draws). It is 0 where the other way is better with the fewest examples, and infinite where it does not
            reach that accuracy with the most.
        """
        goal, curve = self.accuracy[way][place], self.accuracy[other]
        at = self._reaches(float(goal.mean()), curve.mean(axis=1))
        rng = generator(0, "worth", way, place)
        rows = rng.integers(0, self.num_draws, (NUM_RESAMPLES, self.num_draws))
        each = sorted(self._reaches(float(goal[row].mean()), curve[:, row].mean(axis=1)) for row in rows)
        return at, each[round(0.025 * (NUM_RESAMPLES - 1))], each[round(0.975 * (NUM_RESAMPLES - 1))]

    def _reaches(self, goal: float, curve: Float[np.ndarray, " sizes"]) -> float:
        reached = np.flatnonzero(curve >= goal)
        if not len(reached):
            return math.inf
        place = int(reached[0])
        if place == 0:
            return float(self.per_class[0]) if curve[0] == goal else 0.0
        logs = np.log(self.per_class.astype(np.float64))
        share = (goal - curve[place - 1]) / (curve[place] - curve[place - 1])
        return float(np.exp(logs[place - 1] + share * (logs[place] - logs[place - 1])))


def interval_of(values: Float[np.ndarray, " draws"]) -> tuple[float, float, float]:
    """Return the mean of shares with its 95% interval over draws (Student's t), within 0 and 1."""
    mean, _, ends = mean_and_deviation([float(value) for value in values])
    low, high = ends or (0.0, 1.0)
    return mean, max(0.0, low), min(1.0, high)

"""Which classes a network takes for each other, and how sure it is that one pair leads."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from descentlab.core import generator
from descentlab.evaluation import Interval, wilson_interval

NUM_RESAMPLES = 2_000


@dataclass(frozen=True)
class ConfusedPair:
    """Two classes that are taken for each other.

    Attributes:
        first: The class of the lower id.
        second: The other one.
        first_as_second: Examples of the first that were told to be of the second.
        second_as_first: The other way round.
        num_first: Examples of the first class.
        num_second: Examples of the second.
        lead: In which share of the draws of the examples with replacement this pair is the most frequent; equal pairs
            share a draw.
    """

    first: int
    second: int
    first_as_second: int
    second_as_first: int
    num_first: int
    num_second: int
    lead: float

    @property
    def count(self) -> int:
        """Examples taken for the other class, either way."""
        return self.first_as_second + self.second_as_first

    @property
    def num_examples(self) -> int:
        """Examples of both classes."""
        return self.num_first + self.num_second

    @property
    def rate(self) -> float:
        """Share of the examples of both classes that were taken for the other one."""
        return self.count / self.num_examples

    @property
    def interval(self) -> Interval:
        """Wilson's 95% interval of the rate."""
        return wilson_interval(self.count, self.num_examples)


def find_confusions(
    labels: Int[np.ndarray, " examples"], told: Int[np.ndarray, " examples"], *, num_classes: int, seed: int = 0
) -> tuple[ConfusedPair, ...]:
    """Find the pairs of classes that are taken for each other, the most frequent first.

    Args:
        labels: The right class of each example.
        told: The class it was told to be of.
        num_classes: How many classes there are.
        seed: Draws the examples with replacement, which tells how sure the order is.

    Returns:
        Every pair with at least one confusion.

    References:
        Efron and Tibshirani, "An introduction to the bootstrap" (1993).
    """
    counts = np.bincount(labels * num_classes + told, minlength=num_classes**2).reshape(num_classes, num_classes)
    sizes = counts.sum(axis=1)
    first, second = np.triu_indices(num_classes, k=1)
    both = counts[first, second] + counts[second, first]
    found = np.flatnonzero(both)
    found = found[np.argsort(-both[found], kind="stable")]
    lead = _lead(both[found], len(labels), seed)
    return tuple(
        ConfusedPair(
            first=int(first[place]),
            second=int(second[place]),
            first_as_second=int(counts[first[place], second[place]]),
            second_as_first=int(counts[second[place], first[place]]),
            num_first=int(sizes[first[place]]),
            num_second=int(sizes[second[place]]),
            lead=float(share),
        )
        for place, share in zip(found, lead, strict=True)
    )


def _lead(both: Int[np.ndarray, " pairs"], num_examples: int, seed: int) -> np.ndarray:
    """Say in which share of the draws each pair has the most confusions."""
    if not len(both):
        return np.zeros(0)
    shares = np.append(both, num_examples - both.sum()) / num_examples
    drawn = generator(seed, "confusions").multinomial(num_examples, shares, NUM_RESAMPLES)[:, :-1]
    is_most = drawn == drawn.max(axis=1, keepdims=True)
    return (is_most / is_most.sum(axis=1, keepdims=True)).mean(axis=0)

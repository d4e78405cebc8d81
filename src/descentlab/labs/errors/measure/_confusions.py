"""Which classes a network confuses with each other, and how certain it is that one pair comes first."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from descentlab.core import Estimate, generator
from descentlab.evaluation import wilson_interval

NUM_RESAMPLES = 2_000


@dataclass(frozen=True)
class ConfusedPair:
    """Two classes that are confused with each other.

    Attributes:
        first: Class with the lower id.
        second: The other class.
        first_as_second: Number of examples of the first class that are predicted as the second.
        second_as_first: Number of examples of the second class that are predicted as the first.
        num_first: Number of examples of the first class.
        num_second: Number of examples of the second class.
        lead: Share of random redraws of the examples (with replacement) in which this pair is the most frequent; equal
            pairs share a redraw.
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
        """Number of examples that are predicted as the other class of the two."""
        return self.first_as_second + self.second_as_first

    @property
    def num_examples(self) -> int:
        """Number of examples of both classes."""
        return self.num_first + self.num_second

    @property
    def rate(self) -> Estimate:
        """Share of the examples of both classes that are predicted as the other, with Wilson's 95% interval."""
        return Estimate(self.count / self.num_examples, *wilson_interval(self.count, self.num_examples))


def find_confusions(
    labels: Int[np.ndarray, " examples"], predicted: Int[np.ndarray, " examples"], *, num_classes: int, seed: int = 0
) -> tuple[ConfusedPair, ...]:
    """Find the pairs of classes that are confused with each other, the most frequent first.

    Args:
        labels: Class of each example by its label.
        predicted: Predicted class of each example.
        num_classes: Number of classes.
        seed: Seed of the redraws of the examples, which show how certain the order is.

    Returns:
        Every pair with at least one confusion.

    References:
        Efron and Tibshirani, "An introduction to the bootstrap" (1993).
    """
    counts = np.bincount(labels * num_classes + predicted, minlength=num_classes**2).reshape(num_classes, num_classes)
    sizes = counts.sum(axis=1)
    first, second = np.triu_indices(num_classes, k=1)
    both = counts[first, second] + counts[second, first]
    pairs = np.flatnonzero(both)
    pairs = pairs[np.argsort(-both[pairs], kind="stable")]
    lead = _lead(both[pairs], len(labels), seed)
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
        for place, share in zip(pairs, lead, strict=True)
    )


def _lead(both: Int[np.ndarray, " pairs"], num_examples: int, seed: int) -> np.ndarray:
    if not len(both):
        return np.zeros(0)
    shares = np.append(both, num_examples - both.sum()) / num_examples
    drawn = generator(seed, "confusions").multinomial(num_examples, shares, NUM_RESAMPLES)[:, :-1]
    is_most = drawn == drawn.max(axis=1, keepdims=True)
    return (is_most / is_most.sum(axis=1, keepdims=True)).mean(axis=0)

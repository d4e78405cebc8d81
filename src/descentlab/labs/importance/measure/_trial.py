"""The scores of a variant that was trained from several seeds, and how it differs from the network as it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.evaluation import PairedDifference, compare_paired
from descentlab.labs.importance.measure._robustness import LEVELS, Distortion
from descentlab.labs.importance.measure._variants import Variant


@dataclass(frozen=True, eq=False)
class Trial:
    """A variant, trained from several seeds. A seed from which training diverged has NaN everywhere.

    Attributes:
        variant: The network.
        num_params: Number of its weights.
        multiply_adds: Multiply-adds of its forward pass for an example.
        seconds: Time to train a network, without compiling.
        train_scores: Score of each seed on training examples: points of accuracy, or the loss with its sign turned, so
            that more is better.
        test_scores: Score of each seed on held-out examples.
        distorted: Points of accuracy on distorted pictures at each level; empty where there are no pictures.
    """

    variant: Variant
    num_params: int
    multiply_adds: int
    seconds: float
    train_scores: Float[np.ndarray, " seeds"]
    test_scores: Float[np.ndarray, " seeds"]
    distorted: Mapping[Distortion, Float[np.ndarray, "seeds levels"]]

    @property
    def gaps(self) -> Float[np.ndarray, " seeds"]:
        """By how much each seed scores better on training examples: the overfitting."""
        return self.train_scores - self.test_scores

    @property
    def num_diverged(self) -> int:
        """Number of seeds from which training diverged."""
        return int(np.isnan(self.test_scores).sum())

    def at(self, kind: Distortion, level: float) -> Float[np.ndarray, " seeds"]:
        """Return the accuracy of each seed on pictures distorted by a level."""
        return self.distorted[kind][:, LEVELS[kind].index(level)]


@dataclass(frozen=True)
class Gain:
    """A difference between two networks over the seeds that both were trained from.

    Attributes:
        name: What is compared.
        difference: First less second.
    """

    name: str
    difference: PairedDifference

    @property
    def sign(self) -> int:
        """1 where the first is really above the second, -1 where below, 0 where neither is shown."""
        return sign_of(self.difference.mean, is_real=self.difference.is_real)


def sign_of(mean: float, *, is_real: bool) -> int:
    """Return the sign of a real difference, and 0 where none is shown."""
    return (1 if mean > 0.0 else -1) if is_real else 0


def compare(name: str, first: Float[np.ndarray, " seeds"], second: Float[np.ndarray, " seeds"]) -> Gain | None:
    """Compare two networks over the seeds from which neither diverged.

    Args:
        name: What is compared.
        first: A number for each seed.
        second: The numbers of the other network.

    Returns:
        The difference; None if there is no such seed.
    """
    both = np.isfinite(first) & np.isfinite(second)
    if not both.any():
        return None
    return Gain(name, compare_paired(first[both].astype(np.float64), second[both].astype(np.float64)))

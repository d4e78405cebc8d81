"""What was timed, as plain numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from descentlab.labs.backprop_cost.measure._exponent import LEAST_POINTS, Exponent, fit_exponent, reached_from

Repeats = Float[np.ndarray, " rounds"]
Curve = Float[np.ndarray, "sizes rounds"]


def spread(repeats: Float[np.ndarray, "... rounds"]) -> Float[np.ndarray, "..."]:
    """Return how far repeats differ: the distance between their quartiles as a share of their median."""
    low, middle, high = np.quantile(repeats, [0.25, 0.5, 0.75], axis=-1)
    return (high - low) / middle


@dataclass(frozen=True, eq=False)
class Scaling:
    """The time of one gradient as one size grows and all else stays.

    Attributes:
        symbol: Of the size, as in O(N d L).
        meaning: What grows, in words.
        fixed: What stays, in words.
        textbook: The exponent that the textbook gives it.
        sizes: Rising.
        multiply_adds: Of one gradient at each size.
        seconds: Of one gradient, by size and round.
    """

    symbol: str
    meaning: str
    fixed: str
    textbook: float
    sizes: Int[np.ndarray, " sizes"]
    multiply_adds: Int[np.ndarray, " sizes"]
    seconds: Curve

    @property
    def medians(self) -> Float[np.ndarray, " sizes"]:
        """The time at each size."""
        return np.median(self.seconds, axis=1)

    @property
    def noise(self) -> float:
        """How far the repeats of a size differ, as a share of its time: the median over the sizes."""
        return float(np.median(spread(self.seconds)))

    @cached_property
    def fit(self) -> Exponent | None:
        """The exponent over all sizes; None if there are too few."""
        return fit_exponent(self.sizes, self.medians) if len(self.sizes) >= LEAST_POINTS else None

    @cached_property
    def smallest(self) -> Exponent | None:
        """The exponent over the smallest sizes, as few as a fit needs."""
        return None if self.fit is None else fit_exponent(self.sizes[:LEAST_POINTS], self.medians[:LEAST_POINTS])

    @cached_property
    def largest(self) -> Exponent | None:
        """The exponent over the largest sizes, as few as a fit needs."""
        return None if self.fit is None else fit_exponent(self.sizes[-LEAST_POINTS:], self.medians[-LEAST_POINTS:])

    @cached_property
    def reached(self) -> Exponent | None:
        """The exponent from the size on from which time grows as the textbook says; None if it does not yet."""
        return None if self.fit is None else reached_from(self.sizes, self.medians, self.textbook)


@dataclass(frozen=True, eq=False)
class Batches:
    """The network's own times as the batch grows.

    Attributes:
        sizes: Examples in the batch, rising.
        forward: Seconds of the way forward, by size and round.
        gradient: Seconds of the way forward and back, in the same rounds.
        called: Seconds of the same gradient where each is a call from Python.
    """

    sizes: Int[np.ndarray, " sizes"]
    forward: Curve
    gradient: Curve
    called: Curve

    @property
    def ratios(self) -> Curve:
        """The way back over the way forward, by size and round."""
        return (self.gradient - self.forward) / self.forward

    def at(self, size: int) -> int:
        """Return the place of a size."""
        return int(np.flatnonzero(self.sizes == size)[0])


@dataclass(frozen=True, eq=False)
class OneByOne:
    """The gradient of the network taken one weight at a time, timed on some of its weights.

    Attributes:
        num_params: W, how many there are in all.
        num_measured: How many were taken.
        seconds: Of one weight, by round.
        error: How far the derivatives lie from back-propagation's, as a share of the length of those.
    """

    num_params: int
    num_measured: int
    seconds: Repeats
    error: float

    @property
    def is_extrapolated(self) -> bool:
        """Whether the time of all weights is more than what was measured."""
        return self.num_measured < self.num_params

    @property
    def whole_s(self) -> float:
        """Seconds of the derivatives by all weights, each taking as long as those measured."""
        return float(np.median(self.seconds)) * self.num_params


@dataclass(frozen=True, eq=False)
class ByWeights:
    """The same gradient in two ways as a network of two equal layers grows.

    Attributes:
        num_params: W of each network, rising.
        num_measured: Of how many weights differences were taken.
        backprop: Seconds of back-propagation.
        differences: Seconds of one difference, times W.
    """

    num_params: Int[np.ndarray, " networks"]
    num_measured: Int[np.ndarray, " networks"]
    backprop: Float[np.ndarray, " networks"]
    differences: Float[np.ndarray, " networks"]


@dataclass(frozen=True, eq=False)
class Timed:
    """All that was timed.

    Attributes:
        batch_size: Examples in the network's own step.
        batches: As the batch grows, its own among them.
        update: Seconds of the optimizer's update, by round.
        scalings: N, d and L of the textbook, and the width of all layers.
        differences: The gradient by nudging one weight at a time.
        chain_rule: The gradient by following one weight at a time; None where convolutions stand in the way.
        by_weights: Back-propagation beside differences as the network grows.
    """

    batch_size: int
    batches: Batches
    update: Repeats
    scalings: tuple[Scaling, ...]
    differences: OneByOne
    chain_rule: OneByOne | None
    by_weights: ByWeights

    @property
    def num_rounds(self) -> int:
        """How often each was measured."""
        return len(self.update)

    @property
    def forward(self) -> Repeats:
        """Seconds of the way forward of the network's own batch."""
        return self.batches.forward[self.batches.at(self.batch_size)]

    @property
    def gradient(self) -> Repeats:
        """Seconds of the way forward and back of the network's own batch."""
        return self.batches.gradient[self.batches.at(self.batch_size)]

    @property
    def ratio(self) -> Repeats:
        """The way back over the way forward for the network's own batch."""
        return self.batches.ratios[self.batches.at(self.batch_size)]

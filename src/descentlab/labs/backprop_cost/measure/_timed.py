"""The measured times, as plain numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from descentlab.labs.backprop_cost.measure._exponent import LEAST_POINTS, Exponent, fit_exponent, reached_from

Repeats = Float[np.ndarray, " rounds"]
Curve = Float[np.ndarray, "sizes rounds"]


def spread(repeats: Float[np.ndarray, "... rounds"]) -> Float[np.ndarray, "..."]:
    """Return the spread of repeats: the distance between their quartiles as a share of their median."""
    low, middle, high = np.quantile(repeats, [0.25, 0.5, 0.75], axis=-1)
    return (high - low) / middle


@dataclass(frozen=True, eq=False)
class Scaling:
    """The time of one gradient as one size grows and the others stay the same.

    Attributes:
        symbol: Symbol of the size that grows, as in O(N d L).
        meaning: The size that grows, in words.
        fixed: Sizes that stay the same, in words.
        textbook: Exponent that the textbook expects.
        sizes: Sizes in rising order.
        multiply_adds: Multiply-adds of one gradient at each size.
        seconds: Seconds of one gradient, by size and round.
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
        """Median seconds at each size."""
        return np.median(self.seconds, axis=1)

    @property
    def noise(self) -> float:
        """Spread of the repeats of a size, as a share of their median: the median over the sizes."""
        return float(np.median(spread(self.seconds)))

    @cached_property
    def fit(self) -> Exponent | None:
        """Exponent over all sizes; None if there are too few sizes."""
        return fit_exponent(self.sizes, self.medians) if len(self.sizes) >= LEAST_POINTS else None

    @cached_property
    def smallest(self) -> Exponent | None:
        """Exponent over the `LEAST_POINTS` smallest sizes; None if there are too few sizes."""
        return None if self.fit is None else fit_exponent(self.sizes[:LEAST_POINTS], self.medians[:LEAST_POINTS])

    @cached_property
    def largest(self) -> Exponent | None:
        """Exponent over the `LEAST_POINTS` largest sizes; None if there are too few sizes."""
        return None if self.fit is None else fit_exponent(self.sizes[-LEAST_POINTS:], self.medians[-LEAST_POINTS:])

    @cached_property
    def reached(self) -> Exponent | None:
        """Exponent from the size on from which time grows as the textbook says; None if it never does."""
        return None if self.fit is None else reached_from(self.sizes, self.medians, self.textbook)


@dataclass(frozen=True, eq=False)
class Batches:
    """The times of the network as the batch grows.

    Attributes:
        sizes: Numbers of examples in the batch, in rising order.
        forward: Seconds of the forward pass, by size and round.
        gradient: Seconds of the forward and backward pass, by size and round.
        called: Seconds of the same gradient where each is a call from Python, by size and round.
    """

    sizes: Int[np.ndarray, " sizes"]
    forward: Curve
    gradient: Curve
    called: Curve

    @property
    def ratios(self) -> Curve:
        """Time of the backward pass divided by that of the forward pass, by size and round."""
        return (self.gradient - self.forward) / self.forward

    def at(self, size: int) -> int:
        """Return the index of a size in `sizes`."""
        return int(np.flatnonzero(self.sizes == size)[0])


@dataclass(frozen=True, eq=False)
class WeightwiseGradient:
    """The gradient of the network computed one weight at a time, timed on some of its weights.

    Attributes:
        num_params: Number of weights in all, W.
        num_measured: Number of weights that were timed.
        seconds: Seconds of the derivative by one weight, by round.
        error: Distance of the derivatives from those of back-propagation, as a share of the length of the latter.
    """

    num_params: int
    num_measured: int
    seconds: Repeats
    error: float

    @property
    def is_extrapolated(self) -> bool:
        """Whether the time for all weights is extrapolated from some of them."""
        return self.num_measured < self.num_params

    @property
    def whole_s(self) -> float:
        """Seconds of the derivatives by all weights, if each takes as long as the measured ones."""
        return float(np.median(self.seconds)) * self.num_params


@dataclass(frozen=True, eq=False)
class ByWeights:
    """Times of back-propagation and of differences as a network of two equal layers grows.

    Attributes:
        num_params: Number of weights W of each network, in rising order.
        num_measured: Number of weights whose difference was measured.
        backprop: Seconds of back-propagation.
        differences: Seconds of one difference, times W.
    """

    num_params: Int[np.ndarray, " networks"]
    num_measured: Int[np.ndarray, " networks"]
    backprop: Float[np.ndarray, " networks"]
    differences: Float[np.ndarray, " networks"]


@dataclass(frozen=True, eq=False)
class Timed:
    """All measured times.

    Attributes:
        batch_size: Number of examples in a step of the network's training.
        batches: Times as the batch grows; `batch_size` is one of the sizes.
        update: Seconds of the optimizer's update, by round.
        scalings: Times as the textbook's N, d and L grow, and as the width of all layers grows.
        differences: Times of the gradient by differences, one weight at a time.
        chain_rule: Times of the gradient by the forward chain rule, one weight at a time; None for convolutions.
        by_weights: Times of back-propagation and of differences as the network grows.
    """

    batch_size: int
    batches: Batches
    update: Repeats
    scalings: tuple[Scaling, ...]
    differences: WeightwiseGradient
    chain_rule: WeightwiseGradient | None
    by_weights: ByWeights

    @property
    def num_rounds(self) -> int:
        """Number of measurements of each time."""
        return len(self.update)

    @property
    def forward(self) -> Repeats:
        """Seconds of the forward pass of a batch of `batch_size`, by round."""
        return self.batches.forward[self.batches.at(self.batch_size)]

    @property
    def gradient(self) -> Repeats:
        """Seconds of the forward and backward pass of a batch of `batch_size`, by round."""
        return self.batches.gradient[self.batches.at(self.batch_size)]

    @property
    def ratio(self) -> Repeats:
        """Time of the backward pass divided by that of the forward pass of a batch of `batch_size`, by round."""
        return self.batches.ratios[self.batches.at(self.batch_size)]

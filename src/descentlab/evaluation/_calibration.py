"""Whether a network that is 90% sure is right nine times out of ten."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

NUM_BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """The examples whose confidence (the probability of the predicted class) lies between two bounds.

    Attributes:
        lower: Lower bound of the confidence, exclusive (0 is in the first bin).
        upper: Upper bound of the confidence, inclusive.
        count: Number of examples in the bin.
        confidence: Mean confidence of the examples, by weight; None for an empty bin, or one of weight 0.
        accuracy: Share of the examples that is predicted correctly, by weight; None as for `confidence`.
        weight: Sum of the examples' weights; None if every example counts once.
    """

    lower: float
    upper: float
    count: int
    confidence: float | None
    accuracy: float | None
    weight: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the values by name, without a weight where there is none."""
        return {name: value for name, value in vars(self).items() if name != "weight" or value is not None}


def reliability_bins(
    confidence: Float[np.ndarray, " examples"],
    is_right: Bool[np.ndarray, " examples"],
    weights: Float[np.ndarray, " examples"] | None = None,
) -> tuple[ReliabilityBin, ...]:
    """Sort examples by confidence into ten bins of equal width, and compare confidence with accuracy in each."""
    edges = np.linspace(0.0, 1.0, NUM_BINS + 1)
    place = np.searchsorted(edges[1:-1], confidence, side="left")
    counts = np.bincount(place, minlength=NUM_BINS)
    mass = counts if weights is None else np.bincount(place, weights=weights, minlength=NUM_BINS)
    once = np.ones(len(confidence)) if weights is None else weights
    sure = np.bincount(place, weights=once * confidence, minlength=NUM_BINS)
    right = np.bincount(place, weights=once * is_right, minlength=NUM_BINS)
    return tuple(
        ReliabilityBin(
            lower=float(edges[i]),
            upper=float(edges[i + 1]),
            count=int(counts[i]),
            confidence=float(sure[i] / mass[i]) if mass[i] else None,
            accuracy=float(right[i] / mass[i]) if mass[i] else None,
            weight=None if weights is None else float(mass[i]),
        )
        for i in range(NUM_BINS)
    )


def calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Compute the expected calibration error: the mean gap between confidence and accuracy, by a bin's weight.

    It is 0 for a perfectly calibrated network. Measured on few examples it is too large, by chance alone.

    References:
        Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017).
    """
    masses = [part.count if part.weight is None else part.weight for part in bins]
    gaps = [
        mass * abs(part.confidence - part.accuracy)
        for mass, part in zip(masses, bins, strict=True)
        if part.confidence is not None and part.accuracy is not None
    ]
    return sum(gaps) / sum(masses)

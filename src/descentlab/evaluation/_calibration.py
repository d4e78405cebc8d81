"""Whether a network that is 90% sure is right nine times out of ten."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

NUM_BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """The examples on which the network was about as sure.

    Attributes:
        lower: Least confidence in the bin, exclusive (0 is in the first).
        upper: Greatest confidence in the bin, inclusive.
        count: How many examples.
        confidence: Their mean confidence, the probability of the class that is told; None where there are none.
        accuracy: The share of them that is right; None where there are none.
    """

    lower: float
    upper: float
    count: int
    confidence: float | None
    accuracy: float | None


def reliability_bins(
    confidence: Float[np.ndarray, " examples"], is_right: Bool[np.ndarray, " examples"]
) -> tuple[ReliabilityBin, ...]:
    """Sort examples by confidence into ten bins of equal width, and compare confidence with accuracy in each."""
    edges = np.linspace(0.0, 1.0, NUM_BINS + 1)
    place = np.searchsorted(edges[1:-1], confidence, side="left")
    counts = np.bincount(place, minlength=NUM_BINS)
    sure = np.bincount(place, weights=confidence, minlength=NUM_BINS)
    right = np.bincount(place, weights=is_right, minlength=NUM_BINS)
    return tuple(
        ReliabilityBin(
            lower=float(edges[i]),
            upper=float(edges[i + 1]),
            count=int(counts[i]),
            confidence=float(sure[i] / counts[i]) if counts[i] else None,
            accuracy=float(right[i] / counts[i]) if counts[i] else None,
        )
        for i in range(NUM_BINS)
    )


def calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Compute the expected calibration error: the mean gap between confidence and accuracy, weighted by count.

    It is 0 for a perfectly calibrated network. From few examples it comes out too large, by chance alone.

    References:
        Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017).
    """
    gaps = [
        each.count * abs(each.confidence - each.accuracy)
        for each in bins
        if each.confidence is not None and each.accuracy is not None
    ]
    return sum(gaps) / sum(each.count for each in bins)

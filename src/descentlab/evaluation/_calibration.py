"""Whether a network that is 90% sure is right nine times out of ten."""

from dataclasses import dataclass

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
        confidence: Mean confidence of the examples; None for an empty bin.
        accuracy: Share of the examples that is predicted correctly; None for an empty bin.
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

    It is 0 for a perfectly calibrated network. Measured on few examples it is too large, by chance alone.

    References:
        Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017).
    """
    gaps = [
        part.count * abs(part.confidence - part.accuracy)
        for part in bins
        if part.confidence is not None and part.accuracy is not None
    ]
    return sum(gaps) / sum(part.count for part in bins)

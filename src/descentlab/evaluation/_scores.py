"""Scores of probabilities. scikit-learn has them too, but its import takes a second and a half."""

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.evaluation._weights import weighted_mean

Weights = Float[np.ndarray, " examples"] | None
"""Weight of each example; None counts every example once."""


def log_loss(
    probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"], weights: Weights = None
) -> float:
    """Compute the mean negative logarithm of the right class's probability, in nats.

    A probability of exactly 0 counts as the smallest step of its type (1.2e-7 for float32), since its logarithm
    would be infinite.
    """
    eps = float(np.finfo(probabilities.dtype).eps)
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return -weighted_mean(np.log(np.clip(right, eps, 1.0 - eps)), weights)


def brier_score(
    probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"], weights: Weights = None
) -> float:
    """Compute the mean squared distance between the probabilities and the truth: 0 is best.

    For two classes it is halved, as is usual, and lies between 0 and 1; for more it lies between 0 and 2.
    """
    truth = labels[:, None] == np.arange(probabilities.shape[1])[None, :]
    total = weighted_mean(np.sum((probabilities.astype(np.float64) - truth) ** 2, axis=1), weights)
    return total / 2.0 if probabilities.shape[1] == 2 else total


def roc_auc(
    probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"], weights: Weights = None
) -> float | None:
    """Compute the area under the ROC curve.

    The area of a class is the chance that an example of the class is given a higher probability of it than an example
    of another class, where a tie counts half. For two classes the result is the area of the second; for more it is
    the mean over the classes, each against the rest. Weighted examples are drawn in proportion to their weights.

    Returns:
        The area, or None if all examples are of one class, so that no class has one. A class without examples (of a
        weight above 0) is left out of the mean.
    """
    num_classes = probabilities.shape[1]
    classes = [1] if num_classes == 2 else range(num_classes)
    areas = [area_under_roc(probabilities[:, c], labels == c, weights) for c in classes]
    defined = [area for area in areas if area is not None]
    return float(np.mean(defined)) if defined else None


def area_under_roc(
    scores: Float[np.ndarray, " examples"], is_class: Bool[np.ndarray, " examples"], weights: Weights = None
) -> float | None:
    """Compute the area under the ROC curve of one yes-or-no answer; None if all examples have the same answer."""
    mass = np.ones(len(scores)) if weights is None else weights / weights.max()  # so that no product overflows
    total, others = float(np.sum(mass[is_class])), float(np.sum(mass[~is_class]))
    if not (total > 0.0 and others > 0.0):
        return None
    # The area is the Mann-Whitney statistic: of all pairs, those whose example of the class scores higher.
    values, place = np.unique(scores, return_inverse=True)
    inside = np.bincount(place, weights=np.where(is_class, mass, 0.0), minlength=len(values))
    outside = np.bincount(place, weights=np.where(is_class, 0.0, mass), minlength=len(values))
    below = np.cumsum(outside) - outside
    return float(np.sum(inside * (below + outside / 2.0)) / total / others)

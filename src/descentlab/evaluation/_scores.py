"""Scores of probabilities. scikit-learn has them too, but its import takes a second and a half."""

import numpy as np
from jaxtyping import Float, Int, Shaped


def log_loss(probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]) -> float:
    """Compute the mean negative logarithm of the right class's probability, in nats.

    A probability of exactly 0 counts as the smallest step of its type (1.2e-7 for float32), since its logarithm
    would be infinite.
    """
    eps = float(np.finfo(probabilities.dtype).eps)
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.mean(np.log(np.clip(right, eps, 1.0 - eps))))


def brier_score(probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]) -> float:
    """Compute the mean squared distance between the probabilities and the truth: 0 is best.

    For two classes it is halved, as is usual, and lies between 0 and 1; for more it lies between 0 and 2.
    """
    truth = labels[:, None] == np.arange(probabilities.shape[1])[None, :]
    total = np.mean(np.sum((probabilities.astype(np.float64) - truth) ** 2, axis=1))
    return float(total / 2.0 if probabilities.shape[1] == 2 else total)


def roc_auc(probabilities: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]) -> float | None:
    """Compute the area under the ROC curve.

    The area of a class is the chance that an example of the class is given a higher probability of it than an example
    of another class, where a tie counts half. For two classes the result is the area of the second; for more it is
    the mean over the classes, each against the rest.

    Returns:
        The area, or None if all examples are of one class, so that no class has one. A class without examples is left
        out of the mean.
    """
    num_classes = probabilities.shape[1]
    classes = [1] if num_classes == 2 else range(num_classes)
    areas = [_area(probabilities[:, c], labels == c) for c in classes if 0 < np.sum(labels == c) < len(labels)]
    return float(np.mean(areas)) if areas else None


def _area(scores: Float[np.ndarray, " examples"], is_class: Shaped[np.ndarray, " examples"]) -> float:
    # The area is the Mann-Whitney statistic, from the sum of the ranks of the class's examples.
    in_order = np.sort(scores)
    rank = (np.searchsorted(in_order, scores, "left") + np.searchsorted(in_order, scores, "right") + 1) / 2.0
    num, others = int(np.sum(is_class)), int(np.sum(~is_class))
    return float((np.sum(rank[is_class]) - num * (num + 1) / 2.0) / num / others)

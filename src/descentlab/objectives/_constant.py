"""The loss of one constant answer for every example; a network with a lower loss has learned something."""

import numpy as np
from jaxtyping import Shaped

from descentlab.objectives._objective import BinaryCrossEntropy, CrossEntropy, Huber, Objective, SquaredError


def best_constant_loss(objective: Objective, targets: Shaped[np.ndarray, " examples"]) -> float:
    """Compute the lowest mean loss that one answer for all examples can reach.

    For cross-entropy that answer is the share of each class, and the loss is its entropy; for squared error it is the
    mean target, and the loss is its variance.

    Args:
        objective: Objective whose loss is computed.
        targets: Class ids or real targets of the training set.

    Returns:
        The loss, in the unit of the objective.

    Example:
        >>> round(best_constant_loss(CrossEntropy(2), np.array([0, 1, 0, 1])), 4)
        0.6931
    """
    match objective:
        case CrossEntropy():
            shares = np.bincount(targets, minlength=objective.num_classes) / len(targets)
            return _entropy(shares)
        case BinaryCrossEntropy():
            coded = _coded(objective, targets)
            shares = coded.mean(axis=0)
            return float(sum(_entropy(np.array([share, 1.0 - share])) for share in shares))
        case SquaredError():
            variances = _coded(objective, targets).var(axis=0)
            return objective.factor * float(variances.sum() if objective.over_outputs == "sum" else variances.mean())
        case Huber():
            return _best_huber(objective, _coded(objective, targets))
    raise TypeError(f"no best constant answer is known for {type(objective).__name__}")


def _entropy(shares: np.ndarray) -> float:
    positive = shares[shares > 0.0]
    return float(-np.sum(positive * np.log(positive)))


def _coded(objective: Objective, targets: np.ndarray) -> np.ndarray:
    if objective.num_classes == 0:
        return targets[:, None].astype(np.float64)
    low = -1.0 if objective.link == "tanh" else 0.0
    if objective.num_outputs == 1:
        return np.where(targets[:, None] == 1, 1.0, low)
    return np.where(targets[:, None] == np.arange(objective.num_classes)[None, :], 1.0, low)


def _best_huber(objective: Huber, coded: np.ndarray) -> float:
    """Bisect on the slope of a convex function, output by output."""
    total = 0.0
    for column in coded.T:
        low, high = float(column.min()), float(column.max())
        for _ in range(60):
            middle = (low + high) / 2.0
            slope = np.clip(middle - column, -objective.delta, objective.delta).sum()
            low, high = (low, middle) if slope > 0.0 else (middle, high)
        distance = np.abs(column - (low + high) / 2.0)
        near = np.minimum(distance, objective.delta)
        total += float(np.mean(0.5 * near**2 + objective.delta * (distance - near)))
    return total / coded.shape[1]

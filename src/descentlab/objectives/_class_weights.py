"""Weights of the classes in the loss, larger for rare classes."""

import numpy as np
from jaxtyping import Float, Int


def balanced_weights(
    labels: Int[np.ndarray, " examples"], num_classes: int, weights: Float[np.ndarray, " examples"] | None = None
) -> Float[np.ndarray, " classes"]:
    """Compute the weights with which every class has the same share in the loss.

    A class with n_c of n examples, of k classes that have any, weighs n / (k n_c), as with scikit-learn's
    `class_weight="balanced"`. The mean weight over the examples is 1. A batch's loss is the sum of its weighted losses
    over the number of its examples; PyTorch's `CrossEntropyLoss(weight=...)` divides by the sum of their weights
    instead, which makes an example count more in a batch of common classes than in one of rare ones.

    Args:
        labels: Class ids of the training set.
        num_classes: Number of classes.
        weights: Weights of the examples, of which n and n_c are then the sums; None if all count the same.

    Returns:
        One weight per class; 0 for a class without examples.

    Example:
        >>> balanced_weights(np.array([0, 0, 0, 1]), 2).round(3).tolist()
        [0.667, 2.0]

    References:
        King and Zeng, "Logistic regression in rare events data" (2001).
    """
    counts = np.bincount(labels, weights, minlength=num_classes)
    share = counts.sum() / max(1, np.count_nonzero(counts))
    return np.where(counts > 0, share / np.where(counts > 0, counts, 1), 0.0)

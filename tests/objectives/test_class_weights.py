"""Class weights, beside scikit-learn's and PyTorch's."""

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from descentlab.objectives import balanced_weights


@pytest.mark.parametrize("counts", [(50, 50), (90, 9, 1), (1, 2, 3, 4)])
def test_they_are_scikit_learn_s(counts: tuple[int, ...]) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    expected = compute_class_weight("balanced", classes=np.arange(len(counts)), y=labels)
    np.testing.assert_allclose(balanced_weights(labels, len(counts)), expected)


def test_a_class_without_examples_weighs_nothing_and_changes_nothing() -> None:
    labels = np.array([0, 0, 0, 2])
    expected = compute_class_weight("balanced", classes=np.array([0, 2]), y=labels)
    np.testing.assert_allclose(balanced_weights(labels, 3)[[0, 2]], expected)
    assert balanced_weights(labels, 3)[1] == 0.0


def test_over_all_examples_both_normalisations_agree() -> None:
    """PyTorch divides by the sum of the weights, which over the whole part is the number of examples."""
    rng = np.random.default_rng(0)
    labels = rng.choice(3, 200, p=[0.8, 0.15, 0.05])
    logits, weights = torch.tensor(rng.normal(size=(200, 3))), torch.tensor(balanced_weights(labels, 3))
    theirs = torch.nn.CrossEntropyLoss(weight=weights)(logits, torch.tensor(labels))
    each = torch.nn.CrossEntropyLoss(weight=weights, reduction="none")(logits, torch.tensor(labels))
    np.testing.assert_allclose(each.sum() / 200, theirs)

"""Unequal classes are told of, with what they do."""

import numpy as np

from descentlab.evaluation import ClassMetrics, describe_imbalance, evaluate_classes


def _metrics(found: int, of: int = 10) -> ClassMetrics:
    """A hundred common examples, of which 90 are told, and a few rare ones."""
    labels = np.repeat([0, 1], [100, of])
    told = np.concatenate([np.repeat([0, 1], [90, 10]), np.repeat([1, 0], [found, of - found])])
    outputs = np.eye(2)[told] * 0.8 + 0.1
    return evaluate_classes(outputs, labels, classes=("common", "rare"), loss=0.5, majority=0)


def test_it_says_how_many_there_are_and_how_many_of_them_are_found() -> None:
    told = describe_imbalance(np.array([500, 50]), [_metrics(2), _metrics(4)], part="test")
    assert told is not None
    assert "500 examples of 'common' and 50 of 'rare'" in told
    assert "of the test part's, 90% and 30% are predicted correctly" in told
    assert "--class-weights balanced" in told


def test_nothing_is_said_of_classes_that_are_nearly_equal() -> None:
    assert describe_imbalance(np.array([499, 100]), [_metrics(2)], part="test") is None
    assert describe_imbalance(np.array([500, 100]), [_metrics(2)], part="test") is not None
    assert describe_imbalance(np.array([500, 0]), [_metrics(2)], part="test") is None


def test_a_class_that_is_not_in_the_part_leaves_its_share_out() -> None:
    told = describe_imbalance(np.array([500, 5]), [_metrics(0, of=0)], part="test")
    assert told is not None
    assert "predicted correctly" not in told

"""Pairs of classes that are taken for each other, beside scikit-learn's matrix and SciPy's intervals."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from descentlab.labs.errors.measure import find_confusions


def noisy(num: int = 3_000, num_classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, num_classes, num)
    predicted = np.where(rng.random(num) < 0.2, rng.integers(0, num_classes, num), labels)
    return labels, predicted


def test_counts_are_scikit_learns_and_intervals_scipys() -> None:
    labels, predicted = noisy()
    matrix = confusion_matrix(labels, predicted)
    pairs = find_confusions(labels, predicted, num_classes=5)
    assert len(pairs) == 10
    for pair in pairs:
        assert pair.first_as_second == matrix[pair.first, pair.second]
        assert pair.second_as_first == matrix[pair.second, pair.first]
        wanted = binomtest(pair.count, pair.num_examples).proportion_ci(method="wilson")
        assert (pair.rate.low, pair.rate.high) == pytest.approx((wanted.low, wanted.high))
        assert pair.num_examples == int(np.isin(labels, (pair.first, pair.second)).sum())
    assert [pair.count for pair in pairs] == sorted((pair.count for pair in pairs), reverse=True)
    assert sum(pair.count for pair in pairs) == int((labels != predicted).sum())


def test_the_lead_is_that_of_drawing_examples_anew() -> None:
    labels = np.repeat([0, 1, 2], 100)
    predicted = labels.copy()
    predicted[:6], predicted[100:104] = 1, 2
    leader, second = find_confusions(labels, predicted, num_classes=3)
    assert (leader.first, leader.second, second.first, second.second) == (0, 1, 1, 2)
    rng = np.random.default_rng(1)
    wins = []
    for _ in range(4_000):
        rows = rng.integers(0, 300, 300)
        ahead = int(((labels == 0) & (predicted == 1))[rows].sum()) - int(
            ((labels == 1) & (predicted == 2))[rows].sum()
        )
        wins.append(0.5 + 0.5 * np.sign(ahead))
    assert leader.lead == pytest.approx(np.mean(wins), abs=0.03)
    assert leader.lead + second.lead == pytest.approx(1.0)


def test_a_plain_leader_always_leads_and_none_where_nothing_is_confused() -> None:
    labels = np.repeat([0, 1, 2], 100)
    predicted = labels.copy()
    predicted[:50], predicted[100] = 1, 2
    assert find_confusions(labels, predicted, num_classes=3)[0].lead == 1.0
    assert find_confusions(labels, labels, num_classes=3) == ()

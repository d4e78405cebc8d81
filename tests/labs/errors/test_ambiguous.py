"""Doubt beside SciPy's entropy, scikit-learn's area and the bootstrap."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import roc_auc_score

from descentlab.labs.errors.measure import judge_doubt, measure_ambiguity


def test_margins_and_entropies() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(4, 0.5), 50)
    probabilities[0] = (0.25, 0.25, 0.25, 0.25)
    probabilities[1] = (0.0, 0.0, 1.0, 0.0)
    ambiguity = measure_ambiguity(probabilities)
    rising = np.sort(probabilities, axis=1)
    np.testing.assert_allclose(ambiguity.margins, rising[:, -1] - rising[:, -2])
    np.testing.assert_allclose(ambiguity.entropies, entropy(probabilities, axis=1) / np.log(4.0), atol=1e-12)
    assert (ambiguity.entropies[0], ambiguity.entropies[1], ambiguity.margins[1]) == (1.0, 0.0, 1.0)
    assert ambiguity.by_margin()[0] == ambiguity.by_entropy()[0] == 0
    assert all(ambiguity.predicted != ambiguity.second)


def doubts(num: int = 800) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    is_right = rng.random(num) < 0.85
    return np.round(rng.beta(np.where(is_right, 3.0, 1.5), 2.0), 2), is_right


def test_the_area_is_scikit_learns_and_its_interval_that_of_the_bootstrap() -> None:
    margins, is_right = doubts()
    doubt = judge_doubt(margins, is_right)
    assert doubt.area is not None
    assert doubt.area.value == pytest.approx(roc_auc_score(is_right, margins))
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(1_500):
        rows = rng.integers(0, len(margins), len(margins))
        areas.append(roc_auc_score(is_right[rows], margins[rows]))
    assert (doubt.area.low, doubt.area.high) == pytest.approx(np.quantile(areas, (0.025, 0.975)), abs=0.01)


def test_groups_by_margin_hold_all_mistakes_in_the_end() -> None:
    margins, is_right = doubts()
    doubt = judge_doubt(margins, is_right)
    assert len(doubt.shares) == 20
    assert doubt.held is not None
    assert (doubt.shares[-1], doubt.held[-1]) == (1.0, 1.0)
    smallest = np.argsort(margins, kind="stable")[:40]
    assert doubt.rates.value[0] == pytest.approx((~is_right[smallest]).mean())
    assert doubt.rates.low[0] < doubt.rates.value[0] < doubt.rates.high[0]


def test_where_all_are_right_doubt_tells_nothing() -> None:
    doubt = judge_doubt(np.linspace(0.0, 1.0, 30), np.ones(30, bool))
    assert (doubt.area, doubt.held) == (None, None)
    assert len(doubt.shares) == 1

"""Costs and their intervals, beside SciPy and by drawing many samples."""

import numpy as np
import pytest
import scipy.stats

from descentlab.core import Estimate
from descentlab.labs.importance.measure import Answers, Worth, cost_of, cost_of_each, join_seeds


def answers(losses: np.ndarray, right: np.ndarray | None = None) -> Answers:
    return Answers(np.atleast_2d(losses).astype(np.float32), None if right is None else np.atleast_2d(right))


def test_what_changes_nothing_costs_nothing() -> None:
    rng = np.random.default_rng(0)
    same = answers(rng.exponential(size=50), rng.random(50) < 0.9)
    cost = cost_of(same, same)
    assert cost.accuracy_lost is not None
    assert cost.accuracy_lost.value == cost.loss_gained.value == cost.loss_gained.high == 0.0
    # No example differs, and yet 50 of them cannot exclude that one in thirty would.
    assert cost.accuracy_lost.low < 0.0 < cost.accuracy_lost.high < 6.0
    assert not cost.accuracy_lost.is_real


def test_a_cost_is_what_is_lost_less_what_is_gained_in_points() -> None:
    before = np.array([True] * 90 + [False] * 10)
    after = before.copy()
    after[:30], after[95:] = False, True
    cost = cost_of(answers(np.zeros(100), before), answers(np.ones(100), after))
    assert cost.main == cost.accuracy_lost
    assert cost.main.value == pytest.approx(25.0)
    assert cost.loss_gained.value == 1.0
    assert cost.main.is_real


def test_the_interval_of_a_loss_agrees_with_students() -> None:
    rng = np.random.default_rng(1)
    gained = rng.exponential(size=2_000)
    found = cost_of(answers(np.zeros(2_000)), answers(gained))
    assert found.accuracy_lost is None
    assert found.main == found.loss_gained
    wanted = scipy.stats.t.interval(0.95, 1_999, gained.mean(), scipy.stats.sem(gained))
    assert (found.main.low, found.main.high) == pytest.approx(wanted, abs=0.006)


def test_intervals_over_examples_hold_what_they_should() -> None:
    """Of many samples, 95% hold the true cost: 12 points lost and 4 gained."""
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(300):
        kinds = rng.random(400)
        before, after = kinds < 0.9, ((kinds < 0.78) | (kinds > 0.96))
        found = cost_of(answers(np.zeros(400), before), answers(np.zeros(400), after)).main
        hits.append(found.low <= 8.0 <= found.high)
    assert 0.91 < np.mean(hits) < 0.985


def test_over_draws_the_interval_is_students_over_them() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.random(200) < 0.9, rng.random((5, 200)) < rng.uniform(0.2, 0.6, (5, 1))
    found = cost_of(answers(np.zeros(200), before), answers(np.zeros((5, 200)), after)).main
    lost = 100.0 * (before.mean() - after.mean(axis=1))
    wanted = scipy.stats.t.interval(0.95, 4, lost.mean(), scipy.stats.sem(lost))
    assert (found.value, found.low, found.high) == pytest.approx((lost.mean(), *wanted), rel=1e-4)


def test_changes_that_are_no_draws_are_told_one_by_one() -> None:
    before = answers(np.zeros(20), np.ones(20, bool))
    after = answers(np.ones((2, 20)) * [[1.0], [3.0]], np.stack([np.ones(20, bool), np.zeros(20, bool)]))
    first, second = cost_of_each(before, after)
    assert (first.main.value, second.main.value) == (0.0, 100.0)
    assert (first.loss_gained.value, second.loss_gained.value) == (1.0, 3.0)


def test_seeds_are_joined_by_their_values_and_one_alone_is_left_as_it_is() -> None:
    def worth(lost: float) -> Worth:
        return Worth(Estimate(lost, 0.0, 99.0), Estimate(lost / 10.0, 0.0, 9.0))

    assert join_seeds([worth(3.0)]) == worth(3.0)
    joined = join_seeds([worth(1.0), worth(2.0), worth(6.0)])
    wanted = scipy.stats.t.interval(0.95, 2, 3.0, scipy.stats.sem([1.0, 2.0, 6.0]))
    assert (joined.main.value, joined.main.low, joined.main.high) == pytest.approx((3.0, *wanted), rel=1e-4)
    assert joined.loss_gained.value == pytest.approx(0.3)


def test_a_loss_that_overflows_is_told_as_such() -> None:
    found = cost_of(answers(np.zeros(4)), answers(np.array([1.0, np.inf, 0.0, 0.0])))
    assert found.main.value == np.inf
    assert not np.isfinite(found.main.high)

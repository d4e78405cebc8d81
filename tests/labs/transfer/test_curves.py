"""Curves whose means, differences and worths are known."""

import math

import numpy as np
import pytest
from scipy import stats

from descentlab.labs.transfer.measure import Curves, interval_of

SIZES = np.array([1, 10, 100])


def curves(fresh: np.ndarray, frozen: np.ndarray) -> Curves:
    return Curves(SIZES, {"fresh": fresh, "frozen": frozen}, None, np.full(fresh.shape[1], 0.1))


def noisy(means: list[float], num: int = 10, spread: float = 0.01, seed: int = 0) -> np.ndarray:
    return np.array(means)[:, None] + spread * np.random.default_rng(seed).normal(size=(len(means), num))


def test_means_have_students_interval() -> None:
    values = noisy([0.5])[0]
    mean, low, high = interval_of(values)
    half = stats.t.ppf(0.975, 9) * stats.sem(values)
    assert (mean, low, high) == pytest.approx((values.mean(), values.mean() - half, values.mean() + half), rel=1e-4)
    assert interval_of(np.array([0.4])) == (0.4, 0.0, 1.0)


def test_differences_are_paired_and_corrected() -> None:
    luck = noisy([0.0, 0.0, 0.0], spread=0.2, seed=1)
    fresh = np.array([[0.5], [0.6], [0.7]]) + luck
    found = curves(fresh, fresh + np.array([[0.05], [0.0], [-0.05]]) + noisy([0.0] * 3, seed=2)).compare(
        "frozen", "fresh"
    )
    assert [pair.is_real for pair in found] == [True, False, True]
    # Of 10 draws the sign test gives 2 / 2**10 at the least, three times that after Holm.
    assert found[0].p_value == pytest.approx(3 * 2 / 1024)
    assert found[0].mean > 0.0 > found[2].mean


def test_worth_lies_between_the_sizes_by_the_logarithm() -> None:
    flat = np.ones(8)
    one = curves(np.array([[0.2], [0.4], [0.6]]) * flat, np.array([[0.3], [0.5], [0.7]]) * flat)
    assert one.worth("frozen", 0) == pytest.approx((math.sqrt(10.0),) * 3)
    assert one.worth("frozen", 1)[0] == pytest.approx(10.0 * math.sqrt(10.0))
    assert one.worth("frozen", 2) == (math.inf,) * 3
    worse = curves(np.array([[0.2], [0.4], [0.6]]) * flat, np.array([[0.1], [0.2], [0.4]]) * flat)
    assert worse.worth("frozen", 0) == (0.0,) * 3
    assert worse.worth("frozen", 1)[0] == 1.0
    assert worse.worth("frozen", 2)[0] == pytest.approx(10.0)


def test_worth_is_unsure_where_draws_differ() -> None:
    one = curves(noisy([0.2, 0.4, 0.6], spread=0.05), noisy([0.3, 0.5, 0.7], spread=0.05, seed=3))
    at, low, high = one.worth("frozen", 0)
    assert low < at < high
    assert low < math.sqrt(10.0) < high

"""Intervals against SciPy's, and against how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from descentlab.evaluation import mean_and_deviation, repeats_over, wilson_interval


@given(num=st.integers(1, 5_000), share=st.floats(0.0, 1.0))
def test_wilson_s_interval_equals_scipy_s(num: int, share: float) -> None:
    right = round(share * num)
    expected = stats.binomtest(right, num).proportion_ci(method="wilson")
    assert wilson_interval(right, num) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("num", [2, 3, 5, 8, 9, 10, 30, 50, 1000])
def test_the_mean_s_interval_equals_scipy_s(num: int) -> None:
    values = np.random.default_rng(num).normal(3.0, 2.0, num)
    mean, deviation, interval = mean_and_deviation(values.tolist())
    expected = stats.ttest_1samp(values, 0.0).confidence_interval()
    assert mean == pytest.approx(values.mean())
    assert deviation == pytest.approx(values.std(ddof=1))
    assert interval == pytest.approx((expected.low, expected.high), rel=2e-5)


@pytest.mark.parametrize("num_folds", [2, 5, 10])
def test_the_interval_over_folds_is_nadeau_s_and_bengio_s(num_folds: int) -> None:
    """Their corrected test as its authors write it, with n_test / n_train of a cross-validation."""
    scores = np.random.default_rng(num_folds).normal(0.8, 0.05, num_folds)
    mean, _, interval = mean_and_deviation(scores.tolist(), repeats_over(num_folds))
    num_examples = 300
    num_test = num_examples / num_folds
    variance = (1 / num_folds + num_test / (num_examples - num_test)) * scores.var(ddof=1)
    half = stats.t.ppf(0.975, num_folds - 1) * np.sqrt(variance)
    assert interval == pytest.approx((mean - half, mean + half), rel=2e-5)


def test_one_value_has_no_interval_and_equal_ones_a_narrow_one() -> None:
    assert mean_and_deviation([0.25]) == (0.25, None, None)
    assert mean_and_deviation([0.25, 0.25, 0.25]) == (0.25, 0.0, (0.25, 0.25))


def test_wilsons_interval_of_none_and_of_all_ends_exactly_there() -> None:
    for number in (*range(1, 2_001), 10**6, 12.5, 1e-3):
        assert wilson_interval(0, number)[0] == 0.0
        assert wilson_interval(number, number)[1] == 1.0
        assert 0.0 < wilson_interval(0, number)[1] < 1.0
        assert 0.0 < wilson_interval(number, number)[0] < 1.0

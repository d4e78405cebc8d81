"""Whether a difference is real: the test and its interval against SciPy's and against many draws."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from descentlab.core import ShapeError
from descentlab.evaluation import compare_paired, find_best


def scipy_p(difference: np.ndarray) -> float:
    """All sign flips, by SciPy."""
    found = stats.permutation_test(
        (difference,), lambda x, axis: x.mean(axis=axis), permutation_type="samples", n_resamples=9_999, vectorized=True
    )  # fmt: skip
    return float(found.pvalue)


@settings(max_examples=25)
@given(st.lists(st.integers(-40, 40), min_size=2, max_size=9), st.integers(-20, 20))
def test_p_value_is_that_of_all_sign_flips(values: list[int], shift: int) -> None:
    difference = np.array(values) / 8.0 + shift / 16.0
    if not difference.any():
        return
    assert compare_paired(difference, np.zeros_like(difference)).p_value == pytest.approx(min(1.0, scipy_p(difference)))


@pytest.mark.parametrize("seed", range(5))
def test_interval_holds_what_the_test_does_not_reject(seed: int) -> None:
    difference = np.random.default_rng(seed).standard_t(2, 9) + 0.7
    pair = compare_paired(difference, np.zeros(9))
    assert pair.ci95 is not None
    nudge = 1e-6
    for end, inwards in zip(pair.ci95, (nudge, -nudge), strict=True):
        assert scipy_p(difference - end - inwards) >= 0.05
        assert scipy_p(difference - end + inwards) < 0.05
    assert pair.is_real == (not pair.ci95[0] <= 0.0 <= pair.ci95[1])


@pytest.mark.parametrize("num", [8, 20])
def test_interval_covers_the_centre_of_what_it_is_drawn_from(num: int) -> None:
    random = np.random.default_rng(num)
    draws = random.standard_t(3, (400, num)) + 2.0
    pairs = [compare_paired(row, np.zeros(num), seed=place) for place, row in enumerate(draws)]
    covered = sum(pair.ci95 is not None and pair.ci95[0] <= 2.0 <= pair.ci95[1] for pair in pairs)
    # Exact up to the jumps between subsets: 0.953 at 8 seeds; 400 draws have a standard error of 0.011.
    assert covered / 400 == pytest.approx(0.95, abs=0.04)


def test_too_few_seeds_show_nothing() -> None:
    pair = compare_paired(np.arange(5.0) + 9.0, np.arange(5.0))
    assert (pair.p_value, pair.ci95, pair.is_real) == (2 / 2**5, None, False)
    assert compare_paired(np.array([1.0]), np.array([0.0])).p_value == 1.0
    assert compare_paired(np.arange(6.0) + 9.0, np.arange(6.0)).is_real


def test_a_single_outlier_is_no_difference() -> None:
    pair = compare_paired(np.array([100.0, 0, 0, 0, 0, 0, 0, 0]), np.zeros(8))
    assert pair.p_value == 1.0
    with pytest.raises(ShapeError, match="number per seed"):
        compare_paired(np.zeros(0), np.zeros(0))


def test_the_best_of_equals_flatters_itself_and_fresh_seeds_do_not() -> None:
    """Twelve settings that do not differ: whichever is chosen has a mean below the truth, fresh seeds do not."""
    random = np.random.default_rng(0)
    found = [find_best(random.normal(1.0, 1.0, (12, 8)), seed=k) for k in range(60)]
    means = np.array([best.mean for best in found if best is not None])
    fresh = np.array([best.fresh_mean for best in found if best is not None], np.float64)
    real = sum(any(pair.is_real for pair in best.differences.values()) for best in found if best is not None)
    assert means.mean() < 0.55
    assert abs(fresh.mean() - 1.0) < 0.25
    assert real <= 12
    assert find_best(np.full((2, 3), np.inf)) is None


def test_a_setting_that_fails_once_is_set_aside() -> None:
    values = np.array([[0.1, 0.1, np.inf], [1.0, 1.1, 0.9], [2.0, 2.1, 1.9]])
    best = find_best(values)
    assert best is not None
    assert (best.place, best.next_place, best.beaten) == (1, 2, 1)

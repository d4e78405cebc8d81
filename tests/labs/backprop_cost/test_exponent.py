"""Exponents on planted power laws: the value, its interval, how often that covers, and where a bend ends."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from descentlab.core import ShapeError
from descentlab.labs.backprop_cost.measure import LEAST_POINTS, fit_exponent, reached_from

SIZES = 4 ** np.arange(8)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0])
def test_an_exact_power_law_is_found_exactly(exponent: float) -> None:
    fit = fit_exponent(SIZES, 3e-6 * SIZES**exponent)
    assert fit.value == pytest.approx(exponent, abs=1e-9)
    assert fit.high - fit.low < 1e-8
    assert fit.low <= fit.value <= fit.high


def test_value_and_interval_are_those_of_scipy_s_regression() -> None:
    rng = np.random.default_rng(1)
    values = SIZES**0.9 * np.exp(rng.normal(0.0, 0.2, len(SIZES)))
    fit = fit_exponent(SIZES, values)
    peer: Any = stats.linregress(np.log(SIZES), np.log(values))
    half = stats.t.ppf(0.975, len(SIZES) - 2) * peer.stderr
    assert fit.value == pytest.approx(peer.slope)
    assert (fit.low, fit.high) == pytest.approx((peer.slope - half, peer.slope + half), rel=1e-4)


@pytest.mark.parametrize("num", [LEAST_POINTS, 9])
def test_intervals_cover_the_planted_exponent_19_times_in_20(num: int) -> None:
    rng = np.random.default_rng(2)
    sizes = 2 ** np.arange(num)
    fits = [fit_exponent(sizes, sizes**1.1 * np.exp(rng.normal(0.0, 0.3, num))) for _ in range(2_000)]
    covered = [fit.low <= 1.1 <= fit.high for fit in fits]
    # Three standard errors of a share of 2,000.
    assert np.mean(covered) == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 2_000))


def test_a_fixed_cost_hides_growth_until_the_work_outweighs_it_nine_to_one() -> None:
    sizes = 2 ** np.arange(14)
    found = reached_from(sizes, 100.0 + sizes, 1.0)
    assert found is not None
    # The slope of log(100 + x) is x / (100 + x): 0.9 at 900.
    assert 256 <= found.smallest <= 900
    assert found.value > 0.9
    whole = fit_exponent(sizes, 100.0 + sizes)
    assert whole.value < 0.6


def test_what_is_steep_only_in_the_middle_has_not_reached_it() -> None:
    sizes = 2 ** np.arange(12)
    assert reached_from(sizes, np.minimum(sizes, 64).astype(float), 1.0) is None
    assert reached_from(sizes, sizes**2.0, 1.0) is not None


def test_too_few_sizes_are_no_fit() -> None:
    with pytest.raises(ShapeError, match="at least 4 sizes"):
        fit_exponent(SIZES[:3], np.ones(3))

"""Errors of reals against scikit-learn's, and their intervals against the bootstrap."""

import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats
from sklearn import metrics as sk

from descentlab.core import ShapeError
from descentlab.evaluation import RealMetrics, evaluate_reals


def _evaluate(outputs: np.ndarray, targets: np.ndarray, train_mean: float = 0.0) -> RealMetrics:
    return evaluate_reals(outputs, targets, loss=0.5, train_mean=train_mean)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), num=st.integers(2, 60), unit=st.sampled_from([1e-3, 1.0, 1e6]))
def test_errors_equal_scikit_learn_s(seed: int, num: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    targets = random.normal(5.0, 1.0, num) * unit
    outputs = (targets + random.normal(0.0, 0.5, num) * unit).astype(np.float32)
    found = _evaluate(outputs, targets, train_mean=4.5 * unit)
    assert found.rmse == pytest.approx(sk.root_mean_squared_error(targets, outputs))
    assert found.mae == pytest.approx(sk.mean_absolute_error(targets, outputs))
    assert found.r2 == pytest.approx(sk.r2_score(targets, outputs))
    assert found.baseline_rmse == pytest.approx(sk.root_mean_squared_error(targets, np.full(num, 4.5 * unit)))
    assert found.baseline_mae == pytest.approx(sk.mean_absolute_error(targets, np.full(num, 4.5 * unit)))


def test_intervals_agree_with_the_bootstrap() -> None:
    random = np.random.default_rng(0)
    targets = random.normal(50.0, 10.0, 400)
    outputs = targets + random.normal(0.0, 5.0, 400)
    found = _evaluate(outputs, targets, train_mean=50.0)
    for statistic, interval, width in (
        (sk.r2_score, found.r2_ci95, 0.02),
        (sk.root_mean_squared_error, found.rmse_ci95, 0.1),
    ):
        expected = stats.bootstrap(
            (targets, outputs), statistic, paired=True, vectorized=False, n_resamples=999, method="percentile",
            rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip
        assert interval == pytest.approx((expected.low, expected.high), abs=width)
    assert found.r2_ci95 is not None
    assert found.rmse_ci95 is not None
    assert found.r2_ci95[1] - found.r2_ci95[0] > 0.04
    assert found.rmse_ci95[1] - found.rmse_ci95[0] > 0.4


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    held = []
    for _ in range(400):
        targets = random.normal(0.0, 10.0, 60)
        found = _evaluate(targets + random.normal(0.0, 5.0, 60), targets)
        assert found.r2_ci95 is not None
        assert found.rmse_ci95 is not None
        held.append((found.r2_ci95[0] < 0.75 < found.r2_ci95[1], found.rmse_ci95[0] < 5.0 < found.rmse_ci95[1]))
    assert np.all(np.abs(np.mean(held, axis=0) - 0.95) < 0.04)


def test_better_than_the_baseline_means_by_more_than_chance() -> None:
    random = np.random.default_rng(0)
    targets = random.normal(0.0, 1.0, 200)
    assert _evaluate(targets * 0.5, targets).is_better_than_baseline
    assert not _evaluate(random.normal(0.0, 0.01, 200), targets).is_better_than_baseline
    assert not _evaluate(targets * 3.0, targets).is_better_than_baseline


def test_ends_of_the_scale() -> None:
    targets = np.arange(5.0)
    perfect = _evaluate(targets, targets)
    assert (perfect.rmse, perfect.r2, perfect.r2_ci95, perfect.rmse_ci95) == (0.0, 1.0, (1.0, 1.0), (0.0, 0.0))
    constant = _evaluate(targets, np.ones(5))
    assert (constant.r2, constant.r2_ci95) == (None, None)
    lone = _evaluate(np.array([2.0]), np.array([1.0]))
    assert (lone.rmse, lone.r2, lone.rmse_ci95) == (1.0, None, None)
    with pytest.raises(ShapeError, match="no examples"):
        _evaluate(np.empty(0), np.empty(0))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_a_diverged_network_has_errors_to_match(bad: float) -> None:
    found = _evaluate(np.array([1.0, bad, 3.0, 4.0], np.float32), np.arange(4.0))
    assert not found.rmse < 1e20
    assert not found.is_better_than_baseline
    json.dumps(found.to_json())


def test_metrics_print_show_and_go_to_json() -> None:
    found = _evaluate(np.array([1.0, 2.5, 3.0]), np.array([1.0, 2.0, 4.0]), train_mean=2.0)
    assert "RMSE" in str(found)
    assert "<td>MAE</td>" in found._repr_html_()
    plain = found.to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["baseline"] == {"rmse": found.baseline_rmse, "mae": found.baseline_mae}

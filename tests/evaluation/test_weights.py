"""Weighted metrics: against scikit-learn's `sample_weight`, against repeated rows, and against no weights."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats
from sklearn import metrics as sk

from descentlab.core import ShapeError
from descentlab.evaluation import (
    ClassMetrics,
    ExampleWeights,
    RealMetrics,
    effective_size,
    evaluate_classes,
    evaluate_reals,
    over_seeds,
    weighted_mean,
    wilson_interval,
)

NUM = 60


def _weights(values: np.ndarray | None) -> ExampleWeights | None:
    return None if values is None else ExampleWeights("w", values.astype(np.float64))


def _classes(seed: int, num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    shares = np.ceil(random.random((NUM, num_classes)) * 5.0)  # few values, so that there are ties
    probabilities = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return probabilities, np.arange(NUM) % num_classes


def _of_classes(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray | None) -> ClassMetrics:
    names = [f"class {c}" for c in range(probabilities.shape[1])]
    return evaluate_classes(probabilities, labels, classes=names, loss=0.5, majority=0, weights=_weights(weights))


def _of_reals(outputs: np.ndarray, targets: np.ndarray, weights: np.ndarray | None) -> RealMetrics:
    return evaluate_reals(outputs, targets, loss=0.5, train_mean=4.5, weights=_weights(weights))


def _some_weights(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed + 1)
    weights = random.lognormal(0.0, 1.5, NUM)
    weights[random.integers(0, NUM, 5)] = 0.0
    return weights


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), num_classes=st.integers(2, 5))
def test_scores_of_classes_equal_scikit_learn_s(seed: int, num_classes: int) -> None:
    probabilities, labels = _classes(seed, num_classes)
    weights, names = _some_weights(seed), np.arange(num_classes)
    metrics, answers = _of_classes(probabilities, labels, weights), probabilities.argmax(axis=1)
    by: Any = {"sample_weight": weights}
    assert metrics.accuracy == pytest.approx(sk.accuracy_score(labels, answers, **by))
    assert metrics.balanced_accuracy == pytest.approx(sk.balanced_accuracy_score(labels, answers, **by))
    assert metrics.macro_f1 == pytest.approx(sk.f1_score(labels, answers, average="macro", **by))
    assert metrics.log_loss == pytest.approx(sk.log_loss(labels, probabilities, labels=names, **by), rel=1e-5)
    assert metrics.baseline_accuracy == pytest.approx(sk.accuracy_score(labels, np.zeros(NUM, int), **by))
    matrix = sk.confusion_matrix(labels, answers, labels=names, **by)
    np.testing.assert_allclose(np.asarray(metrics.confusion_weights), matrix)
    np.testing.assert_array_equal(metrics.confusion, sk.confusion_matrix(labels, answers, labels=names))
    undefined: Any = np.nan
    shares: Any = sk.precision_recall_fscore_support(labels, answers, labels=names, zero_division=undefined, **by)
    for c, score in enumerate(metrics.by_class):
        mine = [np.nan if value is None else value for value in (score.precision, score.recall, score.f1)]
        np.testing.assert_allclose(mine, [each[c] for each in shares[:3]])
    if num_classes == 2:
        areas = [sk.roc_auc_score(labels, probabilities[:, 1], **by)]
        brier = sk.brier_score_loss(labels, probabilities[:, 1], pos_label=1, **by)
    else:
        areas = [sk.roc_auc_score(labels == c, probabilities[:, c], **by) for c in names]
        brier = sk.brier_score_loss(labels, probabilities, labels=names, **by)
    assert metrics.roc_auc == pytest.approx(np.mean(areas))
    assert metrics.brier == pytest.approx(brier, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_errors_equal_scikit_learn_s(seed: int) -> None:
    random = np.random.default_rng(seed)
    targets = random.normal(5.0, 1.0, NUM)
    outputs, weights = targets + random.normal(0.0, 0.5, NUM), _some_weights(seed)
    metrics, always = _of_reals(outputs, targets, weights), np.full(NUM, 4.5)
    assert metrics.rmse == pytest.approx(sk.root_mean_squared_error(targets, outputs, sample_weight=weights))
    assert metrics.mae == pytest.approx(sk.mean_absolute_error(targets, outputs, sample_weight=weights))
    assert metrics.r2 == pytest.approx(sk.r2_score(targets, outputs, sample_weight=weights))
    assert metrics.baseline_rmse == pytest.approx(sk.root_mean_squared_error(targets, always, sample_weight=weights))
    assert metrics.baseline_mae == pytest.approx(sk.mean_absolute_error(targets, always, sample_weight=weights))


@pytest.mark.parametrize("num_classes", [2, 4])
def test_weights_of_one_give_the_same_bits_as_no_weights(num_classes: int) -> None:
    for seed in range(20):
        probabilities, labels = _classes(seed, num_classes)
        plain, weighted = (_of_classes(probabilities, labels, w).to_json() for w in (None, np.ones(NUM)))
        assert weighted.pop("weighting") == {"column": "w", "n_eff": NUM}
        assert weighted.pop("confusion_weights") == plain["confusion"]
        for part in weighted["reliability"]:
            assert part.pop("weight") == part["count"]
        assert weighted == plain
        random = np.random.default_rng(seed)
        targets, outputs = random.normal(5.0, 1.0, NUM), random.normal(5.0, 1.0, NUM)
        plain, weighted = (_of_reals(outputs, targets, w).to_json() for w in (None, np.ones(NUM)))
        assert weighted.pop("weighting") == {"column": "w", "n_eff": NUM}
        assert weighted == plain


@pytest.mark.parametrize("num_classes", [2, 4])
def test_whole_weights_give_the_metrics_of_repeated_rows(num_classes: int) -> None:
    random = np.random.default_rng(3)
    times = random.integers(0, 4, NUM)
    probabilities, labels = _classes(0, num_classes)
    weighted = _of_classes(probabilities, labels, times)
    repeated = _of_classes(probabilities.repeat(times, axis=0), labels.repeat(times), None)
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss", "brier", "calibration_error"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name)), name
    np.testing.assert_array_equal(np.asarray(weighted.confusion_weights), repeated.confusion)
    targets, outputs = random.normal(5.0, 1.0, NUM), random.normal(5.0, 1.0, NUM)
    of_weights, of_rows = (
        _of_reals(outputs, targets, times),
        _of_reals(outputs.repeat(times), targets.repeat(times), None),
    )
    for name in ("rmse", "mae", "r2", "baseline_rmse", "baseline_mae"):
        assert getattr(of_weights, name) == pytest.approx(getattr(of_rows, name)), name


def test_the_scale_of_weights_does_not_matter_and_an_example_of_weight_0_is_left_out() -> None:
    probabilities, labels = _classes(0, 3)
    weights = _some_weights(0)
    first, second = (_of_classes(probabilities, labels, weights * scale) for scale in (1.0, 1e200))
    assert second.accuracy_ci95 == pytest.approx(first.accuracy_ci95)
    assert second.log_loss == pytest.approx(first.log_loss)
    counted = weights > 0.0
    third = _of_classes(probabilities[counted], labels[counted], weights[counted])
    assert third.accuracy_ci95 == pytest.approx(first.accuracy_ci95)
    assert weighted_mean(np.array([1.0, np.nan]), np.array([2.0, 0.0])) == 1.0


def test_the_interval_of_the_accuracy_is_wilson_s_for_the_effective_number() -> None:
    weights = np.repeat([1.0, 9.0], 20)
    assert effective_size(weights) == pytest.approx(200.0**2 / (20 * 82.0))
    probabilities, labels = np.tile([[0.3, 0.7]], (40, 1)).astype(np.float32), np.repeat([0, 1], 20)
    metrics = _of_classes(probabilities, labels, weights)
    assert metrics.accuracy == pytest.approx(0.9)
    assert metrics.accuracy_ci95 == wilson_interval(0.9 * effective_size(weights), effective_size(weights))
    assert metrics.weighting is not None
    assert metrics.weighting.num_effective == effective_size(weights)


def test_weighted_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Over weights whose effective number is about a third of the examples'."""
    random = np.random.default_rng(0)
    held, naive = [], []
    for _ in range(400):
        weights = random.lognormal(0.0, 1.0, 120)
        right = random.random(120) < 0.8
        probabilities = np.where(right[:, None], [[0.9, 0.1]], [[0.1, 0.9]]).astype(np.float32)
        metrics = _of_classes(probabilities, np.zeros(120, int), weights)
        low, high = metrics.accuracy_ci95
        targets = random.normal(0.0, 10.0, 120)
        reals = _of_reals(targets + random.normal(0.0, 5.0, 120), targets, weights)
        assert reals.rmse_ci95 is not None
        assert reals.r2_ci95 is not None
        truths = [(0.8, (low, high)), (5.0, reals.rmse_ci95), (0.75, reals.r2_ci95)]
        held.append([ends[0] <= truth <= ends[1] for truth, ends in truths])
        plain = wilson_interval(round(metrics.accuracy * 120), 120)
        naive.append(plain[0] <= 0.8 <= plain[1])
    shares = np.mean(held, axis=0)
    assert np.all((shares > 0.91) & (shares < 0.99)), shares
    assert np.mean(naive) < 0.85  # as if all examples counted the same


def test_intervals_of_errors_agree_with_a_bootstrap_of_examples_with_their_weights() -> None:
    random = np.random.default_rng(0)
    targets, weights = random.normal(50.0, 10.0, 400), random.lognormal(0.0, 0.7, 400)
    outputs = targets + random.normal(0.0, 5.0, 400)
    metrics = _of_reals(outputs, targets, weights)

    def rmse(true: np.ndarray, predicted: np.ndarray, by: np.ndarray) -> float:
        return sk.root_mean_squared_error(true, predicted, sample_weight=by)

    def r2(true: np.ndarray, predicted: np.ndarray, by: np.ndarray) -> float:
        return sk.r2_score(true, predicted, sample_weight=by)

    for statistic, interval, width in ((rmse, metrics.rmse_ci95, 0.15), (r2, metrics.r2_ci95, 0.02)):
        expected = stats.bootstrap(
            (targets, outputs, weights), statistic, paired=True, vectorized=False, n_resamples=499,
            method="percentile", rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip
        assert interval == pytest.approx((expected.low, expected.high), abs=width)


def test_metrics_say_that_they_are_weighted() -> None:
    probabilities, labels = _classes(0, 3)
    classes = _of_classes(probabilities, labels, _some_weights(0))
    assert "weighted by 'w': they count like" in str(classes)
    assert classes.to_json()["n"] == NUM
    reals = _of_reals(np.arange(9.0), np.arange(9.0) ** 2, np.arange(9.0))
    assert "9 examples, weighted by 'w': they count like 6.353 equal ones" in str(reals)
    joined = over_seeds([classes.to_json(), _of_classes(probabilities, labels, _some_weights(1)).to_json()])
    assert joined["weighting"]["column"] == "w"
    assert 1.0 < joined["weighting"]["n_eff"]["mean"] < NUM
    assert np.shape(joined["confusion_weights"]) == (3, 3)
    with pytest.raises(ShapeError, match="all examples to evaluate have weight 0"):
        _of_reals(np.arange(3.0), np.arange(3.0), np.zeros(3))


def test_a_network_that_gives_no_numbers_ends_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metrics = _of_classes(np.full((NUM, 3), np.nan, np.float32), np.arange(NUM) % 3, _some_weights(0))
    assert metrics.accuracy == 0.0
    assert np.isnan(metrics.brier)

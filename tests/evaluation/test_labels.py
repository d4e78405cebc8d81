"""Scores of several labels, and of several real targets, against scikit-learn's."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from descentlab.core import ShapeError
from descentlab.evaluation import (
    ExampleWeights,
    LabelMetrics,
    SeveralRealMetrics,
    evaluate_labels,
    evaluate_reals,
    evaluate_several_reals,
    over_seeds,
    wilson_interval,
)

NUM = 80
WEIGHTS = [None, np.random.default_rng(9).lognormal(0.0, 1.0, NUM)]


def _weights(values: np.ndarray | None) -> ExampleWeights | None:
    return None if values is None else ExampleWeights("w", values)


def _labels(seed: int, num_labels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = (random.random((NUM, num_labels)) < [0.3, 0.5, 0.8][:num_labels]).astype(np.float64)
    return (0.5 * truth + np.ceil(random.random(truth.shape) * 9.0) / 20.0).astype(np.float32), truth


def _of_labels(probabilities: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> LabelMetrics:
    return evaluate_labels(
        probabilities, truth, names=["a", "b", "c"], loss=0.5, frequent=[False, False, True], weights=_weights(weights)
    )


@pytest.mark.parametrize("weights", WEIGHTS, ids=["plain", "weighted"])
@pytest.mark.parametrize("seed", range(5))
def test_scores_of_labels_equal_scikit_learn_s(seed: int, weights: np.ndarray | None) -> None:
    probabilities, truth = _labels(seed)
    metrics, answers = _of_labels(probabilities, truth, weights), probabilities > 0.5
    by: Any = {"sample_weight": weights}
    always = np.tile([0.0, 0.0, 1.0], (NUM, 1))
    assert metrics.accuracy == pytest.approx(sk.accuracy_score(truth, answers, **by))
    assert metrics.hamming_loss == pytest.approx(sk.hamming_loss(truth, answers, **by))
    assert metrics.macro_f1 == pytest.approx(sk.f1_score(truth, answers, average="macro", **by))
    assert metrics.roc_auc == pytest.approx(sk.roc_auc_score(truth, probabilities, average="macro", **by))
    assert metrics.baseline_accuracy == pytest.approx(sk.accuracy_score(truth, always, **by))
    assert metrics.baseline_hamming_loss == pytest.approx(sk.hamming_loss(truth, always, **by))
    for k, score in enumerate(metrics.by_label):
        assert score.accuracy == pytest.approx(sk.accuracy_score(truth[:, k], answers[:, k], **by))
        assert score.f1 == pytest.approx(sk.f1_score(truth[:, k], answers[:, k], **by))
        assert score.roc_auc == pytest.approx(sk.roc_auc_score(truth[:, k], probabilities[:, k], **by))
        assert score.log_loss == pytest.approx(sk.log_loss(truth[:, k], probabilities[:, k], **by), rel=1e-5)
        assert score.support == truth[:, k].sum()
    assert metrics.log_loss == pytest.approx(np.mean([score.log_loss for score in metrics.by_label]))


def test_intervals_of_labels_are_wilson_s() -> None:
    probabilities, truth = _labels(0)
    metrics = _of_labels(probabilities, truth)
    right = (probabilities > 0.5) == truth
    assert metrics.accuracy_ci95 == pytest.approx(wilson_interval(int(right.all(axis=1).sum()), NUM))
    assert metrics.by_label[1].accuracy_ci95 == pytest.approx(wilson_interval(int(right[:, 1].sum()), NUM))


def test_labels_that_no_example_has_and_outputs_that_are_no_numbers() -> None:
    probabilities, truth = _labels(0)
    truth[:, 0], probabilities[:, 0] = 0.0, 0.1
    score = _of_labels(probabilities, truth).by_label[0]
    assert (score.accuracy, score.f1, score.roc_auc, score.support) == (1.0, None, None, 0)
    metrics = _of_labels(np.full_like(probabilities, np.nan), truth)
    assert (metrics.accuracy, metrics.hamming_loss) == (0.0, 1.0)
    assert np.isnan(metrics.log_loss)
    with pytest.raises(ShapeError, match="give one column each for every label"):
        evaluate_labels(probabilities, truth, names=["a"], loss=0.5, frequent=[False, False, True])
    with pytest.raises(ShapeError, match="there are no examples"):
        _of_labels(probabilities[:0], truth[:0])


def _reals(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    targets = random.normal([5.0, -2.0], [1.0, 30.0], (NUM, 2))
    shared = random.normal(0.0, 0.4, (NUM, 1))  # so that errors go together
    return targets + (shared + random.normal(0.0, 0.3, (NUM, 2))) * [1.0, 30.0], targets


def _of_reals(outputs: np.ndarray, targets: np.ndarray, weights: np.ndarray | None = None) -> SeveralRealMetrics:
    means = np.array([4.5, 0.0])
    return evaluate_several_reals(
        outputs, targets, names=["a", "b"], loss=0.5, train_means=means, weights=_weights(weights)
    )


@pytest.mark.parametrize("weights", WEIGHTS, ids=["plain", "weighted"])
@pytest.mark.parametrize("seed", range(5))
def test_errors_of_several_targets_equal_scikit_learn_s(seed: int, weights: np.ndarray | None) -> None:
    outputs, targets = _reals(seed)
    metrics = _of_reals(outputs, targets, weights)
    by: Any = {"sample_weight": weights}
    assert metrics.rmse == pytest.approx(sk.root_mean_squared_error(targets, outputs, **by))
    assert metrics.mae == pytest.approx(sk.mean_absolute_error(targets, outputs, **by))
    assert metrics.r2 == pytest.approx(sk.r2_score(targets, outputs, **by))
    for k, each in enumerate(metrics.each):
        alone = evaluate_reals(
            outputs[:, k], targets[:, k], loss=each.loss, train_mean=(4.5, 0.0)[k], weights=_weights(weights)
        )
        assert each == alone


def test_the_interval_of_a_mean_of_targets_agrees_with_the_bootstrap() -> None:
    outputs, targets = _reals(1)
    metrics = _of_reals(outputs, targets)
    for statistic, interval, width in (
        (sk.r2_score, metrics.r2_ci95, 0.03),
        (sk.root_mean_squared_error, metrics.rmse_ci95, 0.6),
    ):

        def of_rows(rows: np.ndarray, score: Any = statistic) -> float:
            return score(targets[rows], outputs[rows])

        expected = stats.bootstrap(
            (np.arange(NUM),), of_rows, vectorized=False, n_resamples=499, method="percentile",
            rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip
        assert interval == pytest.approx((expected.low, expected.high), abs=width)
        assert expected.high - expected.low > 2.0 * width


def test_one_target_alone_has_the_interval_that_it_has_among_equals() -> None:
    outputs, targets = _reals(2)
    twice = evaluate_several_reals(
        outputs[:, [0, 0]], targets[:, [0, 0]], names=["a", "b"], loss=0.5, train_means=np.array([4.5, 4.5])
    )
    alone = evaluate_reals(outputs[:, 0], targets[:, 0], loss=0.5, train_mean=4.5)
    assert twice.r2_ci95 == pytest.approx(alone.r2_ci95)
    assert twice.rmse_ci95 == pytest.approx(alone.rmse_ci95)


def test_both_are_words_and_plain_values() -> None:
    labels, reals = _of_labels(*_labels(0), WEIGHTS[1]), _of_reals(*_reals(0), WEIGHTS[1])
    assert "weighted by 'w': they count like" in str(labels)
    assert "weighted by 'w': they count like" in str(reals)
    assert [line.split()[0] for line in str(reals).splitlines()[1:]] == ["target", "a", "b", "mean"]
    for metrics, key in ((labels, "per_label"), (reals, "per_target")):
        plain = json.loads(json.dumps(metrics.to_json()))
        assert plain["weighting"]["column"] == "w"
        assert [each["name"] for each in plain[key]] == (["a", "b", "c"] if key == "per_label" else ["a", "b"])
        joined = over_seeds([plain, plain])
        assert joined[key][0]["name"] == "a"
        assert joined[key][0]["log_loss" if key == "per_label" else "rmse"]["sd"] == 0.0

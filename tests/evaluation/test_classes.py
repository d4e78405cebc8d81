"""Scores of classes against scikit-learn's, over random parts: absent classes, ties, certainties."""

import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from descentlab.core import ShapeError
from descentlab.evaluation import ClassMetrics, evaluate_classes


def _part(seed: int, num: int, num_classes: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    weights = random.random((num, num_classes)) ** 3 + 1e-3
    if kind == "coarse":  # few values, so that there are ties
        weights = np.ceil(weights * 2.0)
    if kind == "certain":
        weights = np.eye(num_classes)[random.integers(0, num_classes, num)]
    probabilities = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    present = random.permutation(num_classes)[: random.integers(1, num_classes + 1)]
    return probabilities, random.choice(present, num)


def _evaluate(probabilities: np.ndarray, labels: np.ndarray) -> ClassMetrics:
    names = [f"class {c}" for c in range(probabilities.shape[1])]
    return evaluate_classes(probabilities, labels, classes=names, loss=0.5, majority=0)


PARTS = {
    "seed": st.integers(0, 10_000),
    "num": st.integers(1, 60),
    "num_classes": st.integers(2, 6),
    "kind": st.sampled_from(["any", "coarse", "certain"]),
}


@settings(max_examples=120, deadline=None)
@given(**PARTS)
@example(seed=0, num=1, num_classes=2, kind="certain")
def test_scores_equal_scikit_learn_s(seed: int, num: int, num_classes: int, kind: str) -> None:
    probabilities, labels = _part(seed, num, num_classes, kind)
    found = _evaluate(probabilities, labels)
    told, names = probabilities.argmax(axis=1), np.arange(num_classes)
    np.testing.assert_array_equal(found.confusion, sk.confusion_matrix(labels, told, labels=names))
    assert found.accuracy == pytest.approx(sk.accuracy_score(labels, told))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's on classes that are told and absent
        assert found.balanced_accuracy == pytest.approx(sk.balanced_accuracy_score(labels, told))
    assert found.macro_f1 == pytest.approx(sk.f1_score(labels, told, average="macro"))
    undefined: Any = np.nan
    by_class = np.array(sk.precision_recall_fscore_support(labels, told, labels=names, zero_division=undefined))
    for c, score in enumerate(found.by_class):
        mine = [np.nan if value is None else value for value in (score.precision, score.recall, score.f1)]
        np.testing.assert_allclose(mine, by_class[:3, c])
        assert score.support == by_class[3, c]


@settings(max_examples=120, deadline=None)
@given(**PARTS)
def test_probability_scores_equal_scikit_learn_s(seed: int, num: int, num_classes: int, kind: str) -> None:
    probabilities, labels = _part(seed, num, num_classes, kind)
    found, names = _evaluate(probabilities, labels), np.arange(num_classes)
    assert found.log_loss == pytest.approx(sk.log_loss(labels, probabilities, labels=names), rel=1e-5, abs=1e-6)
    if num_classes == 2:
        brier = sk.brier_score_loss(labels, probabilities[:, 1], pos_label=1)
    else:
        brier = sk.brier_score_loss(labels, probabilities, labels=names)
    assert found.brier == pytest.approx(brier, rel=1e-5, abs=1e-7)
    defined = [c for c in names if 0 < np.sum(labels == c) < num]
    if not defined:
        assert found.roc_auc is None
    elif num_classes == 2:
        assert found.roc_auc == pytest.approx(sk.roc_auc_score(labels, probabilities[:, 1]))
    else:
        areas = [sk.roc_auc_score(labels == c, probabilities[:, c]) for c in defined]
        assert found.roc_auc == pytest.approx(np.mean(areas))


@settings(max_examples=60, deadline=None)
@given(**PARTS)
def test_reliability_equals_scikit_learn_s(seed: int, num: int, num_classes: int, kind: str) -> None:
    probabilities, labels = _part(seed, num, num_classes, kind)
    found = _evaluate(probabilities, labels)
    confidence = probabilities.max(axis=1).astype(np.float64)
    is_right = probabilities.argmax(axis=1) == labels
    if len(set(is_right)) == 2:
        right, sure = calibration_curve(is_right, confidence, n_bins=10)
        filled = [each for each in found.reliability if each.count]
        np.testing.assert_allclose(np.array([each.accuracy for each in filled], float), right)
        np.testing.assert_allclose(np.array([each.confidence for each in filled], float), sure)
    assert sum(each.count for each in found.reliability) == num
    by_hand = 0.0
    for low, high in zip(np.linspace(0, 0.9, 10), np.linspace(0.1, 1, 10), strict=True):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            by_hand += inside.sum() * abs(confidence[inside].mean() - is_right[inside].mean()) / num
    assert found.calibration_error == pytest.approx(by_hand, abs=2 / num if kind == "coarse" else 1e-9)


def test_three_class_auc_equals_scikit_learn_s_one_against_the_rest() -> None:
    probabilities, _ = _part(3, 90, 3, "any")
    labels = np.arange(90) % 3
    exact = probabilities.astype(np.float64)
    expected = sk.roc_auc_score(labels, exact / exact.sum(axis=1, keepdims=True), multi_class="ovr")
    assert _evaluate(probabilities, labels).roc_auc == pytest.approx(expected)


def test_the_baseline_tells_the_training_part_s_majority() -> None:
    probabilities = np.array([[0.9, 0.1]] * 50 + [[0.2, 0.8]] * 50, np.float32)
    labels = np.array([0] * 50 + [1] * 50)
    found = evaluate_classes(probabilities, labels, classes=["no", "yes"], loss=0.1, majority=1)
    assert (found.baseline_accuracy, found.baseline_class) == (0.5, "yes")
    assert found.is_better_than_baseline
    guess = evaluate_classes(probabilities[::-1].copy(), labels, classes=["no", "yes"], loss=0.1, majority=1)
    assert not guess.is_better_than_baseline


def test_a_class_told_otherwise_than_by_the_greatest_probability() -> None:
    probabilities = np.array([[0.5, 0.5], [0.5, 0.5]], np.float32)
    told = np.array([1, 0])
    found = evaluate_classes(probabilities, np.array([1, 0]), classes=["a", "b"], loss=0.1, majority=0, predicted=told)
    assert found.accuracy == 1.0


def test_a_network_that_gives_no_numbers_is_wrong_and_ends_nothing() -> None:
    probabilities = np.array([[0.9, 0.1], [np.nan, np.nan], [0.1, 0.9], [np.nan, np.nan]], np.float32)
    found = evaluate_classes(probabilities, np.array([0, 0, 1, 1]), classes=["a", "b"], loss=np.nan, majority=0)
    assert (found.accuracy, found.num_undefined, found.confusion.tolist()) == (0.5, 2, [[1, 0], [0, 1]])
    assert [score.recall for score in found.by_class] == [0.5, 0.5]
    assert found.roc_auc is not None
    assert np.isnan([found.log_loss, found.brier, found.calibration_error, found.roc_auc]).all()
    nothing = evaluate_classes(
        np.full((3, 2), np.nan), np.array([0, 1, 1]), classes=["a", "b"], loss=np.nan, majority=0
    )
    assert (nothing.accuracy, nothing.macro_f1) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [([], "ab", "no examples"), ([0, 2], "ab", "label 2"), ([0, -1], "ab", "label -1"), ([0, 1], "abc", "3 names")],
)
def test_what_does_not_fit_is_refused(labels: list[int], classes: str, message: str) -> None:
    probabilities = np.full((len(labels), 2), 0.5)
    with pytest.raises(ShapeError, match=message):
        evaluate_classes(probabilities, np.array(labels, int), classes=list(classes), loss=0.0, majority=0)


def test_metrics_print_show_and_go_to_json() -> None:
    found = _evaluate(np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]]), np.array([0, 1, 1]))
    assert "accuracy 0.667 (2 of 3, 95% interval 0.208 to 0.939)" in str(found)
    assert "<td>class 1</td>" in found._repr_html_()
    plain = found.to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert list(plain)[:4] == ["loss", "accuracy", "n", "ci95"]
    assert plain["baseline"] == {"accuracy": 1 / 3, "class": "class 0"}
    assert plain["per_class"][1] == {"name": "class 1", "precision": 1.0, "recall": 0.5, "f1": 2 / 3, "support": 2}

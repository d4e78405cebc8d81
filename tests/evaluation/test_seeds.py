"""Metrics of many seeds become means with intervals."""

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy import stats

from descentlab.core import ShapeError
from descentlab.evaluation import (
    CLASS_METRICS,
    CLASS_SCORES,
    REAL_METRICS,
    ClassMetrics,
    ClassScore,
    Metric,
    RealMetrics,
    evaluate_classes,
    evaluate_reals,
    over_seeds,
)


def _member(seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    labels = np.arange(30) % 3
    weights = random.random((30, 3)) + 0.4 * np.eye(3)[labels]
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    return evaluate_classes(probabilities, labels, classes=["a", "b", "c"], loss=0.1 * seed, majority=0).to_json()


def test_each_number_becomes_mean_deviation_and_interval() -> None:
    members = [_member(seed) for seed in range(6)]
    joined = over_seeds(members)
    for key in ("loss", "accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss", "brier"):
        values = [member[key] for member in members]
        expected = stats.ttest_1samp(values, 0.0).confidence_interval()
        assert joined[key]["mean"] == pytest.approx(np.mean(values))
        assert joined[key]["sd"] == pytest.approx(np.std(values, ddof=1))
        assert joined[key]["ci95"] == pytest.approx([expected.low, expected.high], rel=2e-5)
    assert joined["n"] == 30
    assert "ci95" not in joined
    assert joined["baseline"] == {"accuracy": pytest.approx(1 / 3), "class": "a"}
    members[0]["is_better_than_baseline"] = False
    assert over_seeds(members)["is_better_than_baseline"] == {"yes": 5, "of": 6}
    assert np.sum(joined["confusion"]) == 180
    assert joined["per_class"][2]["name"] == "c"
    assert joined["per_class"][2]["support"] == 10
    assert joined["per_class"][2]["recall"]["mean"] == pytest.approx(
        np.mean([member["per_class"][2]["recall"] for member in members])
    )
    assert [member["loss"] for member in joined["members"]] == [member["loss"] for member in members]
    json.dumps(joined, allow_nan=False)


def test_an_interval_of_a_share_stays_one() -> None:
    joined = over_seeds([{"accuracy": 1.0, "loss": 1.0}, {"accuracy": 0.9, "loss": 0.9}])
    assert joined["accuracy"]["ci95"][1] == 1.0
    assert joined["loss"]["ci95"][1] > 1.5


@pytest.mark.parametrize(
    ("holder", "metrics", "plain"),
    [
        (ClassMetrics, CLASS_METRICS, _member(0)),
        (ClassScore, CLASS_SCORES, _member(0)["per_class"][0]),
        (RealMetrics, REAL_METRICS, evaluate_reals(np.arange(4.0), np.ones(4), loss=0.5, train_mean=1.5).to_json()),
    ],
)
def test_every_metric_is_declared_and_goes_to_json(
    holder: Any, metrics: tuple[Metric, ...], plain: dict[str, Any]
) -> None:
    numbers = {field.name for field in fields(holder) if field.type in (float, float | None)}
    baselines = {metric.baseline for metric in metrics}
    assert numbers - baselines == {metric.name for metric in metrics}, "declare each in evaluation/_metric.py"
    assert numbers - baselines <= set(plain), "name each in `to_json`"


def test_one_seed_has_no_interval() -> None:
    joined = over_seeds([_member(1)])
    assert joined["accuracy"]["sd"] is None
    assert joined["accuracy"]["ci95"] is None
    assert joined["accuracy"]["mean"] == _member(1)["accuracy"]


def test_what_some_seeds_lack_is_taken_over_the_others() -> None:
    joined = over_seeds([{"r2": 0.5, "n": 3}, {"r2": None, "n": 4}, {"r2": float("nan"), "n": 4}, {"r2": 0.7, "n": 4}])
    assert joined["r2"]["mean"] == pytest.approx(0.6)
    assert joined["r2"]["defined"] == 2
    assert joined["n"]["mean"] == 3.75
    nothing = over_seeds([{"r2": None}, {"r2": None}])
    assert nothing["r2"] == {"mean": None, "sd": None, "ci95": None, "defined": 0}


def test_regression_and_parts_within_parts() -> None:
    targets = np.arange(10.0)
    members = [
        {"test": evaluate_reals(targets + shift, targets, loss=shift, train_mean=4.5).to_json()} for shift in (1.0, 2.0)
    ]
    joined = over_seeds(members)
    assert joined["test"]["rmse"]["mean"] == pytest.approx(1.5)
    assert joined["test"]["baseline"]["rmse"] == pytest.approx(np.sqrt(8.25))
    assert "r2_ci95" not in joined["test"]


def test_no_members_are_refused() -> None:
    with pytest.raises(ShapeError, match="no members"):
        over_seeds([])

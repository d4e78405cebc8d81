"""Scores are told in words, with their intervals."""

import numpy as np
import pytest

from descentlab.core import ShapeError
from descentlab.evaluation import (
    ClassMetrics,
    RealMetrics,
    describe_scores,
    evaluate_classes,
    evaluate_reals,
)


def _metrics(num_right: int, num: int = 30) -> ClassMetrics:
    labels = np.arange(num) % 3
    told = np.where(np.arange(num) < num_right, labels, (labels + 1) % 3)
    return evaluate_classes(np.eye(3)[told], labels, classes=["a", "b", "c"], loss=0.3, majority=0)


def test_one_run_is_told_with_its_interval_and_its_few_examples() -> None:
    told = describe_scores([_metrics(29)])
    assert told == (
        "Test accuracy 0.967: 29 of 30 examples are predicted correctly; 95% interval 0.833 to 0.994.",
        "30 examples are few: another test part could show anything from 0.833 to 0.994. `--seeds 20` shows how much "
        "of it is luck.",
        "The network is better than the baseline: always predicting 'a' reaches 0.333.",
    )
    many = describe_scores([_metrics(2900, 3000)], part="validation")
    assert many[0].startswith("Validation accuracy 0.967: 2,900 of 3,000 examples")
    assert not any("few" in sentence for sentence in many)
    guess = describe_scores([_metrics(10)])
    assert "is not shown to be better than the baseline" in guess[2]


def test_many_seeds_are_told_with_mean_deviation_range_and_gain() -> None:
    metrics = [_metrics(num_right) for num_right in (26, 27, 28, 29, 30)]
    told = describe_scores(metrics)
    assert told[0] == (
        "Test accuracy 0.933 ± 0.053: mean and standard deviation over 5 seeds; the mean's 95% interval is 0.868 to "
        "0.999."
    )
    assert told[1].startswith("Single seeds ranged from 0.867 to 1.000: one run, tested on 30 examples, could")
    assert told[2].startswith("That is 0.600 above always predicting the most frequent class, which reaches 0.333")
    guess = describe_scores([_metrics(num_right) for num_right in (8, 9, 12)])
    assert "not shown to be better" in guess[2]


def test_an_interval_of_a_share_never_leaves_it() -> None:
    told = describe_scores([_metrics(30), _metrics(29)])
    assert told[0].endswith("to 1.000.")


def _reals(error: float, seed: int = 0) -> RealMetrics:
    random = np.random.default_rng(seed)
    targets = random.normal(50.0, 10.0, 80)
    return evaluate_reals(targets + random.normal(0.0, error, 80), targets, loss=0.1, train_mean=50.0)


def test_a_real_number_is_told_in_its_own_unit() -> None:
    told = describe_scores([_reals(2.0)])
    assert told[0].startswith("The typical test error (RMSE) is ")
    assert "always predicting the training mean gives" in told[0]
    assert told[1].startswith("R² is 0.9")
    poor = describe_scores([_reals(30.0)])
    assert poor[2] == "It is not shown to be better than the baseline."
    several = describe_scores([_reals(2.0, seed) for seed in range(4)])
    assert any(sentence.startswith("Test R² 0.9") and "over 4 seeds" in sentence for sentence in several)


def test_no_metrics_are_refused() -> None:
    with pytest.raises(ShapeError, match="got no metrics"):
        describe_scores([])

"""Planted curves are read for what they are, and told in words with their numbers."""

import numpy as np
import pytest

from descentlab.core import ShapeError
from descentlab.evaluation import (
    ClassMetrics,
    LossCurves,
    RealMetrics,
    Verdict,
    describe_outcome,
    evaluate_classes,
    evaluate_reals,
    find_runaway,
    read_curves,
)

X = np.arange(101) / 100.0
RANDOM = np.random.default_rng(0)
NOTHING = np.full(101, np.nan)
FALLING = 0.2 + np.exp(-1.5 * X)
SETTLED = 0.2 + np.exp(-20.0 * X)
TURNED = 0.2 + np.exp(-20.0 * X) + 0.3 * np.maximum(X - 0.3, 0.0)


@pytest.mark.parametrize(
    ("train", "validation", "verdict"),
    [
        (FALLING, FALLING + 0.1, "under-trained"),
        (FALLING, FALLING * (1.0 + 0.01 * RANDOM.standard_normal(101)), "under-trained"),
        (FALLING, NOTHING, "under-trained"),
        (SETTLED, SETTLED + 0.1, "settled"),
        (SETTLED, NOTHING, "settled"),
        (SETTLED, SETTLED * (1.0 + 0.2 * RANDOM.standard_normal(101)).clip(0.5), "settled"),
        (np.exp(-15.0 * X), np.exp(-15.0 * X), "settled"),  # it still halves, but of nothing
        (np.exp(-5.0 * X), TURNED, "over-fitted"),
        (np.exp(-5.0 * X), TURNED * (1.0 + 0.02 * RANDOM.standard_normal(101)), "over-fitted"),
        (TURNED, TURNED, "settled"),  # the training loss rose as well, so it is not over-fitting
        (np.full(101, 1.1) - 0.01 * X, np.full(101, 1.1), "not-learning"),
        (1.0 + X, 1.0 + X, "not-learning"),
        (np.where(X > 0.3, np.nan, 1.0), np.where(X > 0.3, np.nan, 1.0), "not-learning"),
        (NOTHING, NOTHING, "diverged"),
        (np.full(101, np.inf), NOTHING, "diverged"),
        (FALLING[:2], FALLING[:2], "too-short"),
        (np.array([2.3, 0.6, 0.75]), NOTHING[:3], "too-short"),
        (np.array([0.5, 0.6, 0.3, 0.5, 0.3, 0.4]), NOTHING[:6], "too-short"),
        (np.array([0.5, 0.41, 0.4, 0.4, 0.401, 0.4, 0.4]), NOTHING[:7], "settled"),
        (FALLING[:0], FALLING[:0], "too-short"),
    ],
)
def test_planted_curves_are_read_for_what_they_are(train: np.ndarray, validation: np.ndarray, verdict: Verdict) -> None:
    assert read_curves(train, validation).verdict == verdict


def test_noise_alone_is_never_taken_for_learning_to_come() -> None:
    plateau = [SETTLED + 0.05 * np.random.default_rng(seed).standard_normal(101).clip(-2, 2) for seed in range(200)]
    verdicts = [read_curves(FALLING, curve).verdict for curve in plateau]
    assert verdicts.count("settled") >= 190


def test_the_number_of_a_verdict_is_what_it_says() -> None:
    reading = read_curves(FALLING, FALLING + 0.1)
    assert reading.change == pytest.approx((FALLING[-1] + 0.1) / (FALLING[-20] + 0.1) - 1.0, abs=0.02)
    reading = read_curves(np.exp(-5.0 * X), TURNED)
    assert reading.lowest_at == int(np.argmin(TURNED))
    assert 0.4 < reading.change < TURNED[-1] / TURNED.min() - 1.0


def test_a_member_given_up_has_diverged_whatever_its_curve() -> None:
    assert read_curves(FALLING, FALLING, has_diverged=True).verdict == "diverged"


def test_a_loss_that_ran_away_for_good_is_found_where_it_left() -> None:
    assert find_runaway(np.array([1.0, 0.9, 30.0, 0.8, 20.0, 25.0, 30.0, np.nan])) == 4
    assert find_runaway(np.array([1.0, 30.0, 30.0, 30.0, 0.9])) is None
    assert find_runaway(np.array([1.0, 0.9, 30.0, 30.0])) is None


def _curves(train: np.ndarray, validation: np.ndarray, num: int = 1, **flags: list[bool]) -> LossCurves:
    return LossCurves(
        epochs=np.arange(len(train)),
        train_loss=np.tile(train, (num, 1)),
        validation_loss=np.tile(validation, (num, 1)),
        has_diverged=np.array(flags.get("has_diverged", [False] * num)),
        stopped_early=np.array(flags.get("stopped_early", [False] * num)),
    )


def _metrics(num_right: int, num: int = 30) -> ClassMetrics:
    labels = np.arange(num) % 3
    told = np.where(np.arange(num) < num_right, labels, (labels + 1) % 3)
    return evaluate_classes(np.eye(3)[told], labels, classes=["a", "b", "c"], loss=0.3, majority=0)


def test_one_run_is_told_with_its_interval_and_its_few_examples() -> None:
    told = describe_outcome([_metrics(29)], _curves(SETTLED, SETTLED))
    assert told == (
        "Test accuracy 0.967: 29 of 30 examples are predicted correctly; 95% interval 0.833 to 0.994.",
        "30 examples are few: another test part could show anything from 0.833 to 0.994. `--seeds 20` shows how much "
        "of it is luck.",
        "The network is better than the baseline: always predicting 'a' reaches 0.333.",
        "Settled: over the last 20 epochs the loss of the network changed by less than 0.1%, so more epochs of the "
        "same promise little.",
    )
    many = describe_outcome([_metrics(2900, 3000)], _curves(SETTLED, SETTLED), part="validation")
    assert many[0].startswith("Validation accuracy 0.967: 2,900 of 3,000 examples")
    assert not any("few" in sentence for sentence in many)
    guess = describe_outcome([_metrics(10)], _curves(SETTLED, SETTLED))
    assert "is not shown to be better than the baseline" in guess[2]


def test_many_seeds_are_told_with_mean_deviation_range_and_gain() -> None:
    metrics = [_metrics(num_right) for num_right in (26, 27, 28, 29, 30)]
    told = describe_outcome(metrics, _curves(SETTLED, SETTLED, 5))
    assert told[0] == (
        "Test accuracy 0.933 ± 0.053: mean and standard deviation over 5 seeds; the mean's 95% interval is 0.868 to "
        "0.999."
    )
    assert told[1].startswith("Single seeds ranged from 0.867 to 1.000: one run, tested on 30 examples, could")
    assert told[2].startswith("That is 0.600 above always predicting the most frequent class, which reaches 0.333")
    assert told[3].startswith("Settled: over the last 20 epochs the loss of 5 of 5 seeds changed by less than 0.1%")
    guess = describe_outcome([_metrics(num_right) for num_right in (8, 9, 12)], _curves(SETTLED, SETTLED, 3))
    assert "not shown to be better" in guess[2]


def test_an_interval_of_a_share_never_leaves_it() -> None:
    told = describe_outcome([_metrics(30), _metrics(29)], _curves(SETTLED, SETTLED, 2))
    assert told[0].endswith("to 1.000.")


def test_advice_follows_the_evidence() -> None:
    def advice(curves: LossCurves, num_right: int = 20) -> str:
        num = len(curves.train_loss)
        return describe_outcome([_metrics(num_right)] * num, curves, learning_rate=0.001)[-1]

    under = advice(_curves(FALLING, FALLING, 3))
    assert under.startswith("Under-trained: over the last 20 epochs the loss of 3 of 3 seeds still fell by")
    assert "--set epochs=200" in under
    assert "--set optimizer.learning_rate=0.003" in under
    over = advice(_curves(np.exp(-5.0 * X), TURNED))
    assert f"was lowest near epoch {int(np.argmin(TURNED))}" in over
    assert "--set early_stopping.patience=10" in over
    slow = advice(_curves(np.full(101, 1.1) - 0.01 * X, NOTHING))
    assert slow.startswith("Learned next to nothing")
    assert "higher learning rate (`--set optimizer.learning_rate=0.01`)" in slow
    wild = advice(_curves(1.0 + X, NOTHING))
    assert "lower learning rate (`--set optimizer.learning_rate=0.0001`)" in wild


def test_one_diverged_seed_of_many_is_told() -> None:
    told = describe_outcome([_metrics(20)] * 3, _curves(SETTLED, SETTLED, 3, has_diverged=[False, True, False]))
    assert told[-2].startswith("Diverged: the loss of 1 of 3 seeds ran away")


def test_one_under_trained_seed_of_many_is_not_told_of_all() -> None:
    curves = _curves(SETTLED, SETTLED, 3)
    curves.train_loss[0] = curves.validation_loss[0] = FALLING
    assert describe_outcome([_metrics(20)] * 3, curves)[-1].startswith("Settled: over the last 20 epochs the loss of 2")


def test_seeds_of_many_minds_are_counted() -> None:
    curves = _curves(np.exp(-5.0 * X), np.exp(-20.0 * X), 3)
    curves.validation_loss[1:] = np.stack([FALLING, TURNED])
    told = describe_outcome([_metrics(20)] * 3, curves)
    assert told[-1] == "The seeds' curves differ: 1 settled, 1 under-trained, 1 over-fitted."


def test_few_epochs_are_told_as_few() -> None:
    told = describe_outcome([_metrics(20)], _curves(FALLING[:1], FALLING[:1]))
    assert told[-1] == "0 epochs of training are too few to say from the losses how it went."
    told = describe_outcome([_metrics(20)], _curves(FALLING[::25], FALLING[::25]))
    assert "over the last 4 epochs" in told[-1]  # the first point is from before them


def test_a_steep_bend_does_not_fall_by_more_than_all() -> None:
    bent = np.array([2.3, 0.06, 0.03])
    assert read_curves(bent, bent).change == pytest.approx(0.03 / 2.3 - 1.0)


def test_a_fall_of_few_points_is_not_told_to_be_over() -> None:
    restless = np.array([2.3, 0.6, 0.75])
    told = describe_outcome([_metrics(20)], _curves(restless, restless))
    assert told[-1] == "2 epochs of training are too few to say from the losses how it went."


def test_early_stopping_is_told_instead_of_over_fitting() -> None:
    told = describe_outcome([_metrics(20)], _curves(np.exp(-5.0 * X), TURNED, stopped_early=[True]))
    assert told[-1] == (
        "Early stopping ended the network when the validation loss no longer fell; the weights kept are those of "
        f"epoch {int(np.argmin(TURNED))}."
    )


def test_a_perfect_network_is_not_told_to_train_longer() -> None:
    told = describe_outcome([_metrics(30)], _curves(FALLING, FALLING))
    assert not any("Under-trained" in sentence for sentence in told)


def _reals(error: float, seed: int = 0) -> RealMetrics:
    random = np.random.default_rng(seed)
    targets = random.normal(50.0, 10.0, 80)
    return evaluate_reals(targets + random.normal(0.0, error, 80), targets, loss=0.1, train_mean=50.0)


def test_a_real_number_is_told_in_its_own_unit() -> None:
    told = describe_outcome([_reals(2.0)], _curves(SETTLED, SETTLED))
    assert told[0].startswith("The typical test error (RMSE) is ")
    assert "always predicting the training mean gives" in told[0]
    assert told[1].startswith("R² is 0.9")
    assert told[2].startswith("Settled")
    poor = describe_outcome([_reals(30.0)], _curves(SETTLED, SETTLED))
    assert poor[2] == "It is not shown to be better than the baseline."
    several = describe_outcome([_reals(2.0, seed) for seed in range(4)], _curves(SETTLED, SETTLED, 4))
    assert any(sentence.startswith("Test R² 0.9") and "over 4 seeds" in sentence for sentence in several)


def test_metrics_and_curves_must_be_of_the_same_members() -> None:
    with pytest.raises(ShapeError, match="metrics of 1 members and curves of 3"):
        describe_outcome([_metrics(20)], _curves(SETTLED, SETTLED, 3))


def test_a_short_curve_that_fell_at_every_point_is_still_falling() -> None:
    falling = np.array([1.1, 0.9, 0.7, 0.6])
    assert read_curves(falling, np.full(4, np.nan)).verdict == "under-trained"
    wavering = np.array([1.1, 0.5, 0.52, 0.48])
    assert read_curves(wavering, np.full(4, np.nan)).verdict == "too-short"


def test_a_reversed_gradient_is_told_with_how_far_it_went_and_without_advice() -> None:
    rising = 1.0 + 9.0 * X
    for curve, end in ((rising, "from 1 to 10"), (np.where(X > 0.5, np.nan, rising), "from 1 to 5.5")):
        curves = _curves(curve, NOTHING, has_diverged=[bool(np.isnan(curve).any())])
        sentences = describe_outcome([_metrics(10)], curves, goes_up=True, learning_rate=0.1)
        assert sentences[-1].endswith(f"training took the loss of the network {end}.")
        assert "optimizer.maximize" in sentences[-1]
        assert not any("learning rate" in sentence for sentence in sentences)
    assert "Try a lower learning rate" in describe_outcome([_metrics(10)], _curves(rising, NOTHING))[-1]

"""What became of a training: planted curves and planted networks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from descentlab.judgement import OUTCOMES, RULES, TrainingCurves, count_outcomes, find_runaway, judge_training
from descentlab.networks import FUNCTIONS, stuck_units
from evidence._planted import PLANTED

STEPS = np.arange(101)
NOISE = np.random.default_rng(5).normal(size=101)


def healthy(loss: np.ndarray, constant: float | None = 0.69) -> TrainingCurves:
    return TrainingCurves(loss, gradient_norm=np.ones(len(loss)), constant_loss=constant, stuck_share=0.0)


@pytest.mark.parametrize("name", [name for name in PLANTED if name != "noisy labels, trained to the end"])
def test_planted_trainings_have_the_outcome_that_was_planted(name: str) -> None:
    outcome, draw = PLANTED[name]
    judged = [judge_training(draw(np.random.default_rng(seed))) for seed in (100, 101)]
    assert [each.outcome for each in judged] == [outcome, outcome], [each.evidence for each in judged]


CURVES = {
    "still on its way down": (np.exp(-STEPS / 60.0), "improving"),
    "down and settled": (0.02 + np.exp(-STEPS / 5.0), "converged"),
    "settled among the noise of batches": (0.3 + np.exp(-STEPS / 5.0) + 0.002 * NOISE, "converged"),
    "of almost 0 it still halves": (np.exp(-0.15 * STEPS), "converged"),
    "never moved": (np.full(101, 0.69), "not learning"),
    "hardly moved and stopped": (0.68 + 0.01 * np.exp(-STEPS / 3.0), "not learning"),
    "a jump to and fro": (0.4 + 0.3 * np.exp(-STEPS / 5.0) + 0.15 * (-1.0) ** STEPS, "oscillating"),
    "learned, and lost it again": (np.where(STEPS < 30, np.exp(-STEPS / 8.0), 0.3), "oscillating"),
    "one spike long ago": (0.1 + np.exp(-STEPS / 5.0) + 0.3 * (STEPS == 84), "converged"),
    "a straight line down": (1.0 - 1e-4 * STEPS, "improving"),
    "up all the way": (0.7 + 0.002 * STEPS, "diverged"),
    "a jump up to where it stays": (np.where(STEPS < 92, 0.55, 1.0), "oscillating"),
    "away for good": (np.where(STEPS < 40, 0.5, 60.0 + STEPS), "diverged"),
    "a bent fall of few epochs": (np.array([0.9, 0.75, 0.55, 0.33, 0.24, 0.195]), "improving"),
    "a few epochs that fell each time": (np.array([1.1, 0.9, 0.7, 0.6]), "improving"),
    "a few epochs that wavered": (np.array([1.1, 0.5, 0.52, 0.48]), "too short to tell"),
    "two epochs": (np.array([2.3, 0.6, 0.45]), "too short to tell"),
    "no epoch": (np.array([1.0]), "too short to tell"),
}


@pytest.mark.parametrize("name", CURVES)
def test_planted_curves(name: str) -> None:
    loss, outcome = CURVES[name]
    judged = judge_training(healthy(loss))
    assert judged.outcome == outcome, judged
    assert "nan" not in judged.evidence


def test_a_loss_that_is_no_number_has_diverged_however_short_its_curve() -> None:
    for loss in (np.array([1.0, np.nan]), np.where(STEPS < 40, 0.5, np.nan)):
        judged = judge_training(replace(healthy(loss), diverged_at=1))
        assert (judged.outcome, judged.fit, judged.at) == ("diverged", "unknown", 1)
    assert judge_training(healthy(np.full(3, np.inf))).outcome == "diverged"


def test_noise_around_a_settled_loss_is_not_taken_for_a_fall() -> None:
    draw = np.random.default_rng(0)
    curves = [0.2 + np.exp(-STEPS / 5.0) + 0.01 * draw.standard_normal(101).clip(-2, 2) for _ in range(200)]
    outcomes = [judge_training(healthy(curve)).outcome for curve in curves]
    assert outcomes.count("converged") >= 190


def test_a_falling_tail_counts_by_the_rate_that_the_schedule_ends_at() -> None:
    loss = np.array([2.3, 0.3, 0.2, 0.14, 0.1, 0.07, 0.05])
    factors = np.array([0.1, 0.7, 1.0, 0.8, 0.4, 0.1, 1e-4])
    assert judge_training(healthy(loss, 2.3)).outcome == "improving"
    assert judge_training(replace(healthy(loss, 2.3), rate_factors=factors)).outcome == "converged"
    assert judge_training(replace(healthy(loss, 2.3), rate_factors=np.ones(7))).outcome == "improving"


def test_stuck_units_need_a_poor_loss_and_count_from_the_start() -> None:
    poor, vanishing = healthy(np.full(101, 1.0), 0.5), 10.0 * np.exp(-STEPS / 4.0)
    stuck = replace(poor, gradient_norm=vanishing, stuck_share=0.4)
    assert judge_training(stuck).outcome == "saturated units"
    assert judge_training(replace(stuck, stuck_kind="dead units")).outcome == "dead units"
    assert judge_training(replace(stuck, stuck_share=0.0)).outcome == "not learning"
    assert judge_training(replace(stuck, train_loss=np.full(101, 0.01))).outcome == "converged"
    assert judge_training(replace(poor, stuck_share=0.4)).outcome == "not learning"  # its gradient lives
    assert judge_training(replace(poor, stuck_share=1.0)).outcome == "saturated units"  # it never lived anywhere
    assert judge_training(replace(poor, stuck_share=1.0, gradient_norm=np.zeros(101))).outcome == "saturated units"


def test_few_stuck_units_do_not_explain_a_loss_that_jumps() -> None:
    loss = np.where(STEPS % 2 == 0, 8.0, 14.0)
    jumping = replace(healthy(loss), gradient_norm=np.where(STEPS == 3, 1e4, 1.0), stuck_share=0.12)
    assert judge_training(replace(jumping, train_loss=np.where(STEPS == 0, 1.2, loss))).outcome == "oscillating"
    assert judge_training(replace(jumping, stuck_share=0.9)).outcome == "saturated units"


def test_a_symptom_that_decides_and_was_not_recorded_is_not_checkable() -> None:
    flat = TrainingCurves(np.full(101, 0.69), constant_loss=0.69)
    judged = judge_training(flat)
    assert (judged.outcome, judged.missing) == ("not checkable", ("stuck units", "gradient"))
    assert judge_training(replace(flat, stuck_share=float("nan"))).outcome == "not checkable"
    assert judge_training(replace(flat, stuck_share=0.0)).outcome == "not learning"
    settled = TrainingCurves(0.02 + np.exp(-STEPS / 5.0))
    assert judge_training(settled).missing == ("best constant prediction",)
    assert judge_training(replace(settled, constant_loss=1.0)).outcome == "converged"
    assert judge_training(TrainingCurves(np.exp(-STEPS / 60.0))).outcome == "improving"
    assert judge_training(TrainingCurves(np.full(101, 0.69), stuck_share=0.0, gradient_norm=np.ones(101))).outcome == (
        "not learning"
    )


def test_early_stopping_is_no_training_that_was_ended_too_soon() -> None:
    falling = healthy(0.2 + np.exp(-STEPS / 60.0), 1.2)
    assert judge_training(falling).outcome == "improving"
    assert judge_training(replace(falling, has_stopped_early=True)).outcome == "converged"


def test_what_is_learned_by_heart_alone_is_not_learned() -> None:
    memory = healthy(0.69 * np.exp(-STEPS / 30.0))
    apart = replace(memory, held_out_loss=0.7 + 0.01 * STEPS)
    judged = judge_training(apart)
    assert (judged.outcome, judged.fit) == ("not learning", "over-fitting")
    assert judge_training(replace(apart, held_out_constant_loss=2.0)).outcome == "improving"


def test_over_and_under_fitting() -> None:
    falling = healthy(np.exp(-STEPS / 15.0), 1.0)
    turned = 0.5 * np.exp(-STEPS / 5.0) + 0.2 + 0.004 * STEPS
    assert judge_training(replace(falling, held_out_loss=turned)).fit == "over-fitting"
    assert judge_training(replace(falling, held_out_loss=turned, has_stopped_early=True)).fit == "good"
    assert judge_training(replace(falling, held_out_loss=falling.train_loss + 0.05)).fit == "good"
    assert judge_training(replace(healthy(0.6 + 0.0 * STEPS, 1.0), held_out_loss=0.6 + 0.0 * STEPS)).fit == (
        "under-fitting"
    )
    assert judge_training(falling).fit == "unknown"


def test_an_outcome_rests_on_numbers_with_their_thresholds() -> None:
    judged = judge_training(healthy(np.exp(-STEPS / 60.0)))
    expected, share = judged.margins
    assert expected.value == pytest.approx(1.0 - np.exp(-19 / 60.0), rel=0.05)
    assert expected.value > expected.threshold
    assert share.ratio == share.value / share.threshold
    assert judged.to_json()["margins"][0]["value"] == expected.value


def test_every_outcome_has_its_rule_and_its_place() -> None:
    assert list(RULES) == list(OUTCOMES)
    assert list(count_outcomes(["converged", "diverged", "converged"]).items()) == [("diverged", 1), ("converged", 2)]


def test_a_loss_that_ran_away_for_good_is_found_where_it_left() -> None:
    assert find_runaway(np.array([1.0, 0.9, 30.0, 0.8, 20.0, 25.0, 30.0, np.nan])) == 4
    assert find_runaway(np.array([1.0, 30.0, 30.0, 30.0, 0.9])) is None
    assert find_runaway(np.array([1.0, 0.9, 30.0, 30.0])) is None


def test_planted_dead_and_saturated_units_are_found_in_pytorch_s_activations() -> None:
    torch.manual_seed(0)
    inputs = torch.randn(200, 5)
    weights = torch.randn(5, 6)
    pre = inputs @ weights
    pre[:, 0] -= 1_000.0
    assert stuck_units(torch.relu(pre).numpy(), FUNCTIONS["relu"].saturation).tolist() == [True, *[False] * 5]
    pre[:, 1] *= 1e5
    assert stuck_units(torch.tanh(pre).numpy(), FUNCTIONS["tanh"].saturation).tolist() == [True, True, *[False] * 4]
    assert stuck_units(torch.sigmoid(pre).numpy(), FUNCTIONS["sigmoid"].saturation).tolist()[:2] == [True, True]
    assert not stuck_units(pre.numpy(), FUNCTIONS["linear"].saturation).any()

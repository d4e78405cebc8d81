"""What became of a network: planted curves and planted trainings, none of which the rules were tuned on."""

import numpy as np
import pytest
import torch

from descentlab.evaluation import MemberCurves, compare_paired, find_best, holm, judge_member
from descentlab.networks import FUNCTIONS, stuck_units

RNG = np.random.default_rng(5)
STEPS = np.arange(101)
NOISE = RNG.normal(size=101)


def descent(rate: float, curvature: float = 1.0, steps: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Gradient descent on curvature/2 * x^2 from x = 1, in closed form: loss and length of the gradient."""
    x = (1.0 - rate * curvature) ** np.arange(steps + 1)
    return curvature / 2 * x**2, np.abs(curvature * x)


def judge(loss: np.ndarray, norm: np.ndarray | None = None, **more: object) -> str:
    return judge_member(MemberCurves(loss, gradient_norm=norm, **more)).verdict  # type: ignore[arg-type]


def test_descent_on_a_quadratic_is_judged_by_its_rate() -> None:
    assert judge(*descent(0.0005), constant_loss=0.5) == "too-slow"
    assert judge(*descent(0.5), constant_loss=0.5) == "converged"
    with np.errstate(over="ignore"):
        assert judge(*descent(2.2), constant_loss=0.5) == "diverged"


PLANTED = {
    "still on its way down": (np.exp(-STEPS / 60.0), "too-slow"),
    "down and settled": (0.02 + np.exp(-STEPS / 5.0), "converged"),
    "settled among the noise of batches": (0.3 + np.exp(-STEPS / 5.0) + 0.002 * NOISE, "converged"),
    "never moved": (np.full(101, 0.69), "plateau"),
    "hardly moved and stopped": (0.68 + 0.01 * np.exp(-STEPS / 3.0), "plateau"),
    "a jump to and fro": (0.4 + 0.3 * np.exp(-STEPS / 5.0) + 0.15 * (-1.0) ** STEPS, "oscillating"),
    "a straight line down": (1.0 - 1e-4 * STEPS, "too-slow"),
    "away for good": (np.where(STEPS < 40, 0.5, 60.0 + STEPS), "diverged"),
    "no number any more": (np.where(STEPS < 40, 0.5, np.nan), "diverged"),
    "a bent fall of few epochs": (np.array([0.9, 0.75, 0.55, 0.33, 0.24, 0.195]), "too-slow"),
    "two points": (np.array([1.0, 0.5]), "too-short"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_curves(name: str) -> None:
    loss, verdict = PLANTED[name]
    diverged_at = 40 if name == "no number any more" else None
    found = judge_member(MemberCurves(loss, constant_loss=0.69, diverged_at=diverged_at))
    assert found.verdict == verdict, found
    assert "nan" not in found.evidence


def test_a_stuck_network_needs_all_three_signs() -> None:
    loss, norm = np.full(101, 1.0), 10.0 * np.exp(-STEPS / 4.0)
    assert judge(loss, norm, constant_loss=0.5, stuck_share=0.4) == "saturated"
    assert judge(loss, norm, constant_loss=0.5, stuck_share=0.4, dies=True) == "dead"
    assert judge(loss, norm, constant_loss=0.5, stuck_share=0.0) == "plateau"
    assert judge(np.full(101, 0.01), norm, constant_loss=0.5, stuck_share=0.4) == "converged"
    assert judge(loss, np.full(101, 1.0), constant_loss=0.5, stuck_share=0.4) == "plateau"


def test_over_and_under_fitting() -> None:
    falling = np.exp(-STEPS / 15.0)
    rising = 0.5 * np.exp(-STEPS / 5.0) + 0.2 + 0.004 * STEPS
    fine = MemberCurves(falling, held_out_loss=falling + 0.05, constant_loss=1.0)
    assert judge_member(MemberCurves(falling, held_out_loss=rising, constant_loss=1.0)).fit == "over-fitted"
    assert judge_member(fine).fit == "fine"
    assert judge_member(MemberCurves(0.6 + 0.0 * STEPS, held_out_loss=falling, constant_loss=1.0)).fit == "under-fitted"
    assert judge_member(MemberCurves(falling)).fit == "unknown"


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


def test_a_paired_difference_is_seen_through_the_seeds_luck() -> None:
    luck = RNG.normal(size=12)
    found = compare_paired(luck + 0.1 + 0.02 * RNG.normal(size=12), luck)
    assert found.is_real
    assert found.ci95 is not None
    assert found.ci95[0] < 0.1 < found.ci95[1]
    assert found.num_above == 12
    assert not compare_paired(RNG.normal(size=12), RNG.normal(size=12)).is_real
    assert compare_paired(np.ones(1), np.zeros(1)).p_value == 1.0
    assert compare_paired(np.ones(5), np.zeros(5)).p_value == pytest.approx(2 / 32)


def test_the_sign_flips_hold_their_level() -> None:
    rng = np.random.default_rng(1)
    p_values = np.array([compare_paired(rng.normal(size=8), rng.normal(size=8)).p_value for _ in range(400)])
    assert 0.02 < np.mean(p_values < 0.05) < 0.09


def test_holm_agrees_with_the_textbook_s_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_the_best_is_found_and_luck_is_told() -> None:
    seeds = RNG.normal(size=20)
    values = np.stack([seeds + 1.0, seeds + 0.001 * RNG.normal(size=20), seeds + 0.5, np.full(20, np.inf)])
    best = find_best(values)
    assert best is not None
    assert (best.place, best.next_place, best.beaten) == (1, 2, 1)
    assert best.likely == (1,)
    assert best.differences[2].is_real
    assert best.differences[2].mean == pytest.approx(0.5, abs=0.01)
    alike = find_best(RNG.normal(size=(6, 10)))
    assert alike is not None
    assert len(alike.likely) > 1
    assert alike.fresh_mean is not None
    assert alike.fresh_mean > alike.mean  # the lowest of six was chosen by its luck
    assert not any(pair.is_real for pair in alike.differences.values())
    assert find_best(np.full((2, 3), np.nan)) is None

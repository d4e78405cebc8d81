"""Paired differences, their correction, and the best of several settings, on planted numbers."""

import numpy as np
import pytest

from descentlab.evaluation import compare_paired, find_best, holm

RNG = np.random.default_rng(5)


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

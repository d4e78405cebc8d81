"""What is read off a loss along a line, and the barrier between two networks."""

import math

import numpy as np
import pytest

from descentlab.labs.landscape.measure import find_barrier, read_line, weight_space
from descentlab.networks import build_network
from descentlab.spec import DenseSpec
from tests.labs.landscape.conftest import flowers, survey_of

AT = np.linspace(0.0, 1.0, 21)


def test_a_bowl_is_convex_and_lowest_at_its_middle() -> None:
    found = read_line(AT, (AT - 0.3) ** 2 + 1.0)
    assert found.is_convex
    assert found.bends_down_at is None
    assert found.lowest == pytest.approx(1.0)
    assert found.lowest_at == pytest.approx(0.3)
    assert not found.is_monotone
    assert found.rise == pytest.approx(0.49)


def test_a_hump_bends_down_where_it_is() -> None:
    found = read_line(AT, 1.0 + AT**2 + np.exp(-(((AT - 0.5) / 0.05) ** 2)))
    assert not found.is_convex
    assert found.bends_down_at == pytest.approx(0.5)


def test_a_falling_loss_is_monotone_and_rounding_is_no_rise() -> None:
    rng = np.random.default_rng(0)
    rounding = 1.0 + 1e-7 * rng.normal(size=21)
    straight = read_line(AT, (2.0 - AT) * rounding)
    assert straight.is_monotone
    assert straight.is_convex
    flat = 2.0 * rounding
    assert read_line(AT, flat).is_monotone
    assert not read_line(AT, flat, precision="float64").is_monotone
    bumped = 2.0 - AT
    bumped[10] += 0.2
    assert read_line(AT, bumped).rise == pytest.approx(0.15)
    assert not read_line(AT, bumped).is_monotone


def test_points_without_a_number_are_left_out() -> None:
    loss = AT**2
    loss[:3] = np.inf
    loss[7] = np.nan
    found = read_line(AT, loss)
    assert found.lowest_at == pytest.approx(AT[3])
    assert found.is_convex
    nothing = read_line(AT, np.full(21, np.nan))
    assert math.isnan(nothing.lowest)
    assert not nothing.is_convex


def test_a_barrier_is_the_excess_over_the_line_between_the_ends() -> None:
    # L(t) = 1 + t + sin(pi t): over the straight line from 1 to 2 it stands by sin(pi t).
    losses = (1.0 + AT + np.sin(np.pi * AT))[:, None] + np.array([[-0.5, 0.5]])
    found = find_barrier(AT, losses)
    assert found.height == pytest.approx(1.0)
    assert found.at == pytest.approx(0.5)
    assert found.loss == pytest.approx(2.5)
    assert found.ends == (pytest.approx(1.0), pytest.approx(2.0))
    # All examples have the same excess, so that nothing is uncertain about it.
    assert found.ci95 == (pytest.approx(1.0), pytest.approx(1.0))
    assert found.is_real


def test_nine_in_ten_intervals_and_more_hold_the_true_height() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    shape = np.sin(np.pi * AT)[:, None]
    for _ in range(400):
        # Each example's loss between the ends rises by a number of its own, 1 on average.
        found = find_barrier(AT, 2.0 + shape * rng.exponential(1.0, (1, 100)) + rng.normal(size=(1, 100)))
        assert found.ci95 is not None
        hits += found.ci95[0] <= 1.0 <= found.ci95[1]
    # 95% of 400 are 380, with a standard deviation of 4.4; skewed losses cost a little.
    assert 362 <= hits <= 396


def test_a_sagging_line_has_no_barrier() -> None:
    losses = ((AT - 0.5) ** 2)[:, None] + np.ones((1, 4))
    found = find_barrier(AT, losses)
    assert (found.height, found.at, found.ci95, found.is_real) == (0.0, None, None, False)
    assert found.loss == pytest.approx(1.25)


def test_a_convex_model_has_no_barrier_between_any_two_places() -> None:
    # Softmax regression: its loss is convex in the weights.
    network = build_network([DenseSpec(name="out")], (4,), 3)
    survey = survey_of(network, {"train": flowers()}, dtype="float32")
    shares = np.stack([1.0 - AT, AT], axis=1)
    for seed in range(10):
        ends = 2.0 * np.random.default_rng(seed).normal(size=(2, weight_space(network).size))
        losses = survey.measure(ends, shares, part="train", keeps_examples=True).losses
        assert losses is not None
        found = find_barrier(AT, losses)
        assert found.height <= 1e-6
        assert not found.is_real


def test_a_loss_that_is_no_number_on_the_way_is_a_barrier_without_end() -> None:
    losses = np.ones((21, 3))
    losses[10, 1] = np.inf
    found = find_barrier(AT, losses)
    assert found.height == math.inf
    assert found.at == 0.5

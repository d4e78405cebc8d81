"""Disturbances beside NumPy's own, and the curves where they can be worked out."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from descentlab.core import Estimate
from descentlab.labs.errors.measure import (
    Disturbance,
    Judged,
    crossing,
    measure_robustness,
    picture_disturbances,
    table_disturbances,
)

RNG = np.random.default_rng(0)
PICTURES = np.zeros((300, 12, 12, 1), np.float32)
PICTURES[:, 4:8, 4:8] = RNG.random((300, 4, 4, 1)).astype(np.float32)


def by_name() -> dict[str, Disturbance]:
    return {each.name: each for each in picture_disturbances(PICTURES)}


def test_each_picture_is_shifted_its_own_way_by_whole_pixels() -> None:
    shift = by_name()["shift"]
    assert shift.strengths == (0.0, 1.0, 2.0, 3.0, 4.0)
    moved = shift.apply(PICTURES, 3.0)
    ways = {(3, 0): 0, (-3, 0): 0, (0, 3): 0, (0, -3): 0}
    for before, after in zip(PICTURES, moved, strict=True):
        (way,) = [way for way in ways if np.array_equal(np.roll(before, way, axis=(0, 1)), after)]
        ways[way] += 1
    assert min(ways.values()) > 50


def test_a_quarter_turn_is_numpys_either_way() -> None:
    turned = by_name()["rotation"].apply(PICTURES, 90.0)
    left, right = np.rot90(PICTURES, axes=(1, 2)), np.rot90(PICTURES, -1, axes=(1, 2))
    is_left = np.isclose(turned, left, atol=1e-5).all(axis=(1, 2, 3))
    assert 100 < is_left.sum() < 200
    np.testing.assert_allclose(turned[~is_left], right[~is_left], atol=1e-5)


def test_noise_has_its_strength_and_is_the_same_draw_at_every_strength() -> None:
    noise = by_name()["noise"]
    grey = np.full_like(PICTURES, 0.5)
    weak, strong = noise.apply(grey, 0.02) - 0.5, noise.apply(grey, 0.04) - 0.5
    assert weak.std() == pytest.approx(0.02, rel=0.02)
    np.testing.assert_allclose(strong, 2.0 * weak, atol=1e-6)
    # Chunks of 256 have noise of their own.
    assert abs(np.corrcoef(weak[:44].ravel(), weak[256:].ravel())[0, 1]) < 0.1


def test_contrast_is_lost_around_the_mean_of_each_picture() -> None:
    pale = by_name()["loss of contrast"].apply(PICTURES, 0.75)
    mean = PICTURES.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(pale, mean + 0.25 * (PICTURES - mean), atol=1e-6)


def test_pictures_of_other_values_are_not_made_noisy() -> None:
    assert [each.name for each in picture_disturbances(3.0 * PICTURES - 1.0)] == ["shift", "rotation"]


def test_large_pictures_are_shifted_farther() -> None:
    large = np.zeros((2, 70, 84, 1), np.float32)
    assert picture_disturbances(large)[0].strengths == (0.0, 2.0, 5.0, 8.0, 10.0)


def test_only_numbers_of_a_table_are_shaken() -> None:
    (noise,) = table_disturbances(np.array([2.0, 0.5, 1.0]), np.array([True, False, True]))
    inputs = RNG.normal(size=(4_000, 3)).astype(np.float32)
    change = noise.apply(inputs, 0.5) - inputs
    np.testing.assert_allclose(change.std(axis=0), [1.0, 0.0, 0.5], atol=0.03)
    assert table_disturbances(np.ones(2), np.zeros(2, bool)) == ()


def test_half_of_the_way_is_found_between_strengths() -> None:
    strengths = np.array([0.0, 1.0, 2.0, 4.0])
    assert crossing(np.array([0.9, 0.8, 0.4, 0.2]), strengths, 0.1) == pytest.approx(1.75)
    assert crossing(np.array([0.9, 0.8, 0.7, 0.6]), strengths, 0.1) == math.inf
    assert crossing(np.array([0.1, 0.2, 0.2, 0.2]), strengths, 0.1) == 0.0


def threshold(num: int, seed: int = 0) -> Judged:
    """Return a judge of numbers at 1 or -1, whose answer is their sign: noise s makes it right with Phi(1 / s)."""
    inputs = np.where(np.random.default_rng(seed).random((num, 1)) < 0.5, -1.0, 1.0).astype(np.float32)
    truth = inputs[:, 0] > 0.0
    return Judged(inputs, inputs, lambda x: ((x[:, 0] > 0.0) == truth).astype(np.float64), is_classes=True)


def test_a_curve_is_that_of_the_normal_distribution() -> None:
    (noise,) = table_disturbances(np.ones(1), np.ones(1, bool))
    curve = measure_robustness([threshold(20_000)], noise, chance=0.5)
    wanted = norm.cdf(1.0 / np.maximum(curve.strengths, 1e-9))
    np.testing.assert_allclose(curve.accuracy.value, wanted, atol=0.01)
    low, high = curve.accuracy.low[5], curve.accuracy.high[5]
    ends = binomtest(round(20_000 * curve.accuracy.value[5]), 20_000).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((ends.low, ends.high))
    # Half of the way from 1 to 0.5 is 0.75, which Phi reaches at 1 / 0.6745.
    assert curve.goal == pytest.approx(0.75)
    at, low, high = curve.half_way.value, curve.half_way.low, curve.half_way.high
    assert low < at < high
    assert at == pytest.approx(1.0 / 0.67449, abs=0.04)
    assert high - low < 0.1


def test_over_several_networks_the_intervals_are_students() -> None:
    (noise,) = table_disturbances(np.ones(1), np.ones(1, bool))
    members = [threshold(300, seed) for seed in range(4)]
    curve = measure_robustness(members, noise, chance=0.5)
    alone = [measure_robustness([member], noise, chance=0.5) for member in members]
    at = [each.half_way.value for each in alone]
    half = 3.182446 * np.std(at, ddof=1) / 2.0
    middle = np.mean(at)
    assert (curve.half_way.low, curve.half_way.high) == pytest.approx((middle - half, middle + half))
    values = [each.accuracy.value[4] for each in alone]
    assert curve.accuracy.value[4] == pytest.approx(np.mean(values))
    assert curve.accuracy.high[4] == pytest.approx(np.mean(values) + 3.182446 * np.std(values, ddof=1) / 2.0)


def test_what_stands_everything_never_falls() -> None:
    steady = Judged(np.zeros((50, 2), np.float32), np.zeros((50, 2), np.float32), lambda x: np.ones(len(x)), True)
    (noise,) = table_disturbances(np.ones(2), np.ones(2, bool))
    curve = measure_robustness([steady], noise, chance=0.1)
    assert curve.half_way == Estimate(math.inf, math.inf, math.inf)

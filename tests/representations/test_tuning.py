"""Selectivity for orientation of planted filters."""

from dataclasses import replace

import numpy as np
import pytest

from descentlab.representations import (
    WeightedNetwork,
    bars,
    compare_selectivity,
    gratings,
    measure_tuning,
    selectivity,
    untrained,
)
from descentlab.spec import Conv2DSpec, DenseSpec, FlattenSpec
from tests.representations.conftest import weighted


def gabor(degrees: float, period: float, side: int = 9, width: float = 2.0) -> np.ndarray:
    up, right = side // 2 - np.arange(side)[:, None], np.arange(side)[None] - side // 2
    angle = np.deg2rad(degrees)
    across = up * np.cos(angle) - right * np.sin(angle)
    patch = np.exp(-(up**2 + right**2) / (2.0 * width**2)) * np.cos(2.0 * np.pi * across / period)
    return patch - patch.mean()


def blob(side: int = 9) -> np.ndarray:
    up, right = side // 2 - np.arange(side)[:, None], np.arange(side)[None] - side // 2
    distance = up**2 + right**2
    patch = np.exp(-distance / 4.0) - 0.5 * np.exp(-distance / 9.0)
    return patch - patch.mean()


PLANTED = [gabor(0.0, 4.0), gabor(45.0, 6.0), gabor(112.5, 4.0), blob(), np.zeros((9, 9))]


def planted_cnn(activation: str) -> WeightedNetwork:
    net = weighted(
        [Conv2DSpec.model_validate({"name": "first", "filters": 5, "kernel": (9, 9), "activation": activation})],
        (28, 28, 1),
        5,
    )
    weight = np.stack(PLANTED, axis=-1)[:, :, None, :]
    return replace(net, params={"first": {"weight": weight, "bias": np.full(5, -0.3)}})


def frequency_response(patch: np.ndarray, degrees: float, period: float) -> float:
    """The size of a filter's answer to a grating of contrast 1/2, by its Fourier sum."""
    up, right = len(patch) // 2 - np.arange(len(patch))[:, None], np.arange(len(patch))[None] - len(patch) // 2
    angle = np.deg2rad(degrees)
    across = up * np.cos(angle) - right * np.sin(angle)
    return 0.5 * abs((patch * np.exp(2j * np.pi * across / period)).sum())


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_a_convolutions_tuning_is_the_frequency_response_of_its_kernels(activation: str) -> None:
    found = measure_tuning(planted_cnn(activation), "first")
    for channel, patch in enumerate(PLANTED):
        wanted = [
            frequency_response(patch, degrees, found.periods[channel]) / np.sqrt(2.0) for degrees in found.degrees
        ]
        np.testing.assert_allclose(found.curves[channel], wanted, atol=0.02 * max(*wanted, 0.05))


def test_planted_orientations_are_found_and_a_blob_has_none() -> None:
    found = measure_tuning(planted_cnn("relu"), "first")
    for channel, degrees in enumerate((0.0, 45.0, 112.5)):
        assert abs((found.preferred[channel] - degrees + 90.0) % 180.0 - 90.0) < 1.0
    assert (found.index[:3] > 0.5).all()
    assert (found.bar_index[:3] > 0.3).all()
    assert found.index[3] < 0.05
    assert found.index[4] == 0.0
    assert found.periods[:3].tolist() == [4.0, 6.0, 4.0]


def test_dense_units_are_measured_on_the_whole_picture() -> None:
    net = weighted((FlattenSpec(), DenseSpec(name="first", units=2)), (28, 28, 1))
    waves = np.stack([gabor(30.0, 8.0, side=29, width=6.0)[:28, :28], np.eye(28)], axis=-1)
    net = replace(net, params={"first": {"weight": waves.reshape(784, 2), "bias": np.zeros(2)}})
    found = measure_tuning(net, "first")
    assert abs(found.preferred[0] - 30.0) < 1.0
    assert found.index[0] > 0.8
    # The diagonal of a matrix falls to the right: 135 degrees.
    assert abs(found.preferred[1] - 135.0) < 2.0


def test_selectivity_has_its_closed_forms() -> None:
    degrees = np.arange(16) * 180.0 / 16
    curves = np.stack([np.ones(16), np.eye(16)[3], 1.0 + 0.5 * np.cos(2.0 * np.deg2rad(degrees)), np.zeros(16)])
    np.testing.assert_allclose(selectivity(curves, degrees), [0.0, 1.0, 0.25, 0.0], atol=1e-12)


def test_gratings_and_bars_run_in_the_direction_they_are_named_by() -> None:
    level, upright = gratings((16, 16, 3), np.array([0.0, 90.0]), period=4.0, num_phases=2)[:, 0]
    assert np.ptp(level, axis=1).max() < 1e-5
    assert np.ptp(upright, axis=0).max() < 1e-5
    assert (level.min(), level.max()) == pytest.approx((0.0, 1.0), abs=0.15)
    bar = bars((9, 9, 1), np.array([45.0]), np.array([0.0]), width=1.0)[0, 0, :, :, 0]
    assert np.diag(bar[::-1]).min() == 1.0
    assert np.diag(bar).sum() < 2.0


def test_planted_filters_are_more_selective_than_random_ones() -> None:
    planted = np.concatenate([measure_tuning(planted_cnn("relu"), "first").index[:3]] * 4)
    pictures = np.zeros((4, 28, 28, 1), np.float32)
    random = np.concatenate(
        [measure_tuning(untrained(planted_cnn("relu").network, pictures, seed), "first").index for seed in range(4)]
    )
    gain, (low, high) = compare_selectivity(planted, random)
    assert 0.0 < low < gain < high
    same, (low, high) = compare_selectivity(random, random)
    assert same == 0.0
    assert low < 0.0 < high

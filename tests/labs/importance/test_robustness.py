"""Accuracy on distorted pictures, beside pictures that are distorted by hand."""

from dataclasses import replace

import numpy as np
import scipy.ndimage

from descentlab.labs.importance.measure import LEVELS, Subject, measure_robustness
from descentlab.spec import DenseSpec, FlattenSpec, GlobalAvgPool2DSpec
from tests.labs.importance.conftest import subject

SIDE = 9


def looking_at(row: int, column: int) -> Subject:
    """Build a network that tells class 1 where one pixel is bright, and class 0 elsewhere."""
    one = subject((FlattenSpec(), DenseSpec(name="output")), (SIDE, SIDE, 1))
    weight = np.zeros((SIDE, SIDE, 3))
    weight[row, column, 1] = 1.0
    return replace(one, params={"output": {"weight": weight.reshape(-1, 3), "bias": np.array([0.5, 0.0, -9.0])}})


def bright(num: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Draw smooth pictures, of class 1 where the middle is bright."""
    rng = np.random.default_rng(0)
    noise = scipy.ndimage.gaussian_filter(rng.normal(size=(num, SIDE, SIDE)), (0, 1.0, 1.0))
    pictures = np.clip(0.5 + 1.5 * noise, 0.0, 1.0).astype(np.float32)
    return pictures[..., None], (pictures[:, SIDE // 2, SIDE // 2] > 0.5).astype(np.int64)


def share(pictures: np.ndarray, targets: np.ndarray) -> float:
    return float(((pictures[:, SIDE // 2, SIDE // 2] > 0.5) == targets).mean())


def test_pictures_are_shifted_in_four_directions_in_turn() -> None:
    pictures, targets = bright()
    found = measure_robustness(looking_at(SIDE // 2, SIDE // 2), pictures, targets)
    assert found["shift"][0] == found["rotation"][0] == found["noise"][0] == 1.0
    for place, level in enumerate(LEVELS["shift"][1:], start=1):
        ways = [(level, 0), (-level, 0), (0, level), (0, -level)]
        shifted = [
            scipy.ndimage.shift(picture, ways[k % 4], order=1, mode="nearest")
            for k, picture in enumerate(pictures[..., 0])
        ]
        assert abs(found["shift"][place] - share(np.stack(shifted), targets)) < 1e-6


def test_the_middle_stays_where_it_is_under_rotation_and_other_places_do_not() -> None:
    pictures, targets = bright()
    np.testing.assert_allclose(measure_robustness(looking_at(SIDE // 2, SIDE // 2), pictures, targets)["rotation"], 1.0)
    corner = (pictures[:, 1, 1, 0] > 0.5).astype(np.int64)
    found = measure_robustness(looking_at(1, 1), pictures, corner)["rotation"]
    assert found[0] == 1.0
    assert found[-1] < 0.95


def test_noise_grows_and_is_the_same_each_time() -> None:
    pictures, targets = bright(400)
    net = looking_at(SIDE // 2, SIDE // 2)
    first, second = (measure_robustness(net, pictures, targets)["noise"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (np.diff(first) < 0.0).all()
    # What normal noise of that deviation does to the pixel that is looked at; clipping does not carry it over 0.5.
    rng = np.random.default_rng(1)
    middle = pictures[:, SIDE // 2, SIDE // 2, 0]
    for place, sd in enumerate(LEVELS["noise"][1:], start=1):
        noisy = middle[None] + sd * rng.normal(size=(500, 400))
        assert abs(((noisy > 0.5) == targets[None]).mean() - first[place]) < 0.06


def test_a_network_that_forgets_places_does_not_mind_a_rotation_by_its_mean() -> None:
    one = subject((GlobalAvgPool2DSpec(), DenseSpec(name="output")), (SIDE, SIDE, 1))
    pictures = np.zeros((30, SIDE, SIDE, 1), np.float32)
    pictures[:15, 3:6, 3:6] = 1.0
    targets = np.repeat([1, 0], 15)
    params = {"output": {"weight": np.array([[0.0, 1.0, 0.0]]), "bias": np.array([0.05, 0.0, -9.0])}}
    found = measure_robustness(replace(one, params=params), pictures, targets)
    np.testing.assert_allclose(found["rotation"], 1.0)
    np.testing.assert_allclose(found["shift"][:4], 1.0)

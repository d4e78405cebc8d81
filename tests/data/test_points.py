"""The playground's sets, against the page's own loops, written again in plain Python."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from descentlab.core import DataError
from descentlab.data import Arrays, Dataset, load, preparation_from_json, prepare
from descentlab.spec import PlaygroundData, SplitSpec

BUMPS = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]


def _bumps(x: float, y: float) -> float:
    label = 0.0
    for cx, cy, sign in BUMPS:
        height = sign * min(1.0, max(0.0, 1.0 - math.dist((x, y), (cx, cy)) / 2.0))
        if abs(height) > abs(label):
            label = height
    return label


LABELS: dict[str, Callable[[float, float], float]] = {
    "circle": lambda x, y: 1.0 if math.hypot(x, y) < 2.5 else 0.0,
    "xor": lambda x, y: 1.0 if x * y >= 0 else 0.0,
    "plane": lambda x, y: (x + y) / 10,
    "multi-gauss": _bumps,
}


def _load(name: str, seed: int = 0, **options: object) -> Dataset:
    spec = PlaygroundData.model_validate({"name": name, **options})
    return prepare(load(spec), SplitSpec(test=0.5, validation=0.0), seed)


@pytest.mark.parametrize("name", LABELS)
def test_labels_without_noise_follow_the_definition(name: str) -> None:
    data = _load(name)
    wanted = [LABELS[name](x, y) for x, y in zip(data.raw["x1"], data.raw["x2"], strict=True)]
    np.testing.assert_allclose(data.targets, wanted, atol=1e-6)


@pytest.mark.parametrize(("name", "count"), [("circle", 500), ("gauss", 500), ("plane", 1200), ("multi-gauss", 1200)])
def test_as_many_points_as_on_the_page(name: str, count: int) -> None:
    assert len(_load(name).inputs) == count


@pytest.mark.parametrize("name", ["circle", "xor", "gauss", "spiral", "plane", "multi-gauss"])
@pytest.mark.parametrize("count", [7, 40])
def test_any_number_of_points(name: str, count: int) -> None:
    assert _load(name, num_examples=count).inputs.shape == (count, 2)


def test_the_spiral_is_two_arms_half_a_turn_apart() -> None:
    data = _load("spiral", num_examples=200)
    x1, x2 = data.raw["x1"], data.raw["x2"]
    for step in range(100):
        radius, angle = step / 100 * 5, 1.75 * step / 100 * 2 * math.pi
        assert (x1[step], x2[step]) == pytest.approx((radius * math.sin(angle), radius * math.cos(angle)), abs=1e-12)
    np.testing.assert_allclose(x1[100:], -x1[:100], atol=1e-12)
    np.testing.assert_array_equal(data.targets, np.repeat([1, 0], 100))


def test_the_circle_is_a_disc_and_a_ring() -> None:
    data = _load("circle")
    radius = np.hypot(data.raw["x1"], data.raw["x2"])
    assert radius[data.targets == 1].max() < 2.5
    assert radius[data.targets == 0].min() >= 3.5
    assert radius.max() <= 5.0
    # Uniform in the radius, as on the page, and not in the area.
    assert radius[data.targets == 1].mean() == pytest.approx(1.25, abs=0.15)


@pytest.mark.parametrize(("noise", "variance"), [(0, 0.5), (50, 4.0)])
def test_the_clouds_spread_with_the_noise(noise: float, variance: float) -> None:
    data = _load("gauss", num_examples=20_000, noise=noise)
    blue = np.stack([data.raw["x1"], data.raw["x2"]])[:, data.targets == 1]
    np.testing.assert_allclose(blue.mean(axis=1), 2.0, atol=0.1)
    np.testing.assert_allclose(blue.var(axis=1), variance, rtol=0.06)


def test_xor_keeps_clear_of_the_axes() -> None:
    data = _load("xor")
    assert np.abs(np.stack([data.raw["x1"], data.raw["x2"]])).min() >= 0.3


@pytest.mark.parametrize("name", ["circle", "xor", "plane"])
def test_noise_changes_labels_and_not_points(name: str) -> None:
    clean, noisy = _load(name), _load(name, noise=30)
    np.testing.assert_array_equal(clean.raw["x1"], noisy.raw["x1"])
    assert (clean.targets != noisy.targets).any()


def test_another_seed_draws_other_points() -> None:
    assert not np.array_equal(_load("xor", seed=0).raw["x1"], _load("xor", seed=1).raw["x1"])
    np.testing.assert_array_equal(_load("xor", seed=1).raw["x1"], _load("xor", seed=1).raw["x1"])


def test_features_are_functions_of_the_point() -> None:
    names = ("x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)")
    data = _load("circle", features=names)
    x, y = data.raw["x1"], data.raw["x2"]
    wanted = np.stack([x, y, x**2, y**2, x * y, np.sin(x), np.sin(y)], axis=1)
    np.testing.assert_allclose(np.asarray(data.inputs), wanted, rtol=1e-5, atol=1e-6)
    assert data.feature_names == names


def test_new_points_are_prepared_alike() -> None:
    data = _load("spiral", features=("x2", "x1*x2"))
    kept = preparation_from_json(data.preparation.to_json())
    points = np.stack([data.raw["x1"], data.raw["x2"]], axis=1)
    np.testing.assert_array_equal(kept.apply(points).inputs, data.inputs)
    np.testing.assert_array_equal(kept.apply({"x2": points[:, 1], "x1": points[:, 0]}).inputs, data.inputs)
    np.testing.assert_array_equal(kept.apply({"x1": 1.0, "x2": 3.0}).inputs, [[3.0, 3.0]])
    answered = kept.apply(Arrays(points[:2], ["blue", "green"]))
    assert answered.targets is not None
    assert answered.targets.tolist() == [1, -1]
    with pytest.raises(DataError, match="x2"):
        kept.apply({"x1": [1.0]})
    with pytest.raises(DataError, match="missing in row 2"):
        kept.apply(np.array([[1.0, 2.0], [np.nan, 1.0]]))

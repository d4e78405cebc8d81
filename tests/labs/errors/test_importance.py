"""Importance where it can be worked out, and as scikit-learn has it."""

from typing import Any

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression

from descentlab.labs.errors.measure import (
    Judged,
    columns_of,
    estimate_loss,
    measure_importance,
    paint,
    patches_of,
    spread_of,
)

RNG = np.random.default_rng(0)


def rule(num: int = 400, seed: int = 0) -> Judged:
    """Return a judge whose answers hang on the first of three numbers alone."""
    inputs = np.random.default_rng(seed).normal(size=(num, 3)).astype(np.float32)
    truth = inputs[:, 0] > 0.0
    return Judged(inputs, inputs, lambda x: ((x[:, 0] > 0.0) == truth).astype(np.float64), is_classes=True)


def test_only_what_the_rule_looks_at_is_of_importance() -> None:
    importance = measure_importance([rule()], ("a", "b", "c"), np.eye(3, dtype=bool))
    # A shuffled sign is right half of the time.
    assert importance.lost.value[0] == pytest.approx(0.5, abs=0.05)
    np.testing.assert_array_equal(importance.lost.value[1:], 0.0)
    np.testing.assert_array_equal(importance.lost.low > 0.0, [True, False, False])
    assert importance.lost.low[1] < 0.0 < importance.lost.high[1]
    assert importance.repeats == 5


def test_real_numbers_lose_r_squared_as_scikit_learn_has_it() -> None:
    inputs = RNG.normal(size=(300, 4))
    targets = inputs @ np.array([2.0, 1.0, 0.0, 0.5]) + 0.1 * RNG.normal(size=300)
    model = LinearRegression().fit(inputs, targets)
    spread = np.var(targets)
    judged = Judged(
        inputs, inputs.astype(np.float32), lambda x: 1.0 - (model.predict(x) - targets) ** 2 / spread, is_classes=False
    )
    importance = measure_importance([judged], tuple("abcd"), np.eye(4, dtype=bool))
    wanted: Any = permutation_importance(model, inputs, targets, n_repeats=50, random_state=0, scoring="r2")
    np.testing.assert_allclose(importance.lost.value, wanted.importances_mean, atol=0.08)
    assert importance.lost.low[0] < wanted.importances_mean[0] < importance.lost.high[0]


def test_over_several_networks_the_interval_is_students() -> None:
    members = [rule(seed=seed) for seed in range(3)]
    importance = measure_importance(members, ("a", "b", "c"), np.eye(3, dtype=bool))
    alone = [measure_importance([member], ("a", "b", "c"), np.eye(3, dtype=bool)).lost.value[0] for member in members]
    half = 4.302653 * np.std(alone, ddof=1) / np.sqrt(3.0)
    assert importance.lost.value[0] == pytest.approx(np.mean(alone))
    assert importance.lost.low[0] == pytest.approx(np.mean(alone) - half)


def test_one_repeat_has_bonett_and_prices_interval() -> None:
    before, after = np.ones(100), np.ones((1, 1, 100))
    after[0, 0, :20] = 0.0
    importance = estimate_loss([before], [after], is_classes=True)
    first, second = 21 / 102, 1 / 102
    half = 1.959964 * np.sqrt((first + second - (first - second) ** 2) / 102)
    assert (importance.value[0], importance.low[0]) == (pytest.approx(0.2), pytest.approx(first - second - half))


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 1), (10, 33, 3), (1, 1, 1)])
def test_patches_cover_every_pixel_once(shape: tuple[int, int, int]) -> None:
    parts = patches_of(shape)
    np.testing.assert_array_equal(parts.sum(axis=0), 1)
    values = np.arange(len(parts), dtype=np.float64)
    painted = paint(values, parts)
    assert painted.shape == shape[:2]
    assert (painted[0, 0], painted[-1, -1]) == (0.0, len(parts) - 1)


def test_a_patch_is_shuffled_with_all_its_colours() -> None:
    pictures = RNG.random((50, 4, 4, 3)).astype(np.float32)
    parts = np.zeros((1, 4, 4, 3), bool)
    parts[0, :2, :2] = True
    given = []

    def credit(inputs: np.ndarray) -> np.ndarray:
        given.append(inputs)
        return np.ones(len(inputs))

    measure_importance([Judged(pictures, pictures, credit, is_classes=True)], ("corner",), parts)
    changed = given[1]
    np.testing.assert_array_equal(changed[:, 2:], pictures[:, 2:])
    assert sorted(changed[:, :2, :2].reshape(50, -1).tolist()) == sorted(pictures[:, :2, :2].reshape(50, -1).tolist())


def test_inputs_of_one_column_stay_together() -> None:
    names, parts = columns_of(("size", "island", "island", "age"))
    assert names == ("size", "island", "age")
    np.testing.assert_array_equal(parts[1], [False, True, True, False])
    inputs = np.array([[0.0, 1.0, 0.0, 5.0], [2.0, 0.0, 1.0, 5.0]])
    np.testing.assert_allclose(spread_of(inputs, parts), [1.0, 0.5, 0.0])

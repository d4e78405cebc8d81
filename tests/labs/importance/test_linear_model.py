"""The linear model beside NumPy's least squares and a closed form."""

import numpy as np
import pytest

from descentlab.labs.importance.measure import linear_score
from descentlab.objectives import build_objective, task_of
from descentlab.spec import CrossEntropySpec, HeadSpec, SquaredErrorSpec


def test_classes_that_a_line_divides_are_told_and_others_are_not() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(600, 3, 2, 1)).astype(np.float32)
    flat = inputs.reshape(600, -1)
    objective = build_objective(CrossEntropySpec(), HeadSpec(), task_of(2))

    def score(targets: np.ndarray) -> float:
        return linear_score((inputs[:400], targets[:400]), (inputs[400:], targets[400:]), objective)

    assert score((flat[:, 0] + flat[:, 4] > 0.0).astype(np.int32)) > 96.0
    # Exclusive or: no line does better than a coin.
    assert score((flat[:, 0] * flat[:, 4] > 0.0).astype(np.int32)) == pytest.approx(50.0, abs=8.0)


def test_real_targets_are_told_by_least_squares() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(300, 5)).astype(np.float32)
    targets = (inputs @ np.arange(5.0) + 2.0 + rng.normal(0.0, 0.5, 300)).astype(np.float32)
    train, test = (inputs[:200], targets[:200]), (inputs[200:], targets[200:])
    found = linear_score(train, test, build_objective(SquaredErrorSpec(), HeadSpec(), task_of(0)))
    design = np.column_stack([inputs, np.ones(300)])
    weights = np.linalg.lstsq(design[:200], targets[:200], rcond=None)[0]
    wanted = ((design[200:] @ weights - targets[200:]) ** 2).mean()
    assert found == pytest.approx(-wanted, rel=1e-3)


def test_behind_a_squashed_output_the_linear_model_is_as_good_as_it_is() -> None:
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(200, 2)).astype(np.float32)
    targets = (0.1 * inputs[:, 0] + 0.2).astype(np.float32)
    squashed = build_objective(SquaredErrorSpec(), HeadSpec(activation="tanh"), task_of(0), check="off")
    assert linear_score((inputs[:100], targets[:100]), (inputs[100:], targets[100:]), squashed) > -1e-6

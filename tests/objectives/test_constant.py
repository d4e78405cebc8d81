"""The loss of the best constant answer, beside a search over all answers."""

import numpy as np
import pytest
import torch

from descentlab.objectives import Task, best_constant_loss, build_objective
from descentlab.objectives._constant import COSTS
from descentlab.objectives._objective import Objective
from descentlab.spec import (
    AbsoluteErrorSpec,
    BinaryCrossEntropySpec,
    CrossEntropySpec,
    HeadSpec,
    HuberSpec,
    SquaredErrorSpec,
)
from tests.objectives.in_torch import CODED, EVERY, LOSSES, TASKS, UNEQUAL, Case, losses_in_torch

NUM = 11


def searched(case: Case, targets: np.ndarray) -> float:
    """Return the lowest mean loss over constant logits, by a random search that narrows around the best ones.

    It begins at one logit of 1 beside zeros too: absolute errors have their lowest points in such corners.
    """
    rng = np.random.default_rng(0)
    values, counts = np.unique(targets, axis=0, return_counts=True)
    best, spread = np.zeros((1, case.objective.num_outputs)), 4.0
    lowest, corners = np.inf, np.eye(best.shape[1])
    for _ in range(10):
        tried = np.concatenate([best + spread * rng.normal(size=(800, best.shape[1])), best, corners])
        each = np.tile(tried, (len(values), 1)), values.repeat(len(tried), axis=0)
        losses = losses_in_torch(case, torch.tensor(each[0]), each[1]).numpy().reshape(len(values), -1)
        means = np.nan_to_num(counts @ losses / counts.sum(), nan=np.inf)
        place = int(np.argmin(means))
        best, lowest, spread = tried[place : place + 1], float(means[place]), spread * 0.65
    return lowest


SEARCHED = [case for case in EVERY if case.fits and case.task.kind != "labels"]
MISFITS = [
    case
    for case in (*EVERY, *CODED, *UNEQUAL)
    # Cross-entropy of a target beyond 0 and 1 has no lowest loss.
    if not case.fits and case.loss in LOSSES[3:] and case.objective.num_outputs <= 2
]


@pytest.mark.parametrize("case", [*SEARCHED, *MISFITS], ids=str)
def test_no_constant_answer_is_better(case: Case) -> None:
    targets = case.targets(np.random.default_rng(3), NUM)
    best, lowest = best_constant_loss(case.objective, targets), searched(case, targets)
    assert best <= lowest + 1e-9
    # The search ends near it; at the corners of an absolute error in four dimensions not very near.
    assert lowest <= 1.1 * best + 0.01


def test_cross_entropy_with_targets_beyond_0_and_1_has_no_lowest_loss() -> None:
    case = Case(LOSSES[1], HeadSpec(outputs=1), TASKS[1])
    assert best_constant_loss(case.objective, np.array([0, 2, 3])) == -np.inf


def test_the_best_constant_answers_have_closed_forms() -> None:
    reals = np.random.default_rng(0).normal(size=25)
    of = lambda loss: best_constant_loss(Case(loss, HeadSpec(), TASKS[3]).objective, reals)
    assert of(SquaredErrorSpec()) == pytest.approx(reals.var(), rel=1e-12)
    assert of(AbsoluteErrorSpec()) == pytest.approx(np.abs(reals - np.median(reals)).mean(), rel=1e-12)
    assert of(HuberSpec(delta=100.0)) == pytest.approx(reals.var() / 2.0, rel=1e-12)


def test_an_even_number_of_targets_has_many_medians_of_one_loss() -> None:
    loss = best_constant_loss(Case(AbsoluteErrorSpec(), HeadSpec(), TASKS[3]).objective, np.array([0.0, 1.0, 5.0, 9.0]))
    assert loss == pytest.approx((1 + 0 + 4 + 8) / 4)


def test_the_shares_of_a_softmax_that_cannot_follow_the_median() -> None:
    """The medians of three equal classes are all 0, but a softmax has to give 1 to something."""
    case = Case(AbsoluteErrorSpec(over_outputs="sum"), HeadSpec(activation="softmax"), TASKS[1])
    assert best_constant_loss(case.objective, np.array([0, 1, 2, 3])) == pytest.approx(1.5)
    assert best_constant_loss(case.objective, np.array([0, 1, 2, 2])) == pytest.approx(1.0)


def test_every_loss_has_its_best_constant_answer() -> None:
    assert {*COSTS} | {type(Case(LOSSES[0], HeadSpec(), TASKS[0]).objective)} == set(Objective.__subclasses__())


def test_weights_count_as_repeated_examples() -> None:
    random = np.random.default_rng(0)
    times = random.integers(0, 4, 30)
    cases = (
        (CrossEntropySpec(), Task("classes", 3), random.integers(0, 3, 30)),
        (SquaredErrorSpec(), Task("numbers", 2), random.normal(size=(30, 2))),
        (BinaryCrossEntropySpec(), Task("labels", 2), random.integers(0, 2, (30, 2)).astype(np.float64)),
    )
    for loss, task, targets in cases:
        objective = build_objective(loss, HeadSpec(), task)
        by_weight = best_constant_loss(objective, targets, 0.1 * times)
        assert by_weight == pytest.approx(best_constant_loss(objective, targets.repeat(times, axis=0)))
        assert best_constant_loss(objective, targets, np.ones(30)) == best_constant_loss(objective, targets)

"""Members that stop early give their lanes to the next in line."""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from descentlab.core import RunError
from descentlab.data import Dataset
from descentlab.spec import Experiment, override
from descentlab.training import BlockTask, Member, Plan, Trained, make_plan, train_population, train_task
from descentlab.training._population import _factors
from descentlab.training._relay import DEPTH, members_per_block

Source = Callable[[int], Dataset]
COUNT = 21
STOPPING = [
    "epochs=30", "early_stopping={patience=2}", "split.validation=0.2", "precision=float64",
    "optimizer.learning_rate=0.05", "schedule=cosine",
]  # fmt: skip


@pytest.fixture
def stopping(iris: Experiment) -> Experiment:
    return override(iris, STOPPING)


def _members(*, separate: bool) -> list[Member]:
    rates = [0.02, 0.05, 0.1, 1e300]
    return [
        Member(place % 5 if separate else 0, (("learning_rate", rates[place % 4]),), order_seed=place)
        for place in range(COUNT)
    ]


def _plan(experiment: Experiment, dataset: Dataset) -> Plan:
    plan = make_plan(experiment, dataset, num_members=COUNT, varied=["learning_rate"])
    return dataclasses.replace(plan, lanes=4)


def _task(experiment: Experiment, members: list[Member], source: Source) -> BlockTask:
    plan = _plan(experiment, source(0))
    datasets = {member.data_key: source(member.data_key) for member in members}
    factors = _factors(experiment, tuple(members), plan.steps_per_epoch)
    return BlockTask(plan, tuple(members), datasets, factors)


def _assert_equal(ours: Trained, theirs: Trained, *, exactly: bool = False) -> None:
    assert (ours.steps, ours.diverged_at, ours.best_epoch) == (theirs.steps, theirs.diverged_at, theirs.best_epoch)
    rtol = 0.0 if exactly else 1e-9
    for name, values in theirs.trace.items():
        np.testing.assert_allclose(ours.trace[name], values, rtol=rtol, err_msg=name)
    for tree, other in ((ours.params, theirs.params), (ours.initial_params, theirs.initial_params)):
        for layer, roles in other.items():
            for role, values in roles.items():
                np.testing.assert_allclose(tree[layer][role], values, rtol=rtol, atol=0 if exactly else 1e-12)


@pytest.mark.parametrize("separate", [False, True])
def test_members_in_line_equal_each_trained_alone(stopping: Experiment, iris_of: Source, separate: bool) -> None:
    members = _members(separate=separate)
    source: Source = (lambda key: _validated(iris_of(key))) if separate else (lambda _: _validated(iris_of(0)))
    together = train_task(_task(stopping, members, source)).apart()
    lone = dataclasses.replace(_plan(stopping, source(0)), lanes=1)
    ends = set()
    for member, ours in zip(members, together, strict=True):
        (alone,) = train_population(stopping, lone, [member], source).trained
        _assert_equal(ours, alone)
        ends.add(ours.num_epochs)
    assert len(ends) > 3, "members are to stop at different epochs"
    assert {each.diverged_at is None for each in together} == {True, False}


def _validated(dataset: Dataset) -> Dataset:
    return dataclasses.replace(dataset, train=dataset.train[:70], validation=dataset.train[70:])


def test_a_block_goes_on_from_any_checkpoint_to_the_same_bits(stopping: Experiment, iris_of: Source) -> None:
    task = _task(stopping, _members(separate=True), lambda key: _validated(iris_of(key)))
    whole = train_task(task).apart()
    block = task.block()
    saved: list[Mapping[str, np.ndarray]] = []
    while not block.is_done:
        saved.append({name: np.array(array) for name, array in block.save().items()})
        block.advance()
    assert len(saved) > 4
    for arrays in (saved[1], saved[len(saved) // 2], saved[-1]):
        again = task.block()
        again.restore(arrays)
        while not again.is_done:
            again.advance()
        for ours, theirs in zip(again.stacked().apart(), whole, strict=True):
            _assert_equal(ours, theirs, exactly=True)
    broken = {name: array for name, array in saved[-1].items() if not name.startswith("relay/")}
    with pytest.raises(RunError, match="which member each lane trains"):
        task.block().restore(broken)
    broken = dict(saved[-1], **{"ended/numbers": np.zeros((1, 4), np.int64)})
    with pytest.raises(RunError, match="members that have ended"):
        task.block().restore(broken)


def test_large_populations_that_stop_early_share_lanes(stopping: Experiment, iris_of: Source) -> None:
    plan = _plan(stopping, _validated(iris_of(0)))
    assert members_per_block(plan, DEPTH * 4 * 3) == 12
    assert members_per_block(plan, 10**6) == 4 * DEPTH
    assert members_per_block(dataclasses.replace(plan, patience=0), 10**6) == 4
    assert members_per_block(plan, 30) == 4

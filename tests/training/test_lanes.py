"""Members of a population may differ in all their numbers, in their order of examples and in their data."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.spec import BundledData, Experiment, SplitSpec, SquaredErrorSpec, override
from descentlab.training import Member, Stacked, Trained, group_members, make_plan, train_blocks, train_population

Source = Callable[[int], Dataset]
TINY = [{"kind": "flatten"}, {"kind": "dense", "name": "hidden", "units": 2, "activation": "tanh"}]


@pytest.fixture(scope="module")
def tiny_pictures() -> Dataset:
    """The digits shrunk to 2x2 pixels: so small that several networks share a block."""
    whole = prepare(load(BundledData(name="digits")), SplitSpec(validation=0.1), 0)
    pixels = np.asarray(whole.inputs[np.arange(len(whole.inputs))])
    few = pixels.reshape(-1, 2, 4, 2, 4, 1).mean(axis=(2, 4)).astype(np.float32)
    classes = whole.classes[:3]
    rows = np.flatnonzero(whole.targets < len(classes))
    parts = {"train": rows[:90], "validation": rows[90:120], "test": rows[120:150]}
    return dataclasses.replace(whole, inputs=few, input_scale=1.0, classes=classes, **parts)


@pytest.fixture(scope="module")
def everything() -> Experiment:
    """An experiment that has every number in which members may differ."""
    fields: dict[str, Any] = {
        "epochs": 4,
        "batch_size": 8,
        "precision": "float64",
        "model": [*TINY, {"kind": "dropout", "rate": 0.1}, {"kind": "dense"}],
        "augment": {"shift": 0.5, "rotate": 5, "flip": "horizontal"},
        "optimizer": {"kind": "adamw", "learning_rate": 0.01, "l2": 0.01, "l1": 0.001, "clip_norm": 1.0},
        "schedule": {"kind": "one-cycle"},
        "label_smoothing": 0.05,
    }
    return Experiment.model_validate(fields)


def _weights(trained: Trained) -> np.ndarray:
    return np.concatenate([array.ravel() for own in trained.params.values() for array in own.values()])


HYPER = {
    "learning_rate": 0.03, "learning_rate.hidden": 0.05, "l1": 0.01, "l2": 0.1, "clip_norm": 0.5, "b1": 0.5, "b2": 0.9,
    "eps": 1e-4, "weight_decay": 0.1, "initial_scale": 2.0, "dropout": 0.4, "augment.shift": 1.0,
    "augment.rotate": 30.0, "schedule.peak_at": 0.6, "schedule.start_share": 0.5, "schedule.final_share": 0.1,
    "label_smoothing": 0.3,
}  # fmt: skip


def test_members_that_differ_in_everything_equal_each_trained_alone(
    everything: Experiment, tiny_pictures: Dataset
) -> None:
    fold = dataclasses.replace(tiny_pictures, train=tiny_pictures.train[3:], validation=tiny_pictures.train[:3])

    def dataset_of(key: int) -> Dataset:
        return fold if key == 7 else tiny_pictures

    members = [
        Member(0),
        *(Member(0, ((name, value),)) for name, value in HYPER.items()),
        Member(0, order_seed=5),
        Member(0, data=7),
        Member(3, tuple(HYPER.items()), order_seed=9, data=7),
    ]
    plan = make_plan(everything, tiny_pictures, num_members=len(members), varied=tuple(HYPER))
    assert plan.lanes > 1
    together = train_population(everything, plan, members, dataset_of).trained
    lone = dataclasses.replace(plan, lanes=1)
    alone = [train_population(everything, lone, [member], dataset_of).trained[0] for member in members]
    for member, ours, theirs in zip(members, together, alone, strict=True):
        np.testing.assert_allclose(_weights(ours), _weights(theirs), rtol=1e-9, atol=1e-12, err_msg=str(member))
        for name in theirs.trace:
            np.testing.assert_allclose(ours.trace[name], theirs.trace[name], rtol=1e-9, err_msg=f"{name} of {member}")
    for member, ours in zip(members[1:], together[1:], strict=True):
        assert not np.array_equal(_weights(ours), _weights(together[0])), member


def test_a_member_s_number_is_that_of_an_experiment(everything: Experiment, tiny_pictures: Dataset) -> None:
    paths = {
        "dropout": "model.2.rate", "label_smoothing": "label_smoothing",
        "augment.shift": "augment.shift", "augment.rotate": "augment.rotate",
        "schedule.peak_at": "schedule.peak_at", "schedule.final_share": "schedule.final_share",
    }  # fmt: skip
    members = [Member(0, ((name, HYPER[name]),)) for name in paths]
    plan = dataclasses.replace(make_plan(everything, tiny_pictures, varied=tuple(paths)), lanes=1)
    varied = train_population(everything, plan, members, lambda _: tiny_pictures).trained
    for (name, path), ours in zip(paths.items(), varied, strict=True):
        other = override(everything, [f"{path}={HYPER[name]}"])
        (plain,) = train_population(
            other, make_plan(other, tiny_pictures), [Member(0)], lambda _: tiny_pictures
        ).trained
        np.testing.assert_allclose(_weights(ours), _weights(plain), rtol=1e-9, atol=1e-12, err_msg=name)


def test_folds_with_other_numbers_of_steps_come_in_other_blocks(iris: Experiment, iris_of: Source) -> None:
    whole = iris_of(0)
    folds = [dataclasses.replace(whole, train=whole.train[:count]) for count in (95, 96, 94, 60)]
    members = [Member(0, data=key) for key in range(4)]
    plan = make_plan(iris, folds[0], num_members=4)
    steps = {key: plan.sized(fold).steps_per_epoch for key, fold in enumerate(folds)}
    assert group_members(plan, members, steps) == [[0, 2], [1], [3]]
    sizes: list[int] = []

    def note(places: Any, stacked: Stacked) -> None:
        sizes.extend([len(places), int(stacked.steps[0])])

    train_blocks(iris, plan, members, folds.__getitem__, note)
    assert sorted(sizes) == sorted([2, 6 * 19, 1, 6 * 20, 1, 6 * 12])


def test_full_batches_of_folds_of_other_sizes_share_a_block(iris: Experiment, iris_of: Source) -> None:
    whole, experiment = iris_of(0), override(iris, ["batch_size=full", "precision=float64"])
    folds = [dataclasses.replace(whole, train=whole.train[:count]) for count in (90, 96, 113)]
    plan = make_plan(experiment, folds[0], num_members=3)
    members = [Member(0, data=key) for key in range(3)]
    together = train_population(experiment, dataclasses.replace(plan, lanes=3), members, folds.__getitem__).trained
    for fold, ours in zip(folds, together, strict=True):
        alone = train_population(experiment, make_plan(experiment, fold), [Member(0)], lambda _, fold=fold: fold)
        np.testing.assert_allclose(_weights(ours), _weights(alone.trained[0]), rtol=1e-9)
        np.testing.assert_allclose(ours.trace["train_loss"], alone.trained[0].trace["train_loss"], rtol=1e-9)


def test_label_smoothing_is_refused_where_there_are_no_labels() -> None:
    experiment = Experiment(data=BundledData(name="diabetes"), loss=SquaredErrorSpec(), label_smoothing=0.1)
    dataset = prepare(load(BundledData(name="diabetes")), SplitSpec(), 0)
    with pytest.raises(SpecError, match="label_smoothing needs classes or labels"):
        make_plan(experiment, dataset)
    plain = experiment.model_copy(update={"label_smoothing": 0.0})
    with pytest.raises(SpecError, match="label_smoothing needs classes or labels"):
        make_plan(plain, dataset, varied=["label_smoothing"])

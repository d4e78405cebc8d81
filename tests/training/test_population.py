"""The population program: same numbers alone, in company, in slices, after a resume, and as PyTorch has them."""

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from descentlab.core import RunError, SpecError, StorageError
from descentlab.data import Dataset
from descentlab.optimizers import schedule_factors
from descentlab.spec import DropoutSpec, Experiment, override
from descentlab.training import (
    Interrupted,
    Member,
    Population,
    Progress,
    Stacked,
    _plan,
    make_plan,
    train_blocks,
    train_population,
)
from descentlab.training._block import Block
from descentlab.training._examples import example_orders
from descentlab.training._population import group_members

Source = Callable[[int], Dataset]


def weights(trained: Any) -> np.ndarray:
    return np.concatenate([array.ravel() for own in trained.params.values() for array in own.values()])


def train(
    experiment: Experiment, dataset_of: Source, members: list[Member] | None = None, **options: Any
) -> Population:
    members = members or [Member(0)]
    plan = make_plan(experiment, dataset_of(members[0].seed), num_members=len(members))
    return train_population(experiment, plan, members, dataset_of, **options)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(iris: Experiment, shared_iris: Source) -> None:
    first, again = (train(iris, shared_iris).trained[0] for _ in range(2))
    other = train(iris, shared_iris, [Member(1)]).trained[0]
    assert np.array_equal(weights(first), weights(again))
    assert not np.array_equal(weights(first), weights(other))


@pytest.mark.parametrize(
    ("optimizer", "make"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, 0.05)),
        ("momentum", lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
        ("adam", lambda p: torch.optim.Adam(p, 0.05)),
    ],
)
def test_training_agrees_with_pytorch_step_by_step(
    iris: Experiment, shared_iris: Source, optimizer: str, make: Callable
) -> None:
    """The same data, initial draw and order of examples, the ragged last batch included."""
    experiment = override(
        iris, [f"optimizer={optimizer}", "optimizer.learning_rate=0.05", "precision=float64", "epochs=3"]
    )
    dataset = shared_iris(0)
    plan = make_plan(experiment, dataset)
    assert plan.num_train % plan.batch_size
    trained = train_population(experiment, plan, [Member(7)], shared_iris).trained[0]
    model: Any = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)).double()
    with torch.no_grad():
        for layer, name in ((model[0], "hidden"), (model[2], "output")):
            layer.weight.copy_(torch.tensor(trained.initial_params[name]["weight"].T))
            layer.bias.copy_(torch.tensor(trained.initial_params[name]["bias"]))
    rule = make(model.parameters())
    inputs = torch.tensor(dataset.inputs[dataset.train]).double()
    targets = torch.tensor(dataset.targets[dataset.train]).long()
    for rows in example_orders(plan, 7, 0, 3, shuffle=True)[:3].reshape(-1, plan.batch_size):
        chosen = torch.tensor(rows[rows >= 0]).long()
        rule.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs[chosen]), targets[chosen]).backward()
        rule.step()
    for layer, name in ((model[0], "hidden"), (model[2], "output")):
        np.testing.assert_allclose(
            trained.params[name]["weight"], layer.weight.detach().numpy().T, rtol=1e-5, atol=1e-8
        )
    loss = torch.nn.functional.cross_entropy(model(inputs), targets)
    np.testing.assert_allclose(trained.trace["train_loss"][-1], loss.item(), rtol=1e-6)


def test_a_member_in_company_is_the_network_trained_alone(iris: Experiment, iris_of: Source) -> None:
    """Lanes of seeds with data of their own, against each seed by itself."""
    members = [Member(seed) for seed in range(19)]
    together = train(iris, iris_of, members).trained
    for seed in (0, 15, 16, 18):
        alone = train(iris, iris_of, [Member(seed)]).trained[0]
        np.testing.assert_allclose(weights(together[seed]), weights(alone), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(together[seed].trace["train_loss"], alone.trace["train_loss"], rtol=1e-4)


def test_members_of_one_seed_differ_by_their_own_number_alone(iris: Experiment, shared_iris: Source) -> None:
    rates = (0.0001, 0.001, 0.01, 0.1)
    members = [Member(3, (("learning_rate", rate),)) for rate in rates for _ in range(5)]
    together = train(iris, shared_iris, members).trained
    for place, rate in enumerate(rates):
        alone = train(override(iris, [f"optimizer.learning_rate={rate}"]), shared_iris, [Member(3)]).trained[0]
        np.testing.assert_allclose(weights(together[5 * place]), weights(alone), rtol=1e-4, atol=1e-6)
        assert np.array_equal(together[0].initial_params["hidden"]["weight"], alone.initial_params["hidden"]["weight"])


def test_a_population_compiles_once(iris: Experiment, iris_of: Source) -> None:
    members = [Member(seed, (("learning_rate", 0.001 * (seed + 1)),)) for seed in range(40)]
    assert train(iris, iris_of, members).num_compiled == 1


def test_large_networks_train_one_by_one_and_compile_once(iris: Experiment, iris_of: Source) -> None:
    wide = override(iris, ["model.0.units=64", "epochs=2"])
    population = train(wide, iris_of, [Member(seed) for seed in range(3)])
    assert population.num_compiled == 1
    alone = train(wide, iris_of, [Member(2)]).trained[0]
    assert np.array_equal(weights(population.trained[2]), weights(alone))


def test_slices_do_not_change_the_bits(iris: Experiment, shared_iris: Source) -> None:
    """Any cut of the steps into calls gives the weights of the whole."""
    plan = make_plan(iris, shared_iris(0))
    factors = schedule_factors(iris.schedule, num_epochs=6, steps_per_epoch=plan.steps_per_epoch)
    whole = train(iris, shared_iris).trained[0]
    block = Block(plan, [Member(0)], [shared_iris(0)], factors)
    cuts = iter([3, 17, 20, 1, 2, 20, 11, 20, 20, 20, 5, 20])
    while not block.is_done:
        block._materials.step_seconds = 0.25 / next(cuts)  # what makes the next slice so many steps long
        block.advance()
    assert np.array_equal(weights(block.stacked().apart()[0]), weights(whole))
    assert np.array_equal(block.stacked().apart()[0].trace["train_loss"], whole.trace["train_loss"])


class Memory:
    """Checkpoints that are due after every slice, and may stop the training."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.blocks: dict[str, dict[str, np.ndarray]] = {}
        self.stop = threading.Event()
        self._left = stop_after

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        return self.blocks.get(name)

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        self.blocks[name] = {key: np.array(value) for key, value in arrays.items()}

    def is_due(self) -> bool:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.stop.set()
        return True


@pytest.mark.parametrize(
    "settings",
    [
        [],
        ["early_stopping.patience=2"],
        ["model.0.units=40", "optimizer=momentum"],
        ["schedule=one-cycle", "optimizer=rmsprop"],
    ],
)
def test_a_resumed_training_has_the_bits_of_the_uninterrupted(
    iris: Experiment, shared_iris: Source, settings: list[str]
) -> None:
    experiment = override(iris, ["epochs=12", *settings])
    members = [Member(0), Member(1)]
    snapshots = frozenset({0, 1, 5})
    whole = train(experiment, shared_iris, members, snapshot_epochs=snapshots).trained
    memory = Memory(stop_after=2)
    with pytest.raises(Interrupted):
        train(experiment, shared_iris, members, checkpoints=memory, stop=memory.stop, snapshot_epochs=snapshots)
    resumed = train(
        experiment, shared_iris, members, checkpoints=_Kept(memory.blocks), snapshot_epochs=snapshots
    ).trained
    for ours, theirs in zip(resumed, whole, strict=True):
        assert np.array_equal(weights(ours), weights(theirs))
        assert ours.best_epoch == theirs.best_epoch
        assert ours.snapshots.keys() == theirs.snapshots.keys()
        for name in theirs.trace:
            assert np.array_equal(ours.trace[name], theirs.trace[name], equal_nan=True)


class _Kept(Memory):
    def __init__(self, blocks: dict[str, dict[str, np.ndarray]]) -> None:
        super().__init__()
        self.blocks = dict(blocks)


def test_dropout_and_batch_norm_resume_to_the_same_bits(shared_iris: Source, iris: Experiment) -> None:
    model = [
        {"kind": "dense", "name": "hidden", "units": 8, "activation": "relu"},
        {"kind": "batch-norm", "name": "norm"},
        {"kind": "dropout", "name": "drop", "rate": 0.3},
        {"kind": "dense", "name": "output"},
    ]
    experiment = Experiment.model_validate({**iris.model_dump(), "model": model, "epochs": 8})
    whole = train(experiment, shared_iris).trained[0]
    memory = Memory(stop_after=1)
    with pytest.raises(Interrupted):
        train(experiment, shared_iris, checkpoints=memory, stop=memory.stop)
    resumed = train(experiment, shared_iris, checkpoints=_Kept(memory.blocks)).trained[0]
    assert np.array_equal(weights(resumed), weights(whole))
    assert np.array_equal(resumed.statistics["norm"]["mean"], whole.statistics["norm"]["mean"])


def test_early_stopping_goes_back_to_the_best_epoch(shared_iris: Source, iris: Experiment) -> None:
    experiment = override(
        iris, ["epochs=200", "optimizer.learning_rate=0.05", "model.0.units=40", "early_stopping.patience=7"]
    )
    trained = train(experiment, shared_iris).trained[0]
    losses = trained.trace["validation_loss"]
    best = int(np.argmin(losses))
    assert trained.best_epoch == best + 1
    assert len(losses) == best + 1 + 7 < 200
    until_best = train(override(experiment, [f"epochs={best + 1}", "early_stopping=none"]), shared_iris).trained[0]
    np.testing.assert_allclose(weights(trained), weights(until_best), rtol=1e-5)


def test_early_stopping_is_each_members_own(iris_of: Source, iris: Experiment) -> None:
    experiment = override(iris, ["epochs=120", "optimizer.learning_rate=0.03", "early_stopping.patience=5"])
    members = [Member(seed) for seed in range(6)]
    together = train(experiment, iris_of, members).trained
    alone = [train(experiment, iris_of, [member]).trained[0] for member in members]
    assert [one.best_epoch for one in together] == [one.best_epoch for one in alone]
    assert len({one.best_epoch for one in together}) > 1
    for ours, theirs in zip(together, alone, strict=True):
        assert len(ours.trace["train_loss"]) == len(theirs.trace["train_loss"])


def test_a_member_that_diverges_is_marked_and_disturbs_no_other(plane_of: Source) -> None:
    experiment = Experiment.model_validate(
        {
            "epochs": 15,
            "batch_size": 10,
            "model": [{"kind": "dense", "units": 4, "activation": "relu"}, {"kind": "dense"}],
            "loss": "squared-error",
            "optimizer": "sgd",
        }
    )
    rates = [0.01, 1e6, 0.02]
    members = [Member(0, (("learning_rate", rate),)) for rate in rates]
    trained = train(experiment, plane_of, members).trained
    assert trained[0].diverged_at is None
    assert trained[2].diverged_at is None
    assert trained[1].diverged_at is not None
    assert trained[1].diverged_at < 40
    alone = train(experiment, plane_of, [members[2]]).trained[0]
    np.testing.assert_allclose(weights(trained[2]), weights(alone), rtol=1e-4)


def test_a_lone_member_that_diverges_ends_its_training(plane_of: Source) -> None:
    experiment = Experiment.model_validate(
        {"epochs": 100_000, "loss": "squared-error", "optimizer": {"kind": "sgd", "learning_rate": 1e9}}
    )
    trained = train(experiment, plane_of).trained[0]
    assert trained.diverged_at is not None
    assert len(trained.trace["train_loss"]) < 100_000


def test_gradient_norm_and_penalty_are_traced(shared_iris: Source, iris: Experiment) -> None:
    experiment = override(iris, ["optimizer.l2=0.1", "optimizer.l1=0.01", "epochs=2"])
    trained = train(experiment, shared_iris).trained[0]
    own = [layer["weight"].astype(np.float64) for layer in trained.params.values()]
    expected = sum(0.05 * (weight**2).sum() + 0.01 * np.abs(weight).sum() for weight in own)
    np.testing.assert_allclose(trained.trace["penalty"][-1], expected, rtol=1e-5)
    assert (trained.trace["gradient_norm"] > 0).all()


def test_full_batch_training_has_one_step_an_epoch(shared_iris: Source, iris: Experiment) -> None:
    plan = make_plan(override(iris, ["batch_size=full"]), shared_iris(0))
    assert plan.steps_per_epoch == 1
    assert plan.batch_size == 96


def test_a_batch_larger_than_the_data_is_refused_with_the_numbers(shared_iris: Source, iris: Experiment) -> None:
    with pytest.raises(SpecError, match="batch_size=500 exceeds the 96 training examples of iris"):
        make_plan(override(iris, ["batch_size=500"]), shared_iris(0))


def test_orders_are_permutations_that_depend_on_seed_and_epoch_alone(shared_iris: Source, iris: Experiment) -> None:
    plan = make_plan(iris, shared_iris(0))
    orders = example_orders(plan, 3, 0, 6, shuffle=True)
    for epoch in range(6):
        seen = np.sort(orders[epoch].ravel())
        assert np.array_equal(seen[seen >= 0], np.arange(96))
    assert np.array_equal(example_orders(plan, 3, 4, 2, shuffle=True)[:2], orders[4:6])
    assert not np.array_equal(orders[0], orders[1])
    kept = example_orders(plan, 3, 0, 1, shuffle=False)[0].ravel()
    assert np.array_equal(kept[kept >= 0], np.arange(96))


def test_members_of_a_seed_share_a_block_where_few_lanes_stay_empty(shared_iris: Source, iris: Experiment) -> None:
    plan = dataclasses.replace(make_plan(iris, shared_iris(0), num_members=40), lanes=4)
    for num_rates, num_blocks, num_seeds in ((4, 2, 1), (5, 3, 2)):
        sweep = [Member(seed, (("learning_rate", 1.0 + rate),)) for rate in range(num_rates) for seed in (0, 1)]
        groups = group_members(plan, sweep)
        assert sorted(place for group in groups for place in group) == list(range(2 * num_rates))
        assert len(groups) == num_blocks
        assert max(len({sweep[place].seed for place in group}) for group in groups) == num_seeds
    seeds = group_members(plan, [Member(seed) for seed in range(6)])
    assert [len(group) for group in seeds] == [4, 2]


def test_progress_rises_to_one(shared_iris: Source, iris: Experiment) -> None:
    seen: list[Progress] = []
    train(iris, shared_iris, [Member(seed) for seed in range(20)], on_progress=seen.append)
    shares = [now.share for now in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert seen[-1].members_done == seen[-1].num_members == 20
    assert "train_loss" in seen[-1].latest


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_precision_is_what_the_weights_have(shared_iris: Source, iris: Experiment, precision: str) -> None:
    trained = train(override(iris, [f"precision={precision}"]), shared_iris).trained[0]
    assert trained.params["hidden"]["weight"].dtype == precision
    assert trained.trace["train_loss"].dtype == precision


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position", np.array([2])),
        ("position", np.array([np.nan, 0.0])),
        ("position", np.array([-1, 0])),
        ("position", np.array([2, 99])),
        ("position", np.array([7, 0])),
        ("trace/train_loss", np.float32(1.0)),
        ("trace/train_loss", np.zeros(5, np.float32)),
        ("state/params/hidden/weight", np.zeros((4, 9), np.float32)),
        ("state/step", np.zeros(1, np.int32)),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused_and_changes_nothing(
    iris: Experiment, shared_iris: Source, name: str, value: np.ndarray
) -> None:
    plan = make_plan(iris, shared_iris(0))
    factors = schedule_factors(iris.schedule, num_epochs=6, steps_per_epoch=plan.steps_per_epoch)
    block = Block(plan, [Member(0)], [shared_iris(0)], factors)
    saved = block.save() | {"position": np.array([2, 0])}
    saved |= {f"trace/{each}": np.zeros(2, np.float32) for each in block._trace}
    block.restore(saved)
    assert block.epoch == 2
    with pytest.raises(RunError):
        block.restore({**saved, name: np.asarray(value)})
    with pytest.raises(RunError):
        block.restore({key: array for key, array in saved.items() if key != name})
    assert (block.epoch, block.step) == (2, 0)


def test_each_layer_may_have_a_rate_and_an_initial_scale_of_its_own(shared_iris: Source, iris: Experiment) -> None:
    names = ("learning_rate.hidden", "initial_scale.hidden", "l2")
    members = [Member(0), Member(0, (("learning_rate.hidden", 0.0), ("initial_scale.hidden", 2.0)))]
    plan = make_plan(iris, shared_iris(0), num_members=2, varied=names)
    usual, still = train_population(iris, plan, members, shared_iris).trained
    assert np.array_equal(still.params["hidden"]["weight"], still.initial_params["hidden"]["weight"])
    assert np.array_equal(still.initial_params["hidden"]["weight"], 2.0 * usual.initial_params["hidden"]["weight"])
    assert not np.array_equal(still.params["output"]["weight"], still.initial_params["output"]["weight"])
    alone = train(iris, shared_iris, [Member(0)]).trained[0]
    np.testing.assert_allclose(usual.params["hidden"]["weight"], alone.params["hidden"]["weight"], rtol=1e-5, atol=1e-6)


def test_an_unknown_number_is_refused_with_a_guess(shared_iris: Source, iris: Experiment) -> None:
    with pytest.raises(SpecError, match="did you mean 'learning_rate'"):
        make_plan(iris, shared_iris(0), varied=["learning_rte"])


def test_a_varied_dropout_rate_of_its_own_equals_the_spec_s(shared_iris: Source, iris: Experiment) -> None:
    with_dropout = override(iris, ["model.0.units=8"]).model_copy(
        update={"model": (iris.model[0], DropoutSpec(rate=0.3), iris.model[1]), "epochs": 2}
    )
    plan = make_plan(with_dropout, shared_iris(0), num_members=2, varied=["dropout"])
    members = [Member(0), Member(0, (("dropout", 0.0),))]
    same, none = train_population(with_dropout, plan, members, shared_iris).trained
    alone = train(with_dropout, shared_iris, [Member(0)]).trained[0]
    np.testing.assert_allclose(same.params["hidden"]["weight"], alone.params["hidden"]["weight"], rtol=1e-5, atol=1e-6)
    assert not np.allclose(none.params["hidden"]["weight"], alone.params["hidden"]["weight"])


def test_the_test_part_is_traced_where_it_is_asked_for(shared_iris: Source, iris: Experiment) -> None:
    plan = make_plan(iris, shared_iris(0), traces_test=True)
    trace = train_population(iris, plan, [Member(0)], shared_iris).trained[0].trace
    assert np.isfinite(trace["test_loss"]).all()
    brief = make_plan(iris, shared_iris(0), is_brief=True)
    assert set(train_population(iris, brief, [Member(0)], shared_iris).trained[0].trace) == {
        "batch_loss",
        "gradient_norm",
    }


def test_blocks_are_handed_over_one_by_one_and_those_done_are_left_out(shared_iris: Source, iris: Experiment) -> None:
    plan = dataclasses.replace(make_plan(iris, shared_iris(0), num_members=40), lanes=4)
    members = [Member(0, (("learning_rate", 0.001 * (1 + place)),)) for place in range(10)]
    whole = train_population(iris, plan, members, shared_iris).trained
    seen: dict[int, float] = {}

    def take(places: Sequence[int], stacked: Stacked) -> None:
        seen.update(zip(places, stacked.trace["train_loss"][-1].tolist(), strict=True))

    train_blocks(iris, plan, members, shared_iris, take, done={0})
    assert seen == {place: float(whole[place].trace["train_loss"][-1]) for place in range(4, 10)}


def test_an_accelerator_trains_small_networks_by_thousands_to_the_same_losses(
    shared_iris: Source, iris: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Rates high and low, seeds of their own data: 40 members in blocks of 16 here, and in one block there.
    members = [Member(place % 4, (("learning_rate", 0.001 * 1.1**place),)) for place in range(40)]
    few = make_plan(iris, shared_iris(0), num_members=40)
    monkeypatch.setattr(_plan, "core_devices", list)
    many = make_plan(iris, shared_iris(0), num_members=40)
    assert few.lanes < many.lanes == 40
    assert make_plan(iris, shared_iris(0), num_members=100_000).lanes == _plan.ACCELERATOR_LANES
    one, other = (train_population(iris, plan, members, shared_iris).trained for plan in (few, many))
    for mine, its in zip(one, other, strict=True):
        np.testing.assert_allclose(mine.trace["train_loss"], its.trace["train_loss"], rtol=1e-3)


def test_what_goes_wrong_with_one_block_ends_the_others(shared_iris: Source, iris: Experiment) -> None:
    plan = dataclasses.replace(make_plan(iris, shared_iris(0), num_members=40), lanes=1)

    def fail(places: Sequence[int], stacked: Stacked) -> None:
        raise StorageError("no room")

    with pytest.raises(StorageError, match="no room"):
        train_blocks(iris, plan, [Member(0) for _ in range(20)], shared_iris, fail)

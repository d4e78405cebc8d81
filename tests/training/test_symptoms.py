"""What is recorded of each layer: beside PyTorch, with planted faults, in company, and at no cost to the weights."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch

from descentlab.core import RunError
from descentlab.data import Dataset, load, prepare
from descentlab.spec import BundledData, Experiment, SplitSpec, override
from descentlab.training import (
    Interrupted,
    LiveNetwork,
    Member,
    Population,
    Progress,
    Start,
    SymptomPlan,
    Symptoms,
    Trained,
    make_plan,
    train_population,
)
from descentlab.training._inspect import look_program
from descentlab.training._symptoms import usual_steps

Source = Callable[[int], Dataset]
USUAL = SymptomPlan()


def train(experiment: Experiment, source: Source, members: list[Member], **options: Any) -> Population:
    plan = make_plan(experiment, source(members[0].seed), num_members=len(members), varied=options.pop("varied", ()))
    return train_population(experiment, plan, members, source, **options)


def recorded(trained: Trained) -> Symptoms:
    assert trained.symptoms is not None
    return trained.symptoms


def row(symptoms: Symptoms, layer: str) -> int:
    return symptoms.layers.index(layer)


def sample_of(dataset: Dataset, count: int = 128) -> np.ndarray:
    """The rows that the documentation names: evenly over the training part."""
    num_train = len(dataset.train)
    count = min(count, num_train)
    return dataset.train[np.floor(np.arange(count) * num_train / count).astype(int)]


def as_torch(params: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, torch.Tensor]]:
    return {
        layer: {role: torch.tensor(array, requires_grad=True) for role, array in roles.items()}
        for layer, roles in params.items()
    }


def assert_same(one: Symptoms, other: Symptoms, rtol: float = 0.0) -> None:
    assert one.layers == other.layers
    for name, array in one.arrays().items():
        np.testing.assert_allclose(array, other.arrays()[name], rtol=rtol, atol=rtol * 1e-2, err_msg=name)


def test_norms_and_statistics_are_pytorch_s_on_the_same_weights(iris: Experiment, shared_iris: Source) -> None:
    dataset = shared_iris(0)
    trained = train(iris, shared_iris, [Member(0)], symptoms=SymptomPlan(at=(0,))).trained[0]
    symptoms = recorded(trained)
    learned = as_torch(trained.initial_params)
    rows = sample_of(dataset)
    inputs, targets = torch.tensor(np.float32(dataset.inputs[rows])), torch.tensor(np.int64(dataset.targets[rows]))
    hidden = torch.relu(inputs @ learned["hidden"]["weight"] + learned["hidden"]["bias"])
    logits = hidden @ learned["output"]["weight"] + learned["output"]["bias"]
    loss = torch.nn.functional.cross_entropy(logits, targets)
    loss.backward()
    assert symptoms.loss[0] == pytest.approx(loss.item(), rel=1e-5)
    for layer, outputs in (("hidden", hidden), ("output", logits)):
        grads = [array.grad for array in learned[layer].values() if array.grad is not None]
        entries = torch.cat([grad.flatten() for grad in grads])
        here = 0, row(symptoms, layer)
        assert symptoms.gradient_norm[here] == pytest.approx(float(entries.norm()), rel=1e-4)
        assert symptoms.zero_gradients[here] == pytest.approx(float((entries == 0).float().mean()))
        assert symptoms.activation_mean[here] == pytest.approx(outputs.mean().item(), rel=1e-4)
        assert symptoms.activation_deviation[here] == pytest.approx(outputs.std(correction=0).item(), rel=1e-4)
        assert symptoms.zero_activations[here] == pytest.approx(float((outputs == 0).float().mean()))
    assert np.isnan(symptoms.stuck[0, row(symptoms, "output")])


def test_an_update_s_ratio_is_that_of_pytorch_s_optimizer(iris: Experiment, shared_iris: Source) -> None:
    experiment = override(iris, ["batch_size=full", "epochs=4", "optimizer=adam", "optimizer.learning_rate=0.01"])
    trained = train(experiment, shared_iris, [Member(0)], symptoms=SymptomPlan(at=(0, 2))).trained[0]
    symptoms = recorded(trained)
    dataset = shared_iris(0)
    learned = as_torch(trained.initial_params)
    optimizer = torch.optim.Adam([array for roles in learned.values() for array in roles.values()], lr=0.01)
    inputs, targets = (torch.tensor(kind(array[dataset.train])) for kind, array in
                       ((np.float32, dataset.inputs), (np.int64, dataset.targets)))  # fmt: skip
    for step in range(3):
        before = {layer: {r: a.detach().clone() for r, a in roles.items()} for layer, roles in learned.items()}
        optimizer.zero_grad()
        hidden = torch.relu(inputs @ learned["hidden"]["weight"] + learned["hidden"]["bias"])
        logits = hidden @ learned["output"]["weight"] + learned["output"]["bias"]
        torch.nn.functional.cross_entropy(logits, targets).backward()
        optimizer.step()
        if step in symptoms.steps:
            for layer, roles in learned.items():
                moved = torch.cat([(a.detach() - before[layer][r]).abs().flatten() for r, a in roles.items()])
                size = torch.cat([a.abs().flatten() for a in before[layer].values()])
                ratio = symptoms.update_ratio[symptoms.steps.tolist().index(step), row(symptoms, layer)]
                assert ratio == pytest.approx(float(torch.log10(moved.mean() / size.mean())), abs=1e-3)


def test_planted_dead_and_saturated_units_are_counted(iris: Experiment, shared_iris: Source) -> None:
    for function, bias in (("relu", -100.0), ("tanh", 100.0)):
        experiment = override(iris, [f"model.0.activation={function}", "model.0.units=8"])
        drawn = make_plan(experiment, shared_iris(0)).network.draw(0)
        planted = {**drawn, "hidden": {**drawn["hidden"], "bias": np.where(np.arange(8) < 3, bias, 0.0)}}
        start = Start(planted)
        symptoms = recorded(
            train(experiment, shared_iris, [Member(0, start=start)], symptoms=SymptomPlan(at=(0,))).trained[0]
        )
        here = 0, row(symptoms, "hidden")
        assert symptoms.stuck[here] == pytest.approx(3 / 8)
        # The weights and the bias of a dead unit have a gradient of exactly 0.
        assert symptoms.zero_gradients[here] >= 3 / 8
        if function == "relu":
            assert symptoms.zero_activations[here] >= 3 / 8
        healthy = recorded(train(experiment, shared_iris, [Member(0)], symptoms=SymptomPlan(at=(0,))).trained[0])
        assert healthy.stuck[here] < 3 / 8


@pytest.mark.parametrize(("optimizer", "num_members"), [("sgd", 1), ("adam", 3)])
def test_recording_changes_no_bit_of_a_training(
    iris: Experiment, iris_of: Source, optimizer: str, num_members: int
) -> None:
    experiment, members = override(iris, [f"optimizer={optimizer}"]), [Member(seed) for seed in range(num_members)]
    plain, watched = (train(experiment, iris_of, members, symptoms=symptoms) for symptoms in (None, USUAL))
    for without, recording in zip(plain.trained, watched.trained, strict=True):
        assert without.symptoms is None
        assert len(recorded(recording).steps) > 10
        for layer, roles in without.params.items():
            for role, array in roles.items():
                np.testing.assert_array_equal(array, recording.params[layer][role])
        for name, values in without.trace.items():
            np.testing.assert_array_equal(values, recording.trace[name])


def test_members_in_company_have_the_records_of_members_alone(iris: Experiment, iris_of: Source) -> None:
    members = [Member(0), Member(1, (("learning_rate", 0.05),)), Member(2)]
    together = train(iris, iris_of, members, symptoms=USUAL, varied=("learning_rate",)).trained
    for member, trained in zip(members, together, strict=True):
        alone = train(iris, iris_of, [member], symptoms=USUAL, varied=("learning_rate",)).trained[0]
        assert_same(recorded(trained), recorded(alone), rtol=2e-3)


def test_data_sets_of_other_sizes_stand_side_by_side(iris: Experiment) -> None:
    source = load(BundledData(name="iris"))
    sets = {0: prepare(source, SplitSpec(), 0), 1: prepare(source, SplitSpec(test=0.21), 0)}
    assert len(sets[0].train) != len(sets[1].train)
    experiment = override(iris, ["epochs=1"])
    members = [Member(0, data=0), Member(0, data=1)]
    plan = make_plan(experiment, sets[0], num_members=2)
    together = train_population(experiment, plan, members, sets.__getitem__, symptoms=USUAL).trained
    for member, trained in zip(members, together, strict=True):
        alone = train(experiment, lambda _, key=member.data: sets[key or 0], [Member(0)], symptoms=USUAL).trained[0]
        assert_same(recorded(trained), recorded(alone), rtol=2e-3)


class Kept:
    """Checkpoints in memory; training is stopped after some slices."""

    def __init__(self) -> None:
        self.blocks: dict[str, dict[str, np.ndarray]] = {}

    def load(self, name: str) -> Mapping[str, np.ndarray] | None:
        return self.blocks.get(name)

    def save(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        self.blocks[name] = {key: np.array(array) for key, array in arrays.items()}

    def is_due(self) -> bool:
        return False


def killed(experiment: Experiment, source: Source, members: list[Member], num_slices: int) -> Kept:
    """Train for a few slices, and keep what a process that is killed then leaves behind."""
    kept, stop, slices = Kept(), threading.Event(), 0

    def count(_: Progress) -> None:
        nonlocal slices
        slices += 1
        if slices == num_slices:
            stop.set()

    with pytest.raises(Interrupted):
        train(experiment, source, members, symptoms=USUAL, checkpoints=kept, on_progress=count, stop=stop)
    return kept


def test_a_killed_training_resumes_to_the_same_records(iris: Experiment, shared_iris: Source) -> None:
    members = [Member(seed) for seed in range(2)]
    whole = train(iris, shared_iris, members, symptoms=USUAL).trained
    for num_slices in (1, 2, 9):
        kept = killed(iris, shared_iris, members, num_slices)
        resumed = train(iris, shared_iris, members, symptoms=USUAL, checkpoints=kept).trained
        for before, after in zip(whole, resumed, strict=True):
            assert_same(recorded(before), recorded(after))
            np.testing.assert_array_equal(before.params["hidden"]["weight"], after.params["hidden"]["weight"])


def test_a_checkpoint_with_other_symptoms_is_refused(iris: Experiment, shared_iris: Source) -> None:
    members = [Member(seed) for seed in range(2)]
    kept = killed(iris, shared_iris, members, 1)
    kept.blocks["block-00000"]["symptoms/stuck"] = np.zeros((3, 1, 1))
    with pytest.raises(RunError, match="symptoms do not fit"):
        train(iris, shared_iris, members, symptoms=USUAL, checkpoints=kept)


def test_another_number_of_rows_compiles_nothing(iris: Experiment) -> None:
    source = load(BundledData(name="iris"))
    experiment = override(iris, ["epochs=1"])
    counts = []
    for share in (0.2, 0.35, 0.5):
        dataset = prepare(source, SplitSpec(test=share), 0)
        train(experiment, lambda _, dataset=dataset: dataset, [Member(0)], symptoms=USUAL)
        program = look_program(make_plan(experiment, dataset).form, is_separate=False)
        counts.append((id(program), program._cache_size()))
    assert counts == [counts[0]] * 3


def test_batch_norm_s_gradient_is_that_of_training(iris: Experiment, shared_iris: Source) -> None:
    layers = [{"kind": "dense", "name": "a", "units": 4}, {"kind": "batch-norm", "name": "n"},
              {"kind": "dropout", "name": "d", "rate": 0.5}, {"kind": "dense", "name": "output"}]  # fmt: skip
    experiment = Experiment.model_validate({**iris.model_dump(), "model": layers})
    trained = train(experiment, shared_iris, [Member(0)], symptoms=SymptomPlan(at=(0,))).trained[0]
    symptoms = recorded(trained)
    assert symptoms.layers == ("a", "n", "d", "output")
    learned = as_torch(trained.initial_params)
    dataset = shared_iris(0)
    rows = sample_of(dataset)
    inputs, targets = torch.tensor(np.float32(dataset.inputs[rows])), torch.tensor(np.int64(dataset.targets[rows]))
    z = inputs @ learned["a"]["weight"] + learned["a"]["bias"]
    normed = torch.nn.functional.batch_norm(
        z, None, None, learned["n"]["scale"], learned["n"]["shift"], training=True, eps=1e-5
    )
    logits = normed @ learned["output"]["weight"] + learned["output"]["bias"]
    torch.nn.functional.cross_entropy(logits, targets).backward()
    weight, bias = learned["a"]["weight"].grad, learned["a"]["bias"].grad
    assert weight is not None
    assert bias is not None
    norm = float(torch.cat([weight.flatten(), bias.flatten()]).norm())
    assert symptoms.gradient_norm[0, row(symptoms, "a")] == pytest.approx(norm, rel=1e-3)
    assert np.isnan(symptoms.gradient_norm[0, row(symptoms, "d")])


def test_records_end_where_a_member_diverges(plane_of: Source) -> None:
    layers = [{"kind": "dense", "units": 4, "activation": "relu"}, {"kind": "dense"}]
    experiment = Experiment.model_validate(
        {"epochs": 15, "batch_size": 10, "model": layers, "loss": "squared-error", "optimizer": "sgd"}
    )
    members = [Member(0, (("learning_rate", rate),)) for rate in (1e6, 0.01)]
    wild, tame = train(experiment, plane_of, members, symptoms=USUAL).trained
    assert wild.diverged_at is not None
    assert recorded(wild).steps[-1] <= wild.diverged_at < recorded(tame).steps[-1]
    assert np.isfinite(recorded(tame).loss).all()


def test_a_live_network_is_looked_at_without_changing_it(iris: Experiment, shared_iris: Source) -> None:
    live = LiveNetwork(iris, shared_iris(0))
    trained = recorded(train(iris, shared_iris, [Member(0)], symptoms=SymptomPlan(at=(0, 30))).trained[0])
    for place, num_steps in enumerate((0, 30)):
        live.advance_steps(num_steps)
        before = live.moment()
        now = live.symptoms()
        assert now.steps.tolist() == [trained.steps[place]]
        np.testing.assert_allclose(now.gradient_norm[0], trained.gradient_norm[place], rtol=1e-4)
        np.testing.assert_allclose(now.update_ratio[0], trained.update_ratio[place], atol=1e-3)
        np.testing.assert_array_equal(live.params["hidden"]["weight"], before.params["hidden"]["weight"])
        assert (live.epoch, live.step) == (before.epoch, before.step)


@pytest.mark.parametrize("num_epochs", [0, 1, 2, 7, 30, 1_000])
@pytest.mark.parametrize("steps_per_epoch", [1, 24, 1_688])
def test_usual_steps_are_few_and_span_the_training(num_epochs: int, steps_per_epoch: int) -> None:
    steps = usual_steps(num_epochs, steps_per_epoch)
    total = num_epochs * steps_per_epoch
    assert list(steps) == sorted(set(steps))
    assert len(steps) <= min(total, 32)
    if total:
        assert (steps[0], steps[-1]) == (0, total - 1)
        assert set(range(min(3, total))) <= set(steps) or total < 12


def test_a_population_with_symptoms_compiles_its_training_once(iris: Experiment, shared_iris: Source) -> None:
    assert train(iris, shared_iris, [Member(seed) for seed in range(20)], symptoms=USUAL).num_compiled == 1

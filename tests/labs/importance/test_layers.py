"""What layers and channels are worth in networks whose worth is planted."""

from dataclasses import replace

import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.labs.importance.measure import (
    Sample,
    Subject,
    choose_places,
    find_places,
    forward_times,
    join_members,
    measure_channels,
    measure_layers,
)
from descentlab.labs.importance.measure._time import WHOLE
from descentlab.networks import build_network
from descentlab.objectives import build_objective, task_of
from descentlab.spec import DenseSpec, HeadSpec, SquaredErrorSpec
from tests.labs.importance.conftest import CHAIN, RESIDUAL, sample, subject


def planted(num: int = 300) -> tuple[Subject, Sample]:
    """Build a network that tells the largest of three inputs by its first three units; three more units do nothing."""
    one = subject((DenseSpec(name="hidden", units=6), DenseSpec(name="output")), (3,))
    hidden, output = np.zeros((3, 6)), np.zeros((6, 3))
    hidden[range(3), range(3)] = output[range(3), range(3)] = 1.0
    hidden[:, 3:] = np.random.default_rng(0).normal(size=(3, 3))
    params = {
        "hidden": {"weight": hidden, "bias": np.zeros(6)},
        "output": {"weight": output, "bias": np.zeros(3)},
    }
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(num, 3)).astype(np.float32)
    return replace(one, params=params), Sample(inputs, inputs, inputs.argmax(axis=1))


def test_units_that_nothing_looks_at_cost_nothing_and_the_others_what_they_must() -> None:
    one, own = planted()
    (found,) = measure_channels(one, own, find_places(one.network))
    assert found.layer == "hidden"
    assert found.channels.tolist() == [0, 1, 2, 3, 4, 5]
    for channel, worth in enumerate(found.worths):
        edited = own.inputs.copy()
        if channel < 3:
            edited[:, channel] = own.inputs[:, channel].mean()
        right = edited.argmax(axis=1) == own.targets
        assert worth.main.value == pytest.approx(100.0 * (1.0 - right.mean()), abs=0.5)
    assert found.values[:3].min() > 10.0
    assert found.values[3:].tolist() == [0.0, 0.0, 0.0]
    lost = [worth.accuracy_lost for worth in found.worths]
    assert [cost is not None and cost.low > 0.0 for cost in lost] == [True] * 3 + [False] * 3
    assert [worth.loss_gained.low > 0.0 for worth in found.worths] == [True] * 3 + [False] * 3


def test_of_very_many_channels_some_are_chosen_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("descentlab.labs.importance.measure._layers.MOST_CHANNELS", 3)
    one, own = planted(20)
    (found,) = measure_channels(one, own, find_places(one.network))
    assert found.channels.tolist() == [0, 2, 5]
    assert found.num_channels == 6


def test_at_its_mean_a_chain_gives_one_answer_for_all() -> None:
    one, own = subject(CHAIN), sample(num=200)
    found = measure_layers(one, own, find_places(one.network))
    shares = np.bincount(own.targets, minlength=3) / 200
    for ways in found.layers.values():
        lost = ways["mean"].accuracy_lost
        assert lost is not None
        assert found.accuracy is not None
        assert min(abs(found.accuracy - lost.value / 100.0 - shares)) < 1e-9


def test_a_layer_that_training_left_alone_costs_nothing_and_one_that_it_moved_does() -> None:
    one, own = planted()
    initial = one.network.draw(one.seed)
    kept = replace(one, params={**one.params, "output": initial["output"]})
    found = measure_layers(kept, own, find_places(one.network)).layers
    assert found["output"]["initial"].loss_gained.value == 0.0
    assert found["output"]["fresh"].loss_gained.value != 0.0
    moved = measure_layers(one, own, find_places(one.network)).layers
    assert moved["output"]["initial"].main.low > 10.0
    assert moved["hidden"]["fresh"].main.low > 10.0


def test_every_layer_has_the_ways_that_fit_it() -> None:
    one, own = subject(RESIDUAL), sample()
    found = measure_layers(one, own, find_places(one.network)).layers
    every = {"mean", "shuffle", "half", "initial", "fresh"}
    assert set(found) == {"conv1", "norm1", "block", "block/inner1", "block/inner2", "flat", "output"}
    assert set(found["block/inner1"]) == set(found["norm1"]) == every
    assert set(found["flat"]) == {"mean", "shuffle", "half"}
    # Half of the last layer's outputs would be half of the classes.
    assert set(found["output"]) == every - {"half"}


def test_behind_changed_weights_batch_norm_is_measured_anew() -> None:
    """A factor in front of batch norm changes nothing then, where with the old statistics it would."""
    one, own = subject(RESIDUAL), sample()
    initial = one.network.draw(one.seed)["conv1"]
    scaled = {role: 10.0 * values for role, values in initial.items()}
    # ReLU(10 z) = 10 ReLU(z): after batch norm, initial weights and ten times these are alike but for its epsilon.
    other = replace(one, params={**one.params, "conv1": scaled})
    found = measure_layers(other, own, choose_places(one.network, ["conv1"])).layers["conv1"]
    assert abs(found["initial"].loss_gained.value) < 1e-3
    same = measure_layers(
        replace(one, params={**one.params, "conv1": initial}), own, choose_places(one.network, ["conv1"])
    )
    assert same.layers["conv1"]["initial"].loss_gained.value == 0.0


def test_a_regression_is_told_in_loss() -> None:
    network = build_network((DenseSpec(name="hidden", units=4, activation="tanh"), DenseSpec(name="output")), (2,), 1)
    one = Subject(network, build_objective(SquaredErrorSpec(), HeadSpec(), task_of(0)), network.draw(3), {}, 0)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 2)).astype(np.float32)
    own = Sample(inputs, inputs, rng.normal(size=60).astype(np.float32))
    found = measure_layers(one, own, find_places(network))
    assert found.accuracy is None
    assert all(worth.accuracy_lost is None for ways in found.layers.values() for worth in ways.values())
    logits = np.tanh(inputs @ one.params["hidden"]["weight"]) @ one.params["output"]["weight"]
    assert found.loss == pytest.approx(((logits[:, 0] - own.targets) ** 2).mean(), rel=1e-4)
    # The mean of the last layer, for everybody.
    wanted = ((logits.mean() - own.targets) ** 2).mean() - found.loss
    assert found.layers["output"]["mean"].main.value == pytest.approx(wanted, rel=1e-3)


def test_several_seeds_are_joined_layer_by_layer() -> None:
    own = sample()
    members = [measure_layers(one, own, find_places(one.network)) for one in (subject(CHAIN, seed=k) for k in range(3))]
    joined = join_members(members)
    values = [member.layers["hidden"]["initial"].main.value for member in members]
    assert joined["hidden"]["initial"].main.value == pytest.approx(np.mean(values))
    assert joined.keys() == members[0].layers.keys()


def test_layers_are_chosen_by_name_or_listed() -> None:
    network = subject(RESIDUAL).network
    assert [one.name for one in choose_places(network, ["output", "block/inner1"])] == ["block/inner1", "output"]
    assert [one.source for one in find_places(network)] == [
        None, "conv1", "norm1", "norm1", "block/inner1", "block", "flat"
    ]  # fmt: skip
    with pytest.raises(SpecError, match=r"unknown layer 'conv2': did you mean 'conv1'\? Choices: block, block/inner1"):
        choose_places(network, ["conv2"])


def test_every_layer_is_timed_and_so_is_the_whole(any_subject: Subject) -> None:
    places, rounds = find_places(any_subject.network), []
    found = forward_times(any_subject, sample().inputs, places, on_step=lambda: rounds.append(1))
    assert set(found) == {WHOLE, *(one.name for one in places)}
    assert all(value > 0.0 for value in found.values())
    assert len(rounds) == 8


def test_a_layer_that_does_more_takes_longer() -> None:
    times = {}
    for units in (100, 4_000):
        one = subject((DenseSpec(name="hidden", units=units), DenseSpec(name="output")), (400,))
        times[units] = forward_times(one, sample((400,)).inputs, find_places(one.network))["hidden"]
    assert times[4_000] > 4.0 * times[100]


def test_the_same_network_and_examples_give_the_same_numbers() -> None:
    one, own = subject(CHAIN), sample()
    first, second = (measure_layers(one, own, find_places(one.network)) for _ in range(2))
    assert first.layers == second.layers

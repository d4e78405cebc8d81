"""Reordering hidden units: a permuted copy is found again, and nothing of what a network computes changes."""

import itertools

import numpy as np
import pytest

from descentlab.labs.landscape.measure import Survey, find_barrier, match_units, weight_space
from descentlab.networks import HostArrays, build_network
from descentlab.spec import Conv2DSpec, DenseSpec, FlattenSpec
from tests.labs.landscape.conftest import dense_network, flowers, survey_of, with_biases

AT = np.linspace(0.0, 1.0, 11)


def shuffled(params: HostArrays, seed: int, *, turns: bool) -> HostArrays:
    """Write a network with its hidden units in another order, and some turned round."""
    rng = np.random.default_rng(seed)
    copy = {layer: dict(roles) for layer, roles in params.items()}
    names = [name for name in copy if name != "out"]
    for name, following in itertools.pairwise([*names, "out"]):
        order = rng.permutation(copy[name]["weight"].shape[1])
        signs = rng.choice([-1.0, 1.0], len(order)) if turns else np.ones(len(order))
        copy[name]["weight"] = copy[name]["weight"][:, order] * signs
        copy[name]["bias"] = copy[name]["bias"][order] * signs
        copy[following]["weight"] = copy[following]["weight"][order] * signs[:, None]
    return copy


def losses_between(survey: Survey, one: HostArrays, other: HostArrays) -> np.ndarray:
    ends = np.stack([survey.space.flatten(one), survey.space.flatten(other)])
    losses = survey.measure(ends, np.stack([1.0 - AT, AT], axis=1), part="train", keeps_examples=True).losses
    assert losses is not None
    return losses


@pytest.mark.parametrize("units", [(8,), (16, 12), (10, 9, 8)])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_shuffled_copy_has_a_barrier_that_goes_with_the_shuffling(units: tuple[int, ...], activation: str) -> None:
    network = dense_network(*units, activation=activation)
    survey = survey_of(network, {"train": flowers()})
    for seed in range(3):
        params = with_biases(network, seed)
        copy = shuffled(params, seed, turns=activation == "tanh")
        before = losses_between(survey, params, copy)
        np.testing.assert_allclose(before[0], before[-1], rtol=1e-9)
        assert before[5].mean() != pytest.approx(before[0].mean(), rel=1e-3)
        found = match_units(network, params, copy)
        assert found is not None
        after = losses_between(survey, params, found.params)
        np.testing.assert_allclose(after, np.repeat(after[:1], len(AT), axis=0), rtol=1e-9)
        assert found.distances[1] == pytest.approx(0.0, abs=1e-9)
        assert found.distances[0] > 1.0
        assert 0 < found.num_moved <= found.num_units == sum(units)
        assert find_barrier(AT, after, precision="float64").height == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_one_hidden_layer_is_matched_as_well_as_trying_every_order_does(activation: str) -> None:
    network = dense_network(5, activation=activation)
    space = weight_space(network)
    one, other = with_biases(network, 0), with_biases(network, 1)
    target = space.flatten(one)
    signs = [np.array(s) for s in itertools.product([1.0, -1.0] if activation == "tanh" else [1.0], repeat=5)]
    distances = []
    for order in itertools.permutations(range(5)):
        for sign in signs:
            moved = {
                "h0": {"weight": other["h0"]["weight"][:, order] * sign, "bias": other["h0"]["bias"][[*order]] * sign},
                "out": {"weight": other["out"]["weight"][[*order]] * sign[:, None], "bias": other["out"]["bias"]},
            }
            distances.append(np.linalg.norm(space.flatten(moved) - target))
    found = match_units(network, one, other)
    assert found is not None
    assert found.distances[1] == pytest.approx(min(distances))
    assert found.distances[0] == pytest.approx(np.linalg.norm(space.flatten(other) - target))


def test_a_matched_network_computes_what_it_computed() -> None:
    network = dense_network(7, 6, activation="tanh")
    one, other = with_biases(network, 0), with_biases(network, 1)
    found = match_units(network, one, other)
    assert found is not None
    assert found.num_moved > 0
    survey = survey_of(network, {"train": flowers()})
    np.testing.assert_allclose(
        losses_between(survey, one, found.params)[-1], losses_between(survey, one, other)[-1], rtol=1e-9
    )


def test_layers_without_biases_and_pictures_laid_flat_are_matched_too() -> None:
    model = [FlattenSpec(), DenseSpec(name="h0", units=6, bias=False, activation="relu"), DenseSpec(name="out")]
    network = build_network(model, (2, 2, 1), 3)
    params = network.draw(0)
    copy = {
        "h0": {"weight": params["h0"]["weight"][:, ::-1]},
        "out": {**params["out"], "weight": params["out"]["weight"][::-1]},
    }
    found = match_units(network, params, copy)
    assert found is not None
    assert set(found.params["h0"]) == {"weight"}
    np.testing.assert_allclose(found.params["h0"]["weight"], params["h0"]["weight"])


def test_other_networks_are_left_alone() -> None:
    pictures = build_network([Conv2DSpec(), FlattenSpec(), DenseSpec()], (4, 4, 1), 3)
    assert match_units(pictures, pictures.draw(0), pictures.draw(1)) is None
    single = dense_network()
    assert match_units(single, single.draw(0), single.draw(1)) is None

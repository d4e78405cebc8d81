"""What a network answers under a change, beside the same change made by hand in the whole network."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.labs.importance.measure import (
    OutputEdit,
    Subject,
    WeightEdit,
    answer,
    find_places,
    mean_outputs,
    measure_channels,
)
from descentlab.labs.importance.measure._answer import program
from descentlab.networks import Context, Tape
from tests.labs.importance.conftest import CHAIN, RESIDUAL, place, sample, subject


def whole(one: Subject, inputs: np.ndarray, tape: Tape | None = None, params: object = None) -> np.ndarray:
    """Compute the logits by one pass through the whole network."""
    weights = one.arrays[0] if params is None else params
    return np.asarray(one.network.forward(weights, one.arrays[1], jnp.asarray(inputs), Context(tape=tape))[0])  # pyright: ignore[reportArgumentType] - a tree of arrays


def losses_of(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(targets)), targets]


@pytest.mark.usefixtures("small_chunks")
def test_replaced_channels_are_as_by_an_edit_of_the_whole_network(any_subject: Subject) -> None:
    own = sample()
    rng = np.random.default_rng(2)
    for one in find_places(any_subject.network):
        mask = rng.random(one.num_channels) < 0.5
        stand_in = rng.normal(size=one.layer.output_shape).astype(np.float32)
        found = answer(any_subject, own, [OutputEdit(one, mask, stand_in)])

        def edit(value: jax.Array, mask: np.ndarray = mask, stand_in: np.ndarray = stand_in) -> jax.Array:
            edited = np.array(value)
            edited[..., mask] = stand_in[..., mask]
            return jnp.asarray(edited)

        logits = whole(any_subject, own.inputs, Tape({f"{one.name}/activation": edit}))
        np.testing.assert_allclose(found.losses[0], losses_of(logits, own.targets), rtol=2e-4, atol=2e-5)
        assert found.right is not None
        np.testing.assert_array_equal(found.right[0], logits.argmax(axis=1) == own.targets)


@pytest.mark.usefixtures("small_chunks")
def test_shuffling_a_layer_of_a_chain_shuffles_what_the_network_says() -> None:
    one, own = subject(CHAIN), sample()
    edits = [OutputEdit(at, np.ones(at.num_channels, bool), None) for at in find_places(one.network)]
    found = answer(one, own, edits)
    # The same permutation at every layer, so that all cost the same: whatever comes behind sees another example.
    np.testing.assert_allclose(found.losses, np.broadcast_to(found.losses[:1], found.losses.shape), rtol=1e-4)
    logits = whole(one, own.inputs)
    table = np.stack([losses_of(logits[[k]].repeat(len(own.targets), 0), own.targets) for k in range(len(logits))])
    # Every example is told as some other one would be, and every one stands in once.
    distance = np.abs(found.losses[0][None] - table)
    partners = distance.argmin(axis=0)
    assert distance.min(axis=0).max() < 1e-5
    assert sorted(partners) == list(range(len(logits)))


@pytest.mark.usefixtures("small_chunks")
def test_within_a_block_the_way_past_stays_open() -> None:
    one, own = subject(RESIDUAL), sample()
    inner, block = place(one, "block/inner2"), place(one, "block")
    shuffled = answer(one, own, [OutputEdit(at, np.ones(at.num_channels, bool), None) for at in (inner, block)]).losses
    assert np.abs(shuffled[0] - shuffled[1]).max() > 1e-2
    nothing = np.zeros(inner.layer.output_shape, np.float32)
    past = answer(one, own, [OutputEdit(inner, np.ones(4, bool), nothing)]).losses[0]
    params = {**one.arrays[0], "block/inner2": jax.tree.map(jnp.zeros_like, one.arrays[0]["block/inner2"])}
    np.testing.assert_allclose(past, losses_of(whole(one, own.inputs, params=params), own.targets), rtol=2e-4)


@pytest.mark.usefixtures("small_chunks")
def test_other_weights_are_as_in_the_whole_network(any_subject: Subject) -> None:
    own = sample()
    for one in find_places(any_subject.network):
        drawn = jax.tree.map(lambda array: jnp.asarray(array, jnp.float32), one.layer.draw(7))
        params = {**any_subject.arrays[0], **drawn}
        found = answer(any_subject, own, [WeightEdit(one, params, any_subject.arrays[1])])
        wanted = losses_of(whole(any_subject, own.inputs, params=params), own.targets)
        np.testing.assert_allclose(found.losses[0], wanted, rtol=2e-4, atol=2e-5)


@pytest.mark.usefixtures("small_chunks")
def test_means_are_those_of_what_passes(any_subject: Subject) -> None:
    own, tape = sample(), Tape()
    whole(any_subject, own.reference, tape)
    found = mean_outputs(any_subject, own.reference)
    assert set(found) == {one.name for one in find_places(any_subject.network)}
    for name, mean in found.items():
        np.testing.assert_allclose(mean, np.asarray(tape.values[f"{name}/activation"]).mean(axis=0), atol=1e-5)


def test_all_changes_at_one_layer_share_a_program() -> None:
    one, own = subject(CHAIN), sample()
    program.cache_clear()
    measure_channels(one, own, find_places(one.network))
    # One for what changes nothing, and one for each of conv1, pool1 and hidden.
    assert program.cache_info().currsize == 4
    assert program(one.network, one.objective, 1, None)._cache_size() == 1  # pyright: ignore[reportFunctionMemberAccess] - of jax.jit

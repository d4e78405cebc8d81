"""Random directions: filter by filter as the paper has it, in NumPy loops."""

import numpy as np
import pytest
from jaxtyping import Float

from descentlab.core import ShapeError
from descentlab.labs.landscape.measure import Normalization, draw_direction, length_of_weights, weight_space
from descentlab.networks import Network, build_network
from descentlab.spec import BatchNormSpec, Conv2DSpec, DenseSpec, FlattenSpec
from tests.labs.landscape.conftest import dense_network, with_biases


def pictures_network() -> Network:
    model = [
        Conv2DSpec(name="conv", filters=3, kernel=(2, 2)),
        BatchNormSpec(name="norm"),
        FlattenSpec(),
        DenseSpec(name="out"),
    ]
    return build_network(model, (4, 4, 2), 5)


def direction_arrays(network: Network, normalization: Normalization, index: int = 0) -> tuple[dict, dict]:
    params = with_biases(network, 3)
    space = weight_space(network)
    vector = draw_direction(space, space.flatten(params), seed=7, index=index, normalization=normalization)
    return params, space.unflatten(vector)


def test_every_filter_of_a_direction_is_as_long_as_the_network_s_own() -> None:
    params, direction = direction_arrays(pictures_network(), "filter")
    for filt in range(3):
        own, drawn = params["conv"]["weight"][..., filt], direction["conv"]["weight"][..., filt]
        assert np.sqrt((drawn**2).sum()) == pytest.approx(np.sqrt((own**2).sum()))
    for unit in range(5):
        assert np.linalg.norm(direction["out"]["weight"][:, unit]) == pytest.approx(
            np.linalg.norm(params["out"]["weight"][:, unit])
        )
    for layer, role in (("conv", "bias"), ("out", "bias"), ("norm", "scale"), ("norm", "shift")):
        assert not direction[layer][role].any()


def test_within_a_filter_a_direction_is_normal_numbers_in_one_scale() -> None:
    network = dense_network(3, inputs=4_000)
    for normalization in ("filter", "layer", "none"):
        _, direction = direction_arrays(network, normalization)
        column = direction["h0"]["weight"][:, 0]
        standard = column / column.std()
        # Moments of the standard normal, each within 4 of its standard errors.
        assert abs(standard.mean()) < 4 / np.sqrt(4_000)
        assert abs((standard**4).mean() - 3.0) < 4 * np.sqrt(96 / 4_000)


def test_layers_or_all_weights_are_brought_to_their_length_on_request() -> None:
    network = pictures_network()
    params, by_layer = direction_arrays(network, "layer")
    for layer in ("conv", "out"):
        assert np.linalg.norm(by_layer[layer]["weight"]) == pytest.approx(np.linalg.norm(params[layer]["weight"]))
    lengths = np.linalg.norm(by_layer["conv"]["weight"].reshape(-1, 3), axis=0)
    assert not np.allclose(lengths, np.linalg.norm(params["conv"]["weight"].reshape(-1, 3), axis=0), rtol=0.01)
    _, plain = direction_arrays(network, "none")
    whole = np.concatenate([plain[layer]["weight"].ravel() for layer in ("conv", "out")])
    own = np.concatenate([params[layer]["weight"].ravel() for layer in ("conv", "out")])
    assert np.linalg.norm(whole) == pytest.approx(np.linalg.norm(own))
    space = weight_space(network)
    assert length_of_weights(space, space.flatten(params)) == pytest.approx(np.linalg.norm(own))


def test_directions_differ_by_index_and_depend_on_their_layer_alone() -> None:
    def of(network: Network, index: int) -> Float[np.ndarray, "..."]:
        return direction_arrays(network, "layer", index)[1]["h0"]["weight"]

    one, two = dense_network(5), dense_network(5, 6)
    first, second = of(one, 0), of(one, 1)
    cosine = (first * second).sum() / (np.linalg.norm(first) * np.linalg.norm(second))
    assert abs(cosine) < 0.9
    scaled = of(two, 0) / np.linalg.norm(of(two, 0))
    np.testing.assert_allclose(first / np.linalg.norm(first), scaled)


def test_a_dead_filter_has_no_direction_to_go() -> None:
    network = dense_network(4)
    space = weight_space(network)
    params = with_biases(network, 0)
    params["h0"]["weight"][:, 2] = 0.0
    direction = space.unflatten(draw_direction(space, space.flatten(params), seed=0))
    assert not direction["h0"]["weight"][:, 2].any()
    assert np.isfinite(direction["h0"]["weight"]).all()


def test_weights_go_into_a_vector_and_back() -> None:
    network = pictures_network()
    space, params = weight_space(network), with_biases(network, 1)
    back = space.unflatten(space.flatten(params))
    assert space.size == sum(row.num_params for row in network.table())
    for layer, roles in params.items():
        for role, array in roles.items():
            assert np.array_equal(back[layer][role], array)
    with pytest.raises(ShapeError, match="other layers"):
        space.flatten(dense_network(4).draw(0))

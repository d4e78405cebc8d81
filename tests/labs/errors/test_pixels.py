"""Attributions where they have a closed form, and the numbers that compare maps."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from descentlab.labs.errors.measure import attribute, half_lies_on, likeness, pixel_spread
from descentlab.networks import Network, build_network
from descentlab.spec import AnyLayerSpec, DenseSpec, FlattenSpec

RNG = np.random.default_rng(0)


def built(model: tuple[AnyLayerSpec, ...], shape: tuple[int, ...]) -> tuple[Network, dict[str, dict[str, np.ndarray]]]:
    network = build_network(model, shape, 3)
    return network, {name: dict(arrays) for name, arrays in network.draw(0).items()}


def test_of_a_linear_network_both_maps_are_weight_times_pixel() -> None:
    network, params = built((FlattenSpec(), DenseSpec(name="output")), (5, 4, 2))
    pictures = RNG.random((70, 5, 4, 2)).astype(np.float32)
    attribution = attribute(network, params, {}, pictures)
    weight = params["output"]["weight"]
    predicted = (pictures.reshape(70, -1) @ weight + params["output"]["bias"]).argmax(axis=1)
    terms = pictures * weight.T[predicted].reshape(70, 5, 4, 2)
    wanted = np.abs(terms.sum(axis=3)).mean(axis=0)
    np.testing.assert_allclose(attribution.slopes, wanted, atol=1e-5)
    np.testing.assert_allclose(attribution.integrated, wanted, atol=1e-5)
    assert attribution.missed < 1e-5
    assert attribution.num_examples == 70


def test_integrated_gradients_add_up_where_the_network_bends() -> None:
    model = (
        FlattenSpec(),
        DenseSpec(name="hidden", units=12, activation="relu"),
        DenseSpec(name="output"),
    )
    network, params = built(model, (4, 4, 1))
    params["hidden"]["bias"] = RNG.normal(0.0, 0.5, 12)
    attribution = attribute(network, params, {}, RNG.random((10, 4, 4, 1)).astype(np.float32))
    assert 0.0 < attribution.missed < 0.05
    assert np.abs(attribution.slopes - attribution.integrated).max() > 1e-3


def test_the_spread_is_the_standard_deviation() -> None:
    pictures = RNG.random((40, 3, 3, 1)).astype(np.float32)
    np.testing.assert_allclose(pixel_spread(pictures), pictures[..., 0].std(axis=0), rtol=1e-6)


def test_likeness_is_scipys_rank_correlation() -> None:
    first, second = RNG.normal(size=(6, 6)), RNG.normal(size=(6, 6))
    within = RNG.random((6, 6)) > 0.3
    assert likeness(first, second, within) == pytest.approx(spearmanr(first[within], second[within])[0])
    assert likeness(first, np.exp(first), within) == pytest.approx(1.0)
    assert np.isnan(likeness(first, first * 0.0, within))
    assert np.isnan(likeness(first, second, np.zeros((6, 6), bool)))


def test_half_of_a_map_lies_on_its_largest_pixels() -> None:
    assert half_lies_on(np.ones((4, 5))) == 0.5
    values = np.zeros((10, 10))
    values[0, 0] = 3.0
    assert half_lies_on(values) == 0.01
    assert np.isnan(half_lies_on(np.zeros((2, 2))))

"""Small networks that take pictures."""

from collections.abc import Sequence

import numpy as np
import pytest

from descentlab.networks import build_network
from descentlab.representations import WeightedNetwork
from descentlab.spec import AnyLayerSpec, Conv2DSpec, DenseSpec, FlattenSpec, MaxPool2DSpec


def weighted(model: Sequence[AnyLayerSpec], shape: tuple[int, ...], num_outputs: int = 3) -> WeightedNetwork:
    """Draw a network for pictures of some shape."""
    network = build_network(model, shape, num_outputs)
    rng, params = np.random.default_rng(0), network.draw(0)
    for own in params.values():
        if "bias" in own:
            # Without biases a network of ReLUs is linear along every ray from 0, and much comes out by chance.
            own["bias"] = rng.normal(0.0, 0.2, own["bias"].shape)
    return WeightedNetwork(network, params, network.start_statistics())


@pytest.fixture(scope="session")
def small_cnn() -> WeightedNetwork:
    """Two convolutions with a pooling between them, on pictures of 12x10."""
    model = (
        Conv2DSpec(name="conv1", filters=4, activation="relu"),
        MaxPool2DSpec(name="pool1"),
        Conv2DSpec(name="conv2", filters=5, activation="relu"),
        FlattenSpec(name="flat"),
        DenseSpec(name="output"),
    )
    return weighted(model, (12, 10, 1))


@pytest.fixture(scope="session")
def linear() -> WeightedNetwork:
    """One dense layer on pictures of 5x4."""
    return weighted((FlattenSpec(), DenseSpec(name="output")), (5, 4, 1))


@pytest.fixture
def pictures() -> np.ndarray:
    """Pictures of noise, 12x10."""
    return np.random.default_rng(0).random((20, 12, 10, 1)).astype(np.float32)

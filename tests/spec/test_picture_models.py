"""Default networks for pictures."""

import math

from hypothesis import given, strategies as st

from descentlab.networks import build_network
from descentlab.spec import Conv2DSpec, MaxPool2DSpec, PicturesData, pictures_experiment

SIDES = st.integers(1, 1_500)


@given(height=SIDES, width=SIDES)
def test_any_size_ends_in_a_few_pixels(height: int, width: int) -> None:
    experiment = pictures_experiment(PicturesData(path="x"), "x", size=(height, width))
    convolutions = [layer for layer in experiment.model if isinstance(layer, Conv2DSpec)]
    assert 2 <= len(convolutions) <= 8
    down = math.prod(layer.window[0] for layer in experiment.model if isinstance(layer, MaxPool2DSpec))
    across = math.prod(layer.window[1] for layer in experiment.model if isinstance(layer, MaxPool2DSpec))
    assert 1 <= height // down <= 8
    assert 1 <= width // across <= 8


def test_a_network_can_be_built_for_extreme_sizes() -> None:
    for size in ((1, 1), (1, 300), (3, 3), (200, 200), (1024, 768)):
        network = build_network(pictures_experiment(PicturesData(path="x"), "x", size=size).model, (*size, 3), 10)
        flat = next(layer for layer in network.layers if layer.kind == "flatten").output_shape[0]
        assert flat <= 8 * 8 * 64


def test_pictures_up_to_32_pixels_have_two_stages() -> None:
    for size in ((28, 28), (32, 32), (8, 8)):
        model = pictures_experiment(PicturesData(path="x"), "x", size=size).model
        assert [layer.name for layer in model] == ["conv1", "pool1", "conv2", "pool2", "flatten", "dropout", "output"]

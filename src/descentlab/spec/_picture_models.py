"""Default networks for pictures of any size."""

from typing import Literal

from descentlab.spec._layers import AnyLayerSpec, Conv2DSpec, DenseSpec, DropoutSpec, FlattenSpec, MaxPool2DSpec

PictureModel = Literal["cnn", "mlp"]

USUAL_STAGES = 2
LARGEST_SIDE = 8
"""More stages follow until no side of the last picture is longer, so that at most 8 x 8 x 64 numbers are flattened."""
FILTERS = (16, 32, 64)
"""Of the first, second and every later convolution."""


def picture_layers(model: PictureModel, height: int, width: int) -> tuple[AnyLayerSpec, ...]:
    """Describe a network for pictures of one size.

    Args:
        model: "cnn": convolutions, each before a pooling that halves the picture, two of them for sides up to 32 and
            more for larger ones; "mlp": one hidden dense layer.
        height: Rows of pixels.
        width: Columns of pixels.

    Returns:
        The layers. No pooling is wider than what comes to it.

    Example:
        >>> [layer.name for layer in picture_layers("cnn", 64, 48)]
        ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'pool3', 'flatten', 'dropout', 'output']
    """
    if model == "mlp":
        hidden = DenseSpec(name="hidden", units=64, activation="relu", initializer="he-normal")
        return FlattenSpec(name="pixels"), hidden, DenseSpec(name="output")
    layers: list[AnyLayerSpec] = []
    sides, stage = (height, width), 0
    while stage < USUAL_STAGES or max(sides) > LARGEST_SIDE:
        least = 1 if stage < USUAL_STAGES else LARGEST_SIDE
        window = (2 if sides[0] > least else 1, 2 if sides[1] > least else 1)
        sides, stage = (sides[0] // window[0], sides[1] // window[1]), stage + 1
        filters = FILTERS[min(stage, len(FILTERS)) - 1]
        layers.append(Conv2DSpec(name=f"conv{stage}", filters=filters, activation="relu", initializer="he-normal"))
        if window != (1, 1):
            layers.append(MaxPool2DSpec(name=f"pool{stage}", window=window))
    return (*layers, FlattenSpec(name="flatten"), DropoutSpec(name="dropout", rate=0.25), DenseSpec(name="output"))

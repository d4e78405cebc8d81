"""Which backward step belongs to which kind of layer."""

from typing import Any

from descentlab.backpropagation._convolution import Conv2DStep
from descentlab.backpropagation._dense import DenseStep
from descentlab.backpropagation._normalization import BatchNormStep, LayerNormStep
from descentlab.backpropagation._pooling import AvgPool2DStep, GlobalAvgPool2DStep, MaxPool2DStep
from descentlab.backpropagation._prelu import PReLUStep
from descentlab.backpropagation._residual import ResidualStep
from descentlab.backpropagation._step import BackwardStep, LayerValues
from descentlab.backpropagation._value_by_value import ActivationStep, DropoutStep, FlattenStep
from descentlab.core import SpecError
from descentlab.networks import (
    Activation,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    Layer,
    LayerNorm,
    MaxPool2D,
    PReLU,
    Residual,
)

STEPS: dict[type[Layer], type[BackwardStep[Any]]] = {
    Activation: ActivationStep,
    AvgPool2D: AvgPool2DStep,
    BatchNorm: BatchNormStep,
    Conv2D: Conv2DStep,
    Dense: DenseStep,
    Dropout: DropoutStep,
    Flatten: FlattenStep,
    GlobalAvgPool2D: GlobalAvgPool2DStep,
    LayerNorm: LayerNormStep,
    MaxPool2D: MaxPool2DStep,
    PReLU: PReLUStep,
    Residual: ResidualStep,
}
"""One line a kind of layer; a test holds that none is missing."""


def step_of(layer: Layer, values: LayerValues) -> BackwardStep[Any]:
    """Return the backward step of a layer for what passed it.

    Raises:
        SpecError: If there is none for its kind.
    """
    step = STEPS.get(type(layer))
    if step is None:
        raise SpecError(
            f"layer '{layer.name}' ({layer.kind}) has no backward rule yet; write one in backpropagation/, and "
            "name it in _rules.py there"
        )
    return step(layer, values)

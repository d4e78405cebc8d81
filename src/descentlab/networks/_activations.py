"""The non-linear functions, by name."""

from dataclasses import dataclass
from typing import final

import jax
from jax import Array
from jaxtyping import Float

from descentlab.networks._layer import Context, Layer, Params, Statistics
from descentlab.spec import ActivationName, ActivationSpec

RISING: frozenset[ActivationName] = frozenset({"relu", "leaky-relu", "linear"})
"""Functions that never fall, to the last bit: the largest of some values stays the largest behind them."""


def activate(name: ActivationName, preactivation: Float[Array, "..."]) -> Float[Array, "..."]:
    """Apply an activation function to each value.

    Args:
        name: Which function; GELU is the exact one (Hendrycks and Gimpel, 2016), leaky ReLU has slope 0.01.
        preactivation: Any shape.

    Returns:
        The same shape.
    """
    match name:
        case "relu":
            return jax.nn.relu(preactivation)
        case "leaky-relu":
            return jax.nn.leaky_relu(preactivation, 0.01)
        case "gelu":
            return jax.nn.gelu(preactivation, approximate=False)
        case "silu":
            return jax.nn.silu(preactivation)
        case "tanh":
            return jax.numpy.tanh(preactivation)
        case "sigmoid":
            return jax.nn.sigmoid(preactivation)
        case "linear":
            return preactivation


@final
@dataclass(frozen=True)
class Activation(Layer):
    """A non-linear function of each value, as a layer of its own."""

    kind = "activation"
    role = "bends the space: without it, any stack of layers is one linear map"

    spec: ActivationSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        preactivation = context.tap(self.name, "preactivation", inputs)
        outputs = activate(self.spec.function, preactivation)
        return context.tap(self.name, "activation", outputs), statistics

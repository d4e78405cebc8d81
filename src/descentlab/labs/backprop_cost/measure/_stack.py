"""Equal dense layers on top of each other: the network of the textbook's estimate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from descentlab.core import generator
from descentlab.networks import Context, Network, build_network, unrolled
from descentlab.spec import ActivationName, DenseSpec


@dataclass(frozen=True)
class Stack:
    """So many dense layers of as many neurons each, on so many inputs, and half the squared length as the cost.

    Attributes:
        inputs: d of the lowest layer: weights of each of its neurons.
        neurons: Of each layer, and so the weights of each neuron of the layer above.
        layers: L.
        examples: N.
        activation: Of every layer.
        precision: "float32" or "float64".
    """

    inputs: int
    neurons: int
    layers: int
    examples: int
    activation: ActivationName
    precision: str

    @property
    def network(self) -> Network:
        """Its layers."""
        spec = DenseSpec(units=self.neurons, activation=self.activation, initializer="lecun-normal")
        return build_network([spec] * self.layers, (self.inputs,), self.neurons)

    @property
    def num_params(self) -> int:
        """W, how many numbers it learns."""
        return self._num_weights + self.layers * self.neurons

    @property
    def _num_weights(self) -> int:
        return self.neurons * (self.inputs + (self.layers - 1) * self.neurons)

    @property
    def multiply_adds(self) -> int:
        """Of all examples forward and back: each weight three times, those of the lowest layer twice."""
        return self.examples * (3 * self._num_weights - self.inputs * self.neurons)

    @property
    def numbers(self) -> int:
        """How many numbers its weights and inputs are."""
        return self._num_weights + self.examples * self.inputs

    def build(self) -> tuple[Callable[[Any, Array, Array], Float[Array, ""]], tuple[Any, Array, Array]]:
        """Return its mean loss, and arguments for it: weights, inputs and targets."""
        network = self.network

        def loss_fn(params: Any, inputs: Array, targets: Array) -> Float[Array, ""]:
            outputs, _ = network.forward(params, {}, inputs, Context(is_training=True))
            return 0.5 * jnp.mean(jnp.sum((outputs - targets) ** 2, axis=1))

        params = {
            name: {role: jnp.asarray(array, self.precision) for role, array in own.items()}
            for name, own in network.draw(seed=0).items()
        }
        rng = generator(0, "complexity/stack")
        inputs = jnp.asarray(rng.normal(size=(self.examples, self.inputs)), self.precision)
        return loss_fn, (params, inputs, jnp.zeros((self.examples, self.neurons), self.precision))


def widest_dense(network: Network) -> tuple[int, ActivationName] | None:
    """Find the hidden layer that weighs all its inputs with the most neurons: how many, and their activation.

    A function that is none of those with a name counts as linear: the estimate is of the products.
    """
    hidden = [
        layer
        for layer in unrolled(network.layers)[:-1]
        if layer.weighted_sum is not None and not layer.weighted_sum.is_slid
    ]
    if not hidden:
        return None
    widest = max(hidden, key=lambda layer: layer.num_channels)
    named = None if widest.activation == "unnamed" else widest.activation
    return widest.num_channels, named or "linear"

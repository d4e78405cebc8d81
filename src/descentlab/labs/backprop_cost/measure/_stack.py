"""Stacks of equal dense layers: the networks of the textbook's estimate O(N d L)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.core import generator
from descentlab.networks import Context, Network, build_network, unrolled
from descentlab.spec import ActivationName, DenseSpec


@dataclass(frozen=True)
class Stack:
    """Dense layers with the same number of neurons, and half the squared error as the cost.

    Attributes:
        inputs: Number of inputs: d, the weights of each neuron in the lowest layer.
        neurons: Neurons of each layer, and so the weights of each neuron in the layers above the lowest.
        layers: Number of layers, L.
        examples: Number of examples, N.
        activation: Activation function of every layer.
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
        """The network."""
        spec = DenseSpec(units=self.neurons, activation=self.activation, initializer="lecun-normal")
        return build_network([spec] * self.layers, (self.inputs,), self.neurons)

    @property
    def num_params(self) -> int:
        """Number of learned numbers, W."""
        return self._num_weights + self.layers * self.neurons

    @property
    def _num_weights(self) -> int:
        return self.neurons * (self.inputs + (self.layers - 1) * self.neurons)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of one gradient: per example, three for each weight, and two for those of the lowest layer."""
        return self.examples * (3 * self._num_weights - self.inputs * self.neurons)

    @property
    def numbers(self) -> int:
        """Number of weights and inputs together, as a measure of memory."""
        return self._num_weights + self.examples * self.inputs

    def build(self) -> tuple[Callable[[Any, Array, Array], Float[Array, ""]], tuple[Any, Array, Array]]:
        """Return the function of its mean loss, with arguments for it: weights, inputs and targets."""
        network = self.network

        def loss_fn(params: Any, inputs: Array, targets: Array) -> Float[Array, ""]:
            outputs, _ = network.forward(params, {}, inputs, Context(is_training=True))
            return 0.5 * jnp.mean(jnp.sum((outputs - targets) ** 2, axis=1))

        params = {
            name: {role: array.astype(self.precision) for role, array in arrays.items()}
            for name, arrays in network.draw(seed=0).items()
        }
        rng = generator(0, "complexity/stack")
        inputs = rng.normal(size=(self.examples, self.inputs)).astype(self.precision)
        targets = np.zeros((self.examples, self.neurons), self.precision)
        return loss_fn, jax.device_put((params, inputs, targets))


def widest_dense(network: Network) -> tuple[int, ActivationName] | None:
    """Find the hidden dense layer with the most neurons.

    Args:
        network: Network to search.

    Returns:
        Number of neurons, and activation function; None if there is no hidden dense layer. An activation that has no
        name counts as linear, for the estimate is about the products alone.
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

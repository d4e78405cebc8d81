"""A network at certain weights, and what passes its layers."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.networks import Context, HostArrays, Layer, Network, Tape

CHUNK = 128
"""Pictures that pass the network at once: what is recorded of all layers takes much more room than the pictures."""

PIXELS = "raw pixels"
"""How the input is called beside the layers; a layer's own name has no space in it."""


@dataclass(frozen=True, eq=False)
class WeightedNetwork:
    """A network at certain weights. All is computed in float32, without dropout, as in evaluation.

    Attributes:
        network: The layers.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
    """

    network: Network
    params: HostArrays
    statistics: HostArrays

    @functools.cached_property
    def arrays(self) -> tuple[Any, Any]:
        """Both as float32."""
        both = (self.params, self.statistics)
        return jax.tree.map(lambda array: jax.device_put(np.asarray(array, np.float32)), both)

    def logits(self, inputs: Float[np.ndarray, "examples ..."]) -> Float[np.ndarray, "examples outputs"]:
        """Compute the logits of examples."""
        run = _logits(self.network)
        return np.concatenate([np.asarray(run(*self.arrays, chunk))[:num] for chunk, num in in_chunks(inputs)])

    def record(
        self, inputs: Float[np.ndarray, "examples ..."], taps: Sequence[str]
    ) -> Iterator[tuple[np.ndarray, ...]]:
        """Record what passes some taps, chunk by chunk.

        Args:
            inputs: Examples as the network sees them.
            taps: Names of taps, as `conv1/activation`.

        Yields:
            An array for each tap, of the next chunk of examples.
        """
        run = _recorder(self.network, tuple(taps))
        for chunk, num in in_chunks(inputs):
            yield tuple(np.asarray(array)[:num] for array in run(*self.arrays, chunk))

    def record_all(self, inputs: Float[np.ndarray, "examples ..."], taps: Sequence[str]) -> dict[str, np.ndarray]:
        """Record what passes some taps, for few examples at once."""
        chunks = list(self.record(inputs, taps))
        return {tap: np.concatenate([chunk[place] for chunk in chunks]) for place, tap in enumerate(taps)}


def untrained(network: Network, inputs: Float[np.ndarray, "examples ..."], seed: int) -> WeightedNetwork:
    """Draw a network that was never trained; batch norm takes the statistics of the given examples."""
    params = jax.tree.map(lambda array: np.asarray(array, np.float32), network.draw(seed))
    statistics = _statistics(network)(params, inputs[:CHUNK])
    return WeightedNetwork(network, params, jax.tree.map(np.asarray, statistics))


def depth_names(network: Network) -> tuple[str, ...]:
    """Name the layers that change what passes them, from the input on; flattening and dropout do not."""
    return tuple(layer.name for layer in network.layers if layer.acts_in_evaluation)


def weighted_layers(network: Network) -> tuple[Layer, ...]:
    """Return the convolutions and dense layers in the network's own row."""
    return tuple(layer for layer in network.layers if layer.weighted_sum is not None)


def in_chunks(inputs: Float[np.ndarray, "examples ..."]) -> Iterator[tuple[np.ndarray, int]]:
    """Divide examples into chunks of one size, so that one program serves all; the last is filled up with copies."""
    size = min(CHUNK, len(inputs))
    for start in range(0, len(inputs), size or 1):
        rows = np.minimum(np.arange(start, start + size), len(inputs) - 1)
        yield inputs[rows], min(size, len(inputs) - start)


@functools.lru_cache(maxsize=32)
def _statistics(network: Network) -> Callable[..., Any]:
    return jax.jit(network.batch_statistics)


@functools.lru_cache(maxsize=32)
def _recorder(network: Network, taps: tuple[str, ...]) -> Callable[..., tuple[Array, ...]]:
    def run(params: Any, statistics: Any, inputs: Array) -> tuple[Array, ...]:
        tape = Tape()
        network.forward(params, statistics, inputs, Context(tape=tape))
        return tuple(tape.values[tap] for tap in taps)

    return jax.jit(run)


@functools.lru_cache(maxsize=32)
def _logits(network: Network) -> Callable[..., Array]:
    return jax.jit(lambda params, statistics, inputs: network.forward(params, statistics, inputs, Context())[0])

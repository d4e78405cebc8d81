"""The time of each layer's forward pass."""

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.labs.importance.measure._answer import CHUNK_VALUES, recorder
from descentlab.labs.importance.measure._subject import Place, Subject
from descentlab.networks import Context, Layer, Network

PER_EXAMPLES = 1_000
"""Number of examples that times are given for."""
NUM_ROUNDS = 7
TIME_STEPS = NUM_ROUNDS + 1
"""Calls of `on_step` by a timing: after the round that compiles, and after each round that counts."""
WHOLE = ""
"""Name under which the time of the whole network stands, compiled as one program."""


def forward_times(
    subject: Subject,
    inputs: Float[np.ndarray, "examples ..."],
    places: Sequence[Place],
    *,
    on_step: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Time the forward pass of every layer, each compiled by itself.

    The layers take turns, so that a disturbance of the machine disturbs all of them, and the median is returned. A
    call has a fixed cost of some hundredths of a millisecond, which is all that a very small layer takes.

    Args:
        subject: The network.
        inputs: Examples; they are repeated where there are too few.
        places: The layers.
        on_step: Called after every round.

    Returns:
        Milliseconds for 1,000 examples by layer; under `WHOLE` those of the whole network, which fuses its layers.
    """
    network = subject.network
    batch = _batch_size(network)
    rows = np.arange(batch) % len(inputs)
    params, statistics = subject.arrays
    given = jax.device_put(inputs[rows])
    outputs: dict[str | None, Array] = {None: given, **recorder(network)(params, statistics, given)}
    runs = {place.name: (_layer_program(place.layer), outputs[place.source]) for place in places}
    runs[WHOLE] = (_network_program(network), given)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(NUM_ROUNDS + 1):
        for name, (run, values) in runs.items():
            begin = time.perf_counter()
            jax.block_until_ready(run(params, statistics, values))
            # The first turn compiles.
            times[name] += [time.perf_counter() - begin] if turn else []
        on_step()
    return {name: 1e3 * float(np.median(each)) * PER_EXAMPLES / batch for name, each in times.items()}


def _batch_size(network: Network) -> int:
    values = sum(int(np.prod(layer.output_shape)) for layer in network.layers)
    return max(1, min(PER_EXAMPLES, 2 * CHUNK_VALUES // values))


@functools.lru_cache(maxsize=256)
def _layer_program(layer: Layer) -> Callable[..., Array]:
    def run(params: Any, statistics: Any, inputs: Array) -> Array:
        return layer.forward(params, statistics, inputs, Context())[0]

    return jax.jit(run)


@functools.lru_cache(maxsize=32)
def _network_program(network: Network) -> Callable[..., Array]:
    return jax.jit(lambda params, statistics, inputs: network.forward(params, statistics, inputs, Context())[0])

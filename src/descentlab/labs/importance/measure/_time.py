"""How long each layer takes for its way forward."""

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.labs.importance.measure._answer import CHUNK_VALUES, recorder
from descentlab.labs.importance.measure._subject import Place, Subject
from descentlab.networks import Context, Layer, Network

PER_EXAMPLES = 1_000
"""Times are told for so many examples."""
NUM_ROUNDS = 7
TIME_STEPS = NUM_ROUNDS + 1
"""How often a timing tells that it moved on: after the round that compiles, and after each that counts."""
WHOLE = ""
"""Under this name stands the time of the whole network, compiled as one."""


def forward_times(
    subject: Subject,
    inputs: Float[np.ndarray, "examples ..."],
    places: Sequence[Place],
    *,
    on_step: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Time the way forward of every layer, each compiled by itself.

    All are measured by turns, so that what disturbs the machine disturbs all of them, and the median is told. A call
    has a fixed price of some hundredths of a millisecond, which is all that a very small layer takes.

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
    given = jnp.asarray(inputs[rows])
    seen: dict[str | None, Array] = {None: given, **recorder(network)(params, statistics, given)}
    runs = {place.name: (_layer_program(place.layer), seen[place.source]) for place in places}
    runs[WHOLE] = (_network_program(network), given)
    found: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(NUM_ROUNDS + 1):
        for name, (run, values) in runs.items():
            begin = time.perf_counter()
            jax.block_until_ready(run(params, statistics, values))
            # The first turn compiles.
            found[name] += [time.perf_counter() - begin] if turn else []
        on_step()
    return {name: 1e3 * float(np.median(times)) * PER_EXAMPLES / batch for name, times in found.items()}


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

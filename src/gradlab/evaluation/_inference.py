"""A trained network applied to many examples."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Float, Shaped

from gradlab.networks import Context, Network
from gradlab.objectives import Objective
from gradlab.training import ONE_CORE_EACH, core_devices, over_cores

CHUNK = 2_048
"""Examples that pass the network at once."""
PIECE = 8
"""The same for a convolutional network on a processor's cores, so that a core's cache holds what a layer gives."""


@dataclass(frozen=True)
class Inference:
    """What a network says of some examples.

    Attributes:
        logits: What the network ends in.
        outputs: The logits behind the loss's link; for classes, non-negative and summing to one over the classes.
        losses: Each example's loss; NaN where its target is unknown.
    """

    logits: Float[np.ndarray, "examples outputs"]
    outputs: Float[np.ndarray, "examples classes"]
    losses: Float[np.ndarray, " examples"]


def infer(
    network: Network,
    objective: Objective,
    params: Any,
    statistics: Any,
    inputs: Shaped[np.ndarray, "examples ..."],
    targets: Shaped[np.ndarray, " examples"] | None = None,
    *,
    input_scale: float = 1.0,
) -> Inference:
    """Apply a network to examples, chunk by chunk.

    Args:
        network: The layers.
        objective: What the logits mean.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        inputs: Examples as a `Dataset` holds them.
        targets: Class ids or standardised reals, for the losses.
        input_scale: What uint8 inputs are multiplied by.

    Returns:
        Logits, outputs and losses of each example.
    """
    count = len(inputs)
    wanted = np.zeros(count, np.float32) if targets is None else targets
    if objective.num_classes:
        wanted = wanted.astype(np.int32)
    if not count:
        empty = np.zeros((0, max(1, objective.num_classes)), np.float32)
        return Inference(np.zeros((0, objective.num_outputs), np.float32), empty, np.zeros(0, np.float32))
    cores = len(core_devices()) if network.has_convolution else 0
    size = min(count, PIECE if cores else CHUNK)
    chunks = math.ceil(count / size)
    chunks = math.ceil(chunks / cores) * cores if cores else chunks
    rows = np.minimum(np.arange(chunks * size), count - 1)
    blocks = [values[rows].reshape(chunks, size, *values.shape[1:]) for values in (inputs, wanted)]
    run = _program(network, objective, input_scale, cores)
    found = (np.asarray(array) for array in run(params, statistics, *blocks))
    logits, outputs, losses = (array.reshape(-1, *array.shape[2:])[:count] for array in found)
    if targets is None:
        losses = np.full_like(losses, np.nan)
    elif objective.num_classes:
        losses = np.where(wanted >= 0, losses, np.nan)
    return Inference(logits, outputs, losses)


@functools.lru_cache(maxsize=32)
def _program(
    network: Network, objective: Objective, input_scale: float, cores: int
) -> Callable[..., tuple[Array, Array, Array]]:
    def run(params: Any, statistics: Any, inputs: Array, targets: Array) -> tuple[Array, Array, Array]:
        precision = jax.tree.leaves(params)[0].dtype
        real = inputs.astype(precision)
        if inputs.dtype == jnp.uint8:
            real = real * jnp.asarray(input_scale, precision)
        logits, _ = network.forward(params, statistics, real, Context())
        outputs = objective.probabilities(logits) if objective.num_classes else objective.outputs(logits)
        return logits, outputs, objective.losses(logits, targets)

    def run_chunks(params: Any, statistics: Any, inputs: Array, targets: Array) -> tuple[Array, Array, Array]:
        return lax.map(lambda chunk: run(params, statistics, *chunk), (inputs, targets))

    if not cores:
        return jax.jit(run_chunks)
    return jax.jit(over_cores(run_chunks, cores, num_whole=2, num_cut=2), compiler_options=ONE_CORE_EACH)

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

CHUNK = 2_048
"""Examples that pass the network at once."""


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
    size = min(count, CHUNK)
    chunks = math.ceil(count / size) if size else 0
    rows = np.minimum(np.arange(chunks * size), count - 1)
    if not chunks:
        empty = np.zeros((0, max(1, objective.num_classes)), np.float32)
        return Inference(np.zeros((0, objective.num_outputs), np.float32), empty, np.zeros(0, np.float32))
    blocks = (
        values if chunks == 1 else values[rows].reshape(chunks, size, *values.shape[1:]) for values in (inputs, wanted)
    )
    run = _program(network, objective, input_scale, is_chunked=chunks > 1)
    logits, outputs, losses = (np.asarray(array) for array in run(params, statistics, *blocks))
    if chunks > 1:
        logits, outputs, losses = (a.reshape(-1, *a.shape[2:])[:count] for a in (logits, outputs, losses))
    if targets is None:
        losses = np.full_like(losses, np.nan)
    elif objective.num_classes:
        losses = np.where(wanted >= 0, losses, np.nan)
    return Inference(logits, outputs, losses)


@functools.lru_cache(maxsize=32)
def _program(
    network: Network, objective: Objective, input_scale: float, *, is_chunked: bool
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

    return jax.jit(run_chunks if is_chunked else run)

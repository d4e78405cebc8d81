"""A trained network applied to many examples."""

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Float, Int, Shaped

from descentlab.data import StoredPictures
from descentlab.networks import Context, Network
from descentlab.objectives import Objective
from descentlab.training import ONE_CORE_EACH, chunk_size, core_devices, over_cores, piece_size

WINDOW_BYTES = 2**24
"""Bytes of inputs that are laid out at once, at most."""
MOST_CHUNKS = 16
"""Chunks that are laid out at once for each core."""


@dataclass(frozen=True)
class Inference:
    """A network's predictions for some examples.

    Attributes:
        logits: Outputs of the last layer.
        outputs: Probabilities of the classes, which sum to one; a share for each label; for real targets, the
            predicted numbers.
        losses: Loss of each example; NaN if its target is unknown.
    """

    logits: Float[np.ndarray, "examples outputs"]
    outputs: Float[np.ndarray, "examples classes"]
    losses: Float[np.ndarray, " examples"]


def infer(
    network: Network,
    objective: Objective,
    params: Any,
    statistics: Any,
    inputs: Shaped[np.ndarray, "examples ..."] | StoredPictures,
    targets: Shaped[np.ndarray, "examples ..."] | None = None,
    *,
    input_scale: float = 1.0,
) -> Inference:
    """Apply a network to examples, chunk by chunk.

    All chunks have one size, which depends on the network alone, and so have the arrays that hold them. Therefore the
    answer to a row has the same bits whatever rows stand beside it, and another number of rows compiles nothing.

    Args:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        params: Learned arrays by layer and role.
        statistics: Running statistics by layer and role.
        inputs: Examples as a `Dataset` holds them; stored pictures are read window by window.
        targets: Class ids, labels or standardised reals, for the losses.
        input_scale: Factor that uint8 inputs are multiplied by.

    Returns:
        Logits, outputs and losses of each example.
    """
    count = len(inputs)
    size = objective.task.size
    nothing = np.zeros((count, size) if not objective.num_classes and size > 1 else count, np.float32)
    wanted = nothing if targets is None else targets
    if objective.num_classes:
        wanted = wanted.astype(np.int32)
    if not count:
        empty = np.zeros((0, size), np.float32)
        return Inference(np.zeros((0, objective.num_outputs), np.float32), empty, np.zeros(0, np.float32))
    cores = len(core_devices()) if network.has_convolution else 0
    chunk = piece_size(network) if cores else chunk_size(network)
    run = _program(network, objective, input_scale, cores)
    windows = []
    for rows in _windows(inputs, chunk, max(1, cores)):
        num_chunks = np.int32(np.count_nonzero((rows >= 0).any(axis=(0, 2))))
        blocks = [_taken(values, rows) for values in (inputs, wanted)]
        answers = run(params, statistics, num_chunks, *blocks)
        windows.append([np.asarray(array)[rows >= 0] for array in answers])
    logits, outputs, losses = (np.concatenate(arrays) for arrays in zip(*windows, strict=True))
    if targets is None:
        losses = np.full_like(losses, np.nan)
    elif objective.num_classes:
        losses = np.where(wanted >= 0, losses, np.nan)
    return Inference(logits, outputs, losses)


def _windows(
    inputs: Shaped[np.ndarray, "examples ..."] | StoredPictures, size: int, cores: int
) -> Iterator[Int[np.ndarray, "cores chunks size"]]:
    """Divide the rows, in their order, into windows of one shape; -1 marks empty places."""
    count = len(inputs)
    row_bytes = max(1, inputs.nbytes // count)
    chunks = max(1, min(MOST_CHUNKS, WINDOW_BYTES // (row_bytes * size * cores)))
    for start in range(0, count, cores * chunks * size):
        num_rows = min(count - start, cores * chunks * size)
        of_core = math.ceil(num_rows / (cores * size)) * size
        rows = np.full((cores, chunks * size), -1)
        places = start + np.arange(cores * of_core).reshape(cores, of_core)
        rows[:, :of_core] = np.where(places < start + num_rows, places, -1)
        yield rows.reshape(cores, chunks, size)


def _taken(
    values: Shaped[np.ndarray, "examples ..."] | StoredPictures, rows: Int[np.ndarray, "cores chunks size"]
) -> Shaped[np.ndarray, "cores chunks size ..."]:
    taken = np.zeros((*rows.shape, *values.shape[1:]), values.dtype)
    taken[rows >= 0] = values[rows[rows >= 0]]
    return taken


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
        return logits, objective.answers(logits), objective.losses(logits, targets)

    def run_chunks(weights: Any, num_chunks: Array, inputs: Array, targets: Array) -> tuple[Array, Array, Array]:
        params, statistics = weights
        like = jax.eval_shape(run, params, statistics, inputs[0, 0], targets[0, 0])
        nothing = jax.tree.map(lambda leaf: jnp.zeros((*inputs.shape[:2], *leaf.shape), leaf.dtype), like)

        def add(place: Array, answers: Any) -> Any:
            core, chunk = place // num_chunks, place % num_chunks
            answer = run(params, statistics, inputs[core, chunk], targets[core, chunk])
            return jax.tree.map(lambda all_, one: all_.at[core, chunk].set(one), answers, answer)

        return lax.fori_loop(0, inputs.shape[0] * num_chunks, add, nothing)

    def run_all(params: Any, statistics: Any, num_chunks: Array, *cut: Array) -> tuple[Array, Array, Array]:
        divided = over_cores(run_chunks, max(1, cores), num_whole=2, num_cut=2)
        return divided((params, statistics), num_chunks, *cut)

    return jax.jit(run_all, compiler_options=ONE_CORE_EACH if cores else None)

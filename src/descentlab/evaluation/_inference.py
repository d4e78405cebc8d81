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
"""Bytes of inputs that are laid out at once."""


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
    chunk = min(count, piece_size(network) if cores else chunk_size(network))
    run = _program(network, objective, input_scale, cores)
    windows = []
    for rows in _windows(inputs, chunk, max(1, cores)):
        blocks = [values[rows.ravel()].reshape(*rows.shape, *values.shape[1:]) for values in (inputs, wanted)]
        windows.append([np.asarray(array) for array in run(params, statistics, *blocks)])
    joined = (np.concatenate(arrays) for arrays in zip(*windows, strict=True))
    logits, outputs, losses = (array.reshape(-1, *array.shape[2:])[:count] for array in joined)
    if targets is None:
        losses = np.full_like(losses, np.nan)
    elif objective.num_classes:
        losses = np.where(wanted >= 0, losses, np.nan)
    return Inference(logits, outputs, losses)


def _windows(
    inputs: Shaped[np.ndarray, "examples ..."] | StoredPictures, size: int, cores: int
) -> Iterator[Int[np.ndarray, "chunks size"]]:
    """Divide the rows into windows with equally many whole chunks for each core; copies of the last row fill up."""
    count = len(inputs)
    chunks = math.ceil(count / size / cores) * cores
    num_windows = min(chunks // cores, math.ceil(inputs.nbytes / WINDOW_BYTES))
    at_once = math.ceil(chunks / max(1, num_windows) / cores) * cores
    for start in range(0, chunks, at_once):
        rows = np.arange(start * size, (start + at_once) * size).reshape(at_once, size)
        yield np.minimum(rows, count - 1)


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

    def run_chunks(params: Any, statistics: Any, inputs: Array, targets: Array) -> tuple[Array, Array, Array]:
        return lax.map(lambda chunk: run(params, statistics, *chunk), (inputs, targets))

    if not cores:
        return jax.jit(run_chunks)
    return jax.jit(over_cores(run_chunks, cores, num_whole=2, num_cut=2), compiler_options=ONE_CORE_EACH)

"""Mean loss and accuracy of a network over parts of the data, measured chunk by chunk after an epoch."""

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Float, Int, Shaped

from descentlab.networks import Context
from descentlab.training._devices import ONE_CORE_EACH
from descentlab.training._pieces import CHUNK, add_pieces, chunk_size, divide, sum_in_pieces
from descentlab.training._plan import MOST_LANES, Plan, State

MAX_VALUES = 8_000
"""Values of a layer, over examples and lanes, up to which XLA computes tanh in one thread; 8 lanes of 2-4-2-1 measure
250 points in 42 us, 10 lanes in 130 us, since starting its threads takes longer than the work."""
MIN_CHUNK = 32
ACCELERATOR_VALUES = 2**26
"""Values of a layer for blocks of more than `MOST_LANES`, which only an accelerator has: memory alone limits them."""


def as_real(plan: Plan, inputs: Shaped[Array, "..."]) -> Float[Array, "..."]:
    """Turn stored inputs into the real numbers that the network computes with."""
    if inputs.dtype == jnp.uint8:
        return inputs.astype(plan.precision) * jnp.asarray(plan.input_scale, plan.precision)
    return inputs


def measure(plan: Plan, state: State, data: dict[str, Array], part: str, count: int) -> dict[str, Float[Array, ""]]:
    """Measure mean loss and accuracy over the first `count` examples of a part, chunk by chunk."""
    arguments = (state, data[f"{part}_inputs"], data[f"{part}_targets"])
    sum_rows = functools.partial(_sum_rows, plan, count)
    if plan.groups:
        rows = jnp.arange(count)
        sums = sum_in_pieces(sum_rows, arguments, rows, groups=plan.groups, devices=plan.batch_devices, size=plan.piece)
    else:
        num_chunks, size = _chunks(plan, count)
        if num_chunks == 1:
            sums = tuple(jnp.sum(values) for values in _each(plan, state, *(array[:count] for array in arguments[1:])))
        else:
            parts = lax.map(lambda chunk: sum_rows(arguments, chunk * size + jnp.arange(size)), jnp.arange(num_chunks))
            sums = tuple(jnp.sum(values) for values in parts)
    return _named(plan, part, count, sums)


def cut_windows(plan: Plan, count: int, most: int) -> Iterator[Int[np.ndarray, "..."]]:
    """Cut a part into windows that are measured one after the other, with the same bits as by `measure`.

    Args:
        plan: Plan of the training.
        count: Number of examples of the part.
        most: Largest wanted number of examples in a window; a window is larger only if one chunk or piece is.

    Yields:
        Places in the part, as `measure_windows` takes them; -1 marks an empty place.
    """
    if not plan.groups:
        num_chunks, size = _chunks(plan, count)
        for chunk in range(num_chunks):
            places = chunk * size + np.arange(size)
            yield np.where(places < count, places, -1)
        return
    pieces = np.asarray(divide(jnp.arange(count), plan.groups, plan.piece))
    at_once = min(pieces.shape[1], max(1, most // (plan.groups * plan.piece)))
    missing = -pieces.shape[1] % at_once
    pieces = np.pad(pieces, ((0, 0), (0, missing), (0, 0)), constant_values=-1)
    for start in range(0, pieces.shape[1], at_once):
        yield pieces[:, start : start + at_once]


def measure_windows(
    plan: Plan, state: State, part: str, windows: Iterable[tuple[Array, Array, Array]]
) -> dict[str, Float[Array, ""]]:
    """Measure a part whose examples come window by window.

    Args:
        plan: Plan of the training.
        state: The network's state.
        part: Name of the part.
        windows: For each window, inputs, targets, and their rows in the form of the places of `cut_windows`.

    Returns:
        Mean loss and accuracy by name, as `measure` returns them.
    """
    kept = {name: state[name] for name in ("params", "statistics")}
    nothing = jnp.zeros(plan.groups, plan.precision)
    sums: tuple[Array, ...] = (nothing, nothing)
    parts = []
    run = _window_program(plan, is_whole=_chunks(plan, plan.measured_parts[part])[0] == 1)
    for inputs, targets, rows in windows:
        # Waited for, or all windows would be laid out before the first is measured.
        window_sums = jax.block_until_ready(run(kept, inputs, targets, rows, sums))
        if plan.groups:
            sums = window_sums
        else:
            parts.append(window_sums)
    return _total(plan, part, sums if plan.groups else tuple(jnp.stack(values) for values in zip(*parts, strict=True)))


@functools.partial(jax.jit, static_argnums=(0, 1))
def _total(plan: Plan, part: str, sums: tuple[Array, ...]) -> dict[str, Float[Array, ""]]:
    # Compiled, as in `measure`: there a division by a constant is a product with its rounded inverse.
    return _named(plan, part, plan.measured_parts[part], tuple(jnp.sum(values) for values in sums))


@functools.lru_cache(maxsize=64)
def _window_program(plan: Plan, *, is_whole: bool) -> Callable[..., tuple[Array, ...]]:
    def run(kept: State, inputs: Array, targets: Array, rows: Array, before: tuple[Array, ...]) -> tuple[Array, ...]:
        sum_rows = functools.partial(_sum_rows, plan, len(inputs))
        arguments = (kept, inputs, targets)
        if plan.groups:
            return add_pieces(sum_rows, arguments, rows, before, devices=plan.batch_devices)
        return tuple(jnp.sum(values) for values in _each(plan, *arguments)) if is_whole else sum_rows(arguments, rows)

    return jax.jit(run, compiler_options=ONE_CORE_EACH if plan.groups else None)


def _sum_rows(plan: Plan, count: int, arguments: Any, rows: Int[Array, " rows"], _: Any = None) -> tuple[Array, ...]:
    state, *arrays = arguments
    measured = _each(plan, state, *(jnp.take(each, rows, axis=0, mode="clip") for each in arrays))
    is_counted = (rows >= 0) & (rows < count)
    return tuple(jnp.sum(jnp.where(is_counted, values, 0.0)) for values in measured)


def _each(plan: Plan, state: State, inputs: Array, targets: Array) -> tuple[Array, Array]:
    logits, _ = plan.network.forward(state["params"], state["statistics"], as_real(plan, inputs), Context())
    right = plan.objective.are_right(logits, targets) if plan.is_classification else jnp.zeros(len(inputs))
    return plan.objective.losses(logits, targets), right.astype(plan.precision)


def _named(plan: Plan, part: str, count: int, sums: tuple[Array, ...]) -> dict[str, Float[Array, ""]]:
    names = ("loss", "accuracy") if plan.is_classification else ("loss",)
    return {f"{part}_{name}": value / count for name, value in zip(names, sums, strict=False)}


def _chunks(plan: Plan, count: int) -> tuple[int, int]:
    """Choose the number of chunks in which a part is measured, and the number of examples in a chunk."""
    if plan.lanes == 1:
        most = chunk_size(plan.network)
    else:
        widest = max(layer.output_shape[-1] for layer in plan.network.layers)
        values = MAX_VALUES if plan.lanes <= MOST_LANES else ACCELERATOR_VALUES
        most = min(CHUNK, max(MIN_CHUNK, values // (widest * plan.lanes)))
    num_chunks = math.ceil(count / most)
    return num_chunks, math.ceil(count / num_chunks)


def keep_best(plan: Plan, state: State, values: dict[str, Float[Array, ""]]) -> State:
    """Keep the parameters of the best validation value so far, and mark the networks whose patience has run out."""
    value = -values["validation_accuracy"] if plan.stops_on_accuracy else values["validation_loss"]
    is_better = (value < state["best_value"] - plan.min_delta) & ~state["has_stopped"]

    def choose(new: Array, old: Array) -> Array:
        return jnp.where(is_better, new, old)

    best_epoch = choose(state["epoch"], state["best_epoch"])
    return {
        **state,
        "best": jax.tree.map(choose, {"params": state["params"], "statistics": state["statistics"]}, state["best"]),
        "best_value": choose(value, state["best_value"]),
        "best_epoch": best_epoch,
        "has_stopped": state["has_stopped"] | (state["epoch"] - best_epoch >= plan.patience),
    }

"""Loss, accuracy and stuck units of the members of a block, measured for all of them at once."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import PARTS
from descentlab.data import Dataset, take_rows
from descentlab.evaluation import infer, stuck_units
from descentlab.networks import FUNCTIONS, Context, Tape
from descentlab.training import Plan, precision_of, quick_compilation

MAX_EXAMPLES = 10_000
"""Largest number of examples that a part is measured on: its first ones, as the order of a part is random."""
CHUNK = 1_000
STUCK_EXAMPLES = 500
"""Training examples that decide whether a unit is stuck."""


def measure_members(
    plan: Plan, params: Any, statistics: Any, datasets: list[Dataset], *, count: int
) -> dict[str, Float[np.ndarray, " members"]]:
    """Measure loss and accuracy on each part, and the share of stuck units.

    Args:
        plan: The network and its objective.
        params: Learned arrays, stacked as in `training.Stacked`.
        statistics: Running statistics, stacked as in `training.Stacked`.
        datasets: One data set that all members share, or one for each lane.
        count: Number of members; the lanes behind them are copies.

    Returns:
        `train_loss`, `train_accuracy`, ..., and `stuck`, by member. A regression has no accuracies.
    """
    if plan.streams:
        return _measure_stored(plan, params, statistics, datasets[0])
    with precision_of(plan.precision):
        data = [_data(plan, dataset) for dataset in datasets]
        shares = len(data) == 1
        stacked = data[0] if shares else {name: np.stack([each[name] for each in data], axis=-1) for name in data[0]}
        measured = _program(plan, tuple(sorted(stacked)), shares_data=shares)(params, statistics, stacked)
    return {name: np.atleast_1d(np.asarray(values))[:count] for name, values in measured.items()}


def _measure_stored(
    plan: Plan, params: Any, statistics: Any, dataset: Dataset
) -> dict[str, Float[np.ndarray, " members"]]:
    """Measure the only member of a block whose pictures stay on disk, without reading all of them at once."""
    measured: dict[str, Any] = {}
    with precision_of(plan.precision):
        for part in PARTS:
            rows = dataset.part(part)[:MAX_EXAMPLES]
            if not len(rows):
                continue
            inputs, targets = take_rows(dataset.inputs, rows), dataset.targets[rows]
            inference = infer(
                plan.network, plan.objective, params, statistics, inputs, targets, input_scale=plan.input_scale
            )
            measured[f"{part}_loss"] = inference.losses.mean()
            if plan.is_classification:
                measured[f"{part}_accuracy"] = plan.objective.are_right(
                    jax.device_put(inference.logits), jax.device_put(targets)
                ).mean()
        few = dataset.inputs[dataset.train[:STUCK_EXAMPLES]]
        measured["stuck"] = _stuck_program(plan)(params, statistics, few)
    return {name: np.atleast_1d(np.asarray(measured[name])) for name in sorted(measured)}


def _data(plan: Plan, dataset: Dataset) -> dict[str, Shaped[np.ndarray, "..."]]:
    arrays: dict[str, np.ndarray] = {}
    for part in PARTS:
        rows = dataset.part(part)[:MAX_EXAMPLES]
        if len(rows):
            inputs = dataset.inputs[rows]
            arrays[f"{part}_inputs"] = inputs if inputs.dtype == np.uint8 else inputs.astype(plan.precision)
            kind = np.int32 if plan.is_classification else plan.precision
            arrays[f"{part}_targets"] = dataset.targets[rows].astype(kind)
    return arrays


@functools.lru_cache(maxsize=32)
def _program(plan: Plan, names: tuple[str, ...], *, shares_data: bool) -> Any:
    run = functools.partial(_measure, plan, [part for part in PARTS if f"{part}_inputs" in names])
    if plan.lanes > 1:
        run = jax.vmap(run, in_axes=(-1, -1, None if shares_data else -1), out_axes=-1)
    return jax.jit(run)


def _measure(plan: Plan, parts: list[str], params: Any, statistics: Any, data: dict[str, Any]) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    for part in parts:
        losses, right = _pass_through(plan, params, statistics, data[f"{part}_inputs"], data[f"{part}_targets"])
        measured[f"{part}_loss"] = jnp.mean(losses)
        if plan.is_classification:
            measured[f"{part}_accuracy"] = jnp.mean(right)
    measured["stuck"] = _stuck_share(plan, params, statistics, data["train_inputs"][:STUCK_EXAMPLES])
    return measured


def _real(plan: Plan, inputs: Any) -> Any:
    if inputs.dtype == jnp.uint8:
        return inputs.astype(plan.precision) * jnp.asarray(plan.input_scale, plan.precision)
    return inputs


def _pass_through(plan: Plan, params: Any, statistics: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
    def measure(pair: tuple[Any, Any]) -> tuple[Any, Any]:
        logits, _ = plan.network.forward(params, statistics, _real(plan, pair[0]), Context())
        right = plan.objective.are_right(logits, pair[1]) if plan.is_classification else jnp.zeros(len(pair[1]))
        return plan.objective.losses(logits, pair[1]), right.astype(plan.precision)

    num = len(inputs)
    if num <= CHUNK:
        return measure((inputs, targets))
    whole = num - num % CHUNK

    def split(array: Any) -> Any:
        return array[:whole].reshape(-1, CHUNK, *array.shape[1:])

    losses, right = jax.lax.map(measure, (split(inputs), split(targets)))
    rest = measure((inputs[whole:], targets[whole:])) if num > whole else (jnp.zeros(0), jnp.zeros(0))
    return jnp.concatenate([losses.ravel(), rest[0]]), jnp.concatenate([right.ravel(), rest[1]])


def stuck_share(plan: Plan, params: Any, statistics: Any, inputs: Shaped[np.ndarray, "examples ..."]) -> float:
    """Measure the share of stuck units among those that can be stuck.

    Args:
        plan: The network and its objective.
        params: Learned arrays.
        statistics: Running statistics.
        inputs: Examples.

    Returns:
        A share from 0 to 1; 0 if no unit can be stuck, NaN if a layer does not state when its units are.
    """
    return float(_stuck_program(plan)(params, statistics, inputs[:STUCK_EXAMPLES]))


@functools.lru_cache(maxsize=32)
def _stuck_program(plan: Plan) -> Any:
    return jax.jit(functools.partial(_stuck_share, plan), compiler_options=quick_compilation())


def _stuck_share(plan: Plan, params: Any, statistics: Any, inputs: Any) -> Any:
    """Return the share of stuck units over all layers whose units can be stuck; 0 if there are none.

    The share is NaN if a layer does not state when its units are stuck.
    """
    saturations = plan.network.saturations()
    if None in saturations.values():
        return jnp.full((), jnp.nan, plan.precision)
    tape = Tape()
    logits, _ = plan.network.forward(params, statistics, _real(plan, inputs), Context(tape=tape))
    stuck = [
        stuck_units(tape.values[f"{layer}/activation"], saturation)
        for layer, saturation in saturations.items()
        if saturation is not None
    ]
    # A squashed output under squared error passes no gradient either once it is saturated.
    link = plan.objective.link
    if link in ("tanh", "sigmoid") and plan.objective.has_vanishing_gradient:
        stuck.append(stuck_units(plan.objective.outputs(logits), FUNCTIONS[link].saturation))
    if not stuck:
        return jnp.zeros((), plan.precision)
    return jnp.mean(jnp.concatenate([flags.ravel() for flags in stuck]).astype(plan.precision))

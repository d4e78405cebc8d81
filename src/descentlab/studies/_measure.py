"""Loss, accuracy and stuck units of the members of a block, measured for all of them at once."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import PARTS
from descentlab.data import Dataset, take_rows
from descentlab.evaluation import infer
from descentlab.networks import FUNCTIONS, Context, Tape, stuck_units
from descentlab.training import (
    Form,
    Plan,
    as_real,
    lay_out,
    measure,
    precision_of,
    quick_compilation,
    separate_names,
)

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
        # All parts are measured, whatever the training itself traces.
        first = datasets[0]
        sizes = {"num_validation": len(first.validation), "num_test": len(first.test)}
        whole = dataclasses.replace(plan, is_brief=False, **sizes)
        data = lay_out(whole, datasets)
        count_stuck = np.int32(min(plan.num_train, STUCK_EXAMPLES))
        measured = _program(whole.form, separate_names(data))(params, statistics, data, count_stuck)
    wanted = [f"{part}_" for part in whole.measured_parts]
    return {
        name: np.atleast_1d(np.asarray(measured[name]))[:count]
        for name in sorted(measured)
        if name == "stuck" or name.startswith(tuple(wanted))
    }


def _measure_stored(
    plan: Plan, params: Any, statistics: Any, dataset: Dataset
) -> dict[str, Float[np.ndarray, " members"]]:
    """Measure the only member of a block whose pictures stay on disk, without reading all of them at once."""
    measured: dict[str, Any] = {}
    with precision_of(plan.precision):
        for part in PARTS:
            rows = dataset.part(part)[: plan.measured_parts.get(part)]
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
        measured["stuck"] = stuck_share(plan, params, statistics, dataset.inputs[dataset.train[:STUCK_EXAMPLES]])
    return {name: np.atleast_1d(np.asarray(measured[name])) for name in sorted(measured)}


@functools.lru_cache(maxsize=32)
def _program(form: Form, separate: frozenset[str]) -> Any:
    def run(params: Any, statistics: Any, data: dict[str, Any], count_stuck: Any) -> dict[str, Any]:
        stuck = _stuck_share(form, params, statistics, data["inputs"][:STUCK_EXAMPLES], count_stuck)
        return measure(form, {"params": params, "statistics": statistics}, data) | {"stuck": stuck}

    def run_lanes(params: Any, statistics: Any, data: dict[str, Any], count_stuck: Any) -> dict[str, Any]:
        axes = {name: 0 if name in separate else None for name in data}
        return jax.vmap(run, in_axes=(-1, -1, axes, None), out_axes=-1)(params, statistics, data, count_stuck)

    return jax.jit(run_lanes if form.lanes > 1 else run)


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
    few = inputs[:STUCK_EXAMPLES]
    with_room = np.zeros((STUCK_EXAMPLES, *few.shape[1:]), few.dtype)
    with_room[: len(few)] = few
    return float(_stuck_program(plan.form)(params, statistics, with_room, np.int32(len(few))))


def stuck_shares(
    plan: Plan, params: Any, statistics: Any, dataset: Dataset, *, count: int
) -> Float[np.ndarray, " members"]:
    """Measure the share of stuck units of each member of a block, as `stuck_share` does of one network.

    Args:
        plan: The network and its objective.
        params: Learned arrays, stacked as in `training.Stacked`.
        statistics: Running statistics, stacked as in `training.Stacked`.
        dataset: The data, which all members share.
        count: Number of members; the lanes behind them are copies.
    """
    inputs, few = dataset.inputs, dataset.train[:STUCK_EXAMPLES]
    with precision_of(plan.precision):
        if plan.lanes == 1:
            return np.array([stuck_share(plan, params, statistics, inputs[few])])
        rows = inputs[few]
        with_room = np.zeros((STUCK_EXAMPLES, *rows.shape[1:]), rows.dtype)
        with_room[: len(rows)] = rows
        shares = _stuck_lanes(plan.form)(params, statistics, with_room, np.int32(len(rows)))
    return np.atleast_1d(np.asarray(shares, np.float64))[:count]


@functools.lru_cache(maxsize=32)
def _stuck_lanes(form: Form) -> Any:
    over_lanes = jax.vmap(functools.partial(_stuck_share, form), in_axes=(-1, -1, None, None))
    return jax.jit(over_lanes, compiler_options=quick_compilation())


@functools.lru_cache(maxsize=32)
def _stuck_program(form: Form) -> Any:
    return jax.jit(functools.partial(_stuck_share, form), compiler_options=quick_compilation())


def _stuck_share(form: Form, params: Any, statistics: Any, inputs: Any, count: Any) -> Any:
    """Return the share of stuck units over all layers whose units can be stuck; 0 if there are none.

    The share is NaN if a layer does not state when its units are stuck.
    """
    saturations = form.network.saturations()
    if None in saturations.values():
        return jnp.full((), jnp.nan, form.precision)
    is_there = jnp.arange(len(inputs)) < count
    tape = Tape()
    logits, _ = form.network.forward(params, statistics, as_real(form, inputs), Context(tape=tape))
    stuck = [
        stuck_units(tape.values[f"{layer}/activation"], saturation, is_there)
        for layer, saturation in saturations.items()
        if saturation is not None
    ]
    # A squashed output under squared error passes no gradient either once it is saturated.
    if form.objective.has_vanishing_gradient:
        same = [function for name, function in FUNCTIONS.items() if name == form.objective.head.activation]
        stuck += [stuck_units(form.objective.outputs(logits), each.saturation, is_there) for each in same]
    if not stuck:
        return jnp.zeros((), form.precision)
    return jnp.mean(jnp.concatenate([flags.ravel() for flags in stuck]).astype(form.precision))

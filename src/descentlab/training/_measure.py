"""Mean loss and accuracy of a network over parts of the data, measured piece by piece after an epoch."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, Int, Shaped

from descentlab.core import PARTS
from descentlab.networks import Context
from descentlab.training._numbers import SMOOTHING
from descentlab.training._pieces import sum_pieces
from descentlab.training._plan import Form, State

Sums = Float[Array, "groups parts metrics"]


def as_real(form: Form, inputs: Shaped[Array, "..."]) -> Float[Array, "..."]:
    """Turn stored inputs into the real numbers that the network computes with."""
    if inputs.dtype == jnp.uint8:
        return inputs.astype(form.precision) * jnp.asarray(form.input_scale, form.precision)
    return inputs


def training_losses(
    form: Form, hyper: Mapping[str, Array], examples: Mapping[str, Array], logits: Float[Array, "batch outputs"]
) -> Float[Array, " batch"]:
    """Compute what training minimises the mean of: smoothed and weighted losses where labels and examples are so."""
    targets = examples["targets"]
    if SMOOTHING in hyper:
        losses = form.objective.smoothed_losses(logits, targets, hyper[SMOOTHING])
    else:
        losses = form.objective.losses(logits, targets)
    return losses * examples["loss_weights"] if "loss_weights" in examples else losses


def measured_names(form: Form) -> tuple[str, ...]:
    """Return the names of what is measured on each part."""
    return ("loss", "accuracy") if form.is_classification else ("loss",)


def measure(form: Form, state: State, data: dict[str, Array]) -> dict[str, Float[Array, ""]]:
    """Measure mean loss and accuracy of every part; NaN for a part without examples.

    Args:
        form: What the program is compiled for.
        state: The network's state.
        data: The arrays of `_examples.lay_out`.

    Returns:
        Values by name, such as `train_loss`.
    """
    pieces = (data["measured_rows"], data["measured_parts"])
    return means(form, sum_parts(form, state, data, pieces, data["num_pieces"]), data["totals"])


def sum_parts(
    form: Form,
    state: State,
    examples: dict[str, Array],
    pieces: tuple[Int[Array, "groups pieces piece"], Int[Array, "groups pieces piece"]],
    num_pieces: Int[Array, ""],
    before: Sums | None = None,
) -> Sums:
    """Sum losses and right answers by part, over pieces of rows and their parts."""
    kept = {name: state[name] for name in ("params", "statistics")}
    arrays = {name: examples[name] for name in ("inputs", "targets", "weights") if name in examples}

    def of_piece(arguments: Any, piece: tuple[Array, Array], _: Array) -> Float[Array, "parts metrics"]:
        kept, arrays = arguments
        rows, parts = piece
        taken = {name: jnp.take(array, rows, axis=0, mode="clip") for name, array in arrays.items()}
        real = as_real(form, taken["inputs"])
        logits = form.network.forward(kept["params"], kept["statistics"], real, Context())[0]
        values = [form.objective.losses(logits, taken["targets"])]
        if form.is_classification:
            values.append(form.objective.are_right(logits, taken["targets"]).astype(form.precision))
        if "weights" in taken:
            values = [value * taken["weights"] for value in values]
        is_part = parts[:, None] == jnp.arange(len(PARTS))[None, :]
        return jnp.stack([jnp.sum(jnp.where(is_part, value[:, None], 0.0), axis=0) for value in values], axis=1)

    devices = form.batch_devices if form.groups else 1
    return sum_pieces(of_piece, (kept, arrays), pieces, num_pieces, before, devices=devices)


def means(form: Form, sums: Sums, totals: Float[Array, " parts"]) -> dict[str, Float[Array, ""]]:
    """Divide the sums of each part by its number of examples, or by the sum of their weights."""
    values = jnp.sum(sums, axis=0) / totals[:, None]
    return {
        f"{part}_{name}": values[row, column]
        for row, part in enumerate(PARTS)
        for column, name in enumerate(measured_names(form))
    }


def keep_best(form: Form, state: State, values: dict[str, Float[Array, ""]]) -> State:
    """Keep the parameters of the best validation value so far, and mark the networks whose patience has run out."""
    value = -values["validation_accuracy"] if form.stops_on_accuracy else values["validation_loss"]
    is_better = (value < state["best_value"] - form.min_delta) & ~state["has_stopped"]

    def choose(new: Array, old: Array) -> Array:
        return jnp.where(is_better, new, old)

    best_epoch = choose(state["epoch"], state["best_epoch"])
    return {
        **state,
        "best": jax.tree.map(choose, {"params": state["params"], "statistics": state["statistics"]}, state["best"]),
        "best_value": choose(value, state["best_value"]),
        "best_epoch": best_epoch,
        "has_stopped": state["has_stopped"] | (state["epoch"] - best_epoch >= form.patience),
    }

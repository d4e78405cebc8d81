"""A look at the networks of a block before and after an update: a compiled program, and a summary of its numbers."""

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab.networks import Context, Layer, Tape, every_layer, stuck_units
from descentlab.training._devices import quick_compilation
from descentlab.training._measure import as_real, training_losses
from descentlab.training._numbers import SMOOTHING
from descentlab.training._plan import Form
from descentlab.training._symptoms import BY_LAYER

_COMPILING = threading.Lock()


def inspect(
    form: Form,
    program: Callable[..., Any],
    before: Mapping[str, Any],
    after: Any,
    sample: Mapping[str, Any],
    hyper: Mapping[str, Any],
    *,
    placement: Any = None,
) -> dict[str, Float[np.ndarray, "*layers lanes"]]:
    """Summarise networks on a sample, and what an update did.

    Args:
        form: What the networks are trained by; of it only the network, the loss and the lanes matter.
        program: The form's `look_program`.
        before: Parameters and statistics before the update, with lanes as the last axis where there are several.
        after: Parameters after the update.
        sample: `inputs` and `targets`, perhaps `loss_weights`, and `count`, how many of them are no empty places.
        hyper: Numbers of the members, of which only label smoothing matters.
        placement: The device to run on.

    Returns:
        `loss` by lane; the names of `BY_LAYER` by layer and lane, in the order in which layers are passed.
    """
    params, moved = (_lanes_first(tree, form.lanes) for tree in (before["params"], after))
    smoothing = {name: value for name, value in hyper.items() if name == SMOOTHING}
    arguments = (before["params"], before["statistics"], dict(sample), smoothing)
    if placement is not None:
        arguments = jax.device_put(arguments, placement)
    with _COMPILING:  # several threads that call it at first would compile it several times
        results = jax.tree.map(np.asarray, program(*arguments))
    losses, grads, outputs = results if form.lanes > 1 else jax.tree.map(lambda leaf: leaf[None], results)
    counts, nothing = np.atleast_1d(sample["count"]), np.full(form.lanes, np.nan)
    rows = [
        {
            **_of_learned(*(tree.get(layer.name, {}) for tree in (grads, params, moved))),
            **_of_outputs(layer, outputs[layer.name], counts),
        }
        for layer in every_layer(form.network.layers)
    ]
    return {"loss": losses, **{name: np.stack([row.get(name, nothing) for row in rows]) for name in BY_LAYER}}


@functools.lru_cache(maxsize=64)
def look_program(form: Form, *, is_separate: bool) -> Any:
    """Return the program: loss of a sample, its gradients, and what each layer gives.

    What is made of these is computed in NumPy: a program that returned the statistics of each layer would take three
    times as long to compile (Iris: 198 ms, and this one 80), and somebody waits for that.

    Args:
        form: What the networks are trained by.
        is_separate: Whether each lane has its own sample; lanes are then the first axis of its arrays.

    Returns:
        The function, of parameters, statistics, sample and numbers.
    """
    run = functools.partial(_look, form)
    if form.lanes > 1:
        run = jax.vmap(run, in_axes=(-1, -1, 0 if is_separate else None, -1))
    return jax.jit(run, compiler_options=quick_compilation())


def _look(
    form: Form, params: Any, statistics: Any, sample: dict[str, Array], hyper: dict[str, Array]
) -> tuple[Float[Array, ""], Any, dict[str, Float[Array, "batch ..."]]]:
    """Compute as training does, but for dropout: batch norm takes the sample's own statistics."""
    network = form.network
    is_there = jnp.arange(len(sample["inputs"])) < sample["count"]
    inputs = as_real(form, sample["inputs"])
    count = sample["count"].astype(inputs.dtype)

    def loss_fn(params: Any) -> tuple[Float[Array, ""], dict[str, Array]]:
        tape = Tape()
        context = Context(counted=is_there, tape=tape)
        if network.has_batch_statistics:
            no_dropout = {"key": jax.random.key(0), "dropout_rate": jnp.zeros((), inputs.dtype)}
            context = replace(context, is_training=True, **no_dropout)
        logits, _ = network.forward(params, statistics, inputs, context)
        losses = training_losses(form, hyper, sample, logits)
        outputs = {layer.name: tape.values[f"{layer.name}/activation"] for layer in network.every_layer}
        return jnp.sum(jnp.where(is_there, losses, 0.0)) / count, outputs

    (loss, outputs), grads = jax.value_and_grad(loss_fn, has_aux=True)(params)
    return loss, grads, outputs


def _lanes_first(tree: Any, lanes: int) -> Any:
    if lanes == 1:
        return jax.tree.map(lambda leaf: np.asarray(leaf)[None], tree)
    return jax.tree.map(lambda leaf: np.moveaxis(np.asarray(leaf), -1, 0), tree)


def _of_learned(
    grads: Mapping[str, np.ndarray], params: Mapping[str, np.ndarray], moved: Mapping[str, np.ndarray]
) -> dict[str, Float[np.ndarray, " lanes"]]:
    """Summarise what a layer learns, over all its arrays together; nothing for a layer that learns nothing."""
    if not grads:
        return {}

    def joined(arrays: Mapping[str, np.ndarray]) -> Float[np.ndarray, "lanes values"]:
        return np.concatenate([arrays[role].reshape(len(arrays[role]), -1) for role in grads], axis=1)

    gradient, values = joined(grads), joined(params)
    with np.errstate(all="ignore"):  # numbers of a diverged member are not finite, and log10 of a resting one is -inf
        update = np.mean(np.abs(joined(moved) - values), axis=1, dtype=np.float64)
        size = np.mean(np.abs(values), axis=1, dtype=np.float64)
        return {
            "gradient_norm": np.sqrt(np.sum(np.square(gradient, dtype=np.float64), axis=1)),
            "zero_gradients": np.mean(gradient == 0.0, axis=1),
            "update_ratio": np.log10(update / size),
        }


def _of_outputs(
    layer: Layer, outputs: Float[np.ndarray, "lanes batch ..."], num_examples: Int[np.ndarray, " counts"]
) -> dict[str, Float[np.ndarray, " lanes"]]:
    """Summarise what a layer gives for the examples of the sample."""
    if len(set(num_examples.tolist())) > 1:
        each = [_of_outputs(layer, outputs[[lane]], num_examples[[lane]]) for lane in range(len(outputs))]
        return {name: np.concatenate([values[name] for values in each]) for name in each[0]}
    there = outputs[:, : num_examples[0]]
    lanes, units = len(there), there.shape[-1]
    flat = there.reshape(lanes, -1)
    with np.errstate(all="ignore"):
        values = {
            "activation_mean": np.mean(flat, axis=1, dtype=np.float64),
            "activation_deviation": np.std(flat, axis=1, dtype=np.float64),
            "zero_activations": np.mean(flat == 0.0, axis=1),
        }
        if layer.saturation is not None and layer.saturation.can_happen:
            # Units of all lanes side by side, on the last axis.
            side_by_side = np.moveaxis(there, 0, -2).reshape(*there.shape[1:-1], lanes * units)
            stuck = stuck_units(side_by_side, layer.saturation).reshape(lanes, units)
            values["stuck"] = np.mean(stuck, axis=1)
    return values

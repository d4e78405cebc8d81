"""One update of the parameters, by Optax, with hyperparameters that may differ from member to member."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from jaxtyping import Float

from descentlab.spec import (
    AdamSpec,
    AdamWSpec,
    AnyOptimizerSpec,
    MomentumSpec,
    NesterovSpec,
    RmspropSpec,
    SgdSpec,
)

Hyper = Mapping[str, Float[Array, ""]]
"""Numbers that a change of does not recompile, by the name of their field in the optimizer's spec."""


RATE_OF = "learning_rate."
"""With a layer's name behind it, the number that is the rate of that layer alone."""


def numeric_fields(spec: AnyOptimizerSpec) -> dict[str, float]:
    """Name the optimizer's numbers that may differ between members.

    Penalties and clipping that are off are left out, so that they cost nothing.

    Args:
        spec: The optimizer.

    Returns:
        Field names with their values.
    """
    values = {name: value for name, value in spec.model_dump().items() if isinstance(value, float)}
    return {name: value for name, value in values.items() if name not in ("l1", "l2") or value > 0.0}


def update(spec: AnyOptimizerSpec, grads: Any, opt_state: Any, params: Any, hyper: Hyper, factor: Array) -> Any:
    """Make one update.

    What is minimised is the loss plus l1 * sum |w| plus l2 / 2 * sum w^2 over the weights (not over biases or
    scales); the gradient of that whole is clipped, and then goes through the optimizer's own rule.

    Args:
        spec: Which rule.
        grads: Gradient of the loss, as `params`.
        opt_state: The rule's memory, as `start` and earlier updates gave it.
        params: By layer name, then by role.
        hyper: The numbers of `numeric_fields`; those that begin with `RATE_OF` are the rates of single layers.
        factor: What the schedule multiplies the learning rate by at this step.

    Returns:
        The new parameters and the new memory.
    """
    updates, opt_state = _transformation(spec, hyper).update(_with_penalties(grads, params, hyper), opt_state, params)

    def move(path: Any, param: Array, change: Array) -> Array:
        rate = hyper.get(f"{RATE_OF}{path[0].key}", hyper["learning_rate"]) * factor
        return param - rate.astype(param.dtype) * change

    return jax.tree_util.tree_map_with_path(move, params, updates), opt_state


def start(spec: AnyOptimizerSpec, params: Any) -> Any:
    """Return the rule's memory before the first step, as NumPy arrays of zeros.

    Every rule here starts from zeros; the shapes come from Optax without running anything on a device.

    Args:
        spec: Which rule.
        params: The initial parameters.

    Returns:
        Optax's state for these parameters.
    """
    hyper = {name: np.float32(value) for name, value in numeric_fields(spec).items()}
    shapes = jax.eval_shape(lambda values: _transformation(spec, hyper).init(values), params)
    return jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), shapes)


def _transformation(spec: AnyOptimizerSpec, hyper: Mapping[str, Any]) -> optax.GradientTransformation:
    steps = [optax.clip_by_global_norm(hyper["clip_norm"])] if "clip_norm" in hyper else []
    match spec:
        case SgdSpec():
            pass
        case MomentumSpec() | NesterovSpec():
            steps.append(optax.trace(hyper["momentum"], nesterov=isinstance(spec, NesterovSpec)))
        case RmspropSpec():
            steps.append(optax.scale_by_rms(hyper["decay"], hyper["eps"]))
        case AdamSpec() | AdamWSpec():
            steps.append(optax.scale_by_adam(hyper["b1"], hyper["b2"], hyper["eps"]))
    if isinstance(spec, AdamWSpec):
        steps.append(optax.add_decayed_weights(hyper["weight_decay"], mask=_is_weight))
    return optax.chain(*steps) if steps else optax.identity()


def _is_weight(params: Any) -> Any:
    return jax.tree_util.tree_map_with_path(lambda path, _: path[-1].key == "weight", params)


def _with_penalties(grads: Any, params: Any, hyper: Hyper) -> Any:
    if "l1" not in hyper and "l2" not in hyper:
        return grads

    def add(path: Any, grad: Array, param: Array) -> Array:
        if path[-1].key != "weight":
            return grad
        pull = hyper["l2"] * param if "l2" in hyper else jnp.zeros_like(param)
        return grad + pull + (hyper["l1"] * jnp.sign(param) if "l1" in hyper else 0.0)

    return jax.tree_util.tree_map_with_path(add, grads, params)


def penalty(params: Any, hyper: Hyper) -> Float[Array, ""]:
    """Compute what the penalties add to the loss: l1 * sum |w| + l2 / 2 * sum w^2."""
    weights = [leaf for path, leaf in jax.tree_util.tree_leaves_with_path(params) if path[-1].key == "weight"]
    total = jnp.zeros((), weights[0].dtype)
    if "l1" in hyper:
        total = total + hyper["l1"] * sum(jnp.sum(jnp.abs(weight)) for weight in weights)
    if "l2" in hyper:
        total = total + hyper["l2"] / 2 * sum(jnp.sum(weight**2) for weight in weights)
    return total

"""Updates of the parameters by Optax, with hyperparameters that may differ from member to member."""

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
"""Numbers that may change without compiling again, by the name of their field in the optimizer's spec."""


RATE_OF = "learning_rate."
"""Prefix of a layer's name in the name of the number that is the learning rate of that layer alone."""


def numeric_fields(spec: AnyOptimizerSpec) -> dict[str, float]:
    """Return the optimizer's numbers that may differ between members.

    Penalties and clipping that are off are left out, so that they cost nothing.

    Args:
        spec: Description of the optimizer.

    Returns:
        Values by the name of their field.
    """
    values = {name: value for name, value in spec.model_dump().items() if isinstance(value, float)}
    return {name: value for name, value in values.items() if name not in ("l1", "l2") or value > 0.0}


def update(spec: AnyOptimizerSpec, grads: Any, opt_state: Any, params: Any, hyper: Hyper, factor: Array) -> Any:
    """Make one update.

    Training minimises the loss plus l1 * sum |w| plus l2 / 2 * sum w^2 over the weights (not over biases or
    scales). The gradient of that sum is clipped first, and then goes through the rule of the optimizer. With
    `spec.maximize` the gradient of the loss has the opposite sign, as if -loss were minimised; penalties and weight
    decay keep theirs, as with PyTorch's `maximize`.

    Args:
        spec: Description of the optimizer.
        grads: Gradient of the loss, in the form of `params`.
        opt_state: State of the optimizer, as returned by `start` and by earlier updates.
        params: Parameters by layer name, then by role.
        hyper: Numbers of `numeric_fields`; those that begin with `RATE_OF` are the learning rates of single layers.
        factor: Factor by which the schedule multiplies the learning rate at this step.

    Returns:
        The new parameters and the new state of the optimizer.
    """
    downhill = jax.tree.map(jnp.negative, grads) if spec.maximize else grads
    penalized = _with_penalties(downhill, params, hyper)
    updates, opt_state = _transformation(spec, hyper).update(penalized, opt_state, params)

    def move(path: Any, param: Array, change: Array) -> Array:
        rate = hyper.get(f"{RATE_OF}{path[0].key}", hyper["learning_rate"]) * factor
        return param - rate.astype(param.dtype) * change

    return jax.tree_util.tree_map_with_path(move, params, updates), opt_state


def start(spec: AnyOptimizerSpec, params: Any) -> Any:
    """Return the state of the optimizer before the first step, as NumPy arrays of zeros.

    Every optimizer here starts from zeros; Optax gives the shapes without running anything on a device.

    Args:
        spec: Description of the optimizer.
        params: Initial parameters.

    Returns:
        State of Optax for these parameters.
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
    """Compute the part of the loss that the penalties add: l1 * sum |w| + l2 / 2 * sum w^2."""
    weights = [leaf for path, leaf in jax.tree_util.tree_leaves_with_path(params) if path[-1].key == "weight"]
    total = jnp.zeros((), weights[0].dtype)
    if "l1" in hyper:
        total = total + hyper["l1"] * sum(jnp.sum(jnp.abs(weight)) for weight in weights)
    if "l2" in hyper:
        total = total + hyper["l2"] / 2 * sum(jnp.sum(weight**2) for weight in weights)
    return total

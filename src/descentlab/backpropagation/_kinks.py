"""Where a network has no derivative: at the corner of a ReLU, at a tie of a max pooling, at Huber's knee."""

from collections.abc import Mapping

import jax.numpy as jnp
from jax import Array
from jaxtyping import Int, Shaped

from descentlab.backpropagation._problem import Problem
from descentlab.backpropagation._slopes import SLOPES
from descentlab.networks import Activation, Conv2D, Dense, Layer, MaxPool2D, Residual
from descentlab.objectives import Huber


def branches(
    problem: Problem, values: Mapping[str, Array], targets: Shaped[Array, " batch"]
) -> list[Int[Array, "..."]]:
    """Say on which side of each of its corners the network is.

    Between two points with the same answer, and no corner between them, the cost is smooth.

    Args:
        problem: Network, weights and examples.
        values: What is at each tap, and the inputs.
        targets: The examples' targets.

    Returns:
        Whole numbers that change where a corner is crossed.
    """
    found, last = _of_row(problem.network.layers, values, "inputs")
    if isinstance(problem.objective, Huber):
        distance = problem.objective.outputs(values[last]) - targets[:, None]
        found.append(_sign(jnp.abs(distance) - problem.objective.delta))
    return found


def _of_row(layers: tuple[Layer, ...], values: Mapping[str, Array], before: str) -> tuple[list[Array], str]:
    found: list[Array] = []
    for layer in layers:
        if isinstance(layer, Residual):
            found += _of_row(layer.layers, values, before)[0]
        if isinstance(layer, MaxPool2D):
            views = jnp.stack(layer.views(values[before]))
            found.append((views == jnp.max(views, axis=0, keepdims=True)).astype(jnp.int8))
        if _is_kinked(layer):
            found.append(_sign(values[f"{layer.name}/preactivation"]))
        before = f"{layer.name}/activation"
    return found, before


def _is_kinked(layer: Layer) -> bool:
    match layer:
        case Dense() | Conv2D():
            return SLOPES[layer.spec.activation].is_kinked
        case Activation():
            return SLOPES[layer.spec.function].is_kinked
    return False


def _sign(values: Array) -> Array:
    return jnp.sign(values).astype(jnp.int8)

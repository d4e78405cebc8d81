"""Where a network has no derivative: at the corner of a ReLU, at a tie of a max pooling, where the loss has one."""

from collections.abc import Mapping

import jax
import numpy as np
from jax import Array
from jaxtyping import Int, Shaped

from descentlab.backpropagation._problem import Problem
from descentlab.networks import Layer, Network


def branches(
    problem: Problem, values: Mapping[str, Array], targets: Shaped[Array, "batch ..."]
) -> list[Int[Array, "..."]]:
    """Say on which side of each of its corners the network is.

    Between two points with the same answer, and no corner between them, the cost is smooth, provided that every layer
    states its kinks (see `layers_of_unknown_kinks`).

    Args:
        problem: Network, weights and examples.
        values: The value at each tap, and the inputs.
        targets: The examples' targets.

    Returns:
        Whole numbers that change where a corner is crossed.
    """
    sides, last = _of_row(problem.network.layers, values, "inputs")
    known = [each for stated in sides if stated is not None for each in stated]
    return [*known, *problem.objective.kink_sides(values[last], targets)]


def layers_of_unknown_kinks(network: Network) -> tuple[Layer, ...]:
    """Return the layers that do not state where their derivatives jump."""
    return tuple(layer for layer in network.every_layer if not _states_kinks(layer))


def _states_kinks(layer: Layer) -> bool:
    inputs, outputs = (
        jax.ShapeDtypeStruct((1, *shape), np.float32) for shape in (layer.input_shape, layer.output_shape)
    )
    return jax.eval_shape(layer.kink_sides, inputs, outputs) is not None


def _of_row(
    layers: tuple[Layer, ...], values: Mapping[str, Array], before: str
) -> tuple[list[tuple[Array, ...] | None], str]:
    sides: list[tuple[Array, ...] | None] = []
    for layer in layers:
        sides += _of_row(layer.inner, values, before)[0]
        activation = f"{layer.name}/activation"
        preactivation = values.get(f"{layer.name}/preactivation", values[activation])
        sides.append(layer.kink_sides(values[before], preactivation))
        before = activation
    return sides, before

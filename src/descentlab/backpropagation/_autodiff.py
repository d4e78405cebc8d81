"""The same derivatives by JAX's automatic differentiation."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from descentlab.backpropagation._once import run_once
from descentlab.backpropagation._problem import Problem, Shifts, Values, shifted_losses
from descentlab.backpropagation._quantities import Quantity
from descentlab.backpropagation._step import Array


def differentiate(problem: Problem, asked: Sequence[Quantity]) -> dict[str, Array]:
    """Differentiate the cost by what is added to each array, through the network's own program, in float64.

    Args:
        problem: Network, weights and examples.
        asked: The arrays.

    Returns:
        By `Quantity.shift`, arrays that mean what `Quantity.ours` means.
    """
    losses = shifted_losses(problem)

    def total(shifts: Shifts, values: Values) -> jax.Array:
        return jnp.sum(losses(values, shifts)[0])

    zeros = {each.shift: np.zeros(each.ours.shape) for each in asked}
    slopes = jax.tree.map(np.asarray, run_once(problem.network, jax.grad(total), zeros, problem.values))
    return {each.shift: slopes[each.shift] / (problem.num_examples if each.is_averaged else 1) for each in asked}

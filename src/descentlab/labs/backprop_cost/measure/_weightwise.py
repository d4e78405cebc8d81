"""The gradient computed one weight at a time: the work that back-propagation saves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Float, Int

from descentlab.labs.backprop_cost.measure._case import LossFn
from descentlab.labs.backprop_cost.measure._clock import hold

Way = Literal["difference", "chain rule"]
LossOf = Callable[[Float[Array, " params"], Array], Float[Array, ""]]
"""A function that returns the mean loss of flat parameters in the given turn of the loop."""


@dataclass(frozen=True, eq=False)
class WeightwiseLoop:
    """A compiled loop that differentiates the loss by one weight in each turn.

    Attributes:
        num_params: Number of weights, W.
        run: Function that takes the given number of weights, one after the other, and returns W numbers: the
            derivatives of those weights, each in its place, and 0 in the other places.
    """

    num_params: int
    run: Callable[[int], Float[Array, " params"]]

    def visited(self, count: int) -> Int[np.ndarray, " weights"]:
        """Return the places of the weights that `run(count)` takes, each of them once."""
        steps = np.arange(1, min(count, self.num_params) + 1, dtype=np.int64)
        return steps * _stride(self.num_params) % self.num_params


def compile_weightwise(way: Way, loss_fn: LossFn, params: Any, inputs: Array, targets: Array) -> WeightwiseLoop:
    """Compile a loop that differentiates by one weight in each turn.

    By "difference" each turn changes one weight by h and repeats the forward pass. The derivative is
    (C(w + h) - C(w)) / h, so that W + 1 forward passes give the gradient. By "chain rule" each turn computes the exact
    effect of one weight on the loss (forward-mode differentiation), which takes a little longer and does not have the
    error of a finite h. Convolutions have a backward rule written by hand, which forward mode cannot differentiate.

    Args:
        way: How each derivative is computed.
        loss_fn: Function that returns the mean loss.
        params: Any tree of arrays; its weights are numbered as `ravel_pytree` lays them out.
        inputs: Inputs of a batch.
        targets: Targets of the batch.

    Returns:
        The compiled loop.
    """
    flat, unravel = ravel_pytree(params)
    turn_of = _difference if way == "difference" else _chain_rule
    held, take = hold((inputs, targets))

    def loop(count: Array, flat: Array, held: Any) -> Array:
        start, turn = turn_of(lambda flat, turn: loss_fn(unravel(flat), *take(held, turn)), flat)
        return lax.fori_loop(0, count, turn, start)[-1]

    compiled = jax.jit(loop).lower(jnp.int32(1), flat, held).compile()
    return WeightwiseLoop(flat.size, lambda count: jax.block_until_ready(compiled(jnp.int32(count), flat, held)))


def _stride(size: int) -> int:
    """Choose a step that visits all places, and spreads even the first few of them over the whole array."""
    step = max(1, round(0.618 * size))
    while np.gcd(step, size) != 1:
        step += 1
    return step


def _difference(loss_of: LossOf, flat: Array) -> tuple[Any, Any]:
    nudge = jnp.sqrt(jnp.finfo(flat.dtype).eps).astype(flat.dtype)
    before = loss_of(flat, jnp.int32(0))
    stride = _stride(flat.size)

    def turn(place: Array, carry: Any) -> Any:
        flat, at, value, derivatives = carry
        # The previous weight gets its value back in the same turn, so that the array is changed in place.
        flat = _put(flat, at, value)
        at = (at + stride) % flat.size
        value = flat[at]
        flat = _put(flat, at, value + nudge)
        return flat, at, value, _put(derivatives, at, (loss_of(flat, place) - before) / nudge)

    return (flat, jnp.int32(0), flat[0], jnp.zeros_like(flat)), turn


def _chain_rule(loss_of: LossOf, flat: Array) -> tuple[Any, Any]:
    stride = _stride(flat.size)

    def turn(place: Array, carry: Any) -> Any:
        direction, at, derivatives = carry
        direction = _put(direction, at, jnp.zeros((), flat.dtype))
        at = (at + stride) % flat.size
        direction = _put(direction, at, jnp.ones((), flat.dtype))
        _, slope = jax.jvp(lambda moved: loss_of(moved, place), (flat,), (direction,))
        return direction, at, _put(derivatives, at, slope)

    return (jnp.zeros_like(flat), jnp.int32(0), jnp.zeros_like(flat)), turn


def _put(array: Array, at: Array, value: Array) -> Array:
    return lax.dynamic_update_slice(array, value[None], (at,))

"""The same gradient one weight at a time: what back-propagation saves."""

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
"""The mean loss of flat parameters, in a turn of the loop that has a number."""


@dataclass(frozen=True, eq=False)
class OneWeight:
    """A compiled loop that differentiates the loss by one weight in each turn.

    Attributes:
        num_params: W, how many weights there are.
        run: Takes so many of them, one after the other, and returns their derivatives, each in its place of W.
    """

    num_params: int
    run: Callable[[int], Float[Array, " params"]]

    def visited(self, count: int) -> Int[np.ndarray, " weights"]:
        """Return the places of the weights that `run(count)` takes, each once."""
        steps = np.arange(1, min(count, self.num_params) + 1, dtype=np.int64)
        return steps * _stride(self.num_params) % self.num_params


def compile_one_weight(way: Way, loss_fn: LossFn, params: Any, inputs: Array, targets: Array) -> OneWeight:
    """Compile differentiation by one weight at a time.

    By "difference" each turn nudges one weight and takes the examples forward again; with the cost before, the
    derivative is (C(w + h) - C(w)) / h, and W + 1 ways forward give the gradient. By "chain rule" each turn follows
    the exact effect of one weight through the network (forward mode), which costs a little more and has no error of h.
    Convolutions have a backward rule of descentlab's own, which forward mode cannot pass.

    Args:
        way: Which.
        loss_fn: The mean loss.
        params: Any tree of arrays; its weights are counted as `ravel_pytree` lays them out.
        inputs: A batch.
        targets: Theirs.

    Returns:
        The loop.
    """
    flat, unravel = ravel_pytree(params)
    turn_of = _difference if way == "difference" else _chain_rule
    held, take = hold((inputs, targets))

    def loop(count: Array, flat: Array, held: Any) -> Array:
        start, turn = turn_of(lambda flat, turn: loss_fn(unravel(flat), *take(held, turn)), flat)
        return lax.fori_loop(0, count, turn, start)[-1]

    compiled = jax.jit(loop).lower(jnp.int32(1), flat, held).compile()
    return OneWeight(flat.size, lambda count: jax.block_until_ready(compiled(jnp.int32(count), flat, held)))


def _stride(size: int) -> int:
    """Choose a step that leads through all places, in an order that leaves no part of them for the end."""
    step = max(1, round(0.618 * size))
    while np.gcd(step, size) != 1:
        step += 1
    return step


def _difference(loss_of: LossOf, flat: Array) -> tuple[Any, Any]:
    nudge = jnp.sqrt(jnp.finfo(flat.dtype).eps).astype(flat.dtype)
    before = loss_of(flat, jnp.int32(0))
    stride = _stride(flat.size)

    def turn(place: Array, carry: Any) -> Any:
        flat, at, value, found = carry
        # The last weight is put back in the same turn, so that the array is changed where it lies.
        flat = _put(flat, at, value)
        at = (at + stride) % flat.size
        value = flat[at]
        flat = _put(flat, at, value + nudge)
        return flat, at, value, _put(found, at, (loss_of(flat, place) - before) / nudge)

    return (flat, jnp.int32(0), flat[0], jnp.zeros_like(flat)), turn


def _chain_rule(loss_of: LossOf, flat: Array) -> tuple[Any, Any]:
    stride = _stride(flat.size)

    def turn(place: Array, carry: Any) -> Any:
        direction, at, found = carry
        direction = _put(direction, at, jnp.zeros((), flat.dtype))
        at = (at + stride) % flat.size
        direction = _put(direction, at, jnp.ones((), flat.dtype))
        _, slope = jax.jvp(lambda moved: loss_of(moved, place), (flat,), (direction,))
        return direction, at, _put(found, at, slope)

    return (jnp.zeros_like(flat), jnp.int32(0), jnp.zeros_like(flat)), turn


def _put(array: Array, at: Array, value: Array) -> Array:
    return lax.dynamic_update_slice(array, value[None], (at,))

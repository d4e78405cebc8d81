"""The product of a dense layer, in each of the ways it is written: values and derivatives against NumPy's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.networks._dense import NARROW, SMALL_PRODUCT, multiply
from descentlab.training import precision_of

SHAPES = [(5, 4, 3), (32, 320, 10), (7, NARROW * 16, 16), (16, 64, 64)]


def test_the_shapes_take_all_three_ways() -> None:
    ways = {(b * i * o <= SMALL_PRODUCT, i >= NARROW * o) for b, i, o in SHAPES}
    assert ways == {(True, False), (False, True), (False, False)}


@pytest.mark.parametrize(("batch", "inputs", "outputs"), SHAPES)
def test_product_and_derivatives(batch: int, inputs: int, outputs: int) -> None:
    random = np.random.default_rng(batch)
    a, delta, step = (
        random.normal(size=(batch, inputs)),
        random.normal(size=(batch, outputs)),
        random.normal(size=inputs),
    )
    weight = random.normal(size=(inputs, outputs))
    turn = np.outer(step, np.ones(outputs))

    def derive(a: jax.Array, weight: jax.Array, delta: jax.Array, turn: jax.Array) -> tuple[jax.Array, ...]:
        product, back = jax.vjp(multiply, a, weight)
        _, forward = jax.jvp(lambda w: multiply(a, w), (weight,), (turn,))
        cost = lambda w: jnp.sum(multiply(a, w) ** 2) / 2
        curved = jax.jvp(jax.grad(cost), (weight,), (turn,))[1]
        lanes = jax.vmap(lambda w: multiply(a, w), in_axes=-1, out_axes=-1)(jnp.stack([weight, turn], axis=-1))
        return product, *back(delta), forward, curved, lanes

    with precision_of("float64"):
        product, to_inputs, to_weight, forward, curved, lanes = jax.jit(derive)(a, weight, delta, turn)
    np.testing.assert_allclose(product, a @ weight, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(to_inputs, delta @ weight.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(to_weight, a.T @ delta, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(forward, a @ turn, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(curved, a.T @ (a @ turn), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(lanes[..., 1], a @ turn, rtol=1e-12, atol=1e-12)

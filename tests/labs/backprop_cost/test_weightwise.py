"""Derivatives one weight at a time: the same as automatic differentiation gives, each weight once."""

import jax
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from descentlab.labs.backprop_cost.measure._weightwise import Way, compile_weightwise
from descentlab.spec import Conv2DSpec, DenseSpec, DropoutSpec, FlattenSpec, MaxPool2DSpec
from descentlab.training import precision_of
from tests.labs.backprop_cost.conftest import CaseMaker

MODELS = {
    "dense": ([DenseSpec(units=5, activation="tanh"), DenseSpec()], (4,)),
    "dropout": ([DenseSpec(units=5, activation="tanh"), DropoutSpec(), DenseSpec()], (4,)),
    "convolution": ([Conv2DSpec(filters=2, activation="tanh"), MaxPool2DSpec(), FlattenSpec(), DenseSpec()], (4, 4, 1)),
}


@pytest.mark.parametrize(
    ("name", "way"),
    [
        (name, way)
        for name in MODELS
        for way in ("difference", "chain rule")
        if (name, way) != ("convolution", "chain rule")
    ],
)
def test_every_weight_in_turn_gives_the_gradient(make_case: CaseMaker, name: str, way: Way) -> None:
    model, shape = MODELS[name]
    case = make_case(model, shape, precision="float64")
    with precision_of("float64"):
        asked = (jax.tree.map(jax.numpy.asarray, case.params), *case.batch(6))
        loop = compile_weightwise(way, case.loss_fn, *asked)
        ours = np.asarray(loop.run(loop.num_params))
        peer = np.asarray(ravel_pytree(jax.jit(jax.grad(case.loss_fn))(*asked))[0])
    np.testing.assert_allclose(ours, peer, rtol=1e-12 if way == "chain rule" else 1e-5, atol=1e-7)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 67, 1_000])
def test_each_weight_is_visited_once(make_case: CaseMaker, size: int) -> None:
    case = make_case([DenseSpec(units=size, bias=False)], (1,))
    with precision_of("float32"):
        total = lambda params, *_: jax.numpy.sum(params["dense1"]["weight"])
        loop = compile_weightwise("chain rule", total, case.params, *case.batch(1))
        few = max(1, size // 3)
        assert sorted(loop.visited(10 * size)) == list(range(size))
        # The derivative of the sum is 1 by each weight: what is not 1 was not visited.
        assert np.flatnonzero(np.asarray(loop.run(few))).tolist() == sorted(loop.visited(few).tolist())

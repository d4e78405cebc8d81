"""Receptive fields against the pixels that a unit's gradient reaches."""

from collections.abc import Callable
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.networks import Context, Tape
from descentlab.representations import Box, WeightedNetwork, answer_tap, receptive_field
from descentlab.spec import (
    ActivationSpec,
    AnyLayerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    FlattenSpec,
    GlobalAvgPool2DSpec,
    LayerNormSpec,
    ResidualSpec,
)
from tests.representations.conftest import weighted

STACK = (
    Conv2DSpec(name="a", filters=2, kernel=(3, 5), stride=(2, 1)),
    BatchNormSpec(name="b"),
    ActivationSpec(name="c", function="tanh"),
    AvgPool2DSpec(name="d", window=(2, 3), stride=(1, 2)),
    Conv2DSpec(name="e", filters=2, kernel=(3, 2), dilation=(2, 1), padding="valid"),
)
BLOCK = (
    Conv2DSpec(name="a", filters=2),
    ResidualSpec(name="r", layers=(Conv2DSpec(filters=2), Conv2DSpec(filters=2, dilation=(2, 2)))),
    GlobalAvgPool2DSpec(name="g"),
    DenseSpec(name="output"),
)
WHOLE = (Conv2DSpec(name="a", filters=2), LayerNormSpec(name="n"), FlattenSpec(name="f"), DenseSpec(name="output"))


def supports(net: WeightedNetwork, layer: str) -> Callable[[tuple[int, int]], np.ndarray]:
    """Tell the pixels on which one unit depends by its gradient at random pictures."""
    tap = answer_tap(net.network, layer)

    def answer(picture: jax.Array, row: jax.Array, column: jax.Array) -> jax.Array:
        tape = Tape()
        net.network.forward(*net.arrays, picture[None], Context(tape=tape))
        value = tape.values[tap][0]
        return jnp.sum(value[row, column] if value.ndim == 3 else value)

    slopes = jax.jit(jax.vmap(jax.grad(answer), in_axes=(0, None, None)))
    pictures = np.random.default_rng(0).random((8, *net.network.input_shape)).astype(np.float32)
    return lambda place: np.abs(np.asarray(slopes(pictures, *place))).sum(axis=(0, 3)) > 0.0


def filled(box: Box, shape: tuple[int, ...]) -> np.ndarray:
    picture = np.zeros(shape[:2], bool)
    picture[box.top : box.top + box.height, box.left : box.left + box.width] = True
    return picture


@pytest.mark.parametrize(
    ("model", "layer"),
    [
        *[(STACK, name) for name in "abcde"],
        (BLOCK, "a"), (BLOCK, "r"), (BLOCK, "g"), (BLOCK, "output"),
        (WHOLE, "n"), (WHOLE, "output"),
    ],
)  # fmt: skip
def test_a_unit_sees_what_its_gradient_reaches(model: tuple[AnyLayerSpec, ...], layer: str) -> None:
    net = weighted(model, (17, 19, 2))
    # Weights without zeros by chance or by cancelling.
    net = replace(net, params=jax.tree.map(lambda array: np.abs(array) + 0.1, net.params))
    field = receptive_field(net.network, layer)
    assert field is not None
    (shape,) = (one.output_shape for one in net.network.layers if one.name == layer)
    rows, columns = (shape[0], shape[1]) if len(shape) == 3 else (1, 1)
    reached_by = supports(net, layer)
    for row in {0, rows // 2, rows - 1}:
        for column in {0, columns // 2, columns - 1}:
            reached = reached_by((row, column))
            box = filled(field.box((row, column)), (17, 19))
            ends = [np.flatnonzero(reached.any(axis=axis))[[0, -1]].tolist() for axis in (0, 1)]
            assert not (reached & ~box).any()
            assert ends == [np.flatnonzero(box.any(axis=axis))[[0, -1]].tolist() for axis in (0, 1)]


def test_the_classic_stack_has_its_well_known_field() -> None:
    # Three 3x3 convolutions see 7x7, as one convolution of 7x7 does (Simonyan and Zisserman, 2015).
    net = weighted([Conv2DSpec(name=name, filters=1) for name in "abc"], (32, 32, 1))
    field = receptive_field(net.network, "c")
    assert field is not None
    assert (field.size, field.jump) == ((7, 7), (1, 1))
    assert field.box((16, 16)) == Box(13, 13, 7, 7)
    assert field.is_inside((16, 16))
    assert not field.is_inside((2, 16))

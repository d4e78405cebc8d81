"""Initial weights and biases: constant, zero, and random at any scale, against PyTorch's and closed forms."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from descentlab.networks import Network, build_network
from descentlab.spec import (
    AnyLayerSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    FlattenSpec,
    LayerNormSpec,
    PReLUSpec,
    ResidualSpec,
    override,
    parse,
)

NUM_INPUTS, NUM_UNITS = 200, 300
WEIGHED: dict[str, tuple[type[Any], dict[str, Any], tuple[int, ...]]] = {
    "dense": (DenseSpec, {"units": NUM_UNITS}, (NUM_INPUTS,)),
    "conv2d": (Conv2DSpec, {"filters": NUM_UNITS, "kernel": (5, 5)}, (6, 6, 8)),
}


def drawn(kind: str, seed: int = 0, **fields: Any) -> dict[str, np.ndarray]:
    """Draw the first layer of a network whose other layers only make it fit."""
    spec, sizes, shape = WEIGHED[kind]
    behind = [FlattenSpec()] if len(shape) == 3 else []
    layers: list[AnyLayerSpec] = [spec(name="it", **sizes, **fields), *behind, DenseSpec(name="output")]
    return build_network(layers, shape, 2).draw(seed)["it"]


def check_moments(ours: np.ndarray, theirs: torch.Tensor, mean: float, deviation: float) -> None:
    """Compare mean and deviation of two draws with the closed forms, within five standard errors."""
    for values in (ours.ravel(), theirs.numpy().ravel()):
        error = deviation / math.sqrt(len(values))
        assert abs(values.mean() - mean) < 5.0 * error
        assert abs(values.std() - deviation) < 5.0 * error


@pytest.mark.parametrize("kind", WEIGHED)
def test_constant_and_zero_weights_and_biases_are_what_pytorch_sets(kind: str) -> None:
    arrays = drawn(kind, initializer="constant", initial_value=-0.7, initial_bias=2.5)
    for role, value in (("weight", -0.7), ("bias", 2.5)):
        expected = torch.nn.init.constant_(torch.empty(arrays[role].shape, dtype=torch.float64), value)
        np.testing.assert_array_equal(arrays[role], expected.numpy())
    zeros = drawn(kind, initializer="zeros")
    assert not zeros["weight"].any()
    assert not zeros["bias"].any()


@pytest.mark.parametrize("kind", WEIGHED)
@pytest.mark.parametrize("size", [1e-3, 30.0])
def test_drawn_weights_have_the_spread_that_pytorch_gives_them(kind: str, size: float) -> None:
    shape = drawn(kind)["weight"].shape
    torch.manual_seed(0)
    even, bell = torch.empty(shape, dtype=torch.float64), torch.empty(shape, dtype=torch.float64)
    ours = drawn(kind, initializer="uniform", initial_range=size)["weight"]
    check_moments(ours, torch.nn.init.uniform_(even, -size, size), 0.0, size / math.sqrt(3.0))
    assert np.abs(ours).max() <= size
    check_moments(
        drawn(kind, initializer="normal", initial_range=size)["weight"],
        torch.nn.init.normal_(bell, 0.0, size),
        0.0,
        size,
    )


@pytest.mark.parametrize("kind", WEIGHED)
def test_drawn_biases_have_their_own_mean_and_spread_and_leave_the_weights(kind: str) -> None:
    torch.manual_seed(0)
    even, bell = torch.empty(NUM_UNITS, dtype=torch.float64), torch.empty(NUM_UNITS, dtype=torch.float64)
    uniform = drawn(kind, bias_initializer="uniform", initial_bias=3.0, initial_bias_range=0.5)
    check_moments(uniform["bias"], torch.nn.init.uniform_(even, 2.5, 3.5), 3.0, 0.5 / math.sqrt(3.0))
    normal = drawn(kind, bias_initializer="normal", initial_bias=-1.0, initial_bias_range=4.0)
    check_moments(normal["bias"], torch.nn.init.normal_(bell, -1.0, 4.0), -1.0, 4.0)
    np.testing.assert_array_equal(uniform["weight"], drawn(kind)["weight"])
    other = drawn(kind, seed=1, bias_initializer="normal")["bias"]
    assert not np.array_equal(other, drawn(kind, bias_initializer="normal")["bias"])


@pytest.mark.parametrize("norm", [BatchNormSpec, LayerNormSpec])
def test_normalisation_starts_from_the_gain_and_the_shift_given(norm: type[Any]) -> None:
    arrays = build_network([norm(name="it", initial_gain=0.0, initial_shift=-2.0), DenseSpec()], (4,), 2).draw(0)["it"]
    np.testing.assert_array_equal(arrays["scale"], np.zeros(4))
    np.testing.assert_array_equal(arrays["shift"], np.full(4, -2.0))
    usual = build_network([norm(name="it"), DenseSpec()], (4,), 2).draw(0)["it"]
    np.testing.assert_array_equal(usual["scale"], np.ones(4))


def test_scale_multiplies_a_constant_too() -> None:
    np.testing.assert_allclose(
        drawn("dense", initializer="constant", initial_value=0.5, initial_scale=4.0)["weight"], 2.0
    )


def test_a_negative_spread_is_refused() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        DenseSpec(initial_bias_range=-1.0)
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        DenseSpec(initial_scale=-1.0)


def test_one_setting_reaches_the_weights_of_all_layers() -> None:
    model = [
        {"kind": "flatten"},
        {"kind": "dense", "units": 3},
        {"kind": "residual", "layers": [{"kind": "dense", "units": 3}, {"kind": "batch-norm"}]},
        {"kind": "dense"},
    ]
    changed = override(parse({"model": model}), ["model.*.initializer=constant", "model.*.initial_gain=0"]).model
    block = changed[2]
    assert isinstance(block, ResidualSpec)
    assert [layer.initializer_name for layer in changed] == [None, "constant", None, "constant"]
    assert block.layers[0].initializer_name == "constant"
    assert isinstance(block.layers[1], BatchNormSpec)
    assert block.layers[1].initial_gain == 0.0
    assert weights_of(build_network(changed, (3,), 2)) == {0.0}


def weights_of(network: Network) -> set[float]:
    return {float(v) for roles in network.draw(0).values() for v in roles.get("weight", np.zeros(1)).ravel()}


def test_layers_say_from_what_they_start() -> None:
    said = {
        "he-normal": DenseSpec(initializer="he-normal"),
        "glorot-uniform times 0.5": DenseSpec(initial_scale=0.5),
        "all 0": DenseSpec(initializer="zeros"),
        "all -1.5": DenseSpec(initializer="constant", initial_value=-0.5, initial_scale=3.0),
        "normal of deviation 20": DenseSpec(initializer="normal", initial_range=20.0),
        "uniform up to 0.5, biases 0.1": DenseSpec(initializer="uniform", initial_range=0.5, initial_bias=0.1),
        "all 0, biases 0 plus normal of deviation 2": Conv2DSpec(
            initializer="zeros", bias_initializer="normal", initial_bias_range=2.0
        ),
        "scale 0, shift 1": BatchNormSpec(initial_gain=0.0, initial_shift=1.0),
        "slope 0.25": PReLUSpec(),
    }
    for words, spec in said.items():
        shape = (6, 6, 2) if isinstance(spec, Conv2DSpec) else (4,)
        assert build_network([spec], shape, 2).layers[0].initial_values == words
    assert build_network([FlattenSpec()], (2, 2, 1), 4).layers[0].initial_values is None

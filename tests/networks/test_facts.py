"""What layers state of themselves, beside what they do."""

import functools
import math
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.networks import FUNCTIONS, Context, Layer, Network, build_network, every_layer, not_stated, unrolled
from descentlab.spec import (
    ActivationName,
    ActivationSpec,
    AnyLayerSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    GlobalAvgPool2DSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
    PReLUSpec,
    ResidualSpec,
    every_layer as every_spec,
)

PICTURE, ROW = (5, 6, 3), (7,)
SPECS: dict[str, tuple[AnyLayerSpec, tuple[int, ...]]] = {
    "dense": (DenseSpec(units=4, initial_bias=0.3), ROW),
    "dense without bias": (DenseSpec(units=4, activation="relu", bias=False, multiplier=0.5), ROW),
    "dense tanh": (DenseSpec(units=4, activation="tanh", bias=False), ROW),
    "conv2d": (Conv2DSpec(filters=2, activation="leaky-relu", initial_bias=0.2), PICTURE),
    "conv2d without bias": (Conv2DSpec(filters=2, stride=(2, 1), bias=False), PICTURE),
    "max-pool2d": (MaxPool2DSpec(), PICTURE),
    "avg-pool2d": (AvgPool2DSpec(window=(2, 3), stride=(1, 1)), PICTURE),
    "global-avg-pool2d": (GlobalAvgPool2DSpec(), PICTURE),
    "flatten": (FlattenSpec(), PICTURE),
    **{f"activation {name}": (ActivationSpec(function=name), PICTURE) for name in get_args(ActivationName)},
    "prelu": (PReLUSpec(), PICTURE),
    "dropout": (DropoutSpec(), PICTURE),
    "batch-norm": (BatchNormSpec(), PICTURE),
    "layer-norm": (LayerNormSpec(), PICTURE),
    "residual": (ResidualSpec(layers=(PReLUSpec(), MaxPool2DSpec(window=(1, 1)))), PICTURE),
    "residual with weights": (ResidualSpec(layers=(DenseSpec(units=7),)), ROW),
}


@functools.cache
def forward_of(network: Network) -> Any:
    """Compile a network's forward pass, for all tests of it."""
    return jax.jit(lambda params, statistics, inputs: network.forward(params, statistics, inputs, Context())[0])


class Tried:
    """A layer at random numbers, and what it makes of inputs."""

    def __init__(self, name: str) -> None:
        self.spec, shape = SPECS[name]
        self.network = build_network([self.spec], shape, 3)
        self.layer: Layer = self.network.layers[0]
        self.rng = np.random.default_rng(3)
        stir = lambda array: array + 0.4 * self.rng.normal(size=array.shape)
        self.params = jax.tree.map(stir, self.network.draw(0))
        self.statistics = jax.tree.map(lambda array: np.abs(stir(array)) + 0.2, self.network.start_statistics())
        self.inputs = self.rng.normal(size=(3, *shape))

    def __call__(self, inputs: np.ndarray, *, times: float = 1.0, network: Network | None = None) -> np.ndarray:
        with jax.enable_x64(True):
            params = jax.tree.map(lambda array: times * array, self.params)
            return np.asarray(forward_of(network or self.network)(params, self.statistics, inputs))


@pytest.fixture(params=list(SPECS))
def tried(request: pytest.FixtureRequest) -> Tried:
    return Tried(request.param)


def test_all_kinds_of_layers_are_tried() -> None:
    kinds = {spec.model_fields["kind"].default for spec in get_args(get_args(AnyLayerSpec)[0])}
    assert {spec.kind for spec, _ in SPECS.values()} == kinds, "give each kind an entry in SPECS, above"


def test_the_factors_that_pass_are_those_stated(tried: Tried) -> None:
    """Also that no factor passes which is not stated, so that a layer does not give too little away."""
    plain = tried(tried.inputs)
    for factor, by in (("positive", 1.7), ("sign", -1.0)):
        assert tried.layer.input_factors is not None
        assert np.allclose(tried(by * tried.inputs), by * plain) == (factor in tried.layer.input_factors)
        if tried.params and tried.layer.weight_factors is not None:
            assert np.allclose(tried(tried.inputs, times=by), by * plain) == (factor in tried.layer.weight_factors)


def test_a_pointwise_layer_answers_place_by_place(tried: Tried) -> None:
    layer, plain = tried.layer, tried(tried.inputs)
    moved = tried.inputs.copy()
    place = (0, *(side // 2 for side in layer.input_shape))
    moved[place] += 0.9
    changed = np.argwhere(tried(moved) != plain)
    if layer.pointwise == "no":
        # A block may happen to be; a pooling has fewer outputs than inputs.
        assert layer.inner or len(changed) != 1 or plain.size != tried.inputs.size
        return
    assert len(changed) == 1
    if layer.output_shape == layer.input_shape:
        assert tuple(changed[0]) == place
    order = tried.rng.permutation(layer.num_channels)
    if layer.output_shape == layer.input_shape:
        commutes = np.array_equal(tried(tried.inputs[..., order]), plain[..., order])
        assert commutes == (layer.pointwise == "alike")


def test_what_does_not_act_in_evaluation_hands_on_what_it_is_given(tried: Tried) -> None:
    is_the_same = np.array_equal(np.sort(tried(tried.inputs).ravel()), np.sort(tried.inputs.ravel()))
    is_identity = tried.layer.activation == "linear" and isinstance(tried.spec, ActivationSpec)
    assert is_the_same == (not tried.layer.acts_in_evaluation or is_identity)


def test_a_layer_draws_in_training_if_it_says_so(tried: Tried) -> None:
    """Else training gives it no key to draw by, or compiles draws for nothing."""
    params, statistics, inputs = jax.tree.map(np.float32, (tried.params, tried.statistics, tried.inputs))

    @jax.jit
    def forward(params: Any, statistics: Any, inputs: Any, key: Any) -> Any:
        return tried.network.forward(params, statistics, inputs, Context(is_training=True, key=key))[0]

    first, second = (forward(params, statistics, inputs, key) for key in jax.random.split(jax.random.key(0)))
    draws = not np.array_equal(first, second)
    assert tried.layer.draws_in_training == draws


def test_a_weighted_sum_is_one(tried: Tried) -> None:
    weighted = tried.layer.weighted_sum
    assert (weighted is not None) == any("weight" in own for own in tried.layer.draw(0).values()) or tried.layer.inner
    if weighted is None or weighted.is_slid or tried.layer.activation not in FUNCTIONS:
        return
    own = tried.params[tried.layer.name]
    sums = weighted.multiplier * (tried.inputs @ own["weight"]) + (own["bias"] if weighted.has_bias else 0.0)
    with jax.enable_x64(True):
        expected = FUNCTIONS[tried.spec.activation_name or "linear"].of(jnp.asarray(sums))
    np.testing.assert_allclose(tried(tried.inputs), expected, rtol=1e-12)


def test_a_slid_layer_answers_a_shifted_picture_with_a_shifted_answer() -> None:
    tried = Tried("conv2d")
    assert tried.layer.weighted_sum is not None
    assert tried.layer.weighted_sum.is_slid
    answer, shifted = tried(tried.inputs), tried(np.roll(tried.inputs, 1, axis=2))
    np.testing.assert_allclose(shifted[:, :, 2:-1], answer[:, :, 1:-2], rtol=1e-12)


def test_facts_that_layers_and_descriptions_both_state_are_the_same(tried: Tried) -> None:
    layer, spec = tried.layer, tried.spec
    assert (layer.dropout_rate, bool(layer.start_statistics())) == (spec.dropout_rate, spec.keeps_statistics)
    assert (layer.statistics_kept is not None) == spec.keeps_statistics
    assert bool(layer.inner) == bool(spec.inner)
    assert spec.is_curved == (layer.activation != "linear")
    if spec.activation_name is not None:
        assert layer.activation == spec.activation_name
    slid = None if layer.weighted_sum is None else "windows" if layer.weighted_sum.is_slid else "all inputs"
    assert spec.weighs == slid
    assert spec.purpose


def test_the_linear_stand_in_is_linear_and_a_linear_layer_is_its_own(tried: Tried) -> None:
    stand_in = tried.spec.as_linear()
    if tried.spec.kind == "layer-norm":
        assert stand_in is None
        return
    assert stand_in is not None
    network = build_network([stand_in], tried.layer.input_shape, 3)
    assert network.layers[0].output_shape == tried.layer.output_shape
    first, second = tried.inputs[:1], tried.inputs[1:2]
    sums = [tried(x, network=network) for x in (first + second, first, second, 0.0 * first)]
    np.testing.assert_allclose(sums[0] + sums[3], sums[1] + sums[2], atol=1e-12)
    own = [tried(x) for x in (first + second, first, second, 0.0 * first)]
    is_linear = np.allclose(own[0] + own[3], own[1] + own[2])
    # A block, or a layer with an activation, may be linear without being described otherwise.
    assert is_linear == (stand_in == tried.spec) or tried.spec.kind == "activation"


def test_another_activation_takes_the_place_of_the_layers_own(tried: Tried) -> None:
    changed = tried.spec.with_activation("tanh")
    assert changed is not None
    layers = every_spec([changed])
    if not any(layer.is_curved for layer in every_spec([tried.spec])):
        assert changed == tried.spec
    else:
        assert {layer.activation_name for layer in layers if layer.is_curved} == {"tanh"}
    bent = changed.with_activation("linear")
    assert bent is not None
    assert not any(layer.is_curved for layer in every_spec([bent]))


def test_a_half_has_half_the_width(tried: Tried) -> None:
    half = tried.spec.halved()
    if isinstance(tried.spec.width, int):
        assert half.width == tried.spec.width // 2
    elif not tried.spec.inner:
        assert half == tried.spec


def test_products_of_the_backward_pass_are_stated(tried: Tried) -> None:
    by_params, by_inputs = tried.layer.multiply_adds_back or (-1, -1)
    assert by_params >= 0
    assert by_inputs >= tried.layer.multiply_adds
    assert (by_params > 0) == (tried.layer.num_params > 0)


def test_lines_of_python_compute_what_the_layer_computes(tried: Tried) -> None:
    lines = tried.layer.as_python(tried.params.get(tried.layer.name, {}))
    if lines is None:  # `tests/test_layers_in_laboratories.py` says of which layers that is expected
        return
    scope: dict[str, Any] = {"np": np, "math": math, "a": tried.inputs}
    exec("\n".join(lines), scope)
    np.testing.assert_allclose(scope["a"], tried(tried.inputs), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_where_a_function_is_flat_its_slope_is_small(name: ActivationName) -> None:
    """At most 2% of its largest slope near 0, as `docs/verdicts.md` says."""
    saturation = FUNCTIONS[name].saturation
    with jax.enable_x64(True):
        z = np.linspace(-12.0, 12.0, 4_801)
        outputs = np.asarray(jax.jit(FUNCTIONS[name].of)(z))
        slopes = np.abs(np.asarray(jax.jit(jax.vmap(jax.grad(FUNCTIONS[name].of)))(z)))
    largest = slopes[np.abs(z) <= 1.0].max()
    is_flat = saturation.holds(outputs)
    assert saturation.can_happen == (slopes < 0.005 * largest).any() or name in ("gelu", "silu")
    assert is_flat.any() == saturation.can_happen
    assert (slopes[is_flat] <= 0.021 * largest).all()
    assert not saturation.is_dead or (slopes[is_flat] == 0.0).all()


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_kinks_are_where_a_derivative_jumps(name: ActivationName) -> None:
    step, kinks = 1e-3, FUNCTIONS[name].kinks
    with jax.enable_x64(True):
        points = np.arange(-3.0 + step / 2, 3.0, step)
        slope = jax.vmap(jax.grad(FUNCTIONS[name].of))
        curve = jax.vmap(jax.grad(jax.grad(FUNCTIONS[name].of)))
        jumps = np.zeros(len(points) - 1, bool)
        for derivative in (slope, curve):
            values = np.asarray(jax.jit(derivative)(points))
            jumps |= np.abs(np.diff(values)) > 0.05 * (1.0 + np.abs(values[1:]))
    assert np.allclose((points[:-1] + step / 2)[jumps], kinks)


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_a_function_that_never_falls_keeps_the_order_of_values(name: ActivationName) -> None:
    values = np.sort(np.random.default_rng(0).normal(size=100_000).astype(np.float32))
    if FUNCTIONS[name].never_falls:
        outputs = np.asarray(jax.jit(FUNCTIONS[name].of)(values))
        assert (outputs[1:] >= outputs[:-1]).all()


def test_every_function_has_its_facts() -> None:
    assert set(FUNCTIONS) == set(get_args(ActivationName))


def test_layers_are_listed_with_those_that_they_are_made_of() -> None:
    inner = (DenseSpec(units=7, name="a"), ResidualSpec(name="in", layers=(DenseSpec(units=7, name="b"),)))
    network = build_network([ResidualSpec(name="out", layers=inner), DenseSpec(name="end")], ROW, 3)
    assert [layer.name for layer in every_layer(network.layers)] == ["out/a", "out/in/b", "out/in", "out", "end"]
    assert [layer.name for layer in unrolled(network.layers)] == ["out/a", "out/in/b", "end"]
    assert [layer.name for layer in network.every_layer] == ["out", "end", "out/a", "out/in", "out/in/b"]


def test_a_description_states_nothing_by_itself() -> None:
    nothing = LayerSpec()
    assert nothing.is_curved is nothing.is_linear is nothing.weighs is None
    assert nothing.with_activation("linear") is nothing.as_linear() is nothing.with_longer_steps((2, 2)) is None
    assert not hasattr(nothing, "purpose")


def test_what_is_not_stated_is_named() -> None:
    layers = build_network([FlattenSpec(name="flat"), DenseSpec(name="out")], PICTURE, 3).layers
    assert (
        not_stated(layers[:1], "its kinks")
        == "not checkable for layer 'flat' (flatten), which does not state its kinks"
    )
    assert not_stated(layers, "their kinks").startswith("not checkable for layers 'flat' (flatten) and 'out' (dense)")

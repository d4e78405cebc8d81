"""Each layer against PyTorch's, or against NumPy where PyTorch has no such layer."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom
from hypothesis import given, settings, strategies as st

from descentlab.core import ShapeError
from descentlab.networks import Context, Network, Tape, activate, build_network
from descentlab.networks._convolve import FEW
from descentlab.spec import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    GlobalAvgPool2DSpec,
    LayerNormSpec,
    MaxPool2DSpec,
    PReLUSpec,
    ResidualSpec,
)


def outputs_of(network: Network, inputs: np.ndarray, **context: Any) -> tuple[np.ndarray, dict]:
    params, statistics = jax.tree.map(np.float32, (network.draw(seed=3), network.start_statistics()))
    forward = jax.jit(lambda params, statistics, x: network.forward(params, statistics, x, Context(**context)))
    outputs, statistics = forward(params, statistics, inputs)
    return np.asarray(outputs), jax.tree.map(np.asarray, {"params": params, "statistics": statistics})


def pictures(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def to_torch(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.moveaxis(array, -1, 1).copy())


@settings(max_examples=20, deadline=None)
@given(
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    padding=st.sampled_from(["same", "valid"]),
    counts=st.tuples(st.integers(1, 4), st.sampled_from([1, 3, 32])),
    num_examples=st.sampled_from([2, FEW + 1]),
)
def test_convolution_and_its_gradients_agree_with_pytorch(
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: Any,
    counts: tuple[int, int],
    num_examples: int,
) -> None:
    channels, filters = counts
    spec = Conv2DSpec(
        filters=filters, kernel=kernel, stride=stride, dilation=dilation, padding=padding, initial_bias=0.3
    )
    network = build_network([spec], (9, 11, channels), 1)
    layer: Any = network.layers[0]
    inputs = pictures(num_examples, 9, 11, channels)
    ours, state = outputs_of(network, inputs)
    own = state["params"]["conv2d1"]
    weight = torch.tensor(np.transpose(own["weight"], (3, 2, 0, 1)).copy(), requires_grad=True)
    pictures_in = to_torch(inputs).requires_grad_()
    (top, bottom), (left, right) = layer.margins
    framed = F.pad(pictures_in, (left, right, top, bottom))
    theirs = F.conv2d(framed, weight, torch.tensor(own["bias"]), stride=stride, dilation=dilation)
    np.testing.assert_allclose(np.moveaxis(ours, -1, 1), theirs.detach().numpy(), rtol=1e-4, atol=1e-5)
    assert layer.output_shape == ours.shape[1:]
    (theirs**2).sum().backward()
    loss = lambda p, x: jnp.sum(network.forward(p, {}, x, Context())[0] ** 2)
    slopes, towards = jax.jit(jax.grad(loss, (0, 1)))(state["params"], inputs)
    kernels = np.transpose(np.asarray(slopes["conv2d1"]["weight"]), (3, 2, 0, 1))
    np.testing.assert_allclose(kernels, np.asarray(weight.grad), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(
        np.moveaxis(np.asarray(towards), -1, 1), np.asarray(pictures_in.grad), rtol=1e-3, atol=1e-4
    )


def test_convolution_has_second_derivatives() -> None:
    network = build_network([Conv2DSpec(filters=2, activation="tanh")], (5, 5, 1), 1)
    with jax.enable_x64(True):
        params = network.draw(0)
        inputs = np.random.default_rng(0).normal(size=(2, 5, 5, 1))
        loss = lambda p: jnp.sum(network.forward(p, {}, jnp.asarray(inputs), Context())[0] ** 2)
        direction = jax.tree.map(np.ones_like, params)
        slope = jax.jit(jax.grad(loss))
        _, product = jax.jit(lambda p, d: jax.jvp(slope, (p,), (d,)))(params, direction)
        shift = lambda step: slope(jax.tree.map(lambda a, b: a + step * b, params, direction))
        differences = jax.tree.map(lambda a, b: (np.asarray(a) - np.asarray(b)) / 2e-5, shift(1e-5), shift(-1e-5))
    for ours, expected in zip(jax.tree.leaves(product), jax.tree.leaves(differences), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-7)


def test_the_weight_gradient_of_many_patches_is_that_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build_network([Conv2DSpec(filters=3)], (6, 7, 2), 1)
    params = jax.tree.map(np.float32, network.draw(0))
    many = pictures(FEW + 1, 6, 7, 2)
    slope = lambda: jax.jit(jax.grad(lambda p: jnp.sum(network.forward(p, {}, jnp.asarray(many), Context())[0] ** 2)))
    whole = slope()(params)["conv2d1"]["weight"]
    monkeypatch.setattr("descentlab.networks._convolve.MAX_PATCHES", 1)
    np.testing.assert_allclose(slope()(params)["conv2d1"]["weight"], whole, rtol=1e-4)


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "linear", "tanh"])
@pytest.mark.parametrize("window", [(2, 2), (3, 3)])
def test_pooling_before_the_activation_gives_the_same_bits(activation: Any, window: tuple[int, int]) -> None:
    layers = [Conv2DSpec(filters=4, activation=activation, initial_bias=-0.2), MaxPool2DSpec(window=window)]
    network = build_network([*layers, FlattenSpec(), DenseSpec()], (7, 8, 2), 3)
    inputs = pictures(5, 7, 8, 2)
    params = jax.tree.map(np.float32, network.draw(0))

    def run(context: Context) -> tuple[Any, Any]:
        loss = lambda p: jnp.sum(network.forward(p, {}, jnp.asarray(inputs), context)[0] ** 2)
        return jax.jit(jax.value_and_grad(loss))(params)

    (merged, slopes), (apart, expected) = run(Context()), run(Context(tape=Tape()))
    assert merged == apart  # a tape sees each layer by itself
    for ours, theirs in zip(jax.tree.leaves(slopes), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (3, 2)])
def test_same_padding_keeps_the_size_divided_by_the_stride(stride: tuple[int, int]) -> None:
    network = build_network([Conv2DSpec(filters=2, stride=stride, padding="same")], (7, 8, 1), 1)
    ours, _ = outputs_of(network, pictures(1, 7, 8, 1))
    assert ours.shape[1:] == network.layers[0].output_shape == (-(-7 // stride[0]), -(-8 // stride[1]), 2)


@pytest.mark.parametrize(("window", "stride"), [((2, 2), None), ((3, 2), (2, 1)), ((2, 3), (3, 3))])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling_and_its_gradient_agree_with_pytorch(
    kind: Any, window: tuple[int, int], stride: tuple[int, int] | None
) -> None:
    spec = (MaxPool2DSpec if kind == "max" else AvgPool2DSpec)(window=window, stride=stride)
    network = build_network([spec], (7, 9, 2), 1)
    inputs = pictures(3, 7, 9, 2)
    pool = F.max_pool2d if kind == "max" else F.avg_pool2d
    theirs_in = to_torch(inputs).requires_grad_()
    theirs = pool(theirs_in, window, stride)
    (theirs**2).sum().backward()
    ours, _ = outputs_of(network, inputs)
    grads = jax.jit(jax.grad(lambda x: jnp.sum(network.forward({}, {}, x, Context())[0] ** 2)))(inputs)
    np.testing.assert_allclose(np.moveaxis(ours, -1, 1), theirs.detach().numpy(), rtol=1e-6)
    np.testing.assert_allclose(np.moveaxis(np.asarray(grads), -1, 1), np.asarray(theirs_in.grad), rtol=1e-5, atol=1e-6)


def test_batch_norm_agrees_with_pytorch_in_training_and_after() -> None:
    network = build_network([BatchNormSpec(momentum=0.9)], (5, 6, 3), 1)
    theirs = torch.nn.BatchNorm2d(3, momentum=0.1, eps=1e-5)
    inputs = pictures(4, 5, 6, 3) * 2 + 1
    ours, state = outputs_of(network, inputs, is_training=True)
    expected = theirs(to_torch(inputs)).detach().numpy()
    np.testing.assert_allclose(np.moveaxis(ours, -1, 1), expected, rtol=1e-4, atol=1e-5)
    # PyTorch keeps the unbiased variance; ours is the batch's own, as in the paper.
    np.testing.assert_allclose(state["statistics"]["batch-norm1"]["mean"], np.asarray(theirs.running_mean), rtol=1e-4)
    biased = 0.9 + 0.1 * inputs.var(axis=(0, 1, 2))
    np.testing.assert_allclose(state["statistics"]["batch-norm1"]["variance"], biased, rtol=1e-4)


def test_batch_norm_leaves_out_examples_that_do_not_count() -> None:
    network = build_network([BatchNormSpec()], (4,), 1)
    inputs = pictures(6, 4)
    filled = np.concatenate([inputs, 1000 * np.ones((2, 4), np.float32)])
    counted = jnp.arange(8) < 6
    alone, state = outputs_of(network, inputs, is_training=True)
    among, state_among = outputs_of(network, filled, is_training=True, counted=counted)
    np.testing.assert_allclose(among[:6], alone, rtol=1e-4, atol=1e-5)
    for name in ("mean", "variance"):
        kept = state["statistics"]["batch-norm1"][name]
        np.testing.assert_allclose(kept, state_among["statistics"]["batch-norm1"][name], rtol=1e-4, atol=1e-6)


def test_layer_norm_agrees_with_pytorch() -> None:
    network = build_network([LayerNormSpec()], (7,), 1)
    inputs = pictures(4, 7)
    ours, _ = outputs_of(network, inputs)
    np.testing.assert_allclose(ours, F.layer_norm(torch.tensor(inputs), (7,)).numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("relu", torch.relu),
        ("leaky-relu", F.leaky_relu),
        ("elu", F.elu),
        ("selu", F.selu),
        ("gelu", F.gelu),
        ("silu", F.silu),
        ("tanh", torch.tanh),
        ("sigmoid", torch.sigmoid),
        ("exponential", torch.exp),
        ("linear", lambda x: x),
    ],
)
def test_activation_and_its_slope_agree_with_pytorch(name: Any, theirs: Any) -> None:
    points = np.linspace(-6, 6, 97, dtype=np.float32)
    expected_in = torch.tensor(points, requires_grad=True)
    expected = theirs(expected_in)
    expected.sum().backward()
    _, slope = jax.jit(jax.value_and_grad(lambda x: jnp.sum(activate(name, x))))(points)
    np.testing.assert_allclose(
        jax.jit(activate, static_argnums=0)(name, points), expected.detach().numpy(), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(slope[points != 0], np.asarray(expected_in.grad)[points != 0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", [(5,), (4, 3, 2)])
def test_prelu_and_its_gradients_agree_with_pytorch(shape: tuple[int, ...]) -> None:
    network = build_network([PReLUSpec(initial_slope=0.3)], shape, 1)
    theirs = torch.nn.PReLU(shape[-1], init=0.3)
    inputs = pictures(6, *shape)
    theirs_in = to_torch(inputs).requires_grad_()
    expected = theirs(theirs_in)
    (expected**2).sum().backward()
    ours, state = outputs_of(network, inputs)
    np.testing.assert_allclose(np.moveaxis(ours, -1, 1), expected.detach().numpy(), rtol=1e-6)
    loss = lambda p, x: jnp.sum(network.forward(p, {}, x, Context())[0] ** 2)
    slopes, towards = jax.jit(jax.grad(loss, (0, 1)))(state["params"], inputs)
    np.testing.assert_allclose(slopes["prelu1"]["slope"], np.asarray(theirs.weight.grad), rtol=1e-5)
    np.testing.assert_allclose(np.moveaxis(np.asarray(towards), -1, 1), np.asarray(theirs_in.grad), rtol=1e-5)


def test_dropout_drops_its_share_in_training_and_nothing_after() -> None:
    network = build_network([DropoutSpec(rate=0.3)], (10_000,), 1)
    ones = np.ones((2, 10_000), np.float32)
    dropped, _ = outputs_of(network, ones, is_training=True, key=jax.random.key(0))
    whole, _ = outputs_of(network, ones)
    assert np.isclose((dropped == 0).mean(), 0.3, atol=0.02)
    assert np.isclose(dropped.mean(), 1.0, atol=0.02)
    assert np.array_equal(whole, ones)
    assert not np.array_equal(dropped[0], dropped[1])


@pytest.mark.parametrize("batch", [1, 5, 40])
@pytest.mark.parametrize(("inputs", "units"), [(4, 8), (8, 3), (70, 30)])
def test_dense_is_the_same_whether_written_out_or_multiplied(batch: int, inputs: int, units: int) -> None:
    network = build_network([DenseSpec(units=units, initial_bias=0.5)], (inputs,), 1)
    values = pictures(batch, inputs)
    ours, state = outputs_of(network, values)
    own = state["params"]["dense1"]
    expected = values.astype(np.float64) @ own["weight"] + own["bias"]
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


def test_residual_adds_its_inner_layers_to_its_input() -> None:
    inner = (DenseSpec(units=6, activation="tanh"), DenseSpec(units=6, initial_bias=0.1))
    network = build_network([ResidualSpec(name="block", layers=inner)], (6,), 1)
    plain = build_network(
        [spec.model_copy(update={"name": f"dense{place}"}) for place, spec in enumerate(inner, 1)], (6,), 1
    )
    values = pictures(3, 6)
    params = jax.tree.map(np.float32, network.draw(0))
    assert set(params) == {"block/dense1", "block/dense2"}
    inner_params = {name.removeprefix("block/"): own for name, own in params.items()}
    ours, inside = (
        jax.jit(lambda p, x, net=net: net.forward(p, {}, x, Context())[0])(own, values)
        for net, own in ((network, params), (plain, inner_params))
    )
    np.testing.assert_allclose(ours, values + inside, rtol=1e-5)


def test_global_average_and_flatten() -> None:
    values = pictures(2, 3, 4, 5)
    pooled, _ = outputs_of(build_network([GlobalAvgPool2DSpec()], (3, 4, 5), 1), values)
    flat, _ = outputs_of(build_network([FlattenSpec()], (3, 4, 5), 1), values)
    np.testing.assert_allclose(pooled, values.mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(flat, values.reshape(2, 60))


def test_tape_records_every_layer_and_edits_change_what_follows() -> None:
    model = [DenseSpec(name="a", units=3, activation="relu"), ActivationSpec(name="t", function="tanh"), DenseSpec()]
    network = build_network(model, (2,), 2)
    params = jax.tree.map(jnp.float32, network.draw(0))
    values = pictures(4, 2)
    tape = Tape()
    logits, _ = network.forward(params, {}, jnp.asarray(values), Context(tape=tape))
    names = ["a/preactivation", "a/activation", "t/preactivation", "t/activation"]
    assert list(tape.values)[:4] == names
    np.testing.assert_allclose(tape.values["a/activation"], np.maximum(tape.values["a/preactivation"], 0))
    silenced, _ = network.forward(
        params, {}, jnp.asarray(values), Context(tape=Tape(edits={"t/activation": lambda a: 0 * a}))
    )
    np.testing.assert_allclose(silenced, np.zeros((4, 2)), atol=1e-7)
    assert not np.allclose(logits, silenced)


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        ("glorot-uniform", (2 / 700) ** 0.5),
        ("glorot-normal", (2 / 700) ** 0.5),
        ("he-uniform", (2 / 300) ** 0.5),
        ("he-normal", (2 / 300) ** 0.5),
        ("lecun-uniform", (1 / 300) ** 0.5),
        ("lecun-normal", (1 / 300) ** 0.5),
        ("uniform", 0.05 / 3**0.5),
        ("normal", 0.05),
        ("zeros", 0.0),
    ],
)
def test_initializers_have_their_published_deviation(initializer: Any, deviation: float) -> None:
    network = build_network([DenseSpec(units=400, initializer=initializer)], (300,), 1)
    weight = network.draw(0)["dense1"]["weight"]
    assert np.isclose(weight.std(), deviation, rtol=0.02)
    assert np.isclose(weight.mean(), 0.0, atol=0.001)
    is_bounded = initializer.endswith("uniform")
    assert not is_bounded or np.abs(weight).max() <= deviation * 3**0.5


def test_initial_draw_depends_on_seed_and_name_alone() -> None:
    short = build_network([DenseSpec(name="a", units=3)], (2,), 1)
    long = build_network([DenseSpec(name="first", units=2), DenseSpec(name="a", units=3)], (2,), 1)
    assert np.array_equal(short.draw(5)["a"]["weight"], long.draw(5)["a"]["weight"])
    assert not np.array_equal(short.draw(5)["a"]["weight"], short.draw(6)["a"]["weight"])


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        ([DenseSpec()], (28, 28, 1), "'dense1' .dense. cannot take an input of shape .28, 28, 1."),
        ([Conv2DSpec()], (4,), "needs pictures"),
        ([MaxPool2DSpec(name="p1"), MaxPool2DSpec(name="p2")], (3, 3, 1), "'p2' .max-pool2d. would shrink its 1x1"),
        ([Conv2DSpec(kernel=(5, 5), padding="valid")], (4, 4, 1), "below one pixel with a kernel of 5x5"),
        ([ResidualSpec(layers=(DenseSpec(units=3),))], (4,), "must keep the shape"),
    ],
)
def test_layers_that_do_not_fit_are_named_with_their_sizes(model: list, shape: tuple, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        build_network(model, shape, 2)


def test_table_counts_parameters_and_multiply_adds() -> None:
    model = [Conv2DSpec(filters=8), MaxPool2DSpec(), FlattenSpec(), DenseSpec()]
    rows = build_network(model, (28, 28, 1), 10).table()
    assert [row.num_params for row in rows] == [80, 0, 0, 15_690]
    assert [row.multiply_adds for row in rows] == [28 * 28 * 8 * 9, 0, 0, 15_680]
    assert [row.name for row in rows] == ["conv2d1", "max-pool2d1", "flatten1", "dense1"]


def test_batch_statistics_are_the_moments_of_what_reaches_the_layer() -> None:
    model = [DenseSpec(name="first", units=3), BatchNormSpec(momentum=0.7), DropoutSpec(rate=0.5), DenseSpec(name="on")]
    network = build_network(model, (4,), 2)
    params = jax.tree.map(np.float32, network.draw(seed=1))
    inputs = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    found = jax.jit(network.batch_statistics)(params, inputs)["batch-norm1"]
    reaching = inputs @ np.asarray(params["first"]["weight"]) + np.asarray(params["first"]["bias"])
    np.testing.assert_allclose(found["mean"], reaching.mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["variance"], reaching.var(axis=0), rtol=1e-4)
    assert build_network([DenseSpec()], (4,), 2).batch_statistics({}, jnp.asarray(inputs)) == {}

"""Each layer's backward rule beside PyTorch's automatic differentiation, in float64, over random shapes."""

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom
from hypothesis import given, settings, strategies as st

from descentlab.backpropagation import BackwardStep, LayerValues
from descentlab.backpropagation._rules import STEPS, step_of
from descentlab.backpropagation._slopes import SLOPES
from descentlab.networks import Layer, build_network
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
    MaxPool2DSpec,
    PReLUSpec,
)

ACTIVATIONS: dict[ActivationName, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": torch.relu,
    "leaky-relu": lambda x: F.leaky_relu(x, 0.01),
    "elu": F.elu,
    "selu": torch.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "exponential": torch.exp,
    "linear": lambda x: x,
}
Forward = Callable[[torch.Tensor, dict[str, torch.Tensor]], torch.Tensor]
"""From a layer's inputs and parameters to its z, in PyTorch."""

names = st.sampled_from(get_args(ActivationName))
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
pictures = st.tuples(st.integers(5, 8), st.integers(5, 8), st.integers(1, 3))
batches = st.integers(1, 5)
seeds = st.integers(0, 2**31)


def compare(
    spec: AnyLayerSpec,
    shape: tuple[int, ...],
    batch: int,
    seed: int,
    forward: Forward,
    activation: ActivationName | None = "linear",
    **values: Any,
) -> BackwardStep:
    """Take one layer back by its own rule and by PyTorch, and compare every array and every sum."""
    rng = np.random.default_rng(seed)
    layer = build_network([spec], shape, 3).layers[0]
    params = {role: rng.normal(size=array.shape) for role, array in layer.draw(0).get(layer.name, {}).items()}
    inputs = rng.normal(size=(batch, *shape))
    theirs = {role: torch.tensor(array, requires_grad=True) for role, array in params.items()}
    inputs_there = torch.tensor(inputs, requires_grad=True)
    z = forward(inputs_there, theirs)
    z.retain_grad()
    a = channels_last(F.prelu(channels_first(z), theirs["slope"])) if activation is None else ACTIVATIONS[activation](z)
    upstream = rng.normal(size=a.shape)
    (a * torch.tensor(upstream)).sum().backward()

    step = step_of(
        layer,
        LayerValues(inputs, z.detach().numpy(), a.detach().numpy(), params, values.pop("statistics", {}), **values),
    )
    delta = step.delta(upstream)
    np.testing.assert_allclose(delta, gradient(z), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(step.below(delta), gradient(inputs_there), rtol=1e-10, atol=1e-11)
    gradients = step.gradients(delta, upstream)
    assert set(gradients) == set(theirs)
    for role, tensor in theirs.items():
        np.testing.assert_allclose(gradients[role], gradient(tensor), rtol=1e-10, atol=1e-11)
        by_example = sum(step.gradients(delta, upstream, slice(row, row + 1))[role] for row in range(batch))
        np.testing.assert_allclose(by_example, gradients[role], rtol=1e-10, atol=1e-11)
    check_sums(step, delta, upstream, rng)
    return step


def check_sums(step: BackwardStep, delta: np.ndarray, upstream: np.ndarray, rng: np.random.Generator) -> None:
    """Check that every sum of products adds up to the number that it explains, with few terms named or many."""
    draw = lambda array: tuple(int(rng.integers(side)) for side in array.shape)
    place = draw(delta)
    found = [(step.output_sum(place[0], place[1:]), step.values.preactivation[place])]
    below = step.below(delta)
    place = draw(below)
    found.append((step.below_sum(delta, place[0], place[1:]), below[place]))
    for role, gradient_of in step.gradients(delta, upstream).items():
        place = draw(gradient_of)
        found.append((step.gradient_sum(role, place, delta, upstream), gradient_of[place] / len(delta)))
    for told, expected in found:
        assert len(told.labels) == len(told.factors)
        assert told.factors.shape[1] == len(told.factor_names)
        np.testing.assert_allclose(told.total, expected, rtol=1e-9, atol=1e-10)
        short = told.largest(2)
        constants = sum(value for _, value in short.constants)
        assert math.isclose(sum(t.value for t in short.terms) + short.rest + constants, short.total, abs_tol=1e-9)
        assert len(short.terms) + short.num_rest == len(told.labels)
    assert {formula.of for formula in step.formulas()} >= {"activation", "input", *step.gradients(delta, upstream)}


def gradient(tensor: torch.Tensor) -> np.ndarray:
    assert tensor.grad is not None
    return tensor.grad.numpy()


def channels_first(x: torch.Tensor) -> torch.Tensor:
    return x.movedim(-1, 1)


def channels_last(x: torch.Tensor) -> torch.Tensor:
    return x.movedim(1, -1)


def all_kinds(root: type) -> set[type]:
    """Return the layers of the package that can be built; other tests declare layers of their own."""
    below = {
        kind for sub in root.__subclasses__() for kind in all_kinds(sub) if kind.__module__.startswith("descentlab.")
    }
    return below or {root}


def test_every_kind_of_layer_and_every_activation_has_its_rule() -> None:
    assert set(STEPS) == all_kinds(Layer), "give each kind a line in STEPS of backpropagation/_rules.py"
    assert set(SLOPES) == set(get_args(ActivationName)), "give each function a line in SLOPES of _slopes.py"


@settings(max_examples=30)
@given(
    sizes=st.tuples(st.integers(1, 7), st.integers(1, 6)),
    activation=names,
    bias=st.booleans(),
    multiplier=st.sampled_from([1.0, 0.25]),
    batch=batches,
    seed=seeds,
)
def test_dense(
    sizes: tuple[int, int], activation: ActivationName, bias: bool, multiplier: float, batch: int, seed: int
) -> None:
    spec = DenseSpec(units=sizes[1], activation=activation, bias=bias, multiplier=multiplier)
    forward = lambda x, own: multiplier * (x @ own["weight"]) + (own["bias"] if bias else 0.0)
    compare(spec, sizes[:1], batch, seed, forward, activation)


@settings(max_examples=40)
@given(
    shape=pictures,
    spec=st.builds(
        Conv2DSpec,
        kernel=pairs,
        stride=pairs,
        dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
        padding=st.sampled_from(["same", "valid"]),
        filters=st.integers(1, 3),
        activation=names,
        bias=st.booleans(),
    ),
    batch=batches,
    seed=seeds,
)
def test_convolution(shape: tuple[int, int, int], spec: Conv2DSpec, batch: int, seed: int) -> None:
    layer: Any = build_network([spec], shape, 1).layers[0]
    (top, bottom), (left, right) = layer.margins

    def forward(x: torch.Tensor, own: dict[str, torch.Tensor]) -> torch.Tensor:
        framed = F.pad(channels_first(x), (left, right, top, bottom))
        kernels = own["weight"].permute(3, 2, 0, 1)
        z = F.conv2d(framed, kernels, own.get("bias"), stride=spec.stride, dilation=spec.dilation)
        return channels_last(z).contiguous()

    compare(spec, shape, batch, seed, forward, spec.activation)


@pytest.mark.parametrize("spec", [MaxPool2DSpec, AvgPool2DSpec])
@settings(max_examples=25)
@given(shape=pictures, window=pairs, stride=st.none() | pairs, batch=batches, seed=seeds)
def test_pooling(spec: Any, shape: tuple[int, int, int], window: Any, stride: Any, batch: int, seed: int) -> None:
    pool = F.max_pool2d if spec is MaxPool2DSpec else F.avg_pool2d
    forward = lambda x, _: channels_last(pool(channels_first(x), window, stride=stride or window)).contiguous()
    compare(spec(window=window, stride=stride), shape, batch, seed, forward)


@settings(max_examples=15)
@given(shape=pictures, batch=batches, seed=seeds)
def test_global_average_and_flatten(shape: tuple[int, int, int], batch: int, seed: int) -> None:
    compare(GlobalAvgPool2DSpec(), shape, batch, seed, lambda x, _: x.mean(dim=(1, 2)))
    compare(FlattenSpec(), shape, batch, seed, lambda x, _: x.reshape(len(x), -1))


@settings(max_examples=20)
@given(shape=st.tuples(st.integers(1, 9)) | pictures, activation=names, batch=batches, seed=seeds)
def test_activation(shape: tuple[int, ...], activation: ActivationName, batch: int, seed: int) -> None:
    # `+ 0` makes z a tensor of its own, so that both its gradient and the inputs' are kept.
    compare(ActivationSpec(function=activation), shape, batch, seed, lambda x, _: x + 0, activation)


@settings(max_examples=20)
@given(shape=st.tuples(st.integers(1, 9)) | pictures, batch=batches, seed=seeds)
def test_prelu(shape: tuple[int, ...], batch: int, seed: int) -> None:
    """A layer that learns numbers within its function, so that their gradient comes from ∂C/∂a and not from δ."""
    step = compare(PReLUSpec(), shape, batch, seed, lambda x, _: x + 0, activation=None)
    assert step.values.params["slope"].shape == shape[-1:]


@settings(max_examples=10)
@given(shape=st.tuples(st.integers(1, 9)) | pictures, rate=st.floats(0.1, 0.9), batch=batches, seed=seeds)
def test_dropout(shape: tuple[int, ...], rate: float, batch: int, seed: int) -> None:
    kept = np.where(np.random.default_rng(seed).random((batch, *shape)) < rate, 0.0, 1.0 / (1.0 - rate))
    spec = DropoutSpec(rate=rate)
    compare(spec, shape, batch, seed, lambda x, _: x * torch.tensor(kept), is_training=True, kept=kept)
    compare(spec, shape, batch, seed, lambda x, _: x + 0)


@settings(max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 6)) | pictures,
    is_training=st.booleans(),
    eps=st.sampled_from([1e-5, 1e-2]),
    batch=st.integers(2, 6),
    seed=seeds,
)
def test_batch_norm(shape: tuple[int, ...], is_training: bool, eps: float, batch: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    channels = shape[-1]
    statistics = {"mean": rng.normal(size=channels), "variance": rng.random(channels) + 0.1}

    def forward(x: torch.Tensor, own: dict[str, torch.Tensor]) -> torch.Tensor:
        mean, variance = torch.tensor(statistics["mean"]), torch.tensor(statistics["variance"])
        flat = x.reshape(-1, channels)
        return F.batch_norm(flat, mean, variance, own["scale"], own["shift"], training=is_training, eps=eps).reshape(
            x.shape
        )

    compare(BatchNormSpec(eps=eps), shape, batch, seed, forward, statistics=statistics, is_training=is_training)


@settings(max_examples=20)
@given(shape=st.tuples(st.integers(2, 9)) | pictures, batch=batches, seed=seeds)
def test_layer_norm(shape: tuple[int, ...], batch: int, seed: int) -> None:
    forward = lambda x, own: F.layer_norm(x, shape, eps=1e-5) * own["scale"] + own["shift"]
    compare(LayerNormSpec(), shape, batch, seed, forward)


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_slopes_keep_their_digits_far_out(name: ActivationName) -> None:
    """In 50 digits, at points where a textbook formula such as s (1 - s) is zero or has lost all of them."""
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(50):
        erf, exp = mpmath.erf, mpmath.exp
        exact = {
            "relu": lambda z: z if z > 0 else 0 * z,
            "leaky-relu": lambda z: z if z >= 0 else z / 100,
            "elu": lambda z: z if z > 0 else exp(z) - 1,
            "selu": lambda z: (
                mpmath.mpf("1.0507009873554804934193349852946")
                * (z if z > 0 else mpmath.mpf("1.6732632423543772848170429916717") * (exp(z) - 1))
            ),
            "gelu": lambda z: z * (1 + erf(z / mpmath.sqrt(2))) / 2,
            "silu": lambda z: z / (1 + exp(-z)),
            "tanh": mpmath.tanh,
            "sigmoid": lambda z: 1 / (1 + exp(-z)),
            "exponential": exp,
            "linear": lambda z: z,
        }[name]
        points = [-30.0, -8.0, -1.5, -0.1, 0.1, 1.5, 8.0, 30.0]
        expected = [float(mpmath.diff(exact, mpmath.mpf(z))) for z in points]
    np.testing.assert_allclose(SLOPES[name].of(np.array(points)), expected, rtol=1e-9, atol=1e-150)

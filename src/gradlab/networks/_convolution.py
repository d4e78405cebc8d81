"""The two-dimensional convolution (in truth a cross-correlation, as in every deep-learning library)."""

import functools
import math
from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Float

from gradlab.core import ShapeError
from gradlab.networks._activations import activate
from gradlab.networks._initializers import draw_weights
from gradlab.networks._layer import Context, HostArrays, Layer, Params, Statistics, need_rank
from gradlab.networks._pooling import MaxPool2D
from gradlab.spec import Conv2DSpec

Pair = tuple[int, int]
Margins = tuple[Pair, Pair]
_LAYOUT = ("NHWC", "HWIO", "NHWC")

FEW = 16
"""Examples up to which the weight gradient is a convolution. For 32 and 64 kernels at batch 8 that takes 8.8 ms a 128
examples, one matrix product 19 ms, one a kernel's place 19 ms; at batch 64 33, 23 and 23 ms (one AVX-512 core)."""

MAX_PATCHES = 2**24
"""Numbers in all patches of a batch up to which the weight gradient is one matrix product."""


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def convolve(
    inputs: Float[Array, "batch height width channels"],
    weight: Float[Array, "rows columns channels filters"],
    stride: Pair,
    margins: Margins,
    dilation: Pair,
) -> Float[Array, "batch high wide filters"]:
    """Slide kernels over pictures.

    The forward pass is XLA's. The gradients are written as forward convolutions, or of many examples' weights as a
    matrix product, since XLA's own gradients of a convolution leave the fast path inside a compiled loop: a step of
    two convolutions at batch 128 takes 1.3 s there and 0.08 s by these rules.

    Args:
        inputs: Pictures.
        weight: Kernels.
        stride: Step down and across.
        margins: Zeros put around the picture: above and below, left and right.
        dilation: Gap between the kernel's rows and columns.

    Returns:
        Pictures with a channel a kernel.
    """
    return _slide(inputs, weight, stride, margins, dilation)


def _slide(inputs: Array, weight: Array, stride: Pair, margins: Margins, dilation: Pair) -> Array:
    return lax.conv_general_dilated(inputs, weight, stride, margins, rhs_dilation=dilation, dimension_numbers=_LAYOUT)


def _convolve_forward(
    inputs: Array, weight: Array, stride: Pair, margins: Margins, dilation: Pair
) -> tuple[Array, tuple[Array, Array]]:
    # Not `convolve` itself, which forward-over-reverse derivatives could not pass.
    return _slide(inputs, weight, stride, margins, dilation), (inputs, weight)


def _convolve_backward(
    stride: Pair, margins: Margins, dilation: Pair, saved: tuple[Array, Array], delta: Array
) -> tuple[Array, Array]:
    inputs, weight = saved
    return (
        _input_gradient(inputs, weight, delta, stride, margins, dilation),
        _weight_gradient(inputs, weight, delta, stride, margins, dilation),
    )


convolve.defvjp(_convolve_forward, _convolve_backward)


def _weight_gradient(
    inputs: Array, weight: Array, delta: Array, stride: Pair, margins: Margins, dilation: Pair
) -> Array:
    """Multiply what each weight saw by the deltas behind it, summed over batch and places."""
    if len(inputs) <= FEW and stride == (1, 1):
        return _correlate(inputs, weight, delta, margins, dilation)
    framed = jnp.pad(inputs, ((0, 0), *margins, (0, 0)))
    rows, columns, channels, filters = weight.shape
    high, wide = delta.shape[1:3]
    flat = delta.reshape(-1, filters)

    def seen(row: int, column: int) -> Array:
        top, left = row * dilation[0], column * dilation[1]
        bottom, right = top + (high - 1) * stride[0] + 1, left + (wide - 1) * stride[1] + 1
        return framed[:, top : bottom : stride[0], left : right : stride[1]].reshape(-1, channels)

    views = [seen(row, column) for row in range(rows) for column in range(columns)]
    if len(views) * views[0].size <= MAX_PATCHES:
        return (jnp.concatenate(views, axis=1).T @ flat).reshape(weight.shape)
    return jnp.stack([view.T @ flat for view in views]).reshape(weight.shape)


def _correlate(inputs: Array, weight: Array, delta: Array, margins: Margins, dilation: Pair) -> Array:
    """Slide the deltas over the inputs, with the examples as channels.

    The axes are put where XLA wants them by hand: it does so itself only outside of loops, and inside takes 20 times
    as long.
    """
    rows, columns = weight.shape[:2]
    slid = _slide(inputs.transpose(3, 1, 2, 0), delta.transpose(1, 2, 0, 3), dilation, margins, (1, 1))
    return slid[:, :rows, :columns].transpose(1, 2, 0, 3)


def _input_gradient(
    inputs: Array, weight: Array, delta: Array, stride: Pair, margins: Margins, dilation: Pair
) -> Array:
    """Convolve the deltas, spread out by the stride, with the kernels turned round."""
    frame = []
    for axis in (0, 1):
        side, reach = inputs.shape[axis + 1], (weight.shape[axis] - 1) * dilation[axis]
        spread = (delta.shape[axis + 1] - 1) * stride[axis] + 1
        before = reach - margins[axis][0]
        # Either may be negative, which cuts off deltas of places that lie in the margin.
        frame.append((before, side - spread - before + reach, stride[axis] - 1))
    spread_out = lax.pad(delta, jnp.zeros((), delta.dtype), ((0, 0, 0), *frame, (0, 0, 0)))
    turned = jnp.flip(weight, (0, 1)).transpose(0, 1, 3, 2)
    return _slide(spread_out, turned, (1, 1), ((0, 0), (0, 0)), dilation)


@final
@dataclass(frozen=True)
class Conv2D(Layer):
    """A kernel slid over the picture. `weight` has shape `(kernel height, kernel width, channels in, filters)`.

    References:
        LeCun et al., "Gradient-based learning applied to document recognition" (1998).
    """

    kind = "conv2d"
    role = "looks for the same small patterns everywhere in the picture"

    spec: Conv2DSpec

    def __post_init__(self) -> None:
        need_rank(self.name, "conv2d", self.input_shape, 3, "it needs pictures, (height, width, channels)")
        if min(self.output_shape) < 1:
            raise ShapeError(
                f"layer '{self.name}' (conv2d) would shrink its {self.input_shape[0]}x{self.input_shape[1]} input "
                f"below one pixel with a kernel of {self.spec.kernel[0]}x{self.spec.kernel[1]}: "
                'use padding = "same", a smaller kernel, or fewer poolings before it'
            )

    @property
    def output_shape(self) -> tuple[int, ...]:
        spec = self.spec
        sides = zip(self.input_shape[:2], spec.kernel, spec.stride, spec.dilation, strict=True)
        if spec.padding == "same":
            height, width = (math.ceil(side / stride) for side, _, stride, _ in sides)
        else:
            height, width = ((side - (kernel - 1) * gap - 1) // stride + 1 for side, kernel, stride, gap in sides)
        return (height, width, spec.filters)

    @property
    def margins(self) -> Margins:
        """Rows above and below, columns left and right, of zeros that are put around the picture."""
        if self.spec.padding == "valid":
            return ((0, 0), (0, 0))
        sides = zip(
            self.input_shape[:2],
            self.output_shape[:2],
            self.spec.kernel,
            self.spec.stride,
            self.spec.dilation,
            strict=True,
        )
        totals = [max((out - 1) * step + (kernel - 1) * gap + 1 - side, 0) for side, out, kernel, step, gap in sides]
        height, width = ((total // 2, total - total // 2) for total in totals)
        return (height, width)

    @property
    def multiply_adds(self) -> int:
        return math.prod(self.output_shape) * math.prod(self.spec.kernel) * self.input_shape[2]

    def draw(self, seed: int) -> HostArrays:
        shape = (*self.spec.kernel, self.input_shape[2], self.spec.filters)
        return draw_weights(self.spec, self.name, shape, seed)

    def forward(
        self,
        params: Params,
        statistics: Statistics,
        inputs: Float[Array, "batch height width channels"],
        context: Context,
    ) -> tuple[Float[Array, "batch rows columns filters"], Statistics]:
        preactivation = self._add_bias(params, self._weighted_sums(params, inputs))
        preactivation = context.tap(self.name, "preactivation", preactivation)
        outputs = activate(self.spec.activation, preactivation)
        return context.tap(self.name, "activation", outputs), statistics

    def forward_pooled(
        self, params: Params, inputs: Float[Array, "batch height width channels"], pooling: MaxPool2D
    ) -> Float[Array, "batch high wide filters"]:
        """Compute this layer and the pooling behind it at once.

        The largest of some sums stays the largest when a bias is added and a rising function applied, so both are
        done after pooling, on a quarter of the values: a step of two convolutions takes 17 ms instead of 23.

        Args:
            params: As in `forward`.
            inputs: As in `forward`.
            pooling: The layer behind this one.

        Returns:
            What the pooling would give.
        """
        pooled = pooling.pool(pooling.views(self._weighted_sums(params, inputs)))
        return activate(self.spec.activation, self._add_bias(params, pooled))

    def _weighted_sums(self, params: Params, inputs: Array) -> Array:
        sums: Array = convolve(inputs, params[self.name]["weight"], self.spec.stride, self.margins, self.spec.dilation)
        return sums

    def _add_bias(self, params: Params, sums: Array) -> Array:
        return sums + params[self.name]["bias"][None, None, None, :] if self.spec.bias else sums

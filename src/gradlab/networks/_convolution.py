"""The two-dimensional convolution (in truth a cross-correlation, as in every deep-learning library)."""

import math
from dataclasses import dataclass
from typing import final

from jax import Array, lax
from jaxtyping import Float

from gradlab.core import ShapeError
from gradlab.networks._activations import activate
from gradlab.networks._initializers import draw_weights
from gradlab.networks._layer import Context, HostArrays, Layer, Params, Statistics, need_rank
from gradlab.spec import Conv2DSpec


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
        own = params[self.name]
        preactivation = lax.conv_general_dilated(
            inputs,
            own["weight"],
            window_strides=self.spec.stride,
            padding=self.spec.padding.upper(),
            rhs_dilation=self.spec.dilation,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        if self.spec.bias:
            preactivation = preactivation + own["bias"][None, None, None, :]
        preactivation = context.tap(self.name, "preactivation", preactivation)
        outputs = activate(self.spec.activation, preactivation)
        return context.tap(self.name, "activation", outputs), statistics

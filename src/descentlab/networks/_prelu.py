"""The parametric ReLU, whose slope for negative values is learned."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final

import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab.networks._context import Context, HostArrays, Params, Statistics
from descentlab.networks._facts import NEVER_SATURATED, NO_FACTOR, POSITIVE, Factors, Pointwise, Saturation
from descentlab.networks._layer import Layer
from descentlab.networks._python import python_numbers
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import PReLUSpec


@final
@dataclass(frozen=True)
class PReLU(Layer):
    """max(0, z) + s min(0, z), with a learned slope s for each channel. `slope` has shape `(channels,)`.

    References:
        He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015).
    """

    kind = "prelu"
    role = "passes what is positive, and multiplies what is negative by a slope that each channel learns"

    spec: PReLUSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    @property
    def multiply_adds(self) -> int:
        return math.prod(self.input_shape)

    @property
    def multiply_adds_back(self) -> tuple[int, int]:
        return self.multiply_adds, self.multiply_adds

    @property
    def activation(self) -> Literal["unnamed"]:
        return "unnamed"

    @property
    def pointwise(self) -> Pointwise:
        return "by channel"

    @property
    def initial_values(self) -> str:
        return self.spec.initial_values

    @property
    def input_factors(self) -> Factors:
        return POSITIVE

    @property
    def weight_factors(self) -> Factors:
        return NO_FACTOR

    @property
    def saturation(self) -> Saturation:
        return NEVER_SATURATED

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return (jnp.sign(preactivation).astype(jnp.int8),)

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below

    def as_python(self, params: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        return f"# {self.name}", f"s = np.array({python_numbers(params['slope'])})", "a = np.where(a > 0.0, a, s * a)"

    def draw(self, seed: int) -> HostArrays:
        return {self.name: {"slope": np.full(self.num_channels, self.spec.initial_slope)}}

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        preactivation = context.tap(self.name, "preactivation", inputs)
        slope = params[self.name]["slope"].reshape(*[1] * (inputs.ndim - 1), -1)
        outputs = jnp.where(preactivation > 0.0, preactivation, slope * preactivation)
        return context.tap(self.name, "activation", outputs), statistics

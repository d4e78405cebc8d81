"""The dense layer: z = Wa + b."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Float

from descentlab.networks._context import Context, HostArrays, Params, Statistics
from descentlab.networks._facts import WeightedSum
from descentlab.networks._initializers import draw_weights
from descentlab.networks._layer import WeightedLayer, need_rank
from descentlab.networks._python import python_numbers
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import DenseSpec

SMALL_PRODUCT = 2_560
"""Products of at most so many multiply-adds are written out as sums, which XLA fuses with what surrounds them.

A call of its matrix product costs a microsecond or two however small it is. Measured on two AVX2 cores, forward,
backward and update: 4-8-3 at batch 5, 1.5 against 5.0 us a step; 2-8x6-1 at batch 10, 2.2 against 13.5 us; but
16-16 at batch 16 (4,096), 26 against 10 us.
"""

NARROW = 32
"""A matrix with so many times as many inputs as outputs is turned round before it is multiplied by.

Its gradient is then the product of deltas and inputs, and not of inputs and deltas, which XLA's product takes twice as
long for (784 inputs, 16 outputs, batch 128: 45 against 91 us). A step of 784-16-16-10 goes from 136 to 95 us at batch
128 and from 39 to 33 us at 32; of 3136-10 from 517 to 246 us. From 784-64 on it loses (100 to 134 us).
"""


@final
@dataclass(frozen=True)
class Dense(WeightedLayer):
    """Every output a weighted sum of every input, plus a bias. `weight` has shape `(inputs, outputs)`."""

    kind = "dense"
    role = "weighs all its inputs against each other, once for each of its neurons"

    spec: DenseSpec
    units: int

    def __post_init__(self) -> None:
        need_rank(self.name, "dense", self.input_shape, 1, 'put a { kind = "flatten" } layer before it')

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (self.units,)

    @property
    def multiply_adds(self) -> int:
        return self.input_shape[0] * self.units

    @property
    def weighted_sum(self) -> WeightedSum:
        return WeightedSum(is_slid=False, has_bias=self.spec.bias, multiplier=self.spec.multiplier)

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below.whole()

    def as_python(self, params: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        weight = params["weight"] * self.spec.multiplier
        bias = params.get("bias", np.zeros(weight.shape[1]))
        return (
            f"# {self.name}",
            f"W = np.array({python_numbers(weight)})",
            f"b = np.array({python_numbers(bias)})",
            "z = a @ W + b",
            f"a = {self.function.python}",
        )

    def draw(self, seed: int) -> HostArrays:
        return draw_weights(self.spec, self.name, (self.input_shape[0], self.units), seed)

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch inputs"], context: Context
    ) -> tuple[Float[Array, "batch outputs"], Statistics]:
        learned = params[self.name]
        preactivation = multiply(inputs, learned["weight"])
        if self.spec.multiplier != 1.0:
            preactivation = preactivation * jnp.asarray(self.spec.multiplier, preactivation.dtype)
        if self.spec.bias:
            preactivation = preactivation + learned["bias"][None, :]
        preactivation = context.tap(self.name, "preactivation", preactivation)
        outputs = self.function.of(preactivation)
        return context.tap(self.name, "activation", outputs), statistics


def multiply(
    inputs: Float[Array, "batch inputs"], weight: Float[Array, "inputs outputs"]
) -> Float[Array, "batch outputs"]:
    """Multiply two matrices, in the way that is fastest (see `SMALL_PRODUCT` and `NARROW`)."""
    if inputs.shape[0] * math.prod(weight.shape) <= SMALL_PRODUCT:
        return jnp.sum(inputs[:, :, None] * weight[None, :, :], axis=1)
    if weight.shape[0] >= NARROW * weight.shape[1]:
        # The barrier keeps XLA from turning the two products, forward and back, round again.
        return lax.dot_general(inputs, lax.optimization_barrier(weight.T), (((1,), (1,)), ((), ())))
    return inputs @ weight

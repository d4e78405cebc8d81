"""Dropout."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab.core import SpecError
from descentlab.networks._context import Context, Params, Statistics
from descentlab.networks._facts import ALL_FACTORS, Factors, Pointwise
from descentlab.networks._layer import SimpleLayer
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import DropoutSpec


@final
@dataclass(frozen=True)
class Dropout(SimpleLayer):
    """In training, zeroes each value with probability `rate` and divides the rest by 1 - rate.

    References:
        Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).
    """

    kind = "dropout"
    role = "in training, hides a random share of its inputs, so that none is relied on alone"

    spec: DropoutSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    @property
    def pointwise(self) -> Pointwise:
        return "alike"

    @property
    def input_factors(self) -> Factors:
        return ALL_FACTORS

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below

    @property
    def acts_in_evaluation(self) -> bool:
        return False

    @property
    def dropout_rate(self) -> float:
        return self.spec.rate

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return ()

    def as_python(self, params: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        return ()

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        outputs = inputs
        rate = self.spec.rate if context.dropout_rate is None else context.dropout_rate
        if context.is_training and (context.dropout_rate is not None or self.spec.rate > 0.0):
            if context.key is None:
                raise SpecError(f"layer '{self.name}' (dropout) needs a key in training")
            key = jax.random.fold_in(context.key, zlib.crc32(self.name.encode()))
            kept = jax.random.bernoulli(key, 1.0 - rate, inputs.shape)
            outputs = jnp.where(kept, inputs / (1.0 - rate), jnp.zeros_like(inputs))
        return context.tap(self.name, "activation", outputs), statistics

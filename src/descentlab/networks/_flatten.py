"""Pictures laid out as vectors."""

import math
from dataclasses import dataclass
from typing import final

from jax import Array
from jaxtyping import Float

from descentlab.networks._layer import Context, Layer, Params, Statistics
from descentlab.spec import FlattenSpec


@final
@dataclass(frozen=True)
class Flatten(Layer):
    """All values of an example in one row: row by row, column by column, channel by channel."""

    kind = "flatten"
    role = "lays the picture out as one row of numbers"

    spec: FlattenSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (math.prod(self.input_shape),)

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch values"], Statistics]:
        outputs = inputs.reshape(inputs.shape[0], math.prod(self.input_shape))
        return context.tap(self.name, "activation", outputs), statistics

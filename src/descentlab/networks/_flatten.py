"""Pictures laid out as vectors."""

import math
from dataclasses import dataclass
from typing import final

from jax import Array
from jaxtyping import Float, Int

from descentlab.networks._context import Context, Params, Statistics
from descentlab.networks._facts import ALL_FACTORS, Factors, Pointwise
from descentlab.networks._layer import SimpleLayer
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import FlattenSpec


@final
@dataclass(frozen=True)
class Flatten(SimpleLayer):
    """All values of an example in one row: row by row, column by column, channel by channel."""

    kind = "flatten"
    role = "lays the picture out as one row of numbers"

    spec: FlattenSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (math.prod(self.input_shape),)

    @property
    def pointwise(self) -> Pointwise:
        return "alike"

    @property
    def input_factors(self) -> Factors:
        return ALL_FACTORS

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below.whole()

    @property
    def acts_in_evaluation(self) -> bool:
        return False

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return ()

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch values"], Statistics]:
        outputs = inputs.reshape(inputs.shape[0], math.prod(self.input_shape))
        return context.tap(self.name, "activation", outputs), statistics

"""A function of each value, as a layer of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.networks._context import Context, Params, Statistics
from descentlab.networks._facts import Factors, Pointwise
from descentlab.networks._layer import CurvedLayer
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import ActivationName, ActivationSpec


@final
@dataclass(frozen=True)
class Activation(CurvedLayer):
    """A non-linear function of each value, as a layer of its own."""

    kind = "activation"
    role = "bends the space: without it, any stack of layers is one linear map"

    spec: ActivationSpec

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    @property
    def multiply_adds(self) -> int:
        return 0

    @property
    def multiply_adds_back(self) -> tuple[int, int]:
        return 0, 0

    @property
    def activation(self) -> ActivationName:
        return self.spec.function

    @property
    def pointwise(self) -> Pointwise:
        return "alike"

    @property
    def input_factors(self) -> Factors:
        return self.function.factors

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField:
        return below

    def as_python(self, params: Mapping[str, np.ndarray]) -> tuple[str, ...]:
        return "z = a", f"a = {self.function.python}"

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        preactivation = context.tap(self.name, "preactivation", inputs)
        outputs = self.function.of(preactivation)
        return context.tap(self.name, "activation", outputs), statistics

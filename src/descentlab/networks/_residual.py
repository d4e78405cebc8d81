"""A block of layers that adds to its input."""

from dataclasses import dataclass
from typing import final

from jax import Array
from jaxtyping import Float, Int

from descentlab.core import ShapeError
from descentlab.networks._context import Context, HostArrays, Params, Statistics
from descentlab.networks._facts import ALL_FACTORS, NEVER_SATURATED, Factors, Pointwise, Saturation
from descentlab.networks._layer import Layer
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import ActivationName


@final
@dataclass(frozen=True)
class Residual(Layer):
    """Its input plus what its inner layers make of it.

    References:
        He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2016).
    """

    kind = "residual"
    role = "adds a correction to its input, so that the gradient has a way past its layers"

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if self.layers[-1].output_shape != self.input_shape:
            raise ShapeError(
                f"layer '{self.name}' (residual) must keep the shape {self.input_shape}, but its inner layers end in "
                f"{self.layers[-1].output_shape}: give the last one as many units or filters as the input has"
            )

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.input_shape

    @property
    def inner(self) -> tuple[Layer, ...]:
        return self.layers

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def multiply_adds_back(self) -> tuple[int, int] | None:
        known = [each for layer in self.layers if (each := layer.multiply_adds_back) is not None]
        if len(known) < len(self.layers):
            return None
        return sum(learned for learned, _ in known), sum(below for _, below in known)

    @property
    def activation(self) -> ActivationName:
        return "linear"

    @property
    def pointwise(self) -> Pointwise:
        return "no"

    @property
    def input_factors(self) -> Factors | None:
        passed = ALL_FACTORS
        for layer in self.layers:
            if layer.input_factors is None:
                return None
            passed &= layer.input_factors
        return passed

    @property
    def saturation(self) -> Saturation:
        return NEVER_SATURATED

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return ()

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField | None:
        through: ReceptiveField | None = below
        for layer in self.layers:
            through = None if through is None else layer.receptive_field(through)
        return None if through is None else below.joined(through)

    def draw(self, seed: int) -> HostArrays:
        return {name: arrays for layer in self.layers for name, arrays in layer.draw(seed).items()}

    def start_statistics(self) -> HostArrays:
        return {name: arrays for layer in self.layers for name, arrays in layer.start_statistics().items()}

    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        outputs = inputs
        for layer in self.layers:
            outputs, statistics = layer.forward(params, statistics, outputs, context)
        return context.tap(self.name, "activation", inputs + outputs), statistics

"""A block of layers that adds to its input."""

from dataclasses import dataclass
from typing import final

from jax import Array
from jaxtyping import Float

from descentlab.core import ShapeError
from descentlab.networks._layer import Context, HostArrays, Layer, Params, Statistics


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
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)

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

"""What layers learn from before their first step: initial weights, biases, scales and shifts."""

from typing import Literal

from pydantic import Field

from descentlab.spec._base import Spec

InitializerName = Literal[
    "glorot-uniform", "glorot-normal", "he-uniform", "he-normal", "lecun-uniform", "lecun-normal",
    "uniform", "normal", "zeros", "constant",
]  # fmt: skip
BiasInitializerName = Literal["constant", "uniform", "normal"]


class InitialWeights(Spec):
    """The initial weights and biases of a layer. Starts from which nothing can be learned are for experiments."""

    initializer: InitializerName = "glorot-uniform"
    initial_scale: float = Field(default=1.0, ge=0.0, description="Multiplies the initial weights.")
    initial_range: float = Field(
        default=0.05, gt=0.0, description="Half width for 'uniform', standard deviation for 'normal'."
    )
    initial_value: float = Field(default=0.0, description="Every weight before training, for 'constant'.")
    bias: bool = True
    bias_initializer: BiasInitializerName = Field(
        default="constant", description="'uniform' and 'normal' draw the biases around `initial_bias`."
    )
    initial_bias: float = Field(default=0.0, description="Every bias before training; of drawn biases the mean.")
    initial_bias_range: float = Field(
        default=0.05, gt=0.0, description="Of drawn biases: half width for 'uniform', standard deviation for 'normal'."
    )

    @property
    def initializer_name(self) -> InitializerName:
        """How its initial weights are drawn."""
        return self.initializer

    @property
    def initial_values(self) -> str:
        """Its initial weights in words, and its biases unless they are 0."""
        match self.initializer:
            case "constant":
                weights = f"all {self.initial_value * self.initial_scale:g}"
            case "uniform" | "normal":
                weights = _spread(self.initializer, self.initial_range * self.initial_scale)
            case "zeros":
                weights = "all 0"
            case _:
                weights = self.initializer + ("" if self.initial_scale == 1.0 else f" times {self.initial_scale:g}")
        if not self.bias or (self.bias_initializer == "constant" and self.initial_bias == 0.0):
            return weights
        if self.bias_initializer == "constant":
            return f"{weights}, biases {self.initial_bias:g}"
        return f"{weights}, biases {self.initial_bias:g} plus {_spread(self.bias_initializer, self.initial_bias_range)}"


class InitialNorm(Spec):
    """The learned scale and shift of a layer that standardises, before training."""

    initial_gain: float = Field(default=1.0, description="The scale of every channel before training.")
    initial_shift: float = Field(default=0.0, description="The shift of every channel before training.")

    @property
    def initial_values(self) -> str:
        """Both in words."""
        return f"scale {self.initial_gain:g}, shift {self.initial_shift:g}"


def _spread(family: Literal["uniform", "normal"], size: float) -> str:
    return f"uniform up to {size:g}" if family == "uniform" else f"normal of deviation {size:g}"

"""The layers that a network may be made of. What they compute is in `descentlab.networks`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from descentlab.spec._base import KindAlone, Spec

ActivationName = Literal["relu", "leaky-relu", "gelu", "silu", "tanh", "sigmoid", "linear"]
InitializerName = Literal[
    "glorot-uniform", "glorot-normal", "he-uniform", "he-normal", "lecun-uniform", "lecun-normal",
    "uniform", "normal", "zeros",
]  # fmt: skip
Padding = Literal["same", "valid"]
Side = Annotated[int, Field(ge=1)]
Pair = Annotated[tuple[Side, Side], Field(description="Height and width.")]
LayerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=40)]


class LayerSpec(Spec):
    """What every layer has: a name by which results speak of it (given by its kind and place if left out)."""

    name: LayerName | None = None


class WeightedSpec(LayerSpec):
    """A layer with weights and an activation behind them."""

    activation: ActivationName = "linear"
    initializer: InitializerName = "glorot-uniform"
    initial_scale: float = Field(default=1.0, ge=0.0, description="Multiplies the initial weights.")
    initial_range: float = Field(
        default=0.05, gt=0.0, description="Half width for 'uniform', standard deviation for 'normal'."
    )
    initial_bias: float = 0.0
    bias: bool = True


class DenseSpec(WeightedSpec):
    """Every output is a weighted sum of every input: z = Wa + b, or z = multiplier * Wa + b."""

    kind: Literal["dense"] = "dense"
    units: int | Literal["outputs"] = Field(default="outputs", description="'outputs': as many as the task needs.")
    multiplier: float = Field(
        default=1.0,
        gt=0.0,
        description="Multiplies Wa, not the stored weights, so that gradients are scaled too (mean-field, NTK).",
    )

    @model_validator(mode="after")
    def _at_least_one_unit(self) -> "DenseSpec":
        if isinstance(self.units, int) and self.units < 1:
            raise ValueError(f"units={self.units}: a dense layer needs at least 1 unit")
        return self


class Conv2DSpec(WeightedSpec):
    """A small kernel of weights, slid over the picture and shared by all places."""

    kind: Literal["conv2d"] = "conv2d"
    filters: int = Field(default=32, ge=1)
    kernel: Pair = (3, 3)
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Padding = "same"


class MaxPool2DSpec(LayerSpec):
    """The largest value of each window."""

    kind: Literal["max-pool2d"] = "max-pool2d"
    window: Pair = (2, 2)
    stride: Pair | None = Field(default=None, description="Default: the window.")


class AvgPool2DSpec(LayerSpec):
    """The mean of each window."""

    kind: Literal["avg-pool2d"] = "avg-pool2d"
    window: Pair = (2, 2)
    stride: Pair | None = Field(default=None, description="Default: the window.")


class GlobalAvgPool2DSpec(LayerSpec):
    """The mean of each channel over the whole picture."""

    kind: Literal["global-avg-pool2d"] = "global-avg-pool2d"


class FlattenSpec(LayerSpec):
    """A picture's channels laid out as one vector."""

    kind: Literal["flatten"] = "flatten"


class ActivationSpec(LayerSpec):
    """A non-linear function of each value."""

    kind: Literal["activation"] = "activation"
    function: ActivationName = "relu"


class DropoutSpec(LayerSpec):
    """In training, sets a share of the values to zero and scales up the rest."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(default=0.5, ge=0.0, lt=1.0)


class BatchNormSpec(LayerSpec):
    """Standardises each channel over the batch; afterwards, by the running mean and variance."""

    kind: Literal["batch-norm"] = "batch-norm"
    momentum: float = Field(default=0.9, ge=0.0, lt=1.0, description="What the running statistics keep at a step.")
    eps: float = Field(default=1e-5, gt=0.0)


class LayerNormSpec(LayerSpec):
    """Standardises each example over its features."""

    kind: Literal["layer-norm"] = "layer-norm"
    eps: float = Field(default=1e-5, gt=0.0)


class ResidualSpec(LayerSpec):
    """Adds what its inner layers compute to their input. The inner layers must keep the shape."""

    kind: Literal["residual"] = "residual"
    layers: tuple["AnyLayerSpec", ...] = Field(min_length=1)


AnyLayerSpec = Annotated[
    DenseSpec
    | Conv2DSpec
    | MaxPool2DSpec
    | AvgPool2DSpec
    | GlobalAvgPool2DSpec
    | FlattenSpec
    | ActivationSpec
    | DropoutSpec
    | BatchNormSpec
    | LayerNormSpec
    | ResidualSpec,
    Field(discriminator="kind"),
    KindAlone,
]
ResidualSpec.model_rebuild()

"""The layers that a network may be made of, and what each says of itself. What they compute is in `networks`."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from descentlab.spec._base import KindAlone, Spec
from descentlab.spec._initial import InitializerName, InitialNorm, InitialWeights

ActivationName = Literal[
    "relu", "leaky-relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "exponential", "linear",
]  # fmt: skip
Purpose = Literal["weigh", "activate", "pool", "summarise", "normalise", "drop", "lay out", "combine"]
"""What a layer is there for: weighing inputs, a function of each value, pooling windows, summing up whole pictures,
normalising, dropping values in training, laying values out in another order, or combining other layers."""
Weighing = Literal["all inputs", "windows"]
Padding = Literal["same", "valid"]
Side = Annotated[int, Field(ge=1)]
Pair = Annotated[tuple[Side, Side], Field(description="Height and width.")]
LayerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=40)]


class LayerSpec(Spec):
    """What every layer has: a name by which results speak of it (given by its kind and place if left out).

    The class variables, properties and methods state facts, for whoever changes or describes networks: nobody else
    decides by a layer's kind. Every class states its `purpose`. Where a fact is None, the layer does not state it, and
    whoever needs the fact says that it is not checkable for this layer.
    """

    purpose: ClassVar[Purpose]
    weighs: ClassVar[Weighing | None] = None
    """What each unit has a weight for: every input, or every place of a window that is slid over the picture."""
    is_linear: ClassVar[bool | None] = None
    """Whether in evaluation its outputs are a linear function of its inputs, plus a constant."""
    keeps_statistics: ClassVar[bool] = False
    """Whether it keeps running statistics of what it was trained on. (A layer that does, and says it does not, fails a
    test.)"""

    name: LayerName | None = None

    @property
    def is_curved(self) -> bool | None:
        """Whether it ends in a function of each value that is not the identity."""
        return None

    @property
    def inner(self) -> "tuple[AnyLayerSpec, ...]":
        """The layers that it is made of."""
        return ()

    @property
    def width(self) -> int | str | None:
        """How many units or filters it is given; None where their number follows from the inputs."""
        return None

    @property
    def activation_name(self) -> ActivationName | None:
        """The function of each value that it is given by name; None where it is given none."""
        return None

    @property
    def initializer_name(self) -> InitializerName | None:
        """How its initial weights are drawn; None where it has none."""
        return None

    @property
    def initial_values(self) -> str | None:
        """In words, what its learned arrays are before training; None where it learns none, or states nothing."""
        return None

    @property
    def dropout_rate(self) -> float | None:
        """The share of values that it hides in training; None where it hides none."""
        return None

    @property
    def window_step(self) -> tuple[int, int] | None:
        """How far its windows are apart, down and across, if it pools windows."""
        return None

    def with_activation(self, function: ActivationName) -> "AnyLayerSpec | None":
        """Return the same layer with another function in the place of its own; without one it stays as it is.

        Args:
            function: The other function.

        Returns:
            The layer; None where it does not state whether it has a function.
        """
        return self._changed() if self.is_curved is False else None

    def with_initializer(self, initializer: InitializerName) -> "AnyLayerSpec":
        """Return the same layer with other initial weights; without weights it stays as it is."""
        return self._changed()

    def with_inner(self, layers: "Iterable[AnyLayerSpec]") -> "AnyLayerSpec":
        """Return the same layer made of other layers; one that is made of none stays as it is."""
        return self._changed()

    def as_linear(self) -> "AnyLayerSpec | None":
        """Return the linear layer that may stand in its place, itself if it is linear; None where there is none."""
        return self._changed() if self.is_linear else None

    def halved(self) -> "AnyLayerSpec":
        """Return the same layer with half its units or filters; one that is given no number stays as it is."""
        return self._changed()

    def with_longer_steps(self, factors: tuple[int, int]) -> "AnyLayerSpec | None":
        """Return the same layer with longer steps from place to place; None where it takes no steps."""
        return None

    def _changed(self, **changes: Any) -> Any:
        return self.model_copy(update=changes) if changes else self


class FunctionlessSpec(LayerSpec):
    """A layer that ends in no function of each value."""

    @property
    def is_curved(self) -> bool:
        return False


class WeightedSpec(InitialWeights, LayerSpec):
    """A layer with weights and an activation behind them."""

    purpose: ClassVar[Purpose] = "weigh"

    activation: ActivationName = "linear"

    @property
    def is_curved(self) -> bool:
        return self.activation != "linear"

    @property
    def activation_name(self) -> ActivationName:
        return self.activation

    def with_activation(self, function: ActivationName) -> "AnyLayerSpec":
        return self._changed(activation=function) if self.is_curved else self._changed()

    def with_initializer(self, initializer: InitializerName) -> "AnyLayerSpec":
        return self._changed(initializer=initializer, initial_scale=1.0)

    def as_linear(self) -> "AnyLayerSpec":
        return self.with_activation("linear")


class DenseSpec(WeightedSpec):
    """Every output is a weighted sum of every input: z = Wa + b, or z = multiplier * Wa + b."""

    weighs: ClassVar[Weighing | None] = "all inputs"

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

    @property
    def width(self) -> int | str:
        return self.units

    def halved(self) -> "AnyLayerSpec":
        return self._changed(units=max(1, self.units // 2)) if isinstance(self.units, int) else self


class Conv2DSpec(WeightedSpec):
    """A small kernel of weights, slid over the picture and shared by all places."""

    weighs: ClassVar[Weighing | None] = "windows"

    kind: Literal["conv2d"] = "conv2d"
    filters: int = Field(default=32, ge=1)
    kernel: Pair = (3, 3)
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Padding = "same"

    @property
    def width(self) -> int:
        return self.filters

    def halved(self) -> "AnyLayerSpec":
        return self._changed(filters=max(1, self.filters // 2))

    def with_longer_steps(self, factors: tuple[int, int]) -> "AnyLayerSpec":
        return self._changed(stride=(self.stride[0] * factors[0], self.stride[1] * factors[1]))


class MaxPool2DSpec(FunctionlessSpec):
    """The largest value of each window."""

    purpose: ClassVar[Purpose] = "pool"

    kind: Literal["max-pool2d"] = "max-pool2d"
    window: Pair = (2, 2)
    stride: Pair | None = Field(default=None, description="Default: the window.")

    @property
    def window_step(self) -> tuple[int, int]:
        return self.stride or self.window

    def as_linear(self) -> "AnyLayerSpec":
        return AvgPool2DSpec(name=self.name, window=self.window, stride=self.stride)


class AvgPool2DSpec(FunctionlessSpec):
    """The mean of each window."""

    purpose: ClassVar[Purpose] = "pool"
    is_linear: ClassVar[bool | None] = True

    kind: Literal["avg-pool2d"] = "avg-pool2d"
    window: Pair = (2, 2)
    stride: Pair | None = Field(default=None, description="Default: the window.")

    @property
    def window_step(self) -> tuple[int, int]:
        return self.stride or self.window


class GlobalAvgPool2DSpec(FunctionlessSpec):
    """The mean of each channel over the whole picture."""

    purpose: ClassVar[Purpose] = "summarise"
    is_linear: ClassVar[bool | None] = True

    kind: Literal["global-avg-pool2d"] = "global-avg-pool2d"


class FlattenSpec(FunctionlessSpec):
    """A picture's channels laid out as one vector."""

    purpose: ClassVar[Purpose] = "lay out"
    is_linear: ClassVar[bool | None] = True

    kind: Literal["flatten"] = "flatten"


class ActivationSpec(LayerSpec):
    """A non-linear function of each value."""

    purpose: ClassVar[Purpose] = "activate"

    kind: Literal["activation"] = "activation"
    function: ActivationName = "relu"

    @property
    def is_curved(self) -> bool:
        return self.function != "linear"

    @property
    def activation_name(self) -> ActivationName:
        return self.function

    def with_activation(self, function: ActivationName) -> "AnyLayerSpec":
        return self._changed(function=function) if self.is_curved else self._changed()

    def as_linear(self) -> "AnyLayerSpec":
        return self.with_activation("linear")


class PReLUSpec(LayerSpec):
    """A ReLU whose slope for negative values is learned, one slope for each channel."""

    purpose: ClassVar[Purpose] = "activate"

    kind: Literal["prelu"] = "prelu"
    initial_slope: float = Field(default=0.25, description="The slope of every channel before training.")

    @property
    def initial_values(self) -> str:
        return f"slope {self.initial_slope:g}"

    @property
    def is_curved(self) -> bool:
        return True

    def with_activation(self, function: ActivationName) -> "AnyLayerSpec":
        return ActivationSpec(name=self.name, function=function)

    def as_linear(self) -> "AnyLayerSpec":
        return self.with_activation("linear")


class DropoutSpec(FunctionlessSpec):
    """In training, sets a share of the values to zero and scales up the rest."""

    purpose: ClassVar[Purpose] = "drop"
    is_linear: ClassVar[bool | None] = True

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(default=0.5, ge=0.0, lt=1.0)

    @property
    def dropout_rate(self) -> float:
        return self.rate


class NormSpec(InitialNorm, FunctionlessSpec):
    """A layer that standardises, then multiplies each channel by a learned scale and adds a learned shift."""

    purpose: ClassVar[Purpose] = "normalise"


class BatchNormSpec(NormSpec):
    """Standardises each channel over the batch; afterwards, by the running mean and variance."""

    is_linear: ClassVar[bool | None] = True
    keeps_statistics: ClassVar[bool] = True

    kind: Literal["batch-norm"] = "batch-norm"
    momentum: float = Field(default=0.9, ge=0.0, lt=1.0, description="What the running statistics keep at a step.")
    eps: float = Field(default=1e-5, gt=0.0)


class LayerNormSpec(NormSpec):
    """Standardises each example over its features."""

    is_linear: ClassVar[bool | None] = False

    kind: Literal["layer-norm"] = "layer-norm"
    eps: float = Field(default=1e-5, gt=0.0)


class ResidualSpec(LayerSpec):
    """Adds what its inner layers compute to their input. The inner layers must keep the shape."""

    purpose: ClassVar[Purpose] = "combine"

    kind: Literal["residual"] = "residual"
    layers: tuple["AnyLayerSpec", ...] = Field(min_length=1)

    @property
    def is_curved(self) -> bool:
        return False

    @property
    def inner(self) -> "tuple[AnyLayerSpec, ...]":
        return self.layers

    def with_inner(self, layers: "Iterable[AnyLayerSpec]") -> "AnyLayerSpec":
        return self._changed(layers=tuple(layers))

    def with_activation(self, function: ActivationName) -> "AnyLayerSpec | None":
        return self._with_all([layer.with_activation(function) for layer in self.layers])

    def with_initializer(self, initializer: InitializerName) -> "AnyLayerSpec":
        return self.with_inner(layer.with_initializer(initializer) for layer in self.layers)

    def as_linear(self) -> "AnyLayerSpec | None":
        return self._with_all([layer.as_linear() for layer in self.layers])

    def halved(self) -> "AnyLayerSpec":
        return self.with_inner(layer.halved() for layer in self.layers)

    def _with_all(self, layers: "Sequence[AnyLayerSpec | None]") -> "AnyLayerSpec | None":
        known = [layer for layer in layers if layer is not None]
        return self.with_inner(known) if len(known) == len(layers) else None


AnyLayerSpec = Annotated[
    DenseSpec
    | Conv2DSpec
    | MaxPool2DSpec
    | AvgPool2DSpec
    | GlobalAvgPool2DSpec
    | FlattenSpec
    | ActivationSpec
    | PReLUSpec
    | DropoutSpec
    | BatchNormSpec
    | LayerNormSpec
    | ResidualSpec,
    Field(discriminator="kind"),
    KindAlone,
]
ResidualSpec.model_rebuild()


def every_layer(model: "Sequence[AnyLayerSpec]") -> "list[AnyLayerSpec]":
    """List a network's layers in the order in which they are passed, those of a block in its place."""
    return [each for layer in model for each in (every_layer(layer.inner) if layer.inner else [layer])]

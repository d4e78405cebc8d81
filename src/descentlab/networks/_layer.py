"""What a layer is, and what it states of itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab.core import LayerRow, ShapeError
from descentlab.networks._context import Context, HostArrays, Params, Statistics
from descentlab.networks._facts import NEVER_SATURATED, NO_FACTOR, Factors, Pointwise, Saturation, WeightedSum
from descentlab.networks._functions import FUNCTIONS, Function
from descentlab.networks._receptive_field import ReceptiveField
from descentlab.spec import ActivationName, Conv2DSpec, DenseSpec


@dataclass(frozen=True)
class Layer(ABC):
    """One named step of a network. Every class is final or abstract.

    Besides computing, a layer states what analyses must know of it; nobody else decides by its kind. Where a fact is
    None, the layer does not state it, and an analysis that needs it says that it is not checkable for this layer (see
    `not_stated`). The last axis of what a layer gives counts its channels, or units.

    Attributes:
        name: The name by which parameters, taps and tables know the layer.
        input_shape: The shape of one example's inputs.
    """

    kind: ClassVar[str]
    role: ClassVar[str]

    name: str
    input_shape: tuple[int, ...]

    @property
    @abstractmethod
    def output_shape(self) -> tuple[int, ...]:
        """The shape of one example's outputs."""

    @property
    def num_channels(self) -> int:
        """How many channels, or units, its output has."""
        return self.output_shape[-1]

    @property
    def inner(self) -> "tuple[Layer, ...]":
        """The layers that it is made of."""
        return ()

    @property
    def num_params(self) -> int:
        """How many numbers are learned."""
        return sum(array.size for arrays in self.draw(seed=0).values() for array in arrays.values())

    @property
    def row(self) -> LayerRow:
        """The layer as a line of its network's table."""
        return LayerRow(self.name, self.kind, self.role, self.output_shape, self.num_params, self.multiply_adds)

    @property
    @abstractmethod
    def multiply_adds(self) -> int:
        """Multiply-adds of the forward pass for one example; 0 where there are none worth counting."""

    @property
    def multiply_adds_back(self) -> tuple[int, int] | None:
        """Multiply-adds of the backward pass for one example: of the gradient by what it learns, and by its inputs."""
        return None

    @property
    def weighted_sum(self) -> WeightedSum | None:
        """How its `weight` multiplies its inputs; None where it is no weighted sum, or the layer does not state it."""
        return None

    @property
    def activation(self) -> ActivationName | Literal["unnamed"] | None:
        """The function of each value that it ends in: "linear" for none, "unnamed" for one that no name stands for."""
        return None

    @property
    def pointwise(self) -> Pointwise | None:
        """Whether in evaluation each output depends on the one input at its place alone, and how."""
        return None

    @property
    def input_factors(self) -> Factors | None:
        """By which factors its output is multiplied when its inputs are."""
        return None

    @property
    def weight_factors(self) -> Factors | None:
        """By which factors its output is multiplied when all that it learns is."""
        return None

    @property
    def saturation(self) -> Saturation | None:
        """At which outputs its units hardly answer to their inputs any more."""
        return None

    @property
    def acts_in_evaluation(self) -> bool:
        """Whether it changes numbers outside of training too; if not, what it hands on is what it was given."""
        return True

    @property
    def dropout_rate(self) -> float | None:
        """The share of its inputs that it hides in training, multiplying the others; None where it hides none."""
        return None

    @property
    def draws_in_training(self) -> bool:
        """Whether it draws at random at each step, by the key of the context."""
        return self.dropout_rate is not None

    @property
    def statistics_kept(self) -> float | None:
        """What share of its running statistics it keeps at a step; None where it has none."""
        return None

    @property
    def initial_values(self) -> str | None:
        """In words, what its learned arrays are before training; None where it learns none, or does not state it."""
        return None

    @property
    def initial_scale(self) -> float | None:
        """What the initial values of its `weight` are multiplied by; None where it has none."""
        return None

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...] | None:
        """Say on which side of each of its kinks it is: whole numbers that change where one is crossed.

        A kink is where a first or second derivative jumps, so that no central difference holds across it.

        Args:
            inputs: The inputs of a batch.
            preactivation: The values z where the layer records them; else its outputs.

        Returns:
            Nothing for a layer without kinks; None where it does not state them.
        """
        return None

    def receptive_field(self, below: ReceptiveField) -> ReceptiveField | None:
        """Compute what its units see of the picture.

        Args:
            below: The field of the units below the layer.

        Returns:
            The field; None where it does not state it.
        """
        return None

    def as_python(self, params: Mapping[str, np.ndarray]) -> tuple[str, ...] | None:
        """Write its forward pass as lines of NumPy that turn the rows of `a` into its outputs, again called `a`.

        Args:
            params: The layer's learned arrays by role.

        Returns:
            The lines; None where it does not state them.
        """
        return None

    def draw(self, seed: int) -> HostArrays:
        """Draw the initial parameters, which depend on the seed and on this layer's name and shape alone.

        What is called `weight` multiplies inputs, the last axis counting the outputs: penalties and weight decay act on
        it, and directions through the loss move it. Every other array has a number a channel, and is left alone.
        """
        return {}

    def start_statistics(self) -> HostArrays:
        """Return the running statistics before the first step."""
        return {}

    @abstractmethod
    def forward(
        self, params: Params, statistics: Statistics, inputs: Float[Array, "batch ..."], context: Context
    ) -> tuple[Float[Array, "batch ..."], Statistics]:
        """Compute the outputs of a batch.

        Args:
            params: All parameters of the network; the layer takes those of its name.
            statistics: All running statistics.
            inputs: A batch, `(batch, *input_shape)`.
            context: Training or not, the key of random draws, the tape.

        Returns:
            `(batch, *output_shape)`, and the statistics, changed where this layer keeps some.
        """


@dataclass(frozen=True)
class SimpleLayer(Layer):
    """A layer without learned numbers and without a function of each value, which costs no products."""

    @property
    def multiply_adds(self) -> int:
        return 0

    @property
    def multiply_adds_back(self) -> tuple[int, int]:
        return 0, 0

    @property
    def activation(self) -> ActivationName:
        return "linear"

    @property
    def saturation(self) -> Saturation:
        return NEVER_SATURATED


@dataclass(frozen=True)
class CurvedLayer(Layer):
    """A layer that ends in a function of each value that has a name."""

    @property
    @abstractmethod
    def activation(self) -> ActivationName:
        """The function's name."""

    @property
    def function(self) -> Function:
        """The function, with what is to be known of it."""
        return FUNCTIONS[self.activation]

    @property
    def saturation(self) -> Saturation:
        return self.function.saturation

    def kink_sides(
        self, inputs: Float[Array, "batch ..."], preactivation: Float[Array, "batch ..."]
    ) -> tuple[Int[Array, "..."], ...]:
        return tuple(jnp.sign(preactivation - kink).astype(jnp.int8) for kink in self.function.kinks)


@dataclass(frozen=True)
class WeightedLayer(CurvedLayer):
    """A layer of weighted sums, perhaps with a bias each, and a function of each sum."""

    spec: DenseSpec | Conv2DSpec

    @property
    def multiply_adds_back(self) -> tuple[int, int]:
        # Each weight takes part in as many products of either gradient as in the forward pass.
        return self.multiply_adds, self.multiply_adds

    @property
    def activation(self) -> ActivationName:
        return self.spec.activation

    @property
    def pointwise(self) -> Pointwise:
        return "no"

    @property
    def input_factors(self) -> Factors:
        return NO_FACTOR if self.spec.bias else self.function.factors

    @property
    def weight_factors(self) -> Factors:
        return self.function.factors

    @property
    def initial_values(self) -> str:
        return self.spec.initial_values

    @property
    def initial_scale(self) -> float:
        return self.spec.initial_scale


def need_rank(name: str, what: str, input_shape: tuple[int, ...], rank: int, remedy: str) -> None:
    """Raise a `ShapeError` unless one example has the wanted number of axes."""
    if len(input_shape) != rank:
        raise ShapeError(f"layer '{name}' ({what}) cannot take an input of shape {input_shape}: {remedy}")

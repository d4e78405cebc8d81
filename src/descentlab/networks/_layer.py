"""What a layer is, and what a forward pass is told."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from jax import Array
from jaxtyping import Bool, Float, PRNGKeyArray

from descentlab.core import ShapeError

Params = dict[str, dict[str, Array]]
"""Learned arrays by layer name, then by role: `params["hidden"]["weight"]`."""

Statistics = dict[str, dict[str, Array]]
"""Running means and variances by layer name; they change in training but are not learned by descent."""

HostArrays = dict[str, dict[str, np.ndarray]]
TapKind = Literal["preactivation", "activation"]
Edit = Callable[[Array], Array]


@dataclass(frozen=True)
class Tape:
    """Records what passes each layer, and may change it on the way.

    This is the one way to look into a forward pass: accounts of back-propagation, features and importance
    read `values`; ablation, replacement and perturbation are `edits`.

    Attributes:
        edits: Functions by tap name, as `{"conv1/activation": lambda a: 0 * a}`.
        values: Filled by the pass: each layer's preactivation z and activation a, after edits.
    """

    edits: Mapping[str, Edit] = field(default_factory=dict)
    values: dict[str, Array] = field(default_factory=dict)

    def pass_through(self, layer: str, kind: TapKind, value: Array) -> Array:
        """Record a value under `layer/kind`, changed by the edit of that name if there is one."""
        name = f"{layer}/{kind}"
        edit = self.edits.get(name)
        edited = value if edit is None else edit(value)
        self.values[name] = edited
        return edited


@dataclass(frozen=True)
class Context:
    """What a forward pass is told besides parameters and inputs.

    Attributes:
        is_training: Whether dropout drops and batch norm uses the batch's own statistics.
        key: Draws what dropout drops; needed in training only.
        counted: Which examples of the batch count; the others fill up a last, smaller batch. None: all.
        tape: Records and edits; None costs nothing.
        dropout_rate: What dropout layers hide instead of their own share; None leaves each its own.
    """

    is_training: bool = False
    key: PRNGKeyArray | None = None
    counted: Bool[Array, " batch"] | None = None
    tape: Tape | None = None
    dropout_rate: Float[Array, ""] | None = None

    def tap(self, layer: str, kind: TapKind, value: Array) -> Array:
        """Show a value to the tape, if there is one."""
        return value if self.tape is None else self.tape.pass_through(layer, kind, value)


@dataclass(frozen=True)
class Layer(ABC):
    """One named step of a network. Every class is final or abstract.

    Attributes:
        name: By which parameters, taps and tables know it.
        input_shape: Shape of one example as it comes in.
    """

    kind: ClassVar[str]
    role: ClassVar[str]

    name: str
    input_shape: tuple[int, ...]

    @property
    @abstractmethod
    def output_shape(self) -> tuple[int, ...]:
        """Shape of one example as it goes out."""

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of the forward pass for one example; 0 where there are none worth counting."""
        return 0

    @property
    def num_params(self) -> int:
        """How many numbers are learned."""
        return sum(array.size for arrays in self.draw(seed=0).values() for array in arrays.values())

    def draw(self, seed: int) -> HostArrays:
        """Draw the initial parameters, which depend on the seed and on this layer's name and shape alone."""
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
            params: All parameters of the network; the layer takes its own by name.
            statistics: All running statistics.
            inputs: A batch, `(batch, *input_shape)`.
            context: Training or not, dropout's key, the tape.

        Returns:
            `(batch, *output_shape)`, and the statistics, changed where this layer keeps some.
        """


def need_rank(name: str, what: str, input_shape: tuple[int, ...], rank: int, remedy: str) -> None:
    """Raise a `ShapeError` unless one example has the wanted number of axes."""
    if len(input_shape) != rank:
        raise ShapeError(f"layer '{name}' ({what}) cannot take an input of shape {input_shape}: {remedy}")

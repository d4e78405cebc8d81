"""What goes through a forward pass besides the examples: parameters, statistics, and the tape that records it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jax import Array
from jaxtyping import Bool, Float, PRNGKeyArray

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

    There is no other way to look into a forward pass: accounts of back-propagation, features and importance
    read `values`; ablation, replacement and perturbation are `edits`.

    Attributes:
        edits: Functions by tap name, as `{"conv1/activation": lambda a: 0 * a}`.
        values: Each layer's preactivation z and activation a after the edits, filled by the forward pass.
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
    """The circumstances of a forward pass, besides parameters and inputs.

    Attributes:
        is_training: Whether dropout drops and batch norm uses the batch's own statistics.
        key: The random key of layers that draw, which is needed in training only.
        counted: Whether each example of the batch counts; the others fill up a last, smaller batch. None: all count.
        tape: The tape that records and edits values; None costs nothing.
        dropout_rate: The share that dropout layers hide; None leaves each the share of its description.
    """

    is_training: bool = False
    key: PRNGKeyArray | None = None
    counted: Bool[Array, " batch"] | None = None
    tape: Tape | None = None
    dropout_rate: Float[Array, ""] | None = None

    def tap(self, layer: str, kind: TapKind, value: Array) -> Array:
        """Show a value to the tape, if there is one."""
        return value if self.tape is None else self.tape.pass_through(layer, kind, value)

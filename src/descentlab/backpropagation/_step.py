"""The backward step of a layer: what it is made from, and what every kind of layer must answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation._sum import Sum, all_at, all_places, at
from descentlab.networks import Layer

AnyLayer = TypeVar("AnyLayer", bound=Layer)
Place = tuple[int, ...]
Batch = Float[np.ndarray, "batch ..."]
Array = Float[np.ndarray, "..."]


@dataclass(frozen=True)
class Formula:
    """A rule of a kind of layer, once as LaTeX and once in plain signs.

    Attributes:
        of: The name of what it computes: "preactivation", "activation", "delta", a parameter's role, or "input".
        latex: The rule as LaTeX, without dollar signs.
        text: The rule in plain text.
    """

    of: str
    latex: str
    text: str


@dataclass(frozen=True, eq=False)
class LayerValues:
    """What passed a layer in the forward pass, in float64.

    Attributes:
        inputs: The activations of the layer below.
        preactivation: z; the outputs of a layer that records no z.
        activation: The outputs.
        params: The layer's learned arrays by role.
        statistics: The layer's running statistics by role.
        is_training: Whether batch norm used the statistics of the batch.
        kept: The factor by which dropout multiplied each value; None where nothing was dropped.
    """

    inputs: Batch
    preactivation: Batch
    activation: Batch
    params: dict[str, Array]
    statistics: dict[str, Array]
    is_training: bool = False
    kept: Batch | None = None


@dataclass(frozen=True, eq=False)
class BackwardStep(ABC, Generic[AnyLayer]):
    """One layer's part of the backward pass, for one batch.

    With C_n the cost of example n and S their sum, every array that has a row an example holds derivatives of S:
    row n of `delta` is ∂S/∂z_n. Without batch norm that is ∂C_n/∂z_n, since an example's cost depends on itself alone.

    A new kind of layer needs one such class, and a line in `_rules.py`.

    Attributes:
        layer: The layer.
        values: What passed the layer in the forward pass.
    """

    layer: AnyLayer
    values: LayerValues

    @abstractmethod
    def formulas(self) -> tuple[Formula, ...]:
        """Return the rules of this kind of layer, in the order in which they are used."""

    @property
    def slope(self) -> Batch:
        """σ'(z), of every value; 1 where the layer has no non-linear function of its own."""
        return np.ones_like(self.values.activation)

    def delta(self, upstream: Batch) -> Batch:
        """Compute ∂S/∂z from ∂S/∂a."""
        return upstream * self.slope

    def gradients(self, delta: Batch, upstream: Batch, rows: slice = slice(None)) -> dict[str, Array]:
        """Compute ∂S/∂θ of each learned array, as the sum over some rows of the batch.

        Args:
            delta: ∂S/∂z, by which what is learned before the function of each value gets its gradient.
            upstream: ∂S/∂a, by which what is learned within that function gets its own.
            rows: The examples.

        Returns:
            By role.
        """
        return {}

    def with_inner(self, through: Batch) -> "BackwardStep[AnyLayer]":
        """Return the step of a layer that is made of others, with the ∂S/∂a that those hand down to its inputs.

        Args:
            through: ∂S/∂a of the layer's inputs, as the backward pass through its inner layers gives it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no rule for the layers that its layer is made of")

    @abstractmethod
    def below(self, delta: Batch) -> Batch:
        """Compute ∂S/∂a of the layer below."""

    def size(self, delta: Batch, upstream: Batch) -> float:
        """Say how large the products are that this step adds up: what its rounding errors are measured by."""
        return largest_of(delta)

    @abstractmethod
    def output_sum(self, row: int, place: Place) -> Sum:
        """Write one z of one example as the sum that it is."""

    def gradient_sum(self, role: str, place: Place, delta: Batch, upstream: Batch) -> Sum:
        """Write one entry of ∂C/∂θ, averaged over the batch, as the sum that it is; arguments as in `gradients`."""
        raise KeyError(role)

    @abstractmethod
    def below_sum(self, delta: Batch, row: int, place: Place) -> Sum:
        """Write one ∂S/∂a of the layer below, of one example, as the sum that it is."""


def weighted_sum(
    name: str,
    labels: tuple[str, ...],
    factors: tuple[tuple[str, Array | float], ...],
    constants: tuple[tuple[str, float], ...] = (),
) -> Sum:
    """Put a sum of products together.

    Args:
        name: The name of the number.
        labels: The place that each term comes from, the last axis of the factors running fastest.
        factors: The factors by name; each has a number for every term, or one number for all.
        constants: Numbers that are added to the products.

    Returns:
        The sum.
    """
    names = tuple(factor for factor, _ in factors)
    columns = np.broadcast_arrays(*(np.asarray(values, np.float64) for _, values in factors))
    table = np.stack([column.ravel() for column in columns], axis=1)
    return Sum(name, labels, names, table, constants)


def places_sum(role: str, place: Place, factors: tuple[tuple[str, Array], ...]) -> Sum:
    """Write one entry of ∂C/∂θ as a sum over the examples, and over the places of a picture where it is shared.

    Args:
        role: The learned array.
        place: The place of the entry.
        factors: The factors by name, each of shape `(batch, *places)`.

    Returns:
        The sum, with the share 1/N of each example where there are several.
    """
    shape = factors[0][1].shape
    share = (("1/N", 1.0 / shape[0]),) if shape[0] > 1 else ()
    labels = all_at("n" if len(shape) == 1 else "n,place ", all_places(shape))
    return weighted_sum(at(f"∂C/∂{role}", place), labels, (*factors, *share))


def largest_of(*arrays: Array) -> float:
    """Return the largest absolute value in any of some arrays, 0 for none."""
    return max((float(np.max(np.abs(array), initial=0.0)) for array in arrays), default=0.0)

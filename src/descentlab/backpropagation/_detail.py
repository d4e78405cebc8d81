"""One layer of an account with the numbers put in."""

from dataclasses import dataclass

import numpy as np

from descentlab.backpropagation._account import Account, LayerAccount
from descentlab.backpropagation._entries import Entries, largest_entries
from descentlab.backpropagation._step import Place
from descentlab.backpropagation._sum import Sum
from descentlab.core import SpecError, unknown_name


@dataclass(frozen=True, eq=False)
class GradientDetail:
    """One learned array's derivatives.

    Attributes:
        role: The array, as "weight" or "bias".
        entries: The largest derivatives, and the rest as a sum.
        sums: Each of the largest as a sum of products.
    """

    role: str
    entries: Entries
    sums: tuple[Sum, ...]


@dataclass(frozen=True, eq=False)
class LayerDetail:
    """One neuron's forward and backward pass, and its layer's largest derivatives.

    Attributes:
        layer: The layer's part of the account.
        row: The example.
        place: The neuron, as a place in the layer's output.
        output: The neuron's z as a sum; its activation where the layer records no z.
        preactivation: The neuron's z.
        activation: The neuron's a.
        activation_gradient: The derivative ∂C/∂a.
        slope: The slope σ'(z); 1 where the layer has no non-linear function.
        delta: The derivative ∂C/∂z, the product of both.
        gradients: The derivatives by each learned array, averaged over the examples.
        below_place: The input whose ∂C/∂a is largest.
        below: The ∂C/∂a of that input as a sum.
    """

    layer: LayerAccount
    row: int
    place: Place
    output: Sum
    preactivation: float
    activation: float
    activation_gradient: float
    slope: float
    delta: float
    gradients: tuple[GradientDetail, ...]
    below_place: Place
    below: Sum


def explain_layer(
    account: Account, name: str, *, row: int = 0, place: Place | None = None, top: int = 12
) -> LayerDetail:
    """Put the numbers into a layer's formulas.

    Args:
        account: The account.
        name: The layer.
        row: The example, counted within the batch of the account.
        place: The neuron. Default: the one whose delta is largest.
        top: How many of each array's derivatives to take apart.

    Returns:
        The layer's numbers.

    Raises:
        SpecError: If there is no such layer, example or neuron.
    """
    layer = account.layer(name)
    if not 0 <= row < account.num_examples:
        raise SpecError(f"example {row} is not among the {account.num_examples} of the account; count from 0")
    chosen = _place_of_largest(layer.delta[row]) if place is None else _checked(layer, place)
    index = (row, *chosen)
    below_place = _place_of_largest(layer.input_gradient[row])
    towards, delta = float(layer.activation_gradient[index]), float(layer.delta[index])
    return LayerDetail(
        layer=layer,
        row=row,
        place=chosen,
        output=layer.step.output_sum(row, chosen),
        preactivation=float(layer.preactivation[index]),
        activation=float(layer.activation[index]),
        activation_gradient=towards,
        slope=float(layer.slope[index]),
        delta=delta,
        gradients=tuple(_gradient(layer, role, top) for role in layer.gradients),
        below_place=below_place,
        below=layer.step.below_sum(layer.delta, row, below_place),
    )


def _gradient(layer: LayerAccount, role: str, top: int) -> GradientDetail:
    entries = largest_entries(layer.gradients[role], top)
    sums = tuple(layer.gradient_sum(role, entry.place) for entry in entries.largest)
    return GradientDetail(role, entries, sums)


def explain_gradient(
    account: Account, name: str, role: str, *, row: int | None = None, top: int = 12
) -> GradientDetail:
    """Take a layer's derivatives by one learned array apart.

    Args:
        account: The account.
        name: The layer.
        role: The array, as "weight".
        row: The example whose part of them it is; None takes the average over all.
        top: How many to take apart.

    Returns:
        The largest, the rest as a sum, and what each of the largest is made of.

    Raises:
        SpecError: If there is no such layer or array.
    """
    layer = account.layer(name)
    if role not in layer.gradients:
        raise SpecError(unknown_name(f"array of layer '{name}'", role, layer.gradients))
    if row is None or account.num_examples == 1:
        return _gradient(layer, role, top)
    entries = largest_entries(layer.example_gradients(row)[role], top)
    sums = (layer.gradient_sum(role, entry.place) for entry in entries.largest)
    return GradientDetail(role, entries, tuple(_of_example(whole, row, account.num_examples) for whole in sums))


def _of_example(whole: Sum, row: int, num_examples: int) -> Sum:
    """Keep one example's terms of an average, without their share 1/N: its terms stand together, in its row."""
    count = len(whole.labels) // num_examples
    part = slice(row * count, (row + 1) * count)
    return Sum(whole.name, whole.labels[part], whole.factor_names[:-1], whole.factors[part, :-1])


def _place_of_largest(values: np.ndarray) -> Place:
    return tuple(int(axis) for axis in np.unravel_index(np.argmax(np.abs(values)), values.shape))


def _checked(layer: LayerAccount, place: Place) -> Place:
    shape = layer.activation.shape[1:]
    if len(place) != len(shape) or not all(0 <= axis < side for axis, side in zip(place, shape, strict=True)):
        raise SpecError(
            f"layer '{layer.name}' has no neuron {', '.join(map(str, place))}: its output has shape {shape}, "
            "counted from 0"
        )
    return place

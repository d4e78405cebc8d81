"""The arrays of an account that can be checked, each with the size below which rounding hides all."""

from dataclasses import dataclass

import numpy as np

from descentlab.backpropagation._account import Account, LayerAccount
from descentlab.backpropagation._step import Array, largest_of

ROUNDING = 32.0 * float(np.finfo(np.float64).eps)
"""Relative rounding error of a sum of products, with room for some hundred terms that do not all err one way."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """One array of derivatives.

    Attributes:
        layer: The layer that it belongs to; "inputs" for the examples themselves.
        of: The array: "weight", "bias", ..., "delta" (∂C/∂z) or "activation" (∂C/∂a).
        shift: The place where an addition changes the cost by it: the name of a parameter, of a tap, or "inputs".
        ours: The account's numbers. Of a parameter they are averaged over the examples; all others are ∂S/∂z and
            ∂S/∂a, S being the sum of the examples' costs.
        scale: The largest absolute value of ours.
        rounding: Absolute error that rounding may have left in any way of computing them.
        is_averaged: Whether ours are averages over the examples.
    """

    layer: str
    of: str
    shift: str
    ours: Array
    scale: float
    rounding: float
    is_averaged: bool


def quantities(account: Account) -> list[Quantity]:
    """List the arrays of an account, from the output back to the inputs.

    Rounding errors are followed along: a step computes its numbers from sums of products that may cancel, and hands the
    relative error that this leaves down to all layers below.

    Args:
        account: The account.

    Returns:
        The arrays.
    """
    cost = account.cost
    # A cost that is nearly 0 is the difference of numbers of size 1, so that few digits of its derivative are left.
    start = max(1.0, largest_of(cost.outputs[np.isfinite(cost.outputs)]))
    lost = _relative(ROUNDING * start, largest_of(cost.delta))
    listed: list[Quantity] = []
    size = largest_of(cost.delta)
    for layer in reversed(account.layers):
        listed += _of_layer(layer, lost, size)
        lost += _relative(ROUNDING * largest_of(layer.activation_gradient), largest_of(layer.delta))
        size = layer.step.size(layer.delta, layer.activation_gradient)
        lost += _relative(ROUNDING * size, largest_of(layer.input_gradient))
    inputs = account.input_gradient
    return [*listed, _quantity("inputs", "activation", "inputs", inputs, lost, size, is_averaged=False)]


def _of_layer(layer: LayerAccount, lost: float, size: float) -> list[Quantity]:
    towards = layer.activation_gradient
    listed = [_quantity(layer.name, "activation", f"{layer.name}/activation", towards, lost, size, is_averaged=False)]
    inside = lost
    if layer.has_preactivation:
        upstream = largest_of(towards)
        listed.append(
            _quantity(
                layer.name, "delta", f"{layer.name}/preactivation", layer.delta, lost, upstream, is_averaged=False
            )
        )
        inside += _relative(ROUNDING * upstream, largest_of(layer.delta))
    products = layer.step.size(layer.delta, layer.activation_gradient)
    for role, gradient in layer.gradients.items():
        listed.append(_quantity(layer.name, role, f"{layer.name}/{role}", gradient, inside, products, is_averaged=True))
    return listed


def _quantity(layer: str, of: str, shift: str, ours: Array, lost: float, size: float, *, is_averaged: bool) -> Quantity:
    scale = largest_of(ours)
    rounding = ROUNDING * size + (lost * scale if np.isfinite(lost) else 0.0)
    return Quantity(layer, of, shift, ours, scale, rounding, is_averaged)


def _relative(error: float, scale: float) -> float:
    return error / scale if scale > 0.0 else 0.0

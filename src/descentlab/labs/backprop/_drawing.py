"""The network as a drawing: one example's activations, and how they and the weights should change."""

from dataclasses import dataclass

import numpy as np

from descentlab.backpropagation import LayerAccount
from descentlab.labs.backprop._measured import Backprop
from descentlab.results import DrawnLayer, Scene
from descentlab.spec import HEADS

MAX_COLUMNS = 16
"""Columns up to which all layers are drawn; of deeper networks those that learn are, up to so many."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """The drawn network, and where each layer stands in it.

    Attributes:
        columns: From the inputs to the targets; empty where there would be too many.
        places: The column of each layer by name; of a layer without one, the column that it is handed.
    """

    columns: tuple[DrawnLayer, ...]
    places: dict[str, int]

    @property
    def last(self) -> int:
        """The column of the outputs; that of the targets comes after it."""
        return len(self.columns) - 2

    def scene(
        self, layer: str | None, forward_to: int, back_from: int | None = None, *, is_mean: bool = False
    ) -> Scene:
        """Say what a step shows; without `back_from` no derivative is known yet."""
        lit = None if layer is None else self.places[layer]
        return Scene(lit, forward_to, self.last + 2 if back_from is None else back_from, is_mean)


def draw(measured: Backprop) -> Drawing:
    """Draw the network for the example that is looked at."""
    account, row = measured.account, measured.row
    inputs = account.problem.inputs[row]
    columns = [DrawnLayer("inputs", "", inputs, -account.input_gradient[row], labels=_input_names(measured, inputs))]
    places = {"inputs": 0}
    # Where a layer hands on what it is given, a column of its own would show nothing new.
    shown = [layer for layer in account.layers if layer.step.layer.acts_in_evaluation]
    if len(shown) + 2 > MAX_COLUMNS:
        shown = [layer for layer in shown if layer.gradients]
    if len(shown) + 2 > MAX_COLUMNS:
        return Drawing((), dict.fromkeys(["inputs", *(layer.name for layer in account.layers)], 0))
    for layer in account.layers:
        if any(layer is each for each in shown):
            columns.append(_outputs(measured, layer) if layer is account.layers[-1] else _hidden(measured, layer))
        places[layer.name] = len(columns) - 1
    names = measured.output_names
    columns.append(DrawnLayer("y", "wanted", account.cost.targets[row], labels=names, is_apart=True))
    return Drawing(tuple(columns), places)


def _input_names(measured: Backprop, inputs: np.ndarray) -> tuple[str, ...]:
    names = measured.subject.feature_names
    return names if inputs.ndim == 1 and len(names) == inputs.size else ()


def _hidden(measured: Backprop, layer: LayerAccount) -> DrawnLayer:
    activation, gradient = layer.activation[measured.row], layer.activation_gradient[measured.row]
    example, mean = _weights(measured, layer)
    return DrawnLayer(layer.name, layer.kind, activation, -gradient, weight_nudges=example, mean_weight_nudges=mean)


def _outputs(measured: Backprop, layer: LayerAccount) -> DrawnLayer:
    """Draw the outputs behind the head, with the nudges of the logits, which the layer can move."""
    cost, row = measured.account.cost, measured.row
    example, mean = _weights(measured, layer)
    kind = layer.kind if HEADS[cost.head].is_identity else cost.head
    return DrawnLayer(
        layer.name, kind, cost.outputs[row], -cost.delta[row], "−∂C/∂z", measured.output_names, example, mean
    )  # fmt: skip


def _weights(measured: Backprop, layer: LayerAccount) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the nudges of the weights between a layer and its inputs, for the example and, in a batch, on average."""
    if layer.weighted_sum is None or layer.weighted_sum.is_slid:
        return None, None
    example = -layer.example_gradients(measured.row)["weight"]
    return example, -layer.gradients["weight"] if measured.is_batch else None

"""The forward and backward pass of one example, stage by stage, as words and numbers to draw."""

from dataclasses import dataclass

import numpy as np

from descentlab.backpropagation import Account, LayerAccount
from descentlab.data import Dataset

MOST_NEURONS = 24


@dataclass(frozen=True)
class Stage:
    """One stage of the forward or backward pass.

    Attributes:
        title: Title of the stage.
        text: Formula of the stage, in words.
        columns: Header of the table.
        rows: Rows of the table, one a neuron.
        numbers: Texts on the drawing: by `layer/row/unit` on the line of a weight, by `layer/unit` under a neuron.
    """

    title: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: dict[str, str]


def walk(account: Account, dataset: Dataset, row: int) -> list[Stage]:
    """Return the stages: the example, the forward pass by layer, the cost, the backward pass by layer.

    Args:
        account: Account of the example.
        dataset: Data set of the example.
        row: Row of the example in the data set.

    Returns:
        The stages in order.
    """
    layers = [layer for layer in account.layers if "weight" in layer.params]
    return [
        _example(account, dataset, row),
        *(_forward(layer) for layer in layers),
        _cost(account, dataset, row),
        *(_backward(layer) for layer in reversed(layers)),
    ]


def _example(account: Account, dataset: Dataset, row: int) -> Stage:
    inputs = account.problem.inputs[0]
    rows = tuple((name, _word(value)) for name, value in zip(dataset.feature_names, inputs, strict=True))
    return Stage(
        "The example", f"{_target(dataset, row)}; what the network sees of it:", ("input", "value"),
        rows[:MOST_NEURONS], {},
    )  # fmt: skip


def _forward(layer: LayerAccount) -> Stage:
    before, weight = layer.inputs[0], layer.params["weight"]
    bias = layer.params.get("bias", np.zeros(weight.shape[1]))
    z, a = layer.preactivation[0], layer.activation[0]
    numbers = {
        f"{layer.name}/{place}/{unit}": f"{_word(weight[place, unit])}·{_word(before[place])}"
        for place in range(min(len(before), MOST_NEURONS))
        for unit in range(min(len(z), MOST_NEURONS))
    }
    numbers |= {f"{layer.name}/{unit}": _word(a[unit]) for unit in range(min(len(z), MOST_NEURONS))}
    rows = tuple(
        (str(unit + 1), _word(float(before @ weight[:, unit])), _word(bias[unit]), _word(z[unit]), _word(a[unit]))
        for unit in range(min(len(z), MOST_NEURONS))
    )
    text = "z = Wa + b: each input times its weight, summed, plus the bias; then a = σ(z)."
    return Stage(f"Forward: {layer.name}", text, ("neuron", "Wa", "b", "z", "a = σ(z)"), rows, numbers)


def _cost(account: Account, dataset: Dataset, row: int) -> Stage:
    outputs, delta = account.cost.outputs[0], account.cost.delta[0]
    names = dataset.classes if len(dataset.classes) == len(outputs) else ("output",) * len(outputs)
    rows = tuple((name, _word(output), _word(slope)) for name, output, slope in zip(names, outputs, delta, strict=True))
    text = f"{_target(dataset, row)}. It costs C = {_word(account.mean_cost)}. The backward pass begins with ∂C/∂z."
    last = account.layers[-1].name
    numbers = {f"{last}/{unit}": f"∂C/∂z {_word(slope)}" for unit, slope in enumerate(delta)}
    return Stage("The cost", text, ("output", "value", "∂C/∂z"), rows, numbers)


def _backward(layer: LayerAccount) -> Stage:
    upstream, slope, delta = (
        layer.activation_gradient[0],
        np.broadcast_to(layer.slope, layer.delta.shape)[0],
        layer.delta[0],
    )
    gradient = layer.gradients["weight"]
    numbers = {
        f"{layer.name}/{place}/{unit}": _word(gradient[place, unit])
        for place in range(min(gradient.shape[0], MOST_NEURONS))
        for unit in range(min(gradient.shape[1], MOST_NEURONS))
    }
    numbers |= {f"{layer.name}/{unit}": f"δ {_word(delta[unit])}" for unit in range(min(len(delta), MOST_NEURONS))}
    rows = tuple(
        (str(unit + 1), _word(upstream[unit]), _word(slope[unit]), _word(delta[unit]), _largest(gradient[:, unit]))
        for unit in range(min(len(delta), MOST_NEURONS))
    )
    text = (
        "δ = ∂C/∂a · σ'(z), and for each weight ∂C/∂w = δ · a of the neuron that it comes from (on the lines); "
        "the neuron below is handed ∂C/∂a = Wδ. The bias wants ∂C/∂b = δ."
    )
    columns = ("neuron", "∂C/∂a", "σ'(z)", "δ = ∂C/∂z", "largest ∂C/∂w")
    return Stage(f"Backward: {layer.name}", text, columns, rows, numbers)


def _largest(values: np.ndarray) -> str:
    return _word(values[int(np.argmax(np.abs(values)))])


def _target(dataset: Dataset, row: int) -> str:
    if dataset.classes:
        return f"It is {dataset.classes[int(dataset.targets[row])]}"
    value = float(np.asarray(dataset.targets[row] * dataset.target_scale + dataset.target_shift))
    return f"Its target is {_word(value)}"


def _word(value: float) -> str:
    return f"{float(value):.3g}"

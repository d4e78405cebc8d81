"""Bars and pictures of nudges: how outputs, weights, activations and pixels should change to lower the cost."""

import numpy as np

from descentlab.backpropagation import output_nudges
from descentlab.labs.backprop._measured import Backprop, other_terms
from descentlab.labs.backprop._nudges import Nudges
from descentlab.results import Bars, Fields, Part, Tables, number

MIN_PICTURE = 4
"""Rows and columns of inputs from which on they are shown as a picture."""
MAX_EXAMPLES = 32
MIN_OUTPUTS = 20


def output_bars(measured: Backprop) -> list[Part]:
    """Draw how each output should change: by the example, and by the batch on average."""
    bars: list[Part] = [_output_bars(measured, measured.row, "How this example's outputs should change")]
    if measured.is_batch:
        title = f"How outputs should change on average over {measured.account.num_examples} examples"
        bars.append(_output_bars(measured, None, title))
    return bars


def _output_bars(measured: Backprop, row: int | None, title: str) -> Bars:
    nudges = output_nudges(measured.account, row)
    order = np.sort(np.argsort(-np.abs(nudges.logit_nudges), kind="stable")[: max(measured.top, MIN_OUTPUTS)])
    rows = tuple(
        (measured.output_names[k], number(float(nudges.outputs[k])), number(float(nudges.targets[k]))) for k in order
    )
    return Bars(title, ("output", "a", "y", "−∂C/∂z"), rows, nudges.logit_nudges[order])


def neuron_bars(nudges: Nudges, top: int) -> list[Part]:
    """Draw how a neuron's weights and bias should change, and the activations behind it."""
    example, mean = nudges.example, nudges.mean
    shown, rest = nudges.order[:top], nudges.order[top:]
    heads, means = (("w, on average",), [mean.weight_nudges]) if mean else ((), [])
    weights = [
        (example.labels[k], number(float(example.behind[k])), *(number(float(column[k])) for column in means))
        for k in shown
    ]
    values = [float(example.weight_nudges[k]) for k in shown]
    if example.bias_nudge is not None:
        weights.append(("bias", "", *([] if mean is None else [number(-mean.delta)])))
        values.append(example.bias_nudge)
    behind = tuple((example.labels[k], number(float(example.weights[k]))) for k in shown)
    # As a bar of its own, the sum of all others would dwarf what it is beside.
    verb = "is" if len(rest) == 1 else "add up to"
    notes = [
        f"{other_terms(len(rest))} {verb} {number(float(column[rest].sum()), digits=4)}." if len(rest) else ""
        for column in (example.weight_nudges, example.activation_nudges)
    ]
    return [
        Bars(f"Weights and bias of {nudges.name}", ("from", "a behind", *heads, "−δ a"), tuple(weights),
             np.array(values), note=notes[0]),
        Bars(f"Activations behind {nudges.name}", ("from", "w", "−δ w"), behind, example.activation_nudges[shown],
             note=notes[1]),
    ]  # fmt: skip


def input_fields(measured: Backprop) -> list[Part]:
    """Show how a picture's pixels should change, and the weights by which the first layer looks at them."""
    shape = measured.account.problem.network.input_shape
    if len(shape) != 3 or min(shape[:2]) < MIN_PICTURE:
        return []
    names, values = ["pixels: −∂C/∂a"], [-measured.account.input_gradient[measured.row].sum(axis=-1)]
    for nudges in measured.nudges[:1]:
        example = nudges.example
        if len(example.weights) == np.prod(shape):
            names += [f"weights of {nudges.name}: −δ a", f"weights of {nudges.name}: w"]
            values += [column.reshape(shape).sum(axis=-1) for column in (example.weight_nudges, example.weights)]
    return [Fields("How the picture should change", tuple(names), tuple(values))]


def cosine_bars(tables: Tables) -> Bars:
    """Draw the cosine of each example's gradient with the mean."""
    examples = tables["examples"]
    rows = tuple(
        (f"example {row['example']}", row["truth"], number(row["cost"]), number(row["gradient_norm"]))
        for row in list(examples.rows())[:MAX_EXAMPLES]
    )
    cosines = np.nan_to_num(np.asarray(examples.column("cosine"), np.float64))[: len(rows)]
    note = f"The first {len(rows)} of {len(examples)}." if len(examples) > len(rows) else ""
    head = ("example", "truth", "C", "length", "cosine with the mean")
    return Bars("Each example's gradient beside the mean", head, rows, cosines, ("against", "with"), note)

"""Parts of the page of an account: tables with numbers as a page writes them, bars and pictures of nudges."""

import re
from typing import TYPE_CHECKING

import numpy as np

from descentlab.backpropagation import output_wishes
from descentlab.core import TextTable
from descentlab.labs.backprop._nudges import Nudges
from descentlab.labs.backprop._tables import DIFFER
from descentlab.results import Bars, Fields, Part, WordTable, number

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop

POWER = re.compile(r"(\d(?:\.\d+)?)e[-+]\d+")
MINUS = re.compile(r"(?<![\w\]])-(?=[\d∂])")
MIN_PICTURE = 4
"""Rows and columns of inputs from which on they are shown as a picture."""


def page_words(text: str) -> str:
    """Write a sentence's numbers as a page does: with a minus sign, and powers of ten."""
    powers = POWER.sub(lambda found: number(float(found[0]), digits=len(found[1].replace(".", ""))), text)
    return MINUS.sub("−", powers)


def page_table(
    table: TextTable, *, total: bool = False, is_saved: bool = False, strip: str = "", bad: tuple[int, ...] = ()
) -> WordTable:
    """Write a table's numbers as a page does, and mark the rows in which something does not agree.

    Args:
        table: As for a terminal.
        total: Whether the last row is a sum.
        is_saved: Whether the page offers it as a file.
        strip: What the title says and the first column need not repeat.
        bad: Rows to mark besides those that say so themselves.

    Returns:
        The table.
    """
    rows = tuple((first.removeprefix(strip), *map(_worded, rest)) for first, *rest in table.rows)
    bad = tuple(k for k, row in enumerate(table.rows) if DIFFER in row or k in bad)
    rows = tuple(tuple(f"✗ {cell}" if cell == DIFFER else cell for cell in row) for row in rows)
    return WordTable(table.title, table.header, rows, bad=bad, total=total, is_saved=is_saved)


def _worded(cell: str) -> str:
    """Write a number with a decimal point or an exponent as the page's other numbers are."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    digits = sum(sign.isdigit() for sign in cell.partition("e")[0].lstrip("-0."))
    return number(value, digits=min(max(digits, 2), 9)) if set(cell) & set(".en") else cell.replace("-", "−")


def output_bars(found: "Backprop") -> list[Part]:
    """Draw what is wanted of each output: by the example, and by the batch on average."""
    several = found.account.num_examples > 1
    bars: list[Part] = [_output_bars(found, found.row, "What this example wants of the outputs")]
    if several:
        bars.append(_output_bars(found, None, f"What all {found.account.num_examples} want on average"))
    return bars


def _output_bars(found: "Backprop", row: int | None, title: str) -> Bars:
    wishes = output_wishes(found.account, row)
    order = np.argsort(-np.abs(wishes.logit_wishes), kind="stable")[: max(found.top, 20)]
    rows = tuple(
        (found.output_name(int(k)), number(float(wishes.outputs[k])), number(float(wishes.targets[k])))
        for k in sorted(order)
    )
    return Bars(title, ("output", "a", "y", "−∂C/∂z"), rows, wishes.logit_wishes[np.sort(order)])


def neuron_bars(nudges: Nudges, top: int) -> list[Part]:
    """Draw what is wanted of a neuron's weights and bias, and of the activations behind it."""
    own, mean = nudges.own, nudges.mean
    shown, rest = nudges.order[:top], nudges.order[top:]
    heads, means = (("w, on average",), [mean.weight_wishes]) if mean else ((), [])
    weights = [
        (own.labels[k], number(float(own.behind[k])), *(number(float(each[k])) for each in means)) for k in shown
    ]
    values = [float(own.weight_wishes[k]) for k in shown]
    if own.bias_wish is not None:
        weights.append(("bias", "", *([] if mean is None else [number(-mean.delta)])))
        values.append(own.bias_wish)
    behind = tuple((own.labels[k], number(float(own.weights[k]))) for k in shown)
    # As a bar of its own, the sum of all others would dwarf what it is beside.
    notes = [
        f"{len(rest):,} others add up to {number(float(wishes[rest].sum()), digits=4)}." if len(rest) else ""
        for wishes in (own.weight_wishes, own.activation_wishes)
    ]
    return [
        Bars(f"Weights and bias of {nudges.name}", ("from", "a behind", *heads, "−δ a"), tuple(weights),
             np.array(values), note=notes[0]),
        Bars(f"Activations behind {nudges.name}", ("from", "w", "−δ w"), behind, own.activation_wishes[shown],
             note=notes[1]),
    ]  # fmt: skip


def input_fields(found: "Backprop") -> list[Part]:
    """Show what is wanted of a picture's pixels, and of the weights by which the first layer looks at them."""
    shape = found.account.problem.network.input_shape
    if len(shape) != 3 or min(shape[:2]) < MIN_PICTURE:
        return []
    names, values = ["pixels: −∂C/∂a"], [-found.account.input_gradient[found.row].sum(axis=-1)]
    for nudges in found.nudges[:1]:
        own = nudges.own
        if len(own.weights) == np.prod(shape):
            names += [f"weights of {nudges.name}: −δ a", f"weights of {nudges.name}: w"]
            values += [own.weight_wishes.reshape(shape).sum(axis=-1), own.weights.reshape(shape).sum(axis=-1)]
    return [Fields("What is wanted of the picture", tuple(names), tuple(values))]

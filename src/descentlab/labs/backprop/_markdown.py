"""An account of back-propagation as Markdown with LaTeX, to be read, printed or handed in."""

from typing import TYPE_CHECKING

from descentlab.backpropagation import Formula, LayerDetail
from descentlab.core import TextTable
from descentlab.labs.backprop._depth import depth_table
from descentlab.labs.backprop._equations import chain_equations, delta_equation, sum_equation
from descentlab.labs.backprop._nudges import nudge_table
from descentlab.labs.backprop._tables import (
    agreement_table,
    effective_table,
    entries_table,
    layers_table,
    outputs_table,
    sum_table,
    update_table,
)

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop


def write_markdown(found: "Backprop") -> str:
    """Write the account: findings, output, the chain or each layer with its numbers, the checks, an update."""
    blocks = [f"# Back-propagation: {_plain(found.title)}", "\n".join(f"- {_plain(each)}" for each in found.sentences)]
    blocks += ["## Output", _formulas(found.account.cost.formulas), _table(outputs_table(found))]
    if found.chain:
        blocks += ["## The chain rule, written out", *map(_display, chain_equations(found.chain))]
    blocks += ["## Layers", _table(layers_table(found))]
    # From the output back, as the derivatives are computed.
    for detail in reversed(found.details):
        blocks += _layer(found, detail)
    blocks += ["## Nudges", *(_table(nudge_table(each, found.top)) for each in reversed(found.nudges))]
    blocks += ["## The most effective numbers", _table(effective_table(found))]
    if found.agreement is not None:
        blocks += ["## Examples beside their mean", _table(agreement_table(found))]
    if len(found.depth.names) > 1:
        blocks += ["## Through depth", _table(depth_table(found.variants))]
    blocks += ["## An update followed through", _table(update_table(found))]
    return "\n\n".join(blocks) + "\n"


def _layer(found: "Backprop", detail: LayerDetail) -> list[str]:
    layer, place = detail.layer, ",".join(map(str, detail.place))
    return [
        f"### Layer {_plain(layer.name)} ({layer.kind})",
        _formulas(layer.formulas),
        _display(sum_equation(detail.output)),
        _table(sum_table(detail.output, found.top, f"Forward, the neuron [{place}] with the largest δ")),
        _display(delta_equation(detail)),
        *(_table(entries_table(each.entries, each.role, each.sums)) for each in detail.gradients),
        _display(sum_equation(detail.below)),
        _table(sum_table(detail.below, found.top, "Handed down: the input with the largest derivative")),
    ]


def _formulas(formulas: tuple[Formula, ...]) -> str:
    return "\n\n".join(_display(formula.latex) for formula in formulas)


def _display(latex: str) -> str:
    return f"$${latex}$$"


def _table(table: TextTable) -> str:
    rows = [table.header, tuple("---" for _ in table.header), *table.rows]
    lines = ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows]
    return "\n".join([f"**{_plain(table.title)}**", "", *lines])


def _plain(text: str) -> str:
    """Keep names, which may come from files of strangers, from being read as Markdown or HTML."""
    for sign in "\\`*_{}<>|#$":
        text = text.replace(sign, f"\\{sign}")
    return text

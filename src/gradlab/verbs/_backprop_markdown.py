"""An account of back-propagation as Markdown with LaTeX, to be read, printed or handed in."""

from typing import TYPE_CHECKING

from gradlab.backpropagation import ChainProduct, Formula, LayerDetail
from gradlab.core import Table
from gradlab.verbs._backprop_words import (
    agreement_table,
    effective_table,
    entries_table,
    layers_table,
    outputs_table,
    sum_table,
    update_table,
)

if TYPE_CHECKING:
    from gradlab.verbs._backprop_result import Backprop


def write_markdown(found: "Backprop") -> str:
    """Write the account: findings, output, the chain or each layer with its numbers, the checks, an update."""
    blocks = [f"# Back-propagation: {_plain(found.title)}", "\n".join(f"- {_plain(each)}" for each in found.sentences)]
    blocks += ["## Output", _formulas(found.account.cost.formulas), _table(outputs_table(found))]
    if found.chain:
        blocks += ["## The chain rule, written out", *(_product(each) for step in found.chain for each in (
            step.weight_gradient, step.bias_gradient, step.below_gradient) if each is not None)]  # fmt: skip
    blocks += ["## Layers", _table(layers_table(found))]
    # From the output back, as the derivatives are computed.
    for detail in reversed(found.details):
        blocks += _layer(found, detail)
    blocks += ["## The most effective numbers", _table(effective_table(found))]
    if found.agreement is not None:
        blocks += ["## Examples beside their mean", _table(agreement_table(found))]
    blocks += ["## An update followed through", _table(update_table(found))]
    return "\n\n".join(blocks) + "\n"


def _layer(found: "Backprop", detail: LayerDetail) -> list[str]:
    layer, place = detail.layer, ",".join(map(str, detail.place))
    numbers = (
        rf"$$\delta_{{{place}}}=\frac{{\partial C}}{{\partial a}}\,\sigma'(z)={_number(detail.activation_gradient)}"
        rf"\cdot {_number(detail.slope)}={_result(detail.delta)}$$"
    )
    return [
        f"### Layer {_plain(layer.name)} ({layer.kind})",
        _formulas(layer.formulas),
        _table(sum_table(detail.output, found.top, f"Forward, the neuron [{place}] with the largest δ")),
        numbers,
        *(_table(entries_table(each.entries, each.role, each.sums)) for each in detail.gradients),
        _table(sum_table(detail.below, found.top, "Handed down: the input with the largest derivative")),
    ]


def _formulas(formulas: tuple[Formula, ...]) -> str:
    return "\n\n".join(f"$${formula.latex}$$" for formula in formulas)


def _product(product: ChainProduct) -> str:
    words = r"\cdot ".join(factor.latex for factor in product.factors)
    numbers = r"\cdot ".join(_number(factor.value) for factor in product.factors)
    return f"$${product.latex}={words}={numbers}={_result(product.product)}$$"


def _number(value: float) -> str:
    """Write a factor: in brackets where it has a sign or a power of its own."""
    text = _result(value)
    return f"({text})" if value < 0 or "10^" in text else text


def _result(value: float) -> str:
    mantissa, _, exponent = f"{value:.6g}".partition("e")
    return rf"{mantissa}\cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _table(table: Table) -> str:
    rows = [table.header, tuple("---" for _ in table.header), *table.rows]
    lines = ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows]
    return "\n".join([f"**{_plain(table.title)}**", "", *lines])


def _plain(text: str) -> str:
    """Keep names, which may come from files of strangers, from being read as Markdown or HTML."""
    for sign in "\\`*_{}<>|#$":
        text = text.replace(sign, f"\\{sign}")
    return text

"""An account of back-propagation laid out as a page."""

from typing import TYPE_CHECKING

from gradlab.backpropagation import Formula, LayerDetail, Update
from gradlab.core import Table as PlainTable
from gradlab.reports import Chart, Page, Row, Section, Series, Table, number
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


def build_page(found: "Backprop") -> Page:
    """Lay the account out: the output, every layer with its numbers from the last one down, and an update."""
    account = found.account
    return Page(
        title=found.title,
        kind="Back-propagation",
        outcome=found.sentences,
        figures=(
            Row("cost C", number(account.mean_cost)),
            Row("length of the gradient", number(account.gradient_norm)),
            Row("learned numbers", f"{account.num_params:,}"),
            Row("examples", f"{account.num_examples:,}"),
        ),
        sections=(
            Section("Output", _formulas(account.cost.formulas), (_table(outputs_table(found)),)),
            Section("Layers", (), (_table(layers_table(found)),)),
            *(_layer(found, detail) for detail in reversed(found.details)),
            *_across(found),
            Section("An update followed through", (), (_update_chart(found.update), _table(update_table(found)))),
        ),
    )


def _layer(found: "Backprop", detail: LayerDetail) -> Section:
    layer, place = detail.layer, ",".join(map(str, detail.place))
    line = (
        f"`δ[{place}] = ∂C/∂a * σ'(z) = {detail.activation_gradient:.6g} * {detail.slope:.6g} = {detail.delta:.6g}`",
    )
    tables = (
        sum_table(detail.output, found.top, f"Forward, the neuron [{place}] with the largest δ"),
        *(entries_table(each.entries, each.role, each.sums) for each in detail.gradients),
        sum_table(detail.below, found.top, "Handed down: the input with the largest derivative"),
    )
    title = f"Layer {layer.name} ({layer.kind})"
    return Section(title, (*_formulas(layer.formulas), *line), tuple(map(_table, tables)))


def _across(found: "Backprop") -> tuple[Section, ...]:
    effective = Section("The most effective numbers", (), (_table(effective_table(found)),))
    if found.agreement is None:
        return (effective,)
    return (effective, Section("Examples beside their mean", (), (_table(agreement_table(found)),)))


def _update_chart(update: Update) -> Chart:
    lines = {"foretold": update.predicted, "with curvature": update.second_order, "actual": update.actual}
    series = tuple(Series(name, update.learning_rates, y, tone=k) for k, (name, y) in enumerate(lines.items()))
    return Chart("Change of the cost by one step", "learning rate", "change of C", series, x_log=True)


def _formulas(formulas: tuple[Formula, ...]) -> tuple[str, ...]:
    return tuple(f"`{formula.text}`" for formula in formulas)


def _table(table: PlainTable) -> Table:
    return Table(table.title, table.header, table.rows)

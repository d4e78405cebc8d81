"""The last two steps of an account: the average over the batch, and the update."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab.backpropagation import GradientDetail
from descentlab.core import TextTable
from descentlab.labs.backprop._drawing import Drawing
from descentlab.labs.backprop._equations import result, sum_equation
from descentlab.labs.backprop._parts import page_table
from descentlab.labs.backprop._tables import entries_table, name_of, plain, sum_table
from descentlab.results import PlainPart, Step, WordTable, number

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop

MAX_EXAMPLES = 6
"""Examples of a batch up to which each has a column."""


def mean_step(found: "Backprop", drawing: Drawing) -> Step:
    """Show the averaged gradient, and what each example adds to its largest numbers."""
    account, best = found.account, found.effective[0]
    layer = account.layer(best.layer)
    whole = layer.gradient_sum(best.role, best.place)
    own = found.every_detail
    parts: list[PlainPart] = [
        page_table(_examples_table(found)),
        page_table(sum_table(whole, found.top, f"{name_of(best)}, what each example adds"), total=True),
        *(_mean_table(detail.layer.name, each) for detail in own for each in detail.gradients),
    ]
    mean = r"\frac{\partial C}{\partial\theta}=\frac{1}{N}\sum_n\frac{\partial C_n}{\partial\theta}"
    return Step(
        "Average", f"of {account.num_examples}", f"The average over {account.num_examples} examples",
        (
            "Each example wants its own change. What is done is their mean: where they disagree, they cancel. The "
            "drawing now shows the averaged derivatives of the weights.",
        ),
        (mean,), (sum_equation(whole),), tuple(parts),
        drawing.scene(None, drawing.last + 1, 1, is_mean=True),
    )  # fmt: skip


def _mean_table(layer: str, each: GradientDetail) -> WordTable:
    role = f"{layer}/{each.role}"
    return page_table(entries_table(each.entries, role, each.sums), total=True, strip=f"∂C/∂{role}")


def _examples_table(found: "Backprop") -> TextTable:
    account = found.account
    shown = range(min(account.num_examples, MAX_EXAMPLES))
    trees = [account.example_gradients(row) for row in shown]
    names = [f"example {found.chosen.places[row]}" for row in shown]
    rows = tuple(
        (name_of(each), *(plain(tree[each.layer][each.role][each.place], digits=4) for tree in trees),
         plain(each.gradient, digits=4))
        for each in found.effective
    )  # fmt: skip
    left = account.num_examples - len(shown)
    title = "∂C/∂θ of the most effective numbers" + (f", the first {len(shown)} of {left + len(shown)}" if left else "")
    return TextTable(("number", *names, "mean"), rows, title)


def update_step(found: "Backprop", drawing: Drawing) -> Step:
    """Show what a step of plain gradient descent does to the largest numbers, and to the cost."""
    update = found.update
    k = max(int(np.searchsorted(update.learning_rates, update.trusted_to, side="right")) - 1, 0)
    rate = float(update.learning_rates[k])
    rows = tuple(
        (name_of(each), plain(each.value), plain(each.gradient), plain(-rate * each.gradient),
         plain(each.value - rate * each.gradient))
        for each in found.effective
    )  # fmt: skip
    table = TextTable(("number", "θ", "∂C/∂θ", "−η ∂C/∂θ", "new θ"), rows, "The most effective numbers, moved")
    foretold, actual = float(update.predicted[k]), float(update.actual[k])
    which = "the largest tried at which first order holds to a tenth" if update.trusted_to else "the smallest tried"
    size = result(update.gradient_norm)
    return Step(
        "Update", "θ", "The update",
        (
            f"At a learning rate of η = {number(rate)}, {which}, the cost was foretold to change by "
            f"{number(foretold, digits=4)}; it changes by {number(actual, digits=4)}, from "
            f"{number(update.cost, digits=5)}.",
        ),
        (
            r"\theta\leftarrow\theta-\eta\,\frac{\partial C}{\partial\theta}",
        ),
        (
            rf"\Delta C\approx-\eta\left|\frac{{\partial C}}{{\partial\theta}}\right|^2=-{result(rate)}\cdot {size}^2"
            rf"={result(foretold)}",
        ),
        (page_table(table),),
        drawing.scene(None, drawing.last + 1, 1, is_mean=found.account.num_examples > 1),
    )  # fmt: skip

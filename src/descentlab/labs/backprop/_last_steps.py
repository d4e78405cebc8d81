"""The last two steps of an account: the average over the batch, and the update."""

import numpy as np

from descentlab.labs.backprop._drawing import Drawing
from descentlab.labs.backprop._equations import as_factor, result, sum_equation
from descentlab.labs.backprop._measured import Backprop, name_of
from descentlab.labs.backprop._reading import effective_table, gradient_table, sum_table
from descentlab.results import Step, StepPart, Table, Tables, number

MAX_EXAMPLES = 6
"""Examples of a batch up to which each has a column."""


def mean_step(measured: Backprop, tables: Tables, drawing: Drawing) -> Step:
    """Show the averaged gradient, and what each example adds to its largest numbers."""
    account, best = measured.account, measured.effective[0]
    layer = account.layer(best.layer)
    whole = layer.gradient_sum(best.role, best.place)
    parts: list[StepPart] = [
        _examples_table(measured, tables),
        sum_table(whole, measured.top, f"{name_of(best)}, what each example adds"),
        *(
            gradient_table(gradient, detail.layer.name)
            for detail in measured.every_detail
            for gradient in detail.gradients
        ),
    ]
    mean = r"\frac{\partial C}{\partial\theta}=\frac{1}{N}\sum_n\frac{\partial C_n}{\partial\theta}"
    return Step(
        "Average", f"of {account.num_examples}", f"The average over {account.num_examples} examples",
        (
            "Each example asks for other changes. The step uses their mean: where examples disagree, they cancel. The "
            "drawing now shows the averaged derivatives of the weights.",
        ),
        (mean,), (sum_equation(whole),), tuple(parts),
        drawing.scene(None, drawing.last + 1, 1, is_mean=True),
    )  # fmt: skip


def _examples_table(measured: Backprop, tables: Tables) -> Table:
    account, num_examples = measured.account, measured.account.num_examples
    shown = range(min(num_examples, MAX_EXAMPLES))
    columns: dict[str, list[float]] = {}
    for row in shown:
        gradients = account.example_gradients(row)
        name = f"example {measured.chosen.places[row]}"
        columns[name] = [gradients[each.layer][each.role][each.place] for each in measured.effective]
    columns["mean"] = [each.gradient for each in measured.effective]
    title = "∂C/∂θ of the most effective numbers"
    more = f", the first {len(shown)} of {num_examples}" if num_examples > len(shown) else ""
    return effective_table(title + more, tables, columns)


def update_step(measured: Backprop, tables: Tables, drawing: Drawing) -> Step:
    """Show what a step of plain gradient descent does to the largest numbers, and to the cost."""
    update = measured.update
    k = max(int(np.searchsorted(update.learning_rates, update.trusted_to, side="right")) - 1, 0)
    rate = float(update.learning_rates[k])
    values, gradients = (
        np.array([getattr(each, name) for each in measured.effective]) for name in ("value", "gradient")
    )
    moves = -rate * gradients
    columns = {"θ": values, "∂C/∂θ": gradients, "−η ∂C/∂θ": moves, "new θ": values + moves}
    table = effective_table("The most effective numbers, moved", tables, columns)
    predicted, actual = float(update.predicted[k]), float(update.actual[k])
    which = "the largest tried at which the prediction holds to a tenth" if update.trusted_to else "the smallest tried"
    size = as_factor(update.gradient_norm)
    return Step(
        "Update", "θ", "The update",
        (
            f"At a learning rate of η = {number(rate)}, {which}, the gradient predicts that the cost changes by "
            f"{number(predicted, digits=4)}; it changes by {number(actual, digits=4)}, from "
            f"{number(update.cost, digits=5)}.",
        ),
        (
            r"\theta\leftarrow\theta-\eta\,\frac{\partial C}{\partial\theta}",
        ),
        (
            rf"\Delta C\approx-\eta\left|\frac{{\partial C}}{{\partial\theta}}\right|^2=-{result(rate)}\cdot {size}^2"
            rf"={result(predicted)}",
        ),
        (table,),
        drawing.scene(None, drawing.last + 1, 1, is_mean=measured.is_batch),
    )  # fmt: skip

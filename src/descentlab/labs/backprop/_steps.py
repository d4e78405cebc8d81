"""An account as steps: the example, forward layer by layer, the cost, back layer by layer, the mean, the update."""

import math
from typing import TYPE_CHECKING

from descentlab.backpropagation import ArrayCheck, Formula, GradientDetail, LayerAccount, LayerDetail, explain_gradient
from descentlab.core import TextTable
from descentlab.labs.backprop._drawing import Drawing, draw, output_names
from descentlab.labs.backprop._equations import (
    activation_equation,
    chain_equations,
    delta_equation,
    sum_equation,
)
from descentlab.labs.backprop._last_steps import mean_step, update_step
from descentlab.labs.backprop._parts import page_table
from descentlab.labs.backprop._tables import (
    checks_table,
    entries_table,
    neurons_table,
    outputs_table,
    plain,
    sum_table,
    three_ways_table,
)
from descentlab.results import PlainPart, Step, Steps, number

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop

FORWARD = ("preactivation", "activation")
"""What formulas are of that a layer uses on the way forward; all others are for the way back."""
BESIDE = 3
"""Derivatives of each array that stand beside the same in two other ways."""
MAX_LISTED = 48
"""Inputs up to which all are listed."""


def account_steps(found: "Backprop") -> Steps:
    """Lay an account out as steps; with a layer to look at, it begins at that layer's way back."""
    drawing, details = draw(found), found.every_detail
    steps = [
        _example(found, drawing),
        *(_forward(found, drawing, detail) for detail in details),
        _cost(found, drawing),
        _first_step_back(found, drawing),
    ]
    start = len(steps)
    steps += [_back(found, drawing, detail) for detail in reversed(details)]
    steps += [mean_step(found, drawing)] if found.account.num_examples > 1 else []
    steps.append(update_step(found, drawing))
    names = [detail.layer.name for detail in reversed(details)]
    note = "Of the outputs, rings are −∂C/∂z." if drawing.columns else ""
    at = 0 if found.layer is None else start + names.index(found.layer)
    return Steps("Back-propagation", tuple(steps), drawing.columns, at, note)


def _example(found: "Backprop", drawing: Drawing) -> Step:
    inputs, classes = found.account.problem.inputs[found.row], found.subject.classes
    target, several = found.chosen.targets[found.row], found.account.num_examples
    truth = f"class {classes[int(target)]}" if classes else f"the target {number(float(target))}"
    places = found.chosen.places
    which = f"Example {places[found.row]} of the {found.chosen.part} part" if len(places) else "The given values"
    batch = f" It is one of {several} whose gradients are averaged in the end." if several > 1 else ""
    parts: list[PlainPart] = []
    if inputs.ndim == 1 and inputs.size <= MAX_LISTED:
        names = found.subject.feature_names or tuple(f"x[{k}]" for k in range(inputs.size))
        rows = tuple((name, plain(value)) for name, value in zip(names, inputs, strict=True))
        parts.append(page_table(TextTable(("input", "as the network sees it"), rows, "Inputs")))
    shape = "x".join(map(str, inputs.shape))
    sentence = f"{which}: {shape} number{'' if shape == '1' else 's'}. Its truth is {truth}.{batch}"
    return Step("Forward", "inputs", "What goes in", (sentence,), parts=tuple(parts), scene=drawing.scene("inputs", 0))


def _forward(found: "Backprop", drawing: Drawing, detail: LayerDetail) -> Step:
    layer = detail.layer
    numbers = [sum_equation(detail.output), *([activation_equation(detail)] if layer.is_curved else [])]
    where = _where(detail)
    sentences = [
        f"{'x'.join(map(str, layer.activation.shape[1:]))} numbers come out. Taken apart is {where}, whose δ will be "
        "the largest."
    ]
    if layer is found.account.layers[-1] and found.account.cost.link != "linear":
        sentences.append(f"These are the logits; the loss makes outputs of them by {found.account.cost.link}.")
    neurons = neurons_table(found, layer, _names(found, layer), is_back=False)
    total = sum_table(detail.output, found.top, f"{where} as a sum")
    return Step(
        "Forward", layer.name, f"{layer.name} ({layer.kind}): forward", tuple(sentences),
        _rules(layer.formulas, is_back=False), tuple(numbers),
        (page_table(total, total=True), page_table(neurons, total=True)),
        drawing.scene(layer.name, drawing.places[layer.name]),
    )  # fmt: skip


def _rules(formulas: tuple[Formula, ...], *, is_back: bool) -> tuple[str, ...]:
    return tuple(each.latex for each in formulas if (each.of not in FORWARD) == is_back)


def _where(detail: LayerDetail) -> str:
    return f"{detail.layer.name}[{','.join(map(str, detail.place))}]"


def _names(found: "Backprop", layer: LayerAccount) -> tuple[str, ...]:
    return output_names(found) if layer is found.account.layers[-1] else ()


def _cost(found: "Backprop", drawing: Drawing) -> Step:
    cost, row = found.account.cost, found.row
    total = cost.cost_sum(row)
    return Step(
        "Cost", "C", f"What it costs: {cost.title}",
        (f"The cost of this example is C = {number(float(cost.costs[row]), digits=5)}.",),
        tuple(each.latex for each in cost.formulas if each.of in ("outputs", "cost")), (sum_equation(total),),
        (page_table(outputs_table(found)),),
        drawing.scene(None, drawing.last + 1),
    )  # fmt: skip


def _first_step_back(found: "Backprop", drawing: Drawing) -> Step:
    cost, row = found.account.cost, found.row
    largest = int(abs(cost.delta[row]).argmax())
    name = found.output_name(largest)
    towards, delta = float(cost.output_gradient[row, largest]), float(cost.delta[row, largest])
    return Step(
        "Back", "loss", "The first step back: from the cost to the logits",
        (
            f"Of the outputs, {name} is the one whose logit moves the cost most: "
            f"∂C/∂a = {number(towards, digits=5)} and δ = ∂C/∂z = {number(delta, digits=5)}. "
            f"The cost wants that logit {'down' if delta > 0 else 'up'}.",
        ),
        tuple(each.latex for each in cost.formulas if each.of in ("output_gradient", "delta")), (),
        (page_table(outputs_table(found)),),
        drawing.scene(None, drawing.last + 1, drawing.last + 1),
    )  # fmt: skip


def _back(found: "Backprop", drawing: Drawing, detail: LayerDetail) -> Step:
    layer, at = detail.layer, drawing.places[detail.layer.name]
    gradients = tuple(
        explain_gradient(found.account, layer.name, role, row=found.row, top=found.top) for role in layer.gradients
    )
    arrays = [each for each in found.check.arrays if each.layer == layer.name] if found.check else []
    is_bad = not all(each.agrees for each in arrays)
    parts: list[PlainPart] = [
        page_table(neurons_table(found, layer, _names(found, layer), is_back=True), total=True),
        *(
            page_table(entries_table(each.entries, each.role, each.sums), total=True, strip=f"∂C/∂{each.role}")
            for each in gradients
        ),
        page_table(sum_table(detail.below, found.top, "Handed down, the largest"), total=True),
    ]
    parts += _checks(arrays, is_single=found.account.num_examples == 1)
    # A layer that hands on what it is given has no column, and no weights before it.
    done = at if layer.step.layer.acts_in_evaluation else at + 1
    return Step(
        "Back", layer.name, f"{layer.name} ({layer.kind}): back", _back_words(detail, is_bad=is_bad),
        _rules(layer.formulas, is_back=True), tuple(_numbers(found, detail, gradients)),
        tuple(parts), drawing.scene(layer.name, drawing.last + 1, done), is_bad,
    )  # fmt: skip


def _checks(arrays: list[ArrayCheck], *, is_single: bool) -> list[PlainPart]:
    """Set a layer's largest derivatives beside the same in two other ways, with the errors of all of them."""
    if not arrays:
        return []
    at_kink = any(math.isnan(entry.difference) for each in arrays for entry in each.entries[:BESIDE])
    title = "The largest in three ways" + ("" if is_single else ", [example,...]; ∂C/∂θ as the mean")
    title += "; – at a kink" if at_kink else ""
    owners = [each for each in arrays for _ in each.entries[:BESIDE]]
    bad = tuple(k for k, each in enumerate(owners) if not each.agrees)
    return [
        page_table(three_ways_table(arrays, BESIDE, title, is_single=is_single), bad=bad),
        page_table(checks_table(arrays, "Checked: largest relative error of each array")),
    ]


def _back_words(detail: LayerDetail, *, is_bad: bool) -> tuple[str, ...]:
    words = [f"∂C/∂a comes from above; {_where(detail)} has the largest δ of the layer."]
    if is_bad:
        words.append("Here the three ways part: rows marked in red differ by more than they may.")
    return tuple(words)


def _numbers(found: "Backprop", detail: LayerDetail, gradients: tuple[GradientDetail, ...]) -> list[str]:
    """Put numbers into a layer's formulas; those of a chain of single neurons are written out to the cost."""
    chain = [step for step in found.chain if step.name == detail.layer.name]
    if chain:
        return [delta_equation(detail), *chain_equations(chain, is_split=True)]
    sums = [each.sums[0] for each in gradients if each.sums]
    return [delta_equation(detail), *map(sum_equation, sums), sum_equation(detail.below)]

"""An account as steps: the example, forward layer by layer, the cost, back layer by layer, the mean, the update."""

import math

from descentlab.backpropagation import Formula, GradientDetail, LayerAccount, LayerDetail, explain_gradient
from descentlab.labs.backprop._drawing import Drawing, draw
from descentlab.labs.backprop._equations import activation_equation, chain_equations, delta_equation, sum_equation
from descentlab.labs.backprop._last_steps import mean_step, update_step
from descentlab.labs.backprop._measured import Backprop, brackets
from descentlab.labs.backprop._reading import (
    check_table,
    gradient_table,
    input_table,
    neuron_table,
    output_table,
    sum_table,
    three_ways_table,
)
from descentlab.results import Step, StepPart, Steps, Tables, number
from descentlab.spec import HEADS

FORWARD = ("preactivation", "activation")
"""What the formulas of the forward pass compute; all others are for the backward pass."""
MAX_LISTED = 48
"""Inputs up to which all are listed."""


def account_steps(measured: Backprop, tables: Tables) -> Steps:
    """Lay the account out as steps; with a layer to look at, it begins at that layer's backward pass."""
    drawing, details = draw(measured), measured.every_detail
    steps = [
        _example(measured, drawing),
        *(_forward(measured, drawing, detail) for detail in details),
        _cost(measured, tables, drawing),
        _first_step_back(measured, tables, drawing),
    ]
    start = len(steps)
    steps += [_back(measured, drawing, detail) for detail in reversed(details)]
    steps += [mean_step(measured, tables, drawing)] if measured.is_batch else []
    steps.append(update_step(measured, tables, drawing))
    names = [detail.layer.name for detail in reversed(details)]
    note = "Rings around the outputs are −∂C/∂z." if drawing.columns else ""
    at = 0 if measured.layer is None else start + names.index(measured.layer)
    return Steps("Back-propagation", tuple(steps), drawing.columns, at, note)


def _example(measured: Backprop, drawing: Drawing) -> Step:
    inputs, several = measured.account.problem.inputs[measured.row], measured.account.num_examples
    kind = "class" if measured.subject.classes else "the target" + ("s" if measured.subject.target_names else "")
    truth = f"{kind} {measured.truth}"
    places = measured.chosen.places
    which = f"Example {places[measured.row]} of the {measured.chosen.part} part" if len(places) else "The given values"
    batch = f" It is one of {several} whose gradients are averaged in the end." if several > 1 else ""
    parts: list[StepPart] = []
    if inputs.ndim == 1 and inputs.size <= MAX_LISTED:
        names = measured.subject.feature_names or tuple(f"x[{k}]" for k in range(inputs.size))
        parts.append(input_table(names, inputs))
    shape = "x".join(map(str, inputs.shape))
    sentence = f"{which}: {shape} number{'' if shape == '1' else 's'}. Its truth is {truth}.{batch}"
    return Step("Forward", "inputs", "What goes in", (sentence,), parts=tuple(parts), scene=drawing.scene("inputs", 0))


def _forward(measured: Backprop, drawing: Drawing, detail: LayerDetail) -> Step:
    layer = detail.layer
    numbers = [sum_equation(detail.output), *([activation_equation(detail)] if layer.is_curved else [])]
    where = _where(detail)
    shape = layer.activation.shape[1:]
    come = "One number comes" if math.prod(shape) == 1 else f"{'x'.join(map(str, shape))} numbers come"
    sentences = [f"{come} out. The one that is taken apart is {where}: its δ will be the largest."]
    if layer is measured.account.layers[-1] and not HEADS[measured.account.cost.head].is_identity:
        sentences.append(f"These are the logits; the head turns them into outputs by {measured.account.cost.head}.")
    neurons = neuron_table(measured, layer, _names(measured, layer), is_backward=False)
    total = sum_table(detail.output, measured.top, f"{where} as a sum")
    return Step(
        "Forward", layer.name, f"{layer.name} ({layer.kind}): forward", tuple(sentences),
        _rules(layer.formulas, is_backward=False), tuple(numbers),
        (total, neurons),
        drawing.scene(layer.name, drawing.places[layer.name]),
    )  # fmt: skip


def _rules(formulas: tuple[Formula, ...], *, is_backward: bool) -> tuple[str, ...]:
    return tuple(each.latex for each in formulas if (each.of not in FORWARD) == is_backward)


def _where(detail: LayerDetail) -> str:
    return f"{detail.layer.name}{brackets(detail.place)}"


def _names(measured: Backprop, layer: LayerAccount) -> tuple[str, ...]:
    return measured.output_names if layer is measured.account.layers[-1] else ()


def _cost(measured: Backprop, tables: Tables, drawing: Drawing) -> Step:
    cost, row = measured.account.cost, measured.row
    total = cost.cost_sum(row)
    return Step(
        "Cost", "C", f"What it costs: {cost.title}",
        (f"The cost of this example is C = {number(float(cost.costs[row]), digits=5)}.",),
        tuple(each.latex for each in cost.formulas if each.of in ("outputs", "cost")), (sum_equation(total),),
        (output_table(tables),),
        drawing.scene(None, drawing.last + 1),
    )  # fmt: skip


def _first_step_back(measured: Backprop, tables: Tables, drawing: Drawing) -> Step:
    cost, row = measured.account.cost, measured.row
    largest = int(abs(cost.delta[row]).argmax())
    name = measured.output_names[largest]
    towards, delta = float(cost.output_gradient[row, largest]), float(cost.delta[row, largest])
    return Step(
        "Back", "loss", "The first step back: from the cost to the logits",
        (
            f"Of the outputs, {name} is the one whose logit moves the cost most: "
            f"∂C/∂a = {number(towards, digits=5)} and δ = ∂C/∂z = {number(delta, digits=5)}. "
            f"To lower the cost, that logit should {'fall' if delta > 0 else 'rise'}.",
        ),
        tuple(each.latex for each in cost.formulas if each.of in ("output_gradient", "delta")), (),
        (output_table(tables),),
        drawing.scene(None, drawing.last + 1, drawing.last + 1),
    )  # fmt: skip


def _back(measured: Backprop, drawing: Drawing, detail: LayerDetail) -> Step:
    layer, at = detail.layer, drawing.places[detail.layer.name]
    gradients = tuple(
        explain_gradient(measured.account, layer.name, role, row=measured.row, top=measured.top)
        for role in layer.gradients
    )
    arrays = [each for each in measured.check.arrays if each.layer == layer.name] if measured.check else []
    is_bad = not all(each.agrees for each in arrays)
    parts: list[StepPart] = [
        neuron_table(measured, layer, _names(measured, layer), is_backward=True),
        *map(gradient_table, gradients),
        sum_table(detail.below, measured.top, "Handed down, the largest"),
    ]
    if arrays:
        parts += [three_ways_table(arrays, is_single=not measured.is_batch), check_table(arrays)]
    # A layer that hands on what it is given has no column, and no weights before it.
    done = at if layer.step.layer.acts_in_evaluation else at + 1
    return Step(
        "Back", layer.name, f"{layer.name} ({layer.kind}): back", _back_words(detail, is_bad=is_bad),
        _rules(layer.formulas, is_backward=True), tuple(_numbers(measured, detail, gradients)),
        tuple(parts), drawing.scene(layer.name, drawing.last + 1, done), is_bad,
    )  # fmt: skip


def _back_words(detail: LayerDetail, *, is_bad: bool) -> tuple[str, ...]:
    words = [f"∂C/∂a comes from above; {_where(detail)} has the largest δ of the layer."]
    if is_bad:
        words.append("Here the three ways differ: rows marked in red differ by more than they may.")
    return tuple(words)


def _numbers(measured: Backprop, detail: LayerDetail, gradients: tuple[GradientDetail, ...]) -> list[str]:
    """Put numbers into a layer's formulas; those of a chain of single neurons are written out to the cost."""
    chain = [step for step in measured.chain if step.name == detail.layer.name]
    if chain:
        return [delta_equation(detail), *chain_equations(chain)]
    sums = [each.sums[0] for each in gradients if each.sums]
    return [delta_equation(detail), *map(sum_equation, sums), sum_equation(detail.below)]

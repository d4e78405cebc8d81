"""An account of back-propagation in words and in tables for a terminal."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from gradlab import backpropagation
from gradlab.backpropagation import Entries, LayerDetail, Sum
from gradlab.core import Table

if TYPE_CHECKING:
    from gradlab.verbs._backprop_result import Backprop

MAX_OUTPUTS = 20
VANISHING = 0.5
EXPLODING = 2.0


def describe(found: "Backprop") -> tuple[str, ...]:
    """Say what an account shows: the example, the check, what it wants, what moves it, how far a step is foretold."""
    words = [_example(found), *(found.check.sentences() if found.check else ())]
    words += [_wish(found), _effective(found)]
    if found.agreement is not None:
        words.append(_agreement(found))
    words += [_update(found), *_depth(found)]
    return tuple(word for word in words if word)


def _example(found: "Backprop") -> str:
    account, places = found.account, found.chosen.places
    if account.num_examples > 1:
        return (
            f"Examples {places[0]} to {places[-1]} of the {found.chosen.part} part, {found.title}: the mean cost is "
            f"C = {account.mean_cost:.5g} ({account.cost.title}), and the length of its gradient "
            f"{account.gradient_norm:.4g}."
        )
    which = f"Example {places[0]} of the {found.chosen.part} part" if len(places) else "The given values"
    cost = f"The cost is C = {account.mean_cost:.5g} ({account.cost.title})."
    return f"{which}, {found.title}: {_answer(found)} {cost}"


def _answer(found: "Backprop") -> str:
    cost, classes = found.account.cost, found.subject.classes
    outputs, truth = cost.outputs[found.row], found.chosen.targets[found.row]
    if not classes:
        return f"the network says {outputs[0]:.4g}, the target is {truth:.4g}."
    right = classes[int(truth)]
    if len(outputs) == 1:
        return (
            f"its class is {right}; the output is {outputs[0]:.4g} where it should be {cost.targets[found.row, 0]:g}."
        )
    told = int(np.argmax(outputs))
    if told == int(truth):
        return f"its class is {right}, and the network says so with {outputs[told]:.4g}."
    return f"its class is {right}, but the network says {classes[told]} with {outputs[told]:.4g} and {right} with {outputs[int(truth)]:.4g}."  # noqa: E501


def _wish(found: "Backprop") -> str:
    several = found.account.num_examples > 1
    wishes = backpropagation.output_wishes(found.account, None if several else found.row).logit_wishes
    who = "On average the examples want" if several else "The example wants"
    if len(wishes) == 1:
        if wishes[0] == 0.0:
            return f"{who} nothing: the derivative is 0."
        return f"{who} the logit {'up' if wishes[0] > 0 else 'down'}, with a force of {abs(wishes[0]):.4g} (-∂C/∂z)."
    up, down = int(np.argmax(wishes)), int(np.argmin(wishes))
    return (
        f"{who} the logit of {found.output_name(up)} up with a force of {wishes[up]:.4g} and that of "
        f"{found.output_name(down)} down with {-wishes[down]:.4g} (-∂C/∂z)."
    )


def _effective(found: "Backprop") -> str:
    if not found.effective or found.effective[0].gradient == 0.0:
        return "No weight moves the cost: every derivative is 0."
    best = found.effective[0]
    return (
        f"The most effective single number is {name_of(best)} = {best.value:.4g}: ∂C/∂θ = {best.gradient:.4g}, "
        f"{best.share:.1%} of the gradient's squared length. The {len(found.effective)} most effective of "
        f"{found.account.num_params:,} hold {sum(each.share for each in found.effective):.1%}."
    )


def _agreement(found: "Backprop") -> str:
    agreement = found.agreement
    assert agreement is not None
    cosines = agreement.cosines[np.isfinite(agreement.cosines)]
    against = int((cosines < 0.0).sum())
    if not len(cosines):
        return "The examples' gradients have no direction to compare."
    noise = (
        "their mean is no longer than chance alone would have it"
        if math.isinf(agreement.noise_scale)
        else f"in a batch of about {max(1, math.ceil(agreement.noise_scale)):,} the two would balance"
    )
    return (
        f"The examples' gradients make cosines of {cosines.min():.2f} to {cosines.max():.2f} with their mean (median "
        f"{np.median(cosines):.2f}); {against} of {len(cosines)} pull against it. Signal to noise is "
        f"{agreement.signal_to_noise:.3g}: {noise}."
    )


def _update(found: "Backprop") -> str:
    update = found.update
    if update.gradient_norm == 0.0:
        return ""
    if not update.trusted_to:
        return f"First order foretells no step to a tenth, even at a rate of {update.learning_rates[0]:.3g}."
    rises = "" if math.isinf(update.rises_from) else f", and from {update.rises_from:.3g} on the step raises it"
    return (
        f"A step of plain gradient descent does what first order foretells, to a tenth, up to a rate of "
        f"{update.trusted_to:.3g}; of the rates tried the cost falls most at {update.best:.3g}{rises}."
    )


def _depth(found: "Backprop") -> list[str]:
    factor = found.depth.factor_per_layer
    if math.isnan(factor) or len(found.depth.names) < 3:
        return []
    verdict = "it vanishes" if factor < VANISHING else "it explodes" if factor > EXPLODING else "it keeps its size"
    return [f"From one layer to the one below, ∂C/∂z is multiplied by {factor:.3g} on average: {verdict}."]


def name_of(each: backpropagation.EffectiveWeight) -> str:
    """Word a learned number, as `hidden/weight[3,0]`."""
    return f"{each.layer}/{each.role}[{','.join(map(str, each.place))}]"


def write_text(found: "Backprop") -> str:
    """Write an account for a terminal: the findings, then the tables."""
    blocks = ["\n".join(found.sentences), str(outputs_table(found)), str(layers_table(found))]
    if found.chain:
        blocks.append(chain_text(found))
    elif found.layer or len(found.details) <= 2:
        blocks += [detail_text(found, detail) for detail in found.details]
    blocks.append(str(effective_table(found)))
    if found.agreement is not None:
        blocks.append(str(agreement_table(found)))
    blocks.append(str(update_table(found)))
    return "\n\n".join(blocks)


def outputs_table(found: "Backprop") -> Table:
    """Lay out logits, outputs, targets and their derivatives; those of the example that is looked at."""
    cost, row = found.account.cost, found.row
    order = np.argsort(-np.abs(cost.delta[row]), kind="stable")[:MAX_OUTPUTS]
    rows = tuple(
        (
            found.output_name(int(k)),
            *(
                f"{array[row, k]:.5g}"
                for array in (
                    cost.logits, cost.outputs, cost.targets, cost.terms, cost.output_gradient, cost.delta
                )
            ),
        )
        for k in sorted(order)
    )  # fmt: skip
    header = (
        "output",
        "logit z",
        f"a = {cost.link}(z)" if cost.link != "linear" else "a = z",
        "y",
        "cost",
        "∂C/∂a",
        "δ = ∂C/∂z",
    )
    return Table(header, rows, f"Output: C = {cost.costs[row]:.6g}; {cost.formulas[1].text}; {cost.formulas[3].text}")


def layers_table(found: "Backprop") -> Table:
    """Lay out the layers: their sizes forward and back, and the errors of their checks."""
    rows = []
    for layer in found.account.layers:
        own = [each for each in found.check.arrays if each.layer == layer.name] if found.check else []
        norm = math.sqrt(sum(float((array**2).sum()) for array in layer.gradients.values()))
        rows.append(
            (
                layer.name,
                layer.kind,
                "x".join(map(str, layer.activation.shape[1:])),
                _rms(layer.activation),
                _rms(layer.delta),
                f"{norm:.4g}" if layer.gradients else "",
                _rms(layer.input_gradient),
                _error([each.autodiff for each in own]),
                _error([each.central_differences for each in own]),
                ("agree" if all(each.agrees for each in own) else "DIFFER") if own else "",
            )
        )
    header = (
        "layer",
        "kind",
        "shape",
        "rms a",
        "rms δ",
        "|∂C/∂θ|",
        "rms ∂C/∂a below",
        "autodiff",
        "differences",
        "three ways",
    )
    return Table(header, tuple(rows), "Layers, from the input on")


def chain_text(found: "Backprop") -> str:
    """Write the chain's products out, the last layer first."""
    lines = [
        "The chain rule, written out",
        *(
            f"forward  z{step.number} = w{step.number} a{step.number - 1} + b{step.number} = {step.weight:.6g} * "
            f"{step.behind:.6g} + {step.bias:.6g} = {step.preactivation:.6g};  a{step.number} = {step.activation:.6g}"
            for step in reversed(found.chain)
        ),
    ]
    for step in found.chain:
        products = (step.weight_gradient, step.bias_gradient, step.below_gradient)
        lines += ["", *(f"back     {product}" for product in products if product is not None)]
    return "\n".join(lines)


def detail_text(found: "Backprop", detail: LayerDetail) -> str:
    """Write one layer's formulas with the numbers put in."""
    layer = detail.layer
    place = ",".join(map(str, detail.place))
    blocks = ["\n".join([f"Layer {layer.name} ({layer.kind})", *(f"  {each.text}" for each in layer.formulas)])]
    blocks.append(str(sum_table(detail.output, found.top, f"Forward, the neuron [{place}] with the largest δ")))
    blocks.append(
        f"a[{place}] = {detail.activation:.6g};  δ[{place}] = ∂C/∂a * σ'(z) = {detail.activation_gradient:.6g} * "
        f"{detail.slope:.6g} = {detail.delta:.6g}"
    )
    blocks += [str(entries_table(each.entries, each.role, each.sums)) for each in detail.gradients]
    blocks.append(str(sum_table(detail.below, found.top, "Handed down: the input with the largest derivative")))
    return "\n\n".join(blocks)


def sum_table(whole: Sum, top: int, title: str) -> Table:
    """Lay out a sum: its largest terms, the rest, what is added, and the total."""
    short = whole.largest(top)
    blank = ("",) * len(whole.factor_names)
    rows = [(term.label, *(f"{f:.5g}" for f in term.factors), f"{term.value:.6g}") for term in short.terms]
    if short.num_rest:
        rows.append((f"{short.num_rest:,} others", *blank, f"{short.rest:.6g}"))
    rows += [(name, *blank, f"{value:.6g}") for name, value in short.constants]
    rows.append((f"{whole.name} = sum", *blank, f"{short.total:.6g}"))
    return Table(("from", *whole.factor_names, "product"), tuple(rows), f"{title}: {whole.name}")


def entries_table(entries: Entries, role: str, sums: Iterable[Sum]) -> Table:
    """Lay out the largest derivatives of an array; where each is one product, with its factors."""
    listed = list(sums)
    single = bool(listed) and all(len(whole.labels) == 1 for whole in listed)
    factors = listed[0].factor_names if single else ()
    rows = [
        (
            f"∂C/∂{role}[{','.join(map(str, entry.place))}]",
            *((f"{factor:.5g}" for factor in whole.factors[0]) if single else (f"{len(whole.labels):,} terms",)),
            f"{entry.value:.6g}",
        )
        for entry, whole in zip(entries.largest, listed, strict=True)
    ]
    blank = ("",) * (len(factors) if single else 1)
    if entries.num_rest:
        rows.append((f"{entries.num_rest:,} others", *blank, f"{entries.rest:.6g}"))
    rows.append(("sum of all", *blank, f"{entries.total:.6g}"))
    title = f"∂C/∂{role}: the largest hold {entries.share:.1%} of the array's squared length"
    return Table(("derivative", *(factors if single else ("made of",)), "value"), tuple(rows), title)


def effective_table(found: "Backprop") -> Table:
    """Lay out the learned numbers that move the cost most."""
    rows = tuple(
        (name_of(each), f"{each.value:.5g}", f"{each.gradient:.5g}", f"{each.share:.1%}") for each in found.effective
    )
    return Table(("number", "value", "∂C/∂θ", "of |∂C/∂θ|²"), rows, "The most effective numbers of the network")


def agreement_table(found: "Backprop") -> Table:
    """Lay out each example's cost, gradient and agreement with the mean."""
    agreement = found.agreement
    assert agreement is not None
    classes = found.subject.classes
    shown = range(min(len(agreement.costs), max(found.top, 5)))
    rows = tuple(
        (
            str(found.chosen.places[k]),
            classes[int(found.chosen.targets[k])] if classes else f"{found.chosen.targets[k]:.4g}",
            *(f"{array[k]:.4g}" for array in (agreement.costs, agreement.norms, agreement.cosines)),
        )
        for k in shown
    )
    more = "" if len(shown) == len(agreement.costs) else f" (the first {len(shown)} of {len(agreement.costs)})"
    header = ("example", "truth", "C", "|gradient|", "cosine with the mean")
    return Table(header, rows, f"Examples beside their mean{more}")


def update_table(found: "Backprop") -> Table:
    """Lay out what steps of growing size were foretold to do and what they do."""
    update = found.update
    chosen = np.unique(np.linspace(0, len(update.learning_rates) - 1, 9).round().astype(int))
    rows = tuple(
        (
            f"{update.learning_rates[k]:.3g}",
            *(f"{array[k]:.4g}" for array in (update.predicted, update.second_order, update.actual)),
        )
        for k in chosen
    )
    header = ("learning rate", "foretold", "with curvature", "actual")
    return Table(header, rows, f"Change of the cost by a step, from C = {update.cost:.5g}")


def _rms(array: np.ndarray) -> str:
    return f"{math.sqrt(float((array**2).mean())):.4g}"


def _error(errors: list[float]) -> str:
    return f"{max(errors):.1e}" if errors else ""

"""An account of back-propagation in words and in tables for a terminal."""

import math
from typing import TYPE_CHECKING

import numpy as np

from descentlab import backpropagation
from descentlab.backpropagation import LayerDetail
from descentlab.labs.backprop._depth import depth_sentences, depth_table
from descentlab.labs.backprop._nudges import nudge_table
from descentlab.labs.backprop._tables import (
    agreement_table,
    effective_table,
    entries_table,
    layers_table,
    name_of,
    outputs_table,
    sum_table,
    update_table,
)

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop


def describe(found: "Backprop") -> tuple[str, ...]:
    """Say what an account shows: the example, the check, what it wants, what moves it, how far a step is foretold."""
    words = [_example(found), *(found.check.sentences() if found.check else ())]
    words += [_wish(found), _effective(found)]
    if found.agreement is not None:
        words.append(_agreement(found))
    words += [_update(found), *depth_sentences(found.variants)]
    return tuple(word for word in words if word)


def _example(found: "Backprop") -> str:
    account, places = found.account, found.chosen.places
    if account.num_examples > 1:
        return (
            f"Examples {places[0]} to {places[-1]} of the {found.chosen.part} part, {found.title}: the mean cost is "
            f"C = {account.mean_cost:.5g} ({account.cost.title}), and the length of its gradient "
            f"{account.gradient_norm:.4g}. Example {places[found.row]} is looked at: {_answer(found)} Its own cost is "
            f"{account.cost.costs[found.row]:.5g}."
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


def write_text(found: "Backprop") -> str:
    """Write an account for a terminal: the findings, then the tables."""
    blocks = ["\n".join(found.sentences), str(outputs_table(found)), str(layers_table(found))]
    is_short = bool(found.layer) or len(found.details) <= 2
    if found.chain:
        blocks.append(chain_text(found))
    elif is_short:
        blocks += [detail_text(found, detail) for detail in found.details]
    blocks += [str(nudge_table(each, found.top)) for each in (found.nudges if is_short else found.nudges[-1:])]
    blocks.append(str(effective_table(found)))
    if found.agreement is not None:
        blocks.append(str(agreement_table(found)))
    if len(found.depth.names) > 1:
        blocks.append(str(depth_table(found.variants)))
    blocks.append(str(update_table(found)))
    return "\n\n".join(blocks)


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

"""What `backprop` says; it is given nothing but the tables."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from descentlab.results import Evidence, Statement, Tables, Words, number

VANISHING, EXPLODING = 0.5, 2.0
"""Factors a layer below and above which a gradient is said to vanish and to explode."""
LEAST_LAYERS = 3
"""Layers that learn, of fewer of which nothing is said about depth."""


def say(tables: Tables) -> Words:
    """Say what the example costs, whether the derivatives are right, what would lower the cost, and how far to step."""
    statements = [
        _batch(tables),
        *check_statements(tables),
        _nudge(tables),
        _effective(tables),
        _agreement(tables),
        update_statement(tables),
        *depth_statements(tables),
    ]
    return Words(_answer(tables), tuple(statement for statement in statements if statement is not None))


def _answer(tables: Tables) -> Statement:
    summary = tables["summary"]
    place, part = summary.value("example"), summary.value("part")
    which = f"Example {place} of the {part} part" if place is not None else "The given example"
    cost = float(summary.value("example_cost"))
    return Statement(
        f"{which} costs C = {number(cost, digits=5)} ({summary.value('loss')}) with {summary.value('network')}: "
        f"{_outcome(tables)}.",
        (
            Evidence("summary", ("example_cost", "truth", "loss")),
            Evidence("outputs", ("output", "activation", "target")),
        ),
        "Another cost or another output for the same example and weights.",
    )


def _outcome(tables: Tables) -> str:
    outputs, truth = tables["outputs"], tables["summary"].value("truth")
    values, names = np.asarray(outputs.column("activation"), np.float64), outputs.column("output")
    if int(tables["summary"].value("num_targets")) > 1:
        answers = ", ".join(f"{name} {number(value, digits=4)}" for name, value in zip(names, values, strict=True))
        return f"the network answers {answers}; its targets are {truth}"
    if len(values) == 1:
        if names[0] == "output":
            return f"the network predicts {number(values[0], digits=4)}, the target is {truth}"
        target = float(outputs.column("target")[0])
        return f"its class is {truth}, and the output is {number(values[0], digits=4)} where {target:g} is right"
    best = int(np.argmax(values))
    prediction = f"the network predicts {names[best]} (output {number(values[best], digits=4)})"
    if names[best] == truth:
        return f"{prediction}, which is right"
    right = [number(float(value), digits=4) for name, value in zip(names, values, strict=True) if name == truth]
    return f"{prediction}, but its class is {truth}" + (f" (output {right[0]})" if right else "")


def _batch(tables: Tables) -> Statement | None:
    summary = tables["summary"]
    if "examples" not in tables:
        return None
    return Statement(
        f"It is one of {summary.value('num_examples')} examples whose gradients are averaged: their mean cost is "
        f"{number(summary.value('cost'), digits=5)}, and the length of the mean gradient "
        f"{number(summary.value('gradient_norm'), digits=4)}.",
        (Evidence("summary", ("num_examples", "cost", "gradient_norm")),),
        "Another mean over the same examples.",
    )


def check_statements(tables: Tables) -> list[Statement]:
    """Say whether the derivatives agree with the same ones computed in two other ways; nothing if not checked."""
    if "checks" not in tables:
        return []
    checks = tables["checks"]
    tolerance = float(tables["summary"].value("tolerance"))
    worst = {name: np.max(np.asarray(checks.column(name), np.float64), initial=0.0)
             for name in ("autodiff", "differences")}  # fmt: skip
    total, checked, kinks = (int(sum(checks.column(name))) for name in ("size", "num_differences", "num_kinks"))
    # An error that is no number does not count as small.
    wrong = [
        array
        for array, *errors in zip(*(checks.column(name) for name in ("array", *worst)), strict=True)
        if not all(error <= tolerance for error in errors)
    ]
    how_many = "all" if checked + kinks == total else f"{checked:,} of"
    text = (
        f"Checked: {total:,} derivatives against automatic differentiation (largest relative error "
        f"{number(worst['autodiff'], digits=2)}) and {how_many} {total:,} against central differences in float64 "
        f"({number(worst['differences'], digits=2)})."
    )
    if wrong:
        text += f" They do not agree to {tolerance:g}: {', '.join(wrong)}."
    evidence = (Evidence("checks", (*worst, "size", "num_differences", "num_kinks")),)
    state = "does not hold" if wrong else "holds"
    claim = Statement(text, evidence, f"A relative error above {tolerance:g}.", state)
    return [claim, *_limits(kinks, list(checks.column("is_resolved")), tolerance)]


def _limits(kinks: int, resolved: Sequence[Any], tolerance: float) -> list[Statement]:
    """Say where the check could not see."""
    statements = []
    if kinks:
        text = (
            f"{kinks:,} sampled derivatives lie at a kink (a ReLU at 0, a tie in a max pooling), where there is no "
            "difference to take."
        )
        statements.append(Statement(text, (Evidence("checks", ("num_kinks",)),), "Another number of kinks."))
    hidden = len(resolved) - sum(map(bool, resolved))
    if hidden:
        text = (
            f"{hidden} of {len(resolved)} arrays are too small beside the cost for {tolerance:g} of them to be seen in "
            "float64; they are compared as far as rounding allows."
        )
        statements.append(Statement(text, (Evidence("checks", ("is_resolved",)),), "Enough digits for all of them."))
    return statements


def _nudge(tables: Tables) -> Statement:
    table = tables["mean_outputs" if "mean_outputs" in tables else "outputs"]
    nudges, names = -np.asarray(table.column("delta"), np.float64), table.column("output")
    who = "On average over the batch" if table.name == "mean_outputs" else "To lower the cost"
    if len(nudges) == 1:
        way = "rise" if nudges[0] > 0 else "fall"
        text = f"{who}, the logit should {way} (−∂C/∂z = {number(nudges[0], digits=4)})."
        if nudges[0] == 0.0:
            text = f"{who}, the logit should neither rise nor fall: its derivative is 0."
    else:
        up, down = int(np.argmax(nudges)), int(np.argmin(nudges))
        text = (
            f"{who}, the logit of {names[up]} should rise most (−∂C/∂z = {number(nudges[up], digits=4)}) and that of "
            f"{names[down]} fall most ({number(nudges[down], digits=4)})."
        )
    return Statement(text, (Evidence(table.name, ("delta",)),), "A cost that rises as the logits change so.")


def _effective(tables: Tables) -> Statement:
    table = tables["most_effective"]
    if not len(table) or table.column("gradient")[0] == 0.0:
        evidence = (Evidence("most_effective", ("gradient",)),)
        return Statement("No weight moves the cost: every derivative is 0.", evidence, "A derivative that is not 0.")
    name, value, gradient, share = (table.column(column)[0] for column in ("number", "value", "gradient", "share"))
    whole = float(sum(table.column("share")))
    return Statement(
        f"The most effective single number is {name} = {number(value, digits=4)}: ∂C/∂θ = "
        f"{number(gradient, digits=4)}, {share:.1%} of the gradient's squared length. The {len(table)} most effective "
        f"of {tables['summary'].value('num_params'):,} hold {whole:.1%}.",
        (Evidence("most_effective", ("gradient", "share", "value")),),
        "A learned number with a larger derivative.",
    )


def _agreement(tables: Tables) -> Statement | None:
    if "examples" not in tables:
        return None
    cosines = np.asarray(tables["examples"].column("cosine"), np.float64)
    cosines = cosines[np.isfinite(cosines)]
    evidence = (Evidence("examples", ("cosine",)), Evidence("summary", ("signal_to_noise", "noise_scale")))
    if not len(cosines):
        return Statement("The examples' gradients have no direction to compare.", evidence, "A gradient that is not 0.")
    scale = float(tables["summary"].value("noise_scale"))
    noise = (
        "their mean is no longer than it would be by chance alone"
        if math.isinf(scale)
        else f"in a batch of about {max(1, math.ceil(scale)):,} the two would balance"
    )
    return Statement(
        f"The examples' gradients have cosines of {cosines.min():.2f} to {cosines.max():.2f} with their mean (median "
        f"{np.median(cosines):.2f}); {int((cosines < 0.0).sum())} of {len(cosines)} point against it. Signal to noise "
        f"is {number(float(tables['summary'].value('signal_to_noise')))}: {noise}.",
        evidence,
        "Other angles between the same gradients.",
    )


def update_statement(tables: Tables) -> Statement | None:
    """Say up to which learning rate the gradient predicts a step, and at which one the cost falls most."""
    summary = tables["summary"]
    if summary.value("gradient_norm") == 0.0:
        return None
    evidence = (Evidence("summary", ("trusted_to", "best_rate", "rises_from")),)
    trusted, best, rises = (float(summary.value(name)) for name in ("trusted_to", "best_rate", "rises_from"))
    if not trusted:
        lowest = float(tables["update"].column("learning_rate")[0])
        return Statement(
            f"The gradient alone predicts no step to a tenth, even at a learning rate of {number(lowest)}.",
            (*evidence, Evidence("update", ("learning_rate",))),
            "A step that changes the cost as predicted.",
        )
    up = "" if math.isinf(rises) else f", and from {number(rises)} on the step raises it"
    return Statement(
        "A step of plain gradient descent changes the cost as the gradient predicts, to a tenth, up to a learning rate "
        f"of {number(trusted)}; of the rates tried the cost falls most at {number(best)}{up}.",
        evidence,
        "A step below that rate whose change of the cost is further off.",
    )


def depth_statements(tables: Tables, *, at_least: int = LEAST_LAYERS) -> list[Statement]:
    """Say how the gradient changes on its way down, and how it does in the same network with other functions.

    Args:
        tables: The tables.
        at_least: Layers that learn, of fewer of which nothing is said.
    """
    if "depth" not in tables or len(tables["depth"]) < at_least:
        return []
    names, factors = tables["variants"].column("network"), tables["variants"].column("factor_per_layer")
    statements = []
    if factors[0] is not None:
        factor = float(factors[0])
        word = "it vanishes" if factor < VANISHING else "it explodes" if factor > EXPLODING else "it keeps its size"
        statements.append(
            Statement(
                "From one layer that learns to the one below, the length of ∂C/∂z is multiplied by "
                f"{number(factor)} on average: {word}.",
                (Evidence("variants", ("factor_per_layer",), (names[0],)),),
                "Another ratio of the lengths in the first and the last layer.",
            )
        )
    if note := str(tables["variants"].column("note")[0]):
        evidence = (Evidence("variants", ("note",), (names[0],)),)
        statements.append(Statement(note, evidence, "A layer that states its activation.", "not checkable"))
    if len(names) > 1:
        words = "; ".join(
            _variant(tables, str(name), factor) for name, factor in zip(names[1:], factors[1:], strict=True)
        )
        statements.append(
            Statement(
                f"The same layers, example and seed at initial weights: {words}.",
                (Evidence("variants", ("factor_per_layer",), tuple(names[1:])), Evidence("depth", ("layer",))),
                "Other factors in networks built so.",
            )
        )
    return statements


def _variant(tables: Tables, name: str, factor: float | None) -> str:
    if factor is not None:
        return f"{number(factor)} per layer with {name}"
    layers = tables["depth"].column("layer")
    slopes = tables["depth"].column("slope_sigmoid" if name.startswith("sigmoid") else "slope_relu")
    silent = [layer for layer, slope in zip(layers, slopes, strict=True) if slope == 0.0]
    why = f", since every unit of {silent[-1]} is off" if silent else ""
    return f"with {name} no derivative reaches {layers[0]}{why}"

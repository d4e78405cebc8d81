"""A network's forward and backward pass of a drawing, in words and in rows of tables."""

from collections.abc import Sequence

import numpy as np

from descentlab.live import STEP, Contributions, Glance, WantedChange
from descentlab.representations import Attribution
from descentlab.results import number as power_number

TOP = 8
Rows = list[tuple[str, ...]]


def number(value: float) -> str:
    """Write a number with a real minus sign and at most four digits."""
    return f"{value:.4g}".replace("-", "−")


def signed(value: float) -> str:
    """Write a number with its sign."""
    return f"{value:+.4g}".replace("-", "−")


def percent(value: float, *, digits: int = 0) -> str:
    """Write a probability without claiming that a rounded one is certain.

    Args:
        value: The probability.
        digits: Number of digits of a small probability, which is written with a power of ten; 0 writes "under 0.1%".

    Example:
        >>> percent(0.256), percent(0.9999), percent(1e-6), percent(1.25e-6, digits=3)
        ('25.6%', 'over 99.9%', 'under 0.1%', '1.25×10⁻⁶')
    """
    if value < 0.0005:
        return power_number(value, digits=digits) if digits else "under 0.1%"
    return "over 99.9%" if value > 0.9995 else f"{value:.1%}"


def output_names(classes: Sequence[str], num_outputs: int) -> list[str]:
    """Return a name for each logit: its class, or, if one logit stands for two classes, the class that it favours."""
    return list(classes) if num_outputs == len(classes) else [classes[-1]] * num_outputs


def tell_answer(glance: Glance, classes: Sequence[str]) -> str:
    """Say which class the network predicts."""
    if not glance.picture.any():
        return "Nothing is drawn yet."
    order = np.argsort(-glance.probabilities, kind="stable")[:2]
    first, second = (f"{classes[k]} with {percent(float(glance.probabilities[k]))}" for k in order)
    return f"The network says {first}, then {second}."


def tell_layer(name: str, kind: str, values: np.ndarray, shown: int) -> str:
    """Describe the activations of a layer."""
    zeros = float((values == 0.0).mean())
    quiet = f" {zeros:.0%} of its values are 0." if zeros > 0.0 else ""
    span = f"from {number(float(values.min()))} (black) to {number(float(values.max()))} (white)"
    if values.ndim != 3:
        return f"{name} ({kind}): {len(values)} units, {span}; the largest is unit {int(values.argmax())}.{quiet}"
    rows, columns, channels = values.shape
    strongest = int(values.max(axis=(0, 1)).argmax())
    some = f", the first {shown} of them shown" if shown < channels else ""
    return (
        f"{name} ({kind}): {channels} channels of {rows}x{columns}{some}, {span}; the largest is in channel "
        f"{strongest}.{quiet}"
    )


def tell_pixels(pixels: Attribution, output: int, name: str) -> str:
    """Say how much the pixels add to one logit in all."""
    rise = pixels.logits[output] - pixels.baseline_logits[output]
    for_it, against = (float(part.sum()) for part in _parts(pixels.maps[output]))
    return (
        f"The logit of {name} is {number(pixels.logits[output])}, and {number(pixels.baseline_logits[output])} for a "
        f"black picture: a difference of {signed(rise)}. Pixels that speak for it add {signed(for_it)}, those against "
        f"it {signed(against)}, together {signed(for_it + against)}. They must add up to the difference; they miss it "
        f"by {number(abs(pixels.missed[output]))}."
    )


def _parts(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.clip(values, 0.0, None), np.clip(values, None, 0.0)


def contribution_rows(parts: Contributions, output: int) -> Rows:
    """List the terms of the last layer's sum for one logit: the largest ones, the others, the bias, and the sum."""
    terms = parts.terms[:, output]
    order = np.argsort(-np.abs(terms), kind="stable")
    rows: Rows = [
        (f"input {j}", number(float(parts.inputs[j])), number(float(parts.weights[j, output])), signed(float(terms[j])))
        for j in order[:TOP]
    ]
    rest = order[TOP:]
    if len(rest):
        rows.append((f"{len(rest):,} others", "", "", signed(float(terms[rest].sum()))))
    rows += [("bias", "", "", signed(parts.bias[output])), ("logit", "", "", signed(parts.logits[output]))]
    return rows


def class_rows(parts: Contributions, glance: Glance, names: Sequence[str]) -> Rows:
    """List for every logit its positive terms, its negative terms, and its bias."""
    for_it, against = (part.sum(axis=0) for part in _parts(parts.terms))
    return [
        (name, signed(for_it[k]), signed(against[k]), signed(parts.bias[k]), signed(parts.logits[k]), probability)
        for k, name in enumerate(names)
        for probability in [f"{glance.probabilities[k]:.2%}" if len(names) == len(glance.probabilities) else ""]
    ]


def tell_sum(parts: Contributions, glance: Glance) -> str:
    """Say that terms and bias add up to the logits, and by how much they differ through rounding."""
    apart = float(np.abs(parts.logits - glance.logits).max())
    return (
        f"Layer {parts.layer} adds up its {len(parts.inputs):,} inputs a, each times its weight w, and a bias. The "
        f"sums are the logits themselves: computed anew they differ from the network's own by {number(apart)} at most."
    )


def tell_cost(change: WantedChange, classes: Sequence[str], loss: str) -> str:
    """Say what the cost of the drawing is as one of a class, and how the logits should change."""
    logit_changes = change.logit_changes
    names = output_names(classes, len(logit_changes))
    up, down = int(logit_changes.argmax()), int(logit_changes.argmin())
    wanted_changes = [f"{names[up]} up by {number(logit_changes[up])}"] if logit_changes[up] > 0.0 else []
    wanted_changes += [f"{names[down]} down by {number(-logit_changes[down])}"] if logit_changes[down] < 0.0 else []
    wanted = f" Of the logits it wants above all {' and '.join(wanted_changes)} (−∂C/∂z)." if wanted_changes else ""
    return f"Were this a {classes[change.label]}, it would cost C = {number(change.cost)} by {loss}.{wanted}"


def nudge_rows(change: WantedChange) -> Rows:
    """List each layer's part of the gradient, from the output back to the input."""
    return [
        (
            nudge.layer,
            number(nudge.delta),
            "" if nudge.gradient is None else number(nudge.gradient),
            "" if nudge.gradient is None else f"{nudge.share:.1%}",
            f"{nudge.num_params:,}" if nudge.num_params else "",
        )
        for nudge in reversed(change.nudges)
    ]


def effective_rows(change: WantedChange) -> Rows:
    """List the parameters with the largest part in the gradient."""
    return [
        (
            f"{each.layer}/{each.role}[{','.join(map(str, each.place))}]",
            number(each.value),
            signed(-each.gradient),
            "up" if each.gradient < 0.0 else "down",
            f"{each.share:.1%}",
        )
        for each in change.effective
    ]


def tell_step(change: WantedChange, glance: Glance, classes: Sequence[str]) -> str:
    """Say what a step along −∂C/∂x changes."""
    probabilities = (float(glance.probabilities[change.label]), float(change.moved_probability))
    before, after = (percent(each, digits=2) for each in probabilities)
    return (
        f"Blue pixels should be brighter and orange ones darker (−∂C/∂x). A step of length {STEP:g} that way, kept "
        f"between black and white, is foretold to change the cost by {signed(change.linear_change)}; it changes it by "
        f"{signed(change.actual_change)}. The probability of {classes[change.label]} goes from {before} to {after}."
    )

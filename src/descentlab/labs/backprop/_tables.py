"""The tables of an account of back-propagation, which terminal, Markdown and page share."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from descentlab.backpropagation import ArrayCheck, EffectiveWeight, Entries, LayerAccount, Sum
from descentlab.core import TextTable

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop

MAX_NEURONS = 20
"""Neurons of a layer up to which each has a row."""
DIFFER = "DIFFER"
CHECK_HEADER = ("autodiff", "differences", "three ways")
SYMBOLS = {"activation": "∂C/∂a", "delta": "δ"}
"""What is checked, as the formulas write it, where it is no learned array."""


def name_of(each: EffectiveWeight) -> str:
    """Word a learned number, as `hidden/weight[3,0]`."""
    return f"{each.layer}/{each.role}[{','.join(map(str, each.place))}]"


def outputs_table(found: "Backprop") -> TextTable:
    """Lay out logits, outputs, targets and their derivatives; those of the example that is looked at."""
    cost, row = found.account.cost, found.row
    arrays = (cost.logits, cost.outputs, cost.targets, cost.terms, cost.output_gradient, cost.delta)
    order = np.argsort(-np.abs(cost.delta[row]), kind="stable")[:MAX_NEURONS]
    rows = tuple((found.output_name(int(k)), *(plain(array[row, k]) for array in arrays)) for k in sorted(order))
    activation = "a = z" if cost.link == "linear" else f"a = {cost.link}(z)"
    header = ("output", "logit z", activation, "y", "cost", "∂C/∂a", "δ = ∂C/∂z")
    return TextTable(
        header, rows, f"Output: C = {cost.costs[row]:.6g}; {cost.formulas[1].text}; {cost.formulas[3].text}"
    )


def layers_table(found: "Backprop") -> TextTable:
    """Lay out the layers: their sizes forward and back, and the errors of their checks."""
    inputs = found.account.problem.inputs
    shape = "x".join(map(str, inputs.shape[1:]))
    own = _rms(found.account.input_gradient)
    rows = [("inputs", "", shape, _rms(inputs), own, "", "", *_verdict(found, "inputs"))]
    for layer in found.account.layers:
        norm = math.sqrt(sum(float((array**2).sum()) for array in layer.gradients.values()))
        rows.append(
            (
                layer.name,
                layer.kind,
                "x".join(map(str, layer.activation.shape[1:])),
                _rms(layer.activation),
                _rms(layer.activation_gradient),
                _rms(layer.delta),
                f"{norm:.4g}" if layer.gradients else "",
                *_verdict(found, layer.name),
            )
        )
    header = ("layer", "kind", "shape", "rms a", "rms ∂C/∂a", "rms δ", "|∂C/∂θ|", *CHECK_HEADER)
    return TextTable(header, tuple(rows), "Layers, from the inputs on, each checked in two other ways")


def _verdict(found: "Backprop", layer: str) -> tuple[str, str, str]:
    own = [each for each in found.check.arrays if each.layer == layer] if found.check else []
    if not own:
        return ("", "", "")
    autodiff, differences = max(each.autodiff for each in own), max(each.central_differences for each in own)
    return (f"{autodiff:.1e}", f"{differences:.1e}", "agree" if all(each.agrees for each in own) else DIFFER)


def neurons_table(found: "Backprop", layer: LayerAccount, names: Sequence[str], *, is_back: bool) -> TextTable:
    """Lay out one example's neurons of a layer: all of few; of many the largest, and the others as a sum."""
    columns = _columns(layer, is_back=is_back)
    values = {head: array[found.row].ravel() for head, array in columns.items()}
    order = np.argsort(-np.abs(list(values.values())[-1]), kind="stable")
    shown = np.sort(order) if len(order) <= MAX_NEURONS else order[: found.top]
    left = order[len(shown) :]
    places = [np.unravel_index(k, layer.activation.shape[1:]) for k in shown]
    words = [str(names[k]) if names else f"[{','.join(map(str, p))}]" for k, p in zip(shown, places, strict=True)]
    rows = [(word, *(plain(each[k]) for each in values.values())) for word, k in zip(words, shown, strict=True)]
    if len(left):
        rows.append((f"{len(left):,} others", *_sums({head: each[left] for head, each in values.items()})))
    rows.append(("sum", *_sums(values)))
    title = f"{layer.name}: what reaches it" if is_back else f"{layer.name}: what it gives"
    return TextTable(("neuron", *columns), tuple(rows), title)


def _columns(layer: LayerAccount, *, is_back: bool) -> dict[str, np.ndarray]:
    if not layer.is_curved:
        return {"δ = ∂C/∂a": layer.delta} if is_back else {"z" if layer.has_preactivation else "a": layer.activation}
    if is_back:
        return {"∂C/∂a": layer.activation_gradient, "σ'(z)": layer.slope, "δ": layer.delta}
    return {"z": layer.preactivation, "a = σ(z)": layer.activation}


def _sums(values: dict[str, np.ndarray]) -> tuple[str, ...]:
    """Add columns up; a sum of slopes means nothing."""
    return tuple("" if head == "σ'(z)" else plain(each.sum()) for head, each in values.items())


def checks_table(arrays: Sequence[ArrayCheck], title: str) -> TextTable:
    """Lay out how far arrays agree with automatic differentiation and with central differences."""
    rows = tuple(
        (
            SYMBOLS.get(each.of, f"∂C/∂{each.of}"),
            f"{each.size:,}",
            f"{each.autodiff:.1e}",
            f"{each.central_differences:.1e}" if each.num_checked else "–",
            f"{each.num_checked:,}",
            "agree" if each.agrees else DIFFER,
        )
        for each in arrays
    )
    return TextTable(("derivative", "numbers", *CHECK_HEADER[:2], "of them", CHECK_HEADER[2]), rows, title)


def three_ways_table(arrays: Sequence[ArrayCheck], count: int, title: str, *, is_single: bool) -> TextTable:
    """Lay the largest derivatives out beside the same numbers in two other ways.

    Of a single example, places leave out which one it is. At a kink there is no difference to take.
    """
    rows = tuple(
        (
            f"{SYMBOLS.get(each.of, f'∂C/∂{each.of}')}"
            f"[{','.join(map(str, entry.place[1 if is_single and each.of in SYMBOLS else 0 :]))}]",
            plain(entry.ours, digits=8),
            plain(entry.autodiff, digits=8),
            plain(entry.difference, digits=8) if math.isfinite(entry.difference) else "–",
        )
        for each in arrays
        for entry in each.entries[:count]
    )
    return TextTable(("derivative", "by the rule", "autodiff", "central difference"), rows, title)


def sum_table(whole: Sum, top: int, title: str) -> TextTable:
    """Lay out a sum: its largest terms, the rest, what is added, and the total."""
    short = whole.largest(top)
    blank = ("",) * len(whole.factor_names)
    rows = [(term.label, *map(plain, term.factors), plain(term.value, digits=6)) for term in short.terms]
    if short.num_rest:
        rows.append((f"{short.num_rest:,} others", *blank, plain(short.rest, digits=6)))
    rows += [(name, *blank, plain(value, digits=6)) for name, value in short.constants]
    rows.append((f"{whole.name} = sum", *blank, plain(short.total, digits=6)))
    return TextTable(("from", *whole.factor_names, "product"), tuple(rows), f"{title}: {whole.name}")


def entries_table(entries: Entries, role: str, sums: Iterable[Sum]) -> TextTable:
    """Lay out the largest derivatives of an array; where each is one product, with its factors."""
    listed = list(sums)
    single = bool(listed) and all(len(whole.labels) == 1 for whole in listed)
    factors = listed[0].factor_names if single else ()
    rows = [
        (
            f"∂C/∂{role}[{','.join(map(str, entry.place))}]",
            *(map(plain, whole.factors[0]) if single else (f"{len(whole.labels):,} terms",)),
            plain(entry.value, digits=6),
        )
        for entry, whole in zip(entries.largest, listed, strict=True)
    ]
    blank = ("",) * (len(factors) if single else 1)
    if entries.num_rest:
        rows.append((f"{entries.num_rest:,} others", *blank, plain(entries.rest, digits=6)))
    rows.append(("sum", *blank, plain(entries.total, digits=6)))
    share = f"the largest hold {entries.share:.1%} of its squared length" if entries.num_rest else "all of it"
    title = f"∂C/∂{role}: {share}"
    return TextTable(("derivative", *(factors if single else ("made of",)), "value"), tuple(rows), title)


def effective_table(found: "Backprop") -> TextTable:
    """Lay out the learned numbers that move the cost most."""
    rows = tuple(
        (name_of(each), f"{each.value:.5g}", f"{each.gradient:.5g}", f"{each.share:.1%}") for each in found.effective
    )
    return TextTable(("number", "value", "∂C/∂θ", "of |∂C/∂θ|²"), rows, "The most effective numbers of the network")


def agreement_table(found: "Backprop") -> TextTable:
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
    return TextTable(header, rows, f"Examples beside their mean{more}")


def update_table(found: "Backprop") -> TextTable:
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
    return TextTable(header, rows, f"Change of the cost by a step, from C = {update.cost:.5g}")


def plain(value: float, *, digits: int = 5) -> str:
    """Write a number with so many digits, without a sign before 0."""
    return f"{value + 0.0:.{digits}g}"


def _rms(array: np.ndarray) -> str:
    return f"{math.sqrt(float((array**2).mean())):.4g}"

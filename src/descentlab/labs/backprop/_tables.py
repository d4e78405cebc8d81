"""The tables of `backprop`, filled."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from descentlab.backpropagation import (
    TOLERANCE,
    ArrayCheck,
    GradientDetail,
    NeuronNudges,
    Sum,
    largest_entries,
    output_nudges,
)
from descentlab.labs.backprop import _forms as forms
from descentlab.labs.backprop._measured import Backprop, brackets, name_of, other_terms
from descentlab.labs.backprop._nudges import Nudges
from descentlab.results import Cell, Table, TableForm, Tables

MAX_NUMBERS = 4_096
"""Entries of an array up to which the files hold all of them; of larger arrays they hold the largest and the rest."""
DIFFER = "DIFFER"
SHORT = 2
"""Layers up to which a terminal prints what their numbers are made of."""


def fill_tables(measured: Backprop) -> Tables:
    """Lay out what was computed."""
    is_short = (bool(measured.layer) or len(measured.details) <= SHORT) and not measured.chain
    tables = [
        _outputs(measured),
        _layers(measured),
        *(_chain(measured) if measured.chain else ()),
        _formulas(measured, is_printed=is_short),
        _neurons(measured, is_printed=is_short),
        _terms(measured, is_printed=is_short),
        _gradients(measured, is_printed=is_short),
        _nudges(measured),
        _nudged(measured),
        _effective(measured),
        *((_examples(measured), _signals(measured), _mean_outputs(measured)) if measured.is_batch else ()),
        *(_depth(measured) if len(measured.depth.names) > 1 else ()),
        _update(measured),
        _summary(measured),
        *((_checks(measured), _three_ways(measured)) if measured.check else ()),
        *_arrays(measured),
        _gradient_terms(measured),
    ]
    return Tables(tuple(tables))


def _summary(measured: Backprop) -> Table:
    account, update, places, agreement = measured.account, measured.update, measured.chosen.places, measured.agreement
    run = measured.subject.run
    values: dict[str, Cell] = {
        "network": measured.title,
        "part": measured.chosen.part if len(places) else None,
        "num_examples": account.num_examples,
        "example": int(places[measured.row]) if len(places) else None,
        "truth": measured.truth,
        "num_targets": max(1, len(measured.subject.target_names)),
        "loss": account.cost.title,
        "example_cost": float(account.cost.costs[measured.row]),
        "cost": account.mean_cost,
        "num_params": account.num_params,
        "gradient_norm": account.gradient_norm,
        "curvature": update.curvature,
        "trusted_to": update.trusted_to,
        "best_rate": update.best,
        "rises_from": update.rises_from,
        "tolerance": TOLERANCE,
        "run": None if run is None else str(run.path),
    }
    if agreement is not None:
        names = ("mean_norm", "expected_norm", "signal_to_noise", "noise_scale")
        values |= {name: getattr(agreement, name) for name in names}
    return forms.SUMMARY.fill_columns({name: (value,) for name, value in values.items()})


def _outputs(measured: Backprop) -> Table:
    cost, row = measured.account.cost, measured.row
    arrays = (cost.logits, cost.outputs, cost.targets, cost.terms, cost.output_gradient, cost.delta)
    order = np.arange(len(measured.output_names))
    if len(order) > (forms.OUTPUTS.most_shown or 0):
        order = np.argsort(-np.abs(cost.delta[row]), kind="stable")
    rows = [(measured.output_names[k], *(float(array[row, k]) for array in arrays)) for k in order]
    title = f"Outputs: C = {cost.costs[row]:.6g}; {'; '.join(formula.text for formula in cost.formulas)}"
    return forms.OUTPUTS.fill(rows, title=title)


def _mean_outputs(measured: Backprop) -> Table:
    mean = output_nudges(measured.account)
    columns = (mean.outputs, mean.targets, -mean.nudges, -mean.logit_nudges)
    return forms.MEAN_OUTPUTS.fill([*zip(measured.output_names, *(column.tolist() for column in columns), strict=True)])


def _layers(measured: Backprop) -> Table:
    account = measured.account
    inputs = account.problem.inputs
    rows: list[tuple[Cell, ...]] = [
        ("inputs", "", inputs.shape[1:], _rms(inputs), _rms(account.input_gradient), None, None,
         *_verdict(measured, "inputs"))
    ]  # fmt: skip
    for layer in account.layers:
        norm = math.sqrt(sum(float((array**2).sum()) for array in layer.gradients.values()))
        sizes = map(_rms, (layer.activation, layer.activation_gradient, layer.delta))
        length = norm if layer.gradients else None
        shape = layer.activation.shape[1:]
        rows.append((layer.name, layer.kind, shape, *sizes, length, *_verdict(measured, layer.name)))
    bad = tuple(place for place, row in enumerate(rows) if DIFFER in row)
    return forms.LAYERS.fill(rows, bad=bad)


def _verdict(measured: Backprop, layer: str) -> tuple[float | None, float | None, str]:
    arrays = [array for array in measured.check.arrays if array.layer == layer] if measured.check else []
    if not arrays:
        return (None, None, "")
    errors = (max(array.autodiff for array in arrays), max(array.central_differences for array in arrays))
    return (*errors, agreement_word(arrays))


def agreement_word(arrays: Sequence[ArrayCheck]) -> str:
    """Say whether the three ways of computing some derivatives agree."""
    return "agree" if all(array.agrees for array in arrays) else DIFFER


def _rms(array: np.ndarray) -> float:
    return math.sqrt(float((array**2).mean()))


def _formulas(measured: Backprop, *, is_printed: bool) -> Table:
    shown = {detail.layer.name for detail in measured.details}
    layers = [(layer.name, layer.formulas) for layer in measured.account.layers]
    if is_printed:
        layers.sort(key=lambda pair: pair[0] not in shown)
    rows = [(name, rule.of, rule.text, rule.latex)
            for name, rules in (*layers, ("loss", measured.account.cost.formulas)) for rule in rules]  # fmt: skip
    return replace(forms.FORMULAS, is_printed=is_printed).fill(rows)


def _neurons(measured: Backprop, *, is_printed: bool) -> Table:
    names = [column.name for column in forms.NEURONS.columns[2:]]
    rows = [
        (detail.layer.name, brackets(detail.place), *(getattr(detail, name) for name in names))
        for detail in measured.details
    ]
    return replace(forms.NEURONS, is_printed=is_printed).fill(rows)


def sum_rows(whole: Sum, top: int) -> Iterator[tuple[str, str, int, tuple[float, ...] | None, float]]:
    """Go through a sum: its largest terms, the others as one, the constants and the total.

    Args:
        whole: The sum.
        top: Number of terms to name.

    Yields:
        Label, kind of line, how many terms it stands for, its factors and its value.
    """
    short = whole.largest(top)
    for term in short.terms:
        yield term.label, "term", 1, term.factors, term.value
    if short.num_rest:
        yield other_terms(short.num_rest), "others", short.num_rest, None, short.rest
    for name, value in short.constants:
        yield name, "constant", 1, None, value
    yield f"{whole.name} = sum", "total", len(whole.labels), None, short.total


def _fill_terms(form: TableForm, sums: Sequence[tuple[str, Sum]], top: int) -> Table:
    rows = [
        (layer, whole.name, label, part, count, ", ".join(whole.factor_names) if factors else "", factors, value)
        for layer, whole in sums
        for label, part, count, factors, value in sum_rows(whole, top)
    ]
    return form.fill(rows)


def _terms(measured: Backprop, *, is_printed: bool) -> Table:
    sums = [(detail.layer.name, whole) for detail in measured.details for whole in (detail.output, detail.below)]
    return _fill_terms(replace(forms.TERMS, is_printed=is_printed), sums, measured.top)


def _gradient_terms(measured: Backprop) -> Table:
    sums = [
        (detail.layer.name, whole)
        for detail in measured.details for gradient in detail.gradients for whole in gradient.sums
    ]  # fmt: skip
    return _fill_terms(forms.GRADIENT_TERMS, sums, measured.top)


def gradient_rows(
    gradient: GradientDetail,
) -> Iterator[tuple[str, int, tuple[float, ...] | None, float, float | None]]:
    """Go through an array's largest derivatives, the others as one, and the sum of all.

    Yields:
        Derivative, terms or derivatives that the line stands for, factors where it is one product, value, and on the
        last line the share of the squared length that the named ones hold.
    """
    entries, role = gradient.entries, gradient.role
    for entry, whole in zip(entries.largest, gradient.sums, strict=True):
        factors = tuple(map(float, whole.factors[0])) if len(whole.labels) == 1 else None
        yield f"∂C/∂{role}{brackets(entry.place)}", len(whole.labels), factors, entry.value, None
    if entries.num_rest:
        yield other_terms(entries.num_rest), entries.num_rest, None, entries.rest, None
    yield f"sum of ∂C/∂{role}", len(entries.largest) + entries.num_rest, None, entries.total, entries.share


def _gradients(measured: Backprop, *, is_printed: bool) -> Table:
    rows = [
        (detail.layer.name, gradient.role, *row)
        for detail in measured.details for gradient in detail.gradients for row in gradient_rows(gradient)
    ]  # fmt: skip
    return replace(forms.GRADIENTS, is_printed=is_printed).fill(rows)


def _arrays(measured: Backprop) -> tuple[Table, Table]:
    arrays: list[tuple[Cell, ...]] = []
    largest: list[tuple[Cell, ...]] = []
    for layer, of, array in _every_array(measured):
        entries, name = largest_entries(array, measured.top), f"{layer}/{of}"
        values = tuple(map(float, array.ravel())) if array.size <= MAX_NUMBERS else None
        norm = float(np.linalg.norm(array))
        arrays.append((name, layer, of, array.shape, norm, entries.total, entries.num_rest, entries.rest, values))
        largest += [(name, entry.place, entry.value) for entry in entries.largest]
    return forms.ARRAYS.fill(arrays), forms.LARGEST.fill(largest)


def _every_array(measured: Backprop) -> Iterator[tuple[str, str, np.ndarray]]:
    names = ("inputs", "preactivation", "activation", "activation_gradient", "delta", "input_gradient")
    for layer in measured.account.layers:
        for name in names:
            yield layer.name, name, getattr(layer, name)
        for role in layer.params:
            yield layer.name, role, layer.params[role]
        for role in layer.gradients:
            yield layer.name, f"gradient of {role}", layer.gradients[role]
    for name in ("costs", "logits", "outputs", "targets", "output_gradient", "delta"):
        yield "loss", name, getattr(measured.account.cost, name)


def _checks(measured: Backprop) -> Table:
    rows = [
        (f"{array.layer}/{array.of}", array.layer, array.of, array.size, array.largest, array.autodiff,
         array.central_differences, array.num_checked, array.num_kinks, array.is_resolved, agreement_word([array]))
        for array in _checked(measured)
    ]  # fmt: skip
    return forms.CHECKS.fill(rows)


def _three_ways(measured: Backprop) -> Table:
    rows = [
        (f"{array.layer}/{array.of}", entry.place, entry.ours, entry.autodiff, entry.difference)
        for array in _checked(measured)
        for entry in array.entries
    ]
    return forms.THREE_WAYS.fill(rows)


def _checked(measured: Backprop) -> tuple[ArrayCheck, ...]:
    return measured.check.arrays if measured.check else ()


def _chain(measured: Backprop) -> tuple[Table, Table, Table]:
    names = ("number", "weight", "behind", "bias", "preactivation", "activation")
    forward = [(step.name, *(getattr(step, name) for name in names)) for step in reversed(measured.chain)]
    products = [
        (step.name, product)
        for step in measured.chain
        for product in (step.weight_gradient, step.bias_gradient, step.below_gradient)
        if product is not None
    ]
    written = [
        (product.text, str(product), product.latex, layer, product.product, product.value)
        for layer, product in products
    ]
    factors = [
        (product.text, factor.text, factor.latex, factor.meaning, factor.value)
        for _, product in products
        for factor in product.factors
    ]
    return forms.CHAIN.fill(forward), forms.CHAIN_PRODUCTS.fill(written), forms.CHAIN_FACTORS.fill(factors)


def _nudges(measured: Backprop) -> Table:
    """Lay the nudges out from the output back, as the derivatives are computed."""
    columns = forms.NUDGES.columns if measured.is_batch else forms.NUDGES.columns[:6]
    rows = [row[: len(columns)] for nudges in reversed(measured.nudges) for row in _nudge_rows(nudges, measured.top)]
    return replace(forms.NUDGES, columns=columns).fill(rows)


def _nudge_rows(nudges: Nudges, top: int) -> Iterator[tuple[Cell, ...]]:
    example, mean = nudges.example, nudges.mean or nudges.example
    columns = (example.weights, example.behind, example.weight_nudges, example.activation_nudges,
               mean.behind, mean.weight_nudges, mean.activation_nudges)  # fmt: skip
    for k in nudges.order[:top]:
        yield (nudges.name, example.labels[k], *(float(column[k]) for column in columns))
    rest = nudges.order[top:]
    if len(rest):
        sums: list[Cell] = [float(column[rest].sum()) for column in columns]
        sums[0] = sums[1] = sums[4] = None
        yield (nudges.name, other_terms(len(rest)), *sums)
    if example.bias_nudge is not None:
        yield (nudges.name, "bias", None, None, example.bias_nudge, None, None, mean.bias_nudge, None)


def _nudged(measured: Backprop) -> Table:
    columns = forms.NUDGED.columns if measured.is_batch else forms.NUDGED.columns[:8]
    rows = []
    for nudges in reversed(measured.nudges):
        rest = nudges.order[measured.top :]
        row = [nudges.name, *_nudged_row(nudges.example, rest)]
        if nudges.mean is not None:
            activation, _, delta, bias, _, *sums = _nudged_row(nudges.mean, rest)
            row += [activation, delta, bias, *sums]
        rows.append(row)
    return replace(forms.NUDGED, columns=columns).fill(rows)


def _nudged_row(neuron: NeuronNudges, rest: np.ndarray) -> tuple[Any, ...]:
    sums = (float(neuron.weight_nudges[rest].sum()), float(neuron.activation_nudges[rest].sum()))
    return (neuron.activation, neuron.nudge, neuron.delta, neuron.bias_nudge, len(rest), *sums)


def _effective(measured: Backprop) -> Table:
    rows = [(name_of(each), each.value, each.gradient, each.share) for each in measured.effective]
    return forms.EFFECTIVE.fill(rows)


def _examples(measured: Backprop) -> Table:
    agreement, targets = measured.agreement, measured.chosen.targets
    assert agreement is not None  # of a batch
    truths = [measured.subject.truth_of(target) for target in targets]
    columns = (column.tolist() for column in (agreement.costs, agreement.norms, agreement.cosines))
    rows = [*zip(measured.chosen.places.tolist(), truths, *columns, strict=True)]
    return replace(forms.EXAMPLES, is_printed=True).fill(rows)


def _signals(measured: Backprop) -> Table:
    assert measured.agreement is not None  # of a batch
    return forms.LAYER_SIGNALS.fill([*measured.agreement.layer_signal_to_noise.items()])


def _depth(measured: Backprop) -> tuple[Table, Table]:
    columns: dict[str, Sequence[Cell]] = {"layer": measured.depth.names}
    for name in ("delta", "gradient_norm", "slope"):
        for variant in measured.variants:
            suffix = f"_{variant.key}" if variant.key else ""
            columns[name + suffix] = getattr(variant.depth, f"{name}s").tolist()
    factors = [(variant.name, variant.depth.factor_per_layer, variant.note) for variant in measured.variants]
    named = [(name, None if math.isnan(factor) else factor, note) for name, factor, note in factors]
    return forms.DEPTH.fill_columns(columns), forms.VARIANTS.fill(named)


def _update(measured: Backprop) -> Table:
    update = measured.update
    columns = (update.learning_rates, update.predicted, update.second_order, update.actual)
    rows = [*zip(*(column.tolist() for column in columns), strict=True)]
    return forms.UPDATE.fill(rows, title=f"{forms.UPDATE.title}, from C = {update.cost:.5g}")

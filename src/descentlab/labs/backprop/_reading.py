"""Tables that the steps of the page show for reading: one layer's numbers, with totals that add up."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from descentlab.backpropagation import ArrayCheck, GradientDetail, LayerAccount, Sum
from descentlab.labs.backprop._forms import EFFECTIVE, OUTPUTS
from descentlab.labs.backprop._measured import Backprop, brackets, other_terms
from descentlab.labs.backprop._tables import DIFFER, agreement_word, gradient_rows, sum_rows
from descentlab.results import Cell, Column, Table, TableForm, Tables

MAX_NEURONS = 20
"""Neurons of a layer up to which each has a row."""
BESIDE = 3
"""Derivatives of each array that stand beside the same in two other ways."""
SYMBOLS = {"activation": "∂C/∂a", "delta": "δ"}
"""What is checked, as the formulas write it, where it is no learned array."""
SLOPE = "σ'(z)"


def _table(title: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, has_total: bool = False) -> Table:
    return TableForm("reading", title, tuple(columns), is_saved=False).fill(rows, has_total=has_total)


def _numbers(heads: Sequence[str], digits: int) -> list[Column]:
    return [Column(f"number_{k}", head, format="number", digits=digits) for k, head in enumerate(heads)]


def input_table(names: Sequence[str], values: np.ndarray) -> Table:
    """Lay out an example's inputs."""
    columns = (Column("input"), *_numbers(["as the network sees it"], 5))
    return _table("Inputs", columns, [*zip(names, map(float, values), strict=True)])


def output_table(tables: Tables) -> Table:
    """Lay out logits, outputs, targets and their derivatives."""
    table = tables[OUTPUTS.name].shown()
    return _table("Outputs of the example", table.columns, [*zip(*table.values, strict=True)])


def sum_table(whole: Sum, top: int, title: str) -> Table:
    """Lay out a sum: its largest terms, the others, the constants and the total."""
    columns = (Column("from"), *_numbers(whole.factor_names, 5), Column("product", format="number", digits=6))
    blank = (None,) * len(whole.factor_names)
    rows = [(label, *(factors or blank), value) for label, _, _, factors, value in sum_rows(whole, top)]
    return _table(f"{title}: {whole.name}", columns, rows, has_total=True)


def gradient_table(gradient: GradientDetail, layer: str = "") -> Table:
    """Lay out an array's largest derivatives; with factors where each is one product. The title names the layer."""
    entries, sums = gradient.entries, gradient.sums
    is_product = bool(sums) and all(len(whole.labels) == 1 for whole in sums)
    middle = _numbers(sums[0].factor_names, 5) if is_product else [Column("num_terms", "terms", format="count")]
    blank = (None,) * len(middle)
    rows = [
        (derivative.removeprefix(f"∂C/∂{gradient.role}"), *(factors or blank if is_product else (count,)), value)
        for derivative, count, factors, value, _ in gradient_rows(gradient)
    ]
    share = f"the largest hold {entries.share:.1%} of its squared length" if entries.num_rest else "all of it"
    columns = (Column("derivative"), *middle, Column("value", format="number", digits=6))
    name = f"{layer}/{gradient.role}" if layer else gradient.role
    return _table(f"∂C/∂{name}: {share}", columns, rows, has_total=True)


def neuron_table(measured: Backprop, layer: LayerAccount, names: Sequence[str], *, is_backward: bool) -> Table:
    """Lay out one example's neurons of a layer: all of few; of many the largest, and the others as a sum."""
    arrays = _backward(layer) if is_backward else _forward(layer)
    values = {head: array[measured.row].ravel() for head, array in arrays.items()}
    order = np.argsort(-np.abs(list(values.values())[-1]), kind="stable")
    shown = np.sort(order) if len(order) <= MAX_NEURONS else order[: measured.top]
    rest = order[len(shown) :]
    places = [tuple(map(int, np.unravel_index(k, layer.activation.shape[1:]))) for k in shown]
    words = [str(names[k]) if names else brackets(place) for k, place in zip(shown, places, strict=True)]
    rows: list[tuple[Cell, ...]] = [
        (word, *(float(column[k]) for column in values.values())) for word, k in zip(words, shown, strict=True)
    ]
    if len(rest):
        rows.append((other_terms(len(rest)), *_sums(values, rest)))
    rows.append(("sum", *_sums(values, order)))
    title = f"{layer.name}: what reaches it" if is_backward else f"{layer.name}: what it gives"
    return _table(title, (Column("neuron"), *_numbers(list(values), 5)), rows, has_total=True)


def _forward(layer: LayerAccount) -> dict[str, np.ndarray]:
    if layer.is_curved:
        return {"z": layer.preactivation, "a = σ(z)": layer.activation}
    return {"z" if layer.has_preactivation else "a": layer.activation}


def _backward(layer: LayerAccount) -> dict[str, np.ndarray]:
    if layer.is_curved:
        return {"∂C/∂a": layer.activation_gradient, SLOPE: layer.slope, "δ": layer.delta}
    return {"δ = ∂C/∂a": layer.delta}


def _sums(values: dict[str, np.ndarray], places: np.ndarray) -> tuple[Cell, ...]:
    """Add columns up; a sum of slopes means nothing."""
    return tuple(None if head == SLOPE else float(column[places].sum()) for head, column in values.items())


def check_table(arrays: Sequence[ArrayCheck]) -> Table:
    """Lay out how far a layer's derivatives agree with automatic differentiation and with central differences."""
    errors = [Column(name, format="number", digits=2) for name in ("autodiff", "differences")]
    columns = (
        Column("derivative"), Column("numbers", format="count"), *errors, Column("of_them", format="count"),
        Column("three_ways"),
    )  # fmt: skip
    rows = [
        (_symbol(array), array.size, array.autodiff, array.central_differences if array.num_checked else None,
         array.num_checked, agreement_word([array]))
        for array in arrays
    ]  # fmt: skip
    form = TableForm("reading", "Checked: largest relative error of each array", columns, is_saved=False)
    return form.fill(rows, bad=tuple(k for k, row in enumerate(rows) if row[-1] == DIFFER))


def three_ways_table(arrays: Sequence[ArrayCheck], *, is_single: bool) -> Table:
    """Lay the largest derivatives out beside the same numbers in two other ways.

    Of a single example, places leave out which one it is. At a kink there is no difference to take.
    """
    pairs = [(array, entry) for array in arrays for entry in array.entries[:BESIDE]]
    rows = [
        (
            f"{_symbol(array)}{brackets(entry.place[1 if is_single and array.of in SYMBOLS else 0 :])}",
            entry.ours,
            entry.autodiff,
            entry.difference if math.isfinite(entry.difference) else None,
        )
        for array, entry in pairs
    ]
    at_kink = any(row[-1] is None for row in rows)
    title = "The largest in three ways" + ("" if is_single else ", [example,...]; ∂C/∂θ as the mean")
    heads = ["by the rule", "autodiff", "central difference"]
    title += "; – at a kink" if at_kink else ""
    form = TableForm("reading", title, (Column("derivative"), *_numbers(heads, 8)), is_saved=False)
    return form.fill(rows, bad=tuple(k for k, (array, _) in enumerate(pairs) if not array.agrees))


def _symbol(array: ArrayCheck) -> str:
    return SYMBOLS.get(array.of, f"∂C/∂{array.of}")


def effective_table(title: str, tables: Tables, columns: Mapping[str, Sequence[float] | np.ndarray]) -> Table:
    """Lay further numbers out beside the most effective learned numbers."""
    names = tables[EFFECTIVE.name].column("number")
    rows = [*zip(names, *(map(float, column) for column in columns.values()), strict=True)]
    return _table(title, (Column("number"), *_numbers(list(columns), 4)), rows)

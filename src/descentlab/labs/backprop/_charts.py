"""Charts of an account: an update followed through, and the gradient through the depth of the network."""

import math

import numpy as np
from jaxtyping import Float

from descentlab.backpropagation import Update
from descentlab.labs.backprop._depth import DepthVariant
from descentlab.results import Chart, Mark, Part, Series

BEYOND = 1.6
"""How far below the lowest actual cost a chart reaches: predictions that go on for ever leave the chart there."""


def update_charts(update: Update) -> list[Part]:
    """Draw how steps of growing size were predicted to change the cost, how they change it, and the difference."""
    finite = update.actual[np.isfinite(update.actual)]
    if not len(finite) or update.gradient_norm == 0.0:
        return []
    return [_changes(update, finite), _misses(update)]


def _changes(update: Update, finite: Float[np.ndarray, " rates"]) -> Chart:
    low = BEYOND * min(float(finite.min()), 0.0)
    high = min(float(finite.max()), -low) if low < 0.0 else float(finite.max())
    high = max(high, -0.35 * low)
    lines = (("predicted", update.predicted), ("with curvature", update.second_order), ("actual", update.actual))
    series = tuple(
        Series(name, update.learning_rates, np.where((low <= y) & (y <= high), y, np.nan), tone=tone,
               style="line" if name == "actual" else "dashed")
        for tone, (name, y) in zip((1, 2, 0), lines, strict=True)
    )  # fmt: skip
    return Chart(
        "Change of the cost by one step", "learning rate", "change of C", series, x_log=True, marks=_marks(update),
        note="Curves end where they leave the chart.",
    )  # fmt: skip


def _marks(update: Update) -> tuple[Mark, ...]:
    marks = [Mark(f"trusted to {update.trusted_to:.3g}", x=update.trusted_to)] if update.trusted_to else []
    if math.isfinite(update.rises_from):
        marks.append(Mark(f"rises from {update.rises_from:.3g}", x=update.rises_from))
    return tuple(marks)


def _misses(update: Update) -> Chart:
    """Draw the predictions' errors: where the lines run straight, halving the step halves or quarters them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        misses = [np.abs(each - update.actual) / np.abs(update.actual) for each in (
            update.predicted, update.second_order)]  # fmt: skip
    series = tuple(
        Series(name, update.learning_rates, np.where(np.isfinite(miss) & (miss > 0.0), miss, np.nan), tone=tone)
        for tone, name, miss in zip((1, 2), ("predicted", "with curvature"), misses, strict=True)
    )
    return Chart(
        "How far the prediction is off", "learning rate", "|predicted − actual| / |actual|", series, x_log=True,
        y_log=True, marks=(Mark("a tenth", y=0.1),),
    )  # fmt: skip


def depth_charts(variants: tuple[DepthVariant, ...]) -> list[Part]:
    """Draw the size of the gradient layer by layer, of the network and of the same with other functions."""
    names = variants[0].depth.names
    layers = np.arange(1.0, len(names) + 1.0)
    charts: list[Part] = []
    for title, label, measure in (
        ("Length of δ", "|∂C/∂z|", "deltas"),
        ("Length of the gradient", "|∂C/∂θ|", "gradient_norms"),
    ):
        series = tuple(
            Series(each.name, layers, _positive(getattr(each.depth, measure)), tone=tone)
            for tone, each in zip((0, 1, 2), variants, strict=False)
        )
        charts.append(Chart(title, "layer", label, series, y_log=True, x_names=names))
    return charts


def _positive(values: Float[np.ndarray, " layers"]) -> Float[np.ndarray, " layers"]:
    return np.where(values > 0.0, values, np.nan)

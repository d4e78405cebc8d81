"""What back-propagation costs, as tables of words."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab.core import TextTable
from descentlab.labs.backprop_cost._words import duration, times
from descentlab.labs.backprop_cost.measure import Exponent, Flops, spread
from descentlab.results import number

if TYPE_CHECKING:
    from descentlab.labs.backprop_cost._result import BackpropCost


def work_table(found: "BackpropCost") -> TextTable:
    """Return multiply-adds layer by layer, beside half of XLA's operations."""
    work, xla = found.work, found.xla
    unknown = Flops(None, None)
    rows = [
        (
            layer.name,
            layer.kind,
            f"{layer.num_params:,}",
            f"{layer.forward:,}",
            _halved(xla.layers.get(layer.name, unknown).forward, work.batch_size),
            f"{layer.weight_gradient:,}",
            f"{layer.input_gradient:,}",
            _halved(xla.layers.get(layer.name, unknown).backward, work.batch_size),
            f"{layer.update:,}",
        )
        for layer in work.layers
    ]
    total = (
        "in all",
        "",
        f"{work.num_params:,}",
        f"{work.forward:,}",
        _halved(xla.whole.forward, work.batch_size),
        f"{work.weight_gradient:,}",
        f"{work.input_gradient:,}",
        _halved(xla.whole.backward, work.batch_size),
        f"{work.update:,}",
    )
    header = ("layer", "kind", "weights", "forward", "XLA", "∂C/∂W", "∂C/∂a", "XLA back", "update")
    return TextTable(header, (*rows, total), "Multiply-adds for one example (update: for one step)")


def _halved(flops: float | None, batch_size: int) -> str:
    """Write XLA's operations for a batch as multiply-adds for an example."""
    return "-" if flops is None else f"{flops / (2 * batch_size):,.0f}"


def step_table(found: "BackpropCost") -> TextTable:
    """Return the parts of one step: multiply-adds, time, and the two together."""
    timed, work = found.timed, found.work
    parts = (
        ("forward", work.batch_size * work.forward, timed.forward),
        ("back", work.batch_size * work.backward, timed.gradient - timed.forward),
        ("update", work.update, timed.update),
    )
    whole = sum(float(np.median(seconds)) for _, _, seconds in parts)
    rows = []
    for name, adds, seconds in parts:
        low, middle, high = np.quantile(seconds, [0.25, 0.5, 0.75]).tolist()
        rate = number(adds / middle / 1e9) if middle > 0.0 else "-"
        rows.append(
            (name, f"{adds:,}", duration(middle), f"{duration(low)} to {duration(high)}", f"{middle / whole:.0%}", rate)
        )
    header = ("part", "multiply-adds", "time", "quartiles", "share", "10⁹ multiply-adds a second")
    return TextTable(header, tuple(rows), f"One step at batch {timed.batch_size:,}")


def exponent_table(found: "BackpropCost") -> TextTable:
    """Return the exponents of time against each size."""
    rows = []
    for each in found.timed.scalings:
        if each.fit is None or each.smallest is None:
            continue
        reached = each.reached
        rows.append(
            (
                each.symbol,
                each.meaning,
                f"{each.textbook:g}",
                f"{each.fit.smallest:,.0f} to {each.fit.largest:,.0f}",
                _fit(each.fit),
                f"{each.smallest.value:.2f}",
                "-" if reached is None else f"{reached.smallest:,.0f}",
                "-" if reached is None else _fit(reached),
                f"{each.noise:.0%}",
            )
        )
    header = (
        "", "what grows", "textbook", "sizes", "over all (95%)", "smallest", "reached from", "there (95%)", "noise",
    )  # fmt: skip
    return TextTable(header, tuple(rows), "Exponent of one gradient's time as one size grows and all else stays")


def _fit(fit: Exponent) -> str:
    return f"{fit.value:.2f} ({fit.low:.2f} to {fit.high:.2f})"


def ways_table(found: "BackpropCost") -> TextTable:
    """Return the ways to the whole gradient beside each other."""
    timed = found.timed
    gradient = float(np.median(timed.gradient))
    rows = [("back-propagation", "all at once", duration(gradient), duration(gradient), "1", "-")]
    for name, way in (("differences", timed.differences), ("chain rule, forward", timed.chain_rule)):
        if way is None:
            continue
        measured = f"{way.num_measured:,} of {way.num_params:,}" + (", extrapolated" if way.is_extrapolated else "")
        rows.append(
            (
                f"{name}, one weight at a time",
                measured,
                duration(float(np.median(way.seconds))),
                duration(way.whole_s),
                times(way.whole_s / gradient),
                number(way.error, digits=2),
            )
        )
    header = ("way", "weights measured", "time of one", "time of all", "times as long", "off by")
    return TextTable(header, tuple(rows), f"The same gradient at batch {timed.batch_size:,}")


def batch_table(found: "BackpropCost") -> TextTable:
    """Return the network's own times as the batch grows."""
    batches = found.timed.batches
    medians = [np.median(curve, axis=1) for curve in (batches.forward, batches.gradient, batches.called)]
    rows = tuple(
        (
            f"{size:,}",
            duration(forward),
            duration(gradient),
            f"{ratio:.2f}",
            duration(gradient / size),
            f"{size / gradient:,.0f}",
            f"{size / called:,.0f}",
            f"{noise:.0%}",
        )
        for size, forward, gradient, called, ratio, noise in zip(
            batches.sizes, *medians, np.median(batches.ratios, axis=1), spread(batches.gradient), strict=True
        )
    )
    header = (
        "batch", "forward", "gradient", "back/forward", "an example", "examples a second", "called, a second", "noise",
    )  # fmt: skip
    return TextTable(header, rows, "The network's own gradient as the batch grows")

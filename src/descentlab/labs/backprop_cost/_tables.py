"""The tables of `backprop-cost`."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.backprop_cost._measured import BackpropCost
from descentlab.labs.backprop_cost.measure import Exponent, Flops, Scaling, WeightwiseGradient, spread
from descentlab.results import Cell, Column, Table, TableForm, Tables
from descentlab.training import device_names

count = partial(Column, format="count")
duration = partial(Column, format="duration")
exponent = partial(Column, format="fixed", digits=2)
detail_count = partial(Column, format="count", is_detail=True)
detail_duration = partial(Column, format="duration", is_detail=True)

SUMMARY = TableForm(
    "summary",
    "Summary",
    (
        Column("network", meaning="Name of the experiment."),
        Column("devices", meaning="Devices that computed."),
        Column("precision", meaning="Type of the numbers."),
        Column("optimizer", meaning="Update rule."),
        count("batch_size", meaning="Examples in one step."),
        count("num_params", "weights", "Learned numbers, W."),
        count("forward", "", "Multiply-adds of the forward pass, for one example."),
        count("backward", "", "Multiply-adds of the backward pass, for one example."),
        count("update_per_weight", meaning="Products, quotients and roots of the update, for one weight."),
        count("step", meaning="Multiply-adds of a whole step."),
        Column(
            "ratio", "backward / forward", "Time of the backward pass over the forward pass.", format="fixed", digits=2
        ),
        Column("ratio_low", meaning="Lower quartile of the ratio.", format="fixed", digits=2),
        Column("ratio_high", meaning="Upper quartile of the ratio.", format="fixed", digits=2),
        duration("gradient", meaning="Time of the forward and backward pass of one batch."),
        duration("gradient_low", meaning="Lower quartile of the gradient's time."),
        duration("gradient_high", meaning="Upper quartile of the gradient's time."),
        Column("has_padding", meaning="Whether convolutions pad their pictures with zeros.", format="flag"),
        Column("has_data", meaning="Whether the examples come from the data; else they are random.", format="flag"),
        count("num_rounds", meaning="Number of measurements of each time."),
        Column(
            "noise",
            meaning="Distance between the quartiles of repeated times, as a share of their median.",
            format="percent",
            digits=0,
        ),
        Column("budget", meaning="Seconds allowed for timing.", format="seconds"),
        Column("run", meaning="Folder of the run."),
    ),
    is_single=True,
)
WORK = TableForm(
    "work",
    "Multiply-adds for one example (column update: for one step)",
    (
        Column("layer", meaning="Name of the layer."),
        Column("kind", meaning="Kind of layer."),
        count("num_params", "weights", "Learned numbers."),
        count("forward", meaning="z = W a: each weight once per example, the weight of a kernel once per position."),
        count("xla_forward", "XLA", "Half of the operations that XLA counts in the layer compiled alone."),
        count("weight_gradient", "∂C/∂W", "δ a: as many products again."),
        count("input_gradient", "∂C/∂a", "W δ: as many products again; 0 where no layer below learns."),
        detail_count("backward", meaning="The backward pass: ∂C/∂W and ∂C/∂a together."),
        count("xla_backward", "XLA backward", "Half of the operations that XLA counts in the backward pass."),
        count("update", meaning="The optimizer's update, once per step."),
        detail_count("flops_forward", meaning="Operations that XLA counts in the forward pass of the batch."),
        detail_count("flops_backward", meaning="Operations that XLA counts in the backward pass of the batch."),
        detail_count("flops_gradient", meaning="Operations that XLA counts in forward and backward pass together."),
        detail_count("flops_update", meaning="Operations that XLA counts in the update."),
    ),
    note="XLA: half of the operations that it counts for one example, in each layer compiled alone.",
    is_printed=True,
)
STEP = TableForm(
    "step",
    "One step",
    (
        Column("part", meaning="Part of the step."),
        count("multiply_adds", "multiply-adds", "Multiply-adds of the whole batch."),
        duration("seconds", "time", "Median time."),
        duration("low", "lower quartile", "Lower quartile of the times."),
        duration("high", "upper quartile", "Upper quartile of the times."),
        Column("share", meaning="Share of the step's time.", format="percent", digits=0),
        Column("rate", "10⁹ multiply-adds per second", "Multiply-adds divided by time.", format="number"),
    ),
    is_printed=True,
)
GROWTH = TableForm(
    "growth",
    "Exponent of the time of one gradient as one size grows and the others stay the same",
    (
        Column("size", meaning="Symbol of the size that grows."),
        Column("meaning", "what grows", "The size in words."),
        Column("textbook", meaning="Exponent that the textbook expects.", format="setting"),
        count("from", meaning="Smallest size measured."),
        count("to", meaning="Largest size measured."),
        exponent("exponent", "over all (95%)", "Exponent over all sizes, with its 95% interval."),
        exponent("smallest", meaning="Exponent over the four smallest sizes."),
        count(
            "reached_from",
            meaning="Size from which the exponent is at most a tenth below the textbook's.",
        ),
        exponent("reached", "there (95%)", "Exponent from that size on, with its 95% interval."),
        Column(
            "noise",
            meaning="Distance between the quartiles of the repeats of a size, as a share of their median.",
            format="percent",
            digits=0,
        ),
        detail_count("smallest_to", meaning="Largest of the four smallest sizes."),
        Column("largest", meaning="Exponent over the four largest sizes.", format="fixed", digits=2, is_detail=True),
        detail_count("largest_from", meaning="Smallest of the four largest sizes."),
        Column("scatter", meaning="Scatter of the times about the fitted line.", format="percent", is_detail=True),
        Column("fixed", meaning="Sizes that stay the same.", is_detail=True),
    ),
    note=(
        "Smallest: exponent over the four smallest sizes. Reached from: the size from which the exponent of every four "
        "neighbouring sizes is at most a tenth below the textbook's; the next column has the exponent from there on. "
        "Noise: distance between the quartiles of the repeats of a size, as a share of their median."
    ),
    is_printed=True,
)
TIMES = TableForm(
    "growth_times",
    "Time of one gradient at each size",
    (
        Column("size", meaning="Symbol of the size that grows."),
        count("value", meaning="The size."),
        count("multiply_adds", "multiply-adds", "Multiply-adds of one gradient."),
        duration("seconds", "time", "Median time of one gradient."),
        duration("low", "lower quartile", "Lower quartile of the times."),
        duration("high", "upper quartile", "Upper quartile of the times."),
    ),
)
WAYS = TableForm(
    "ways",
    "The same gradient, computed in several ways",
    (
        Column("way", meaning="How the gradient is computed."),
        count("num_measured", "weights measured", "Weights whose derivative was timed."),
        count("num_params", "weights in all", "All weights of the network."),
        Column(
            "is_extrapolated",
            "extrapolated",
            "Whether the time for all weights is extrapolated from the measured ones.",
            format="flag",
        ),
        duration(
            "seconds_each",
            "time of one",
            "Median time of one derivative; for back-propagation the time of all derivatives at once.",
        ),
        detail_duration("low", meaning="Lower quartile of that time."),
        detail_duration("high", meaning="Upper quartile of that time."),
        duration("seconds_all", "time of all", "Time of the derivatives by all weights."),
        Column("times", "times as long", "Time divided by that of back-propagation.", format="number"),
        Column(
            "error",
            "error",
            "Distance from the derivatives of back-propagation, as a share of their length.",
            format="number",
            digits=2,
        ),
    ),
    is_printed=True,
)
BY_WEIGHTS = TableForm(
    "by_weights",
    "Time of the gradient of two equal layers as they grow",
    (
        count("num_params", "weights", "Learned numbers, W."),
        count("num_measured", meaning="Weights whose difference was measured."),
        duration("backprop", "back-propagation", "Time of back-propagation."),
        duration("differences", meaning="Time of one difference, times W."),
    ),
)
BATCHES = TableForm(
    "batches",
    "Time of the network's gradient as the batch grows",
    (
        count("batch", meaning="Examples in the batch."),
        duration("forward", meaning="Time of the forward pass."),
        duration("gradient", meaning="Time of the forward and backward pass."),
        Column(
            "ratio",
            "backward / forward",
            "Time of the backward pass divided by that of the forward pass.",
            format="fixed",
            digits=2,
        ),
        duration("per_example", "per example", "Time of the gradient for one example."),
        Column("rate", "examples per second", "Examples per second in a compiled loop.", format="count"),
        Column(
            "called_rate",
            "called, per second",
            "Examples per second where each batch is a call from Python.",
            format="count",
        ),
        detail_duration("called", meaning="Time of the gradient where each batch is a call from Python."),
        Column(
            "noise",
            meaning="Distance between the quartiles of the repeats, as a share of their median.",
            format="percent",
            digits=0,
        ),
    ),
    is_printed=True,
)


def fill_tables(measured: BackpropCost) -> Tables:
    """Fill all tables with the measurements."""
    return Tables(
        (
            _work(measured),
            _step(measured),
            growth_table(measured.timed.scalings),
            _ways(measured),
            _batches(measured),
            _by_weights(measured),
            _times(measured.timed.scalings),
            _summary(measured),
        )
    )


def _quartiles(repeats: np.ndarray) -> tuple[float, float, float]:
    """Return the median of repeated times, then their lower and upper quartile."""
    low, middle, high = np.quantile(repeats, [0.25, 0.5, 0.75]).tolist()
    return middle, low, high


def _summary(measured: BackpropCost) -> Table:
    subject, work, timed = measured.subject, measured.work, measured.timed
    row = (
        subject.experiment.name, ", ".join(device_names()), subject.experiment.precision,
        subject.experiment.optimizer.kind, work.batch_size, work.num_params, work.forward, work.backward,
        work.update_per_weight, work.step, *_quartiles(timed.ratio), *_quartiles(timed.gradient), measured.has_padding,
        subject.dataset is not None, timed.num_rounds, float(np.median([each.noise for each in timed.scalings])),
        measured.budget_s, None if subject.run is None else str(subject.run.path),
    )  # fmt: skip
    return SUMMARY.fill([row])


def _work(measured: BackpropCost) -> Table:
    work, xla = measured.work, measured.xla
    rows: list[Sequence[Cell]] = []
    layers = [(layer, xla.layers.get(layer.name, Flops(None, None)), None) for layer in work.layers]
    for layer, flops, update in [*layers, (work, xla.whole, xla.update)]:
        names = ("in all", "") if layer is work else (layer.name, layer.kind)
        rows.append(
            (
                *names, layer.num_params, layer.forward, _halved(flops.forward, work.batch_size), layer.weight_gradient,
                layer.input_gradient, layer.backward, _halved(flops.backward, work.batch_size), layer.update,
                flops.forward, flops.backward, flops.gradient, update,
            )
        )  # fmt: skip
    return WORK.fill(rows, has_total=True)


def _halved(flops: float | None, batch_size: int) -> int | None:
    """Turn the operations that XLA counts for a batch into multiply-adds for one example."""
    return None if flops is None else round(flops / (2 * batch_size))


def _step(measured: BackpropCost) -> Table:
    timed, work = measured.timed, measured.work
    parts = (
        ("forward", work.batch_size * work.forward, timed.forward),
        ("backward", work.batch_size * work.backward, timed.gradient - timed.forward),
        ("update", work.update, timed.update),
    )
    whole = sum(float(np.median(seconds)) for _, _, seconds in parts)
    rows = []
    for name, adds, repeats in parts:
        middle, low, high = _quartiles(repeats)
        rows.append((name, adds, middle, low, high, middle / whole, adds / middle / 1e9 if middle > 0.0 else None))
    return STEP.fill(rows, title=f"One step at batch {timed.batch_size:,}")


def growth_table(scalings: Sequence[Scaling]) -> Table:
    """Fill the table of exponents; they stay empty for a size of which too few values could be measured."""
    rows = []
    for each in scalings:
        fit, first, last, reached = each.fit, each.smallest, each.largest, each.reached
        rows.append(
            (
                each.symbol, each.meaning, each.textbook, int(each.sizes[0]), int(each.sizes[-1]), _estimate(fit),
                _estimate(first), None if reached is None else reached.smallest, _estimate(reached), each.noise,
                None if first is None else first.largest, _estimate(last), None if last is None else last.smallest,
                None if fit is None else fit.scatter, each.fixed,
            )
        )  # fmt: skip
    return GROWTH.fill(rows)


def _estimate(fit: Exponent | None) -> Estimate | None:
    return None if fit is None else Estimate(fit.value, fit.low, fit.high)


def _times(scalings: Sequence[Scaling]) -> Table:
    rows = [
        (each.symbol, int(size), int(adds), *_quartiles(repeats))
        for each in scalings
        for size, adds, repeats in zip(each.sizes, each.multiply_adds, each.seconds, strict=True)
    ]
    return TIMES.fill(rows)


def _ways(measured: BackpropCost) -> Table:
    timed, num_params = measured.timed, measured.work.num_params
    gradient = _quartiles(timed.gradient)
    rows: list[Sequence[Cell]] = [
        ("back-propagation", num_params, num_params, False, *gradient, gradient[0], 1.0, None),
        _way("differences, one weight at a time", timed.differences, gradient[0]),
    ]
    if timed.chain_rule is not None:
        rows.append(_way("chain rule, forward, one weight at a time", timed.chain_rule, gradient[0]))
    return WAYS.fill(rows, title=f"The same gradient at batch {timed.batch_size:,}")


def _way(name: str, way: WeightwiseGradient, gradient: float) -> tuple[Cell, ...]:
    times = way.whole_s / gradient
    each = _quartiles(way.seconds)
    return (name, way.num_measured, way.num_params, way.is_extrapolated, *each, way.whole_s, times, way.error)


def _by_weights(measured: BackpropCost) -> Table:
    return BY_WEIGHTS.fill_columns(vars(measured.timed.by_weights))


def _batches(measured: BackpropCost) -> Table:
    batches = measured.timed.batches
    forward, gradient, called = (
        np.median(curve, axis=1) for curve in (batches.forward, batches.gradient, batches.called)
    )
    return BATCHES.fill_columns(
        {
            "batch": batches.sizes,
            "forward": forward,
            "gradient": gradient,
            "ratio": np.median(batches.ratios, axis=1),
            "per_example": gradient / batches.sizes,
            "rate": batches.sizes / gradient,
            "called_rate": batches.sizes / called,
            "called": called,
            "noise": spread(batches.gradient),
        }
    )

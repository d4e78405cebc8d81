"""What back-propagation costs, laid out as a page."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab.core import TextTable
from descentlab.labs.backprop_cost import _tables as tables
from descentlab.labs.backprop_cost._words import duration, interval, scaling_words, times
from descentlab.labs.backprop_cost.measure import Scaling, fit_exponent
from descentlab.results import Chart, Mark, Page, Row, Section, Series, WordTable, seconds as in_words
from descentlab.training import device_names
from descentlab.workbench import describe_environment

if TYPE_CHECKING:
    from descentlab.labs.backprop_cost._result import BackpropCost


def build_page(found: "BackpropCost") -> Page:
    """Lay it out: the count, the step's time, growth against the textbook, one weight and one example at a time."""
    return Page(
        title=found.title,
        kind="Cost of back-propagation",
        outcome=found.sentences,
        figures=_figures(found),
        sections=(_count(found), _step(found), _growth(found), _one_weight(found), _batches(found)),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: "BackpropCost") -> tuple[Row, ...]:
    timed = found.timed
    gradient = float(np.median(timed.gradient))
    return (
        Row("back over forward", f"{float(np.median(timed.ratio)):.2f}"),
        Row("multiply-adds an example", f"{found.work.forward + found.work.backward:,}"),
        Row("one gradient", duration(gradient)),
        Row("by differences", f"{times(timed.differences.whole_s / gradient)}×"),
    )


def _table(table: TextTable, note: str = "") -> WordTable:
    return WordTable(table.title, table.header, table.rows, note)


def _count(found: "BackpropCost") -> Section:
    return Section(
        "Multiply-adds, layer by layer",
        (
            "Forward, z = Wa uses each weight once an example (that of a kernel once a place). Back, ∂C/∂W = δ a uses "
            "each once more, and ∂C/∂a = W δ once more again, which the lowest layer that learns is spared. The update "
            f"takes {found.work.update_per_weight} a weight, once a step and not once an example.",
        ),
        (_table(tables.work_table(found), "XLA: half of its operations, for one example; of a layer compiled alone."),),
    )


def _step(found: "BackpropCost") -> Section:
    timed = found.timed
    sizes = timed.batches.sizes.astype(np.float64)
    low, middle, high = np.quantile(timed.batches.ratios, [0.25, 0.5, 0.75], axis=1)
    counted = found.work.backward / found.work.forward if found.work.forward else float("nan")
    ratio = Chart(
        "The way back over the way forward",
        "examples in the batch",
        "back / forward",
        (Series("measured", sizes, middle, low=low, high=high),),
        x_log=True,
        marks=(Mark(f"by multiply-adds {counted:.3g}", y=counted), Mark("own batch", x=float(timed.batch_size))),
        note="Band: quartiles. At very small batches the gradient's own numbers, one a weight, have to be written.",
    )
    return Section(
        "The time of a step",
        (
            "Back is what a gradient takes more than the way forward alone, measured in the same rounds. By arithmetic "
            f"it would be {counted:.3g} times the way forward. Where it is longer, the products of the way back have "
            "less handy shapes, and a gradient of as many numbers as there are weights has to be written.",
        ),
        (_table(tables.step_table(found)), ratio),
    )


def _growth(found: "BackpropCost") -> Section:
    told = (
        "A neuron with d weights multiplies and adds d times; L layers of as many neurons on N examples do it N L "
        "times as often: the textbook's O(N d L). It counts arithmetic alone. Dashed lines are what it says, through "
        "the last point.",
        *(scaling_words(each) for each in found.timed.scalings),
    )
    charts = tuple(_scaling_chart(each) for each in found.timed.scalings)
    note = (
        "Smallest: over the four smallest sizes. Reached from: the size on from which any four neighbouring sizes come "
        "within a tenth of the textbook's exponent. Noise: distance of the quartiles of a size's repeats."
    )
    return Section("Time against N, d and L", told, (*charts, _table(tables.exponent_table(found), note)))


def _scaling_chart(scaling: Scaling) -> Chart:
    sizes = scaling.sizes.astype(np.float64)
    low, middle, high = np.quantile(scaling.seconds, [0.25, 0.5, 0.75], axis=1) * 1e6
    textbook = middle[-1] * (sizes / sizes[-1]) ** scaling.textbook
    label = scaling.symbol if scaling.textbook == 1.0 else f"{scaling.symbol}²"
    return Chart(
        f"{scaling.symbol}: {scaling.meaning}",
        scaling.symbol,
        "µs a gradient",
        (
            Series("measured", sizes, middle, low=low, high=high),
            Series(f"in proportion to {label}", sizes, textbook, style="dashed", tone=1),
        ),
        x_log=True,
        y_log=True,
        note=f"Fixed: {scaling.fixed}.",
    )


def _one_weight(found: "BackpropCost") -> Section:
    by = found.timed.by_weights
    weights = by.num_params.astype(np.float64)
    is_whole = by.num_measured == by.num_params
    chart = Chart(
        "The whole gradient of two equal layers",
        "weights W",
        "seconds",
        (
            Series("back-propagation", weights, by.backprop),
            Series("differences, one weight at a time", weights, by.differences, tone=1),
        ),
        x_log=True,
        y_log=True,
        note=_extrapolated_from(weights[~is_whole]),
    )
    told = [
        "A difference asks what the cost would be, were one weight a little larger: one way forward for one number. "
        "Back-propagation works from the cost down, and every δ serves all weights of its layer and all layers below.",
        f"The differences' derivatives are off by {found.timed.differences.error:.2g} of their length in "
        f"{found.subject.experiment.precision}: a small nudge drowns in rounding, a large one in the curve.",
    ]
    if len(weights) >= 4:
        back, nudged = fit_exponent(by.num_params, by.backprop), fit_exponent(by.num_params, by.differences)
        told.append(
            f"As networks grow, back-propagation's time goes as W^{interval(back)} and that of differences as "
            f"W^{interval(nudged)}: each of more differences is a longer way forward."
        )
    return Section("One weight at a time", tuple(told), (_table(tables.ways_table(found)), chart))


def _extrapolated_from(weights: np.ndarray) -> str:
    if not len(weights):
        return "Differences were taken by every weight."
    return (
        f"From {weights[0]:,.0f} weights on, differences were taken by some of the weights, and the time of all is "
        "extrapolated from those."
    )


def _batches(found: "BackpropCost") -> Section:
    timed = found.timed
    sizes = timed.batches.sizes.astype(np.float64)
    loop, called = (sizes / np.median(curve, axis=1) for curve in (timed.batches.gradient, timed.batches.called))
    chart = Chart(
        "Examples a second",
        "examples in the batch",
        "examples a second",
        (
            Series("in a compiled loop", sizes, loop),
            Series("each batch a call from Python", sizes, called, tone=1),
        ),
        x_log=True,
        y_log=True,
        marks=(Mark("one at a time, from Python", y=float(called[0])), Mark("own batch", x=float(timed.batch_size))),
    )
    alone = Chart(
        "Time of an example",
        "examples in the batch",
        "µs an example",
        (
            Series("in a compiled loop", sizes, 1e6 / loop),
            Series("each batch a call from Python", sizes, 1e6 / called, tone=1),
        ),
        x_log=True,
        y_log=True,
    )
    return Section(
        "One example at a time against batches",
        (
            "The arithmetic of an example is the same in any batch. What changes is how often a program is called, how "
            "full the vector units are, and how often each weight is fetched.",
        ),
        (chart, alone, _table(tables.batch_table(found))),
    )


def _facts(found: "BackpropCost") -> tuple[Row, ...]:
    experiment, machine = found.subject.experiment, describe_environment()
    own = machine["machine"]
    return (
        Row("experiment", f"{experiment.name}, batches of {found.work.batch_size:,}, {experiment.optimizer.kind}"),
        Row("precision", experiment.precision),
        Row("weights", f"{found.work.num_params:,}"),
        Row("device", f"{', '.join(device_names())}: {own['processor']}, {own['cores']} cores"),
        Row("versions", f"descentlab {machine['packages']['descentlab']}, jax {machine['packages']['jax']}"),
        Row("repeats", f"{found.timed.num_rounds} by turns"),
        Row("counted in", in_words(found.seconds["count"])),
        Row("timed in", f"{in_words(found.seconds['time'])}, compiling included"),
    )

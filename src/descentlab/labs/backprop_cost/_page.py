"""What back-propagation costs, laid out as a page."""

from collections.abc import Mapping

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.backprop_cost._measured import BackpropCost
from descentlab.labs.backprop_cost._words import growth_words, interval, times
from descentlab.labs.backprop_cost.measure import Exponent, Scaling, fit_exponent
from descentlab.results import Chart, Mark, Row, Section, Series, Tables, duration, seconds as in_words
from descentlab.training import device_names
from descentlab.workbench import describe_environment


def key_figures(measured: BackpropCost) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    timed = measured.timed
    gradient = float(np.median(timed.gradient))
    return (
        Row("backward over forward", f"{float(np.median(timed.ratio)):.2f}"),
        Row("multiply-adds an example", f"{measured.work.forward + measured.work.backward:,}"),
        Row("one gradient", duration(gradient)),
        Row("by differences", f"{times(timed.differences.whole_s / gradient)}×"),
    )


def lay_out(measured: BackpropCost, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: counts, a step's time, growth against the textbook, one weight and one example at a time."""
    return (
        _count(measured, tables),
        _step(measured, tables),
        _growth(measured, tables),
        _one_weight(measured, tables),
        _batches(measured, tables),
    )


def _count(measured: BackpropCost, tables: Tables) -> Section:
    return Section(
        "Multiply-adds, layer by layer",
        (
            "In the forward pass, z = Wa uses each weight once an example (that of a kernel once a place). In the "
            "backward pass, ∂C/∂W = δ a uses each once more, and ∂C/∂a = W δ once more again, which the lowest layer "
            f"that learns is spared. The update takes {measured.work.update_per_weight} a weight, once a step and not "
            "once an example.",
        ),
        (tables["work"],),
    )


def _step(measured: BackpropCost, tables: Tables) -> Section:
    timed = measured.timed
    sizes = timed.batches.sizes.astype(np.float64)
    low, middle, high = np.quantile(timed.batches.ratios, [0.25, 0.5, 0.75], axis=1)
    counted = measured.work.backward / measured.work.forward if measured.work.forward else float("nan")
    ratio = Chart(
        "Backward pass over forward pass",
        "examples in the batch",
        "backward / forward",
        (Series("measured", sizes, middle, low=low, high=high),),
        x_log=True,
        marks=(
            Mark(f"by multiply-adds {counted:.3g}", y=counted),
            Mark("batch of the network", x=float(timed.batch_size)),
        ),
        note="Band: quartiles. At very small batches the gradient's own numbers, one a weight, have to be written.",
    )
    return Section(
        "The time of a step",
        (
            "The backward pass is what a gradient takes more than the forward pass alone, measured in the same rounds. "
            f"By arithmetic it would be {counted:.3g} times the forward pass. Where it is longer, the products of the "
            "backward pass have less convenient shapes, and a gradient of as many numbers as there are weights has to "
            "be written.",
        ),
        (tables["step"], ratio),
    )


def _growth(measured: BackpropCost, tables: Tables) -> Section:
    words = (
        "A neuron with d weights multiplies and adds d times; L layers of as many neurons on N examples do it N L "
        "times as often: the textbook's O(N d L). It counts arithmetic alone. Dashed lines are what it says, through "
        "the last point.",
        *map(growth_words, tables["growth"].rows()),
    )
    charts = tuple(_scaling_chart(each) for each in measured.timed.scalings)
    return Section("Time against N, d and L", words, (*charts, tables["growth"]))


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


def _one_weight(measured: BackpropCost, tables: Tables) -> Section:
    by = measured.timed.by_weights
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
    words = [
        "A difference asks what the cost would be, were one weight a little larger: one forward pass for one number. "
        "Back-propagation works from the cost down, and every δ serves all weights of its layer and all layers below.",
        f"The differences' derivatives are off by {measured.timed.differences.error:.2g} of their length in "
        f"{measured.subject.experiment.precision}: a small nudge drowns in rounding, a large one in the curve.",
    ]
    if len(weights) >= 4:
        back, nudged = fit_exponent(by.num_params, by.backprop), fit_exponent(by.num_params, by.differences)
        words.append(
            f"As networks grow, back-propagation's time goes as W^{interval(_estimate(back))} and that of "
            f"differences as W^{interval(_estimate(nudged))}: each of more differences is a longer forward pass."
        )
    return Section("One weight at a time", tuple(words), (tables["ways"], chart))


def _estimate(fit: Exponent) -> Estimate:
    return Estimate(fit.value, fit.low, fit.high)


def _extrapolated_from(weights: np.ndarray) -> str:
    if not len(weights):
        return "Differences were taken by every weight."
    return (
        f"From {weights[0]:,.0f} weights on, differences were taken by some of the weights, and the time of all is "
        "extrapolated from those."
    )


def _batches(measured: BackpropCost, tables: Tables) -> Section:
    timed = measured.timed
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
        marks=(
            Mark("one at a time, from Python", y=float(called[0])),
            Mark("batch of the network", x=float(timed.batch_size)),
        ),
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
        (chart, alone, tables["batches"]),
    )


def facts(measured: BackpropCost, seconds: Mapping[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment, environment = measured.subject.experiment, describe_environment()
    machine, packages = environment["machine"], environment["packages"]
    return (
        Row("experiment", f"{experiment.name}, batches of {measured.work.batch_size:,}, {experiment.optimizer.kind}"),
        Row("precision", experiment.precision),
        Row("weights", f"{measured.work.num_params:,}"),
        Row("device", f"{', '.join(device_names())}: {machine['processor']}, {machine['cores']} cores"),
        Row("versions", f"descentlab {packages['descentlab']}, jax {packages['jax']}"),
        Row("repeats", f"{measured.timed.num_rounds} by turns"),
        Row("counted in", in_words(seconds["count"])),
        Row("timed in", f"{in_words(seconds['time'])}, compiling included"),
    )

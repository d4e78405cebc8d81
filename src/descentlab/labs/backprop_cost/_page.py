"""The page of `backprop-cost`: key figures, sections with their charts, and facts."""

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
        Row("multiply-adds per example", f"{measured.work.forward + measured.work.backward:,}"),
        Row("one gradient", duration(gradient)),
        Row("time by differences", f"{times(timed.differences.whole_s / gradient)}×"),
    )


def lay_out(measured: BackpropCost, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: counts, time of a step, growth beside the textbook, single weights and single examples."""
    return (
        _count(measured, tables),
        _step(measured, tables),
        _growth(measured, tables),
        _single_weights(measured, tables),
        _batches(measured, tables),
    )


def _count(measured: BackpropCost, tables: Tables) -> Section:
    return Section(
        "Multiply-adds, layer by layer",
        (
            "In the forward pass, z = Wa uses each weight once per example (a kernel's weight once per position). In "
            "the backward pass, ∂C/∂W = δ a takes as many products again, and so does ∂C/∂a = W δ. The lowest layer "
            "that learns does not need ∂C/∂a. The update takes "
            f"{measured.work.update_per_weight} per weight, once per step and not once per example.",
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
        note=(
            "Band: quartiles. At very small batches much of the backward pass is spent on writing the gradient, one "
            "number per weight."
        ),
    )
    return Section(
        "The time of a step",
        (
            "The time of the backward pass is the time of a gradient less that of the forward pass alone, both "
            f"measured in the same rounds. By its arithmetic it would take {counted:.3g} times as long as the forward "
            "pass. It may take longer, because the shapes of its products suit the processor less well, and because it "
            "has to write a gradient with one number per weight.",
        ),
        (tables["step"], ratio),
    )


def _growth(measured: BackpropCost, tables: Tables) -> Section:
    words = (
        "A neuron with d weights multiplies and adds d times. L layers with the same number of neurons, on N examples, "
        "do this N L times as often: the textbook's O(N d L), which counts arithmetic alone. The dashed lines show "
        "this growth, drawn through the last measured point.",
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
        "µs per gradient",
        (
            Series("measured", sizes, middle, low=low, high=high),
            Series(f"in proportion to {label}", sizes, textbook, style="dashed", tone=1),
        ),
        x_log=True,
        y_log=True,
        note=f"Fixed: {scaling.fixed}.",
    )


def _single_weights(measured: BackpropCost, tables: Tables) -> Section:
    by = measured.timed.by_weights
    weights = by.num_params.astype(np.float64)
    is_whole = by.num_measured == by.num_params
    chart = Chart(
        "Gradient of two equal layers by all weights",
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
        "A difference makes one weight a little larger and computes the cost again: one forward pass for one "
        "derivative. Back-propagation goes backward from the cost and computes each δ once. All weights of its layer "
        "and all layers below use it.",
        f"In {measured.subject.experiment.precision} the derivatives by differences differ from those of "
        f"back-propagation by {measured.timed.differences.error:.2g} of their length. Rounding spoils a small "
        "difference, and the curve of the cost spoils a large one.",
    ]
    if len(weights) >= 4:
        back, nudged = fit_exponent(by.num_params, by.backprop), fit_exponent(by.num_params, by.differences)
        words.append(
            f"As networks grow, the time of back-propagation grows as W^{interval(_estimate(back))} and that of "
            f"differences as W^{interval(_estimate(nudged))}: there are more differences, and each needs a longer "
            "forward pass."
        )
    return Section("One weight at a time", tuple(words), (tables["ways"], chart))


def _estimate(fit: Exponent) -> Estimate:
    return Estimate(fit.value, fit.low, fit.high)


def _extrapolated_from(weights: np.ndarray) -> str:
    if not len(weights):
        return "Differences were measured for every weight."
    return (
        f"From {weights[0]:,.0f} weights on, differences were measured for some of the weights, and the time for all "
        "weights is extrapolated from those."
    )


def _batches(measured: BackpropCost, tables: Tables) -> Section:
    timed = measured.timed
    sizes = timed.batches.sizes.astype(np.float64)
    loop, called = (sizes / np.median(curve, axis=1) for curve in (timed.batches.gradient, timed.batches.called))
    chart = Chart(
        "Examples per second",
        "examples in the batch",
        "examples per second",
        (
            Series("in a compiled loop", sizes, loop),
            Series("one call from Python per batch", sizes, called, tone=1),
        ),
        x_log=True,
        y_log=True,
        marks=(
            Mark("one example at a time, from Python", y=float(called[0])),
            Mark("batch of the network", x=float(timed.batch_size)),
        ),
    )
    alone = Chart(
        "Time per example",
        "examples in the batch",
        "µs per example",
        (
            Series("in a compiled loop", sizes, 1e6 / loop),
            Series("one call from Python per batch", sizes, 1e6 / called, tone=1),
        ),
        x_log=True,
        y_log=True,
    )
    return Section(
        "Single examples and batches",
        (
            "The arithmetic for an example is the same in any batch. The size of the batch changes how often a program "
            "is called, how full the processor's vector units are, and how often each weight is read from memory.",
        ),
        (chart, alone, tables["batches"]),
    )


def facts(measured: BackpropCost, seconds: Mapping[str, float]) -> tuple[Row, ...]:
    """Return the facts at the end of the page: experiment, machine, versions and times."""
    experiment, environment = measured.subject.experiment, describe_environment()
    machine, packages = environment["machine"], environment["packages"]
    return (
        Row("experiment", f"{experiment.name}, batches of {measured.work.batch_size:,}, {experiment.optimizer.kind}"),
        Row("precision", experiment.precision),
        Row("weights", f"{measured.work.num_params:,}"),
        Row("device", f"{', '.join(device_names())}: {machine['processor']}, {machine['cores']} cores"),
        Row("versions", f"descentlab {packages['descentlab']}, jax {packages['jax']}"),
        Row("repeats", f"{measured.timed.num_rounds} of each program, in turn"),
        Row("counted in", in_words(seconds["count"])),
        Row("timed in", f"{in_words(seconds['time'])}, compiling included"),
    )

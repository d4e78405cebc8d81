"""What back-propagation costs, in words."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab.labs.backprop_cost.measure import Exponent, OneByOne, Scaling
from descentlab.results import number

if TYPE_CHECKING:
    from descentlab.labs.backprop_cost._result import BackpropCost

NEAR = 0.1
"""An exponent this close to the textbook's is called the textbook's."""
MOST_UNSURE = 1.0
"""Of an exponent whose interval is wider than this, nothing more is said."""
DISTURBED = 0.15
"""Repeats whose quartiles are further apart than this share of their median were disturbed by other work."""


def duration(seconds: float) -> str:
    """Write a time of any length: `412 ns`, `13.2 µs`, `4.10 ms`, `1.42 s`, `3.2 min`, `5.1 h`, `12 days`."""
    for unit, factor in (("ns", 1e9), ("µs", 1e6), ("ms", 1e3), ("s", 1.0)):
        if seconds * factor < (999.5 if unit != "s" else 120.0):
            return f"{number(seconds * factor)} {unit}"
    for unit, factor in (("min", 60.0), ("h", 3_600.0)):
        if seconds / factor < 100.0:
            return f"{number(seconds / factor)} {unit}"
    return f"{number(seconds / 86_400.0)} days"


def times(ratio: float) -> str:
    """Write how many times as much something is: `1.77`, `12`, `6,540`."""
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.3g}"


def interval(fit: Exponent) -> str:
    """Write an exponent with its interval."""
    return f"{fit.value:.2f} (95% interval {fit.low:.2f} to {fit.high:.2f})"


def describe(found: "BackpropCost") -> tuple[str, ...]:
    """Say what the counts and times show, the most important first."""
    return (_ratio(found), _price(found), _growth(found), _vectorised(found), _xla(found))


def _ratio(found: "BackpropCost") -> str:
    work, timed = found.work, found.timed
    low, middle, high = np.quantile(timed.ratio, [0.25, 0.5, 0.75])
    counted = work.backward / work.forward if work.forward else float("nan")
    return (
        f"The way back takes {work.backward:,} multiply-adds an example, {counted:.3g} times the {work.forward:,} of "
        f"the way forward; measured at batch {timed.batch_size:,} it takes {middle:.2f} times as long (quartiles "
        f"{low:.2f} to {high:.2f}: {duration(float(np.median(timed.gradient - timed.forward)))} after "
        f"{duration(float(np.median(timed.forward)))})."
    )


def _price(found: "BackpropCost") -> str:
    timed, num = found.timed, found.work.num_params
    gradient = float(np.median(timed.gradient))
    price = gradient / float(np.median(timed.forward))
    way = timed.differences
    return (
        f"Back-propagation gives all {num:,} derivatives for the price of {price:.2g} ways forward; differences take "
        f"{num + 1:,}. That is {duration(gradient)} against {duration(way.whole_s)}, {times(way.whole_s / gradient)} "
        f"times as long{_how_measured(way)}."
    )


def _how_measured(way: OneByOne) -> str:
    if not way.is_extrapolated:
        return ""
    taken = "1 weight was measured" if way.num_measured == 1 else f"{way.num_measured:,} weights were measured"
    return f" ({taken}; the time of all {way.num_params:,} is extrapolated)"


def _growth(found: "BackpropCost") -> str:
    told = [each for each in found.timed.scalings if each.textbook == 1.0]
    fits = [(each.symbol, each.fit) for each in told if each.fit]
    words = ", ".join(f"{symbol}^{fit.value:.2f} ({fit.low:.2f} to {fit.high:.2f})" for symbol, fit in fits)
    reached = [f"{each.symbol} = {each.reached.smallest:,.0f}" for each in told if each.reached]
    from_where = f" That is reached, to within a tenth, from {_list(reached)} on." if reached else ""
    return f"Over all sizes measured, time grows as {words}; the textbook's O(N d L) says 1 for each.{from_where}"


def _list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _vectorised(found: "BackpropCost") -> str:
    batches = found.timed.batches
    rates = batches.sizes / np.median(batches.gradient, axis=1)
    best = int(np.argmax(rates))
    alone = 1.0 / float(np.median(batches.called[0]))
    return (
        f"One example at a time, called from Python, {alone:,.0f} gradients a second are computed; inside a compiled "
        f"loop {rates[0]:,.0f}; in batches of {batches.sizes[best]:,}, {rates[best]:,.0f}. The loop saves the price of "
        f"calls ({times(rates[0] / alone)} times as fast), batches put vector units and caches to use "
        f"({times(rates[best] / rates[0])} times)."
    )


def _xla(found: "BackpropCost") -> str:
    work, whole = found.work, found.xla.whole
    if whole.forward is None or whole.backward is None:
        return "XLA does not count operations on this device."
    of = 2.0 * work.batch_size
    forward, backward = whole.forward / (of * work.forward), whole.backward / (of * work.backward)
    return (
        f"XLA counts {whole.forward:,.0f} operations forward and {whole.backward:,.0f} back for the batch, "
        f"{forward:.2f} and {backward:.2f} times ours at 2 a multiply-add: {_why(found)}."
    )


def _why(found: "BackpropCost") -> str:
    reasons = [
        "it also counts what is no product (biases, activations, sums, the loss) and what it computes again instead of "
        "keeping"
    ]
    sums = [layer.weighted_sum for layer in found.subject.network.every_layer]
    if any(each is not None and each.is_padded for each in sums):
        reasons.append("it leaves out products with the zeros around a picture on the way forward")
    return ", and ".join(reasons)


def scaling_words(scaling: Scaling) -> str:
    """Say how time grows with one size, whether that is what the textbook says, and where."""
    fit, name = scaling.fit, scaling.symbol
    if fit is None:
        return f"Too few sizes of {name} could be measured; allow more time."
    span = f"{fit.smallest:,.0f} to {fit.largest:,.0f}"
    whole = (
        f"{name}, {scaling.meaning}: from {span}, time grows as {name}^{interval(fit)}; the textbook says "
        f"{scaling.textbook:g}."
    )
    if fit.high - fit.low > MOST_UNSURE:
        return f"{whole} The times are too scattered to tell more."
    return " ".join([whole, *_at_the_smallest(scaling), *_at_the_largest(scaling)])


def _at_the_smallest(scaling: Scaling) -> list[str]:
    first = scaling.smallest
    if first is None or first.value >= scaling.textbook - NEAR:
        return []
    return [
        f"Over the smallest, to {first.largest:,.0f}, it is {scaling.symbol}^{first.value:.2f}: a step's fixed costs "
        "outweigh its arithmetic there, and half-empty vectors cost as much as full ones."
    ]


def _at_the_largest(scaling: Scaling) -> list[str]:
    name, reached, last, fit = scaling.symbol, scaling.reached, scaling.largest, scaling.fit
    assert last is not None
    assert fit is not None
    words = []
    if reached is None:
        span = f"{last.smallest:,.0f} to {last.largest:,.0f}"
        words.append(f"The textbook's is not reached: over the largest, {span}, it is {name}^{interval(last)}.")
    elif reached.smallest > fit.smallest:
        words.append(f"From {name} = {reached.smallest:,.0f} on it is {name}^{interval(reached)}.")
    if last.low > scaling.textbook:
        words.append("Over the largest it is more than the textbook's, as where arrays no longer fit the caches.")
    return words


def notes_of(found: "BackpropCost") -> tuple[str, ...]:
    """Say how the times were taken, and what may have disturbed them."""
    timed = found.timed
    notes = [
        f"Times are medians of {timed.num_rounds} measurements by turns, each of at least 2 ms of work repeated in a "
        "compiled loop, as in training, so that the price of a call is no part of them. Where it is, that is said.",
        "Intervals of exponents are Student's from how the medians lie about the line in logarithms; they hold noise "
        "and bends alike.",
        "N is measured on the network itself. d and L are measured on equal dense layers, because the textbook's claim "
        "is of layers with a fixed number of neurons. Where both grow, w neurons of w weights each, time goes as w².",
    ]
    noise = float(np.median([each.noise for each in timed.scalings]))
    if noise > DISTURBED:
        notes.append(
            f"Repeats of the same work differ by {noise:.0%} (quartiles): other work disturbed the times. Run it again "
            "on a quiet machine before you trust them."
        )
    if found.subject.dataset is None:
        notes.append("The run's data is gone: random examples stand in for it, which changes no count and no time.")
    return tuple(notes)

"""What `backprop-cost` says; it is given nothing but the tables."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.results import Evidence, Statement, Tables, Words, duration

NEAR = 0.1
"""An exponent this close to the textbook's is called the textbook's."""
MOST_UNSURE = 1.0
"""Of an exponent whose interval is wider than this, nothing more is said."""
DISTURBED = 0.15
"""Repeats whose quartiles are further apart than this share of their median were disturbed by other work."""


def times(ratio: float) -> str:
    """Write how many times as much something is: `1.77`, `12`, `6,540`."""
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.3g}"


def interval(fit: Estimate) -> str:
    """Write an exponent with its interval."""
    return f"{fit.value:.2f} (95% interval {fit.low:.2f} to {fit.high:.2f})"


def say(tables: Tables) -> Words:
    """Say what counts and times show, the most important first."""
    return Words(_price(tables), (_ratio(tables), _growth(tables), _vectorised(tables), _xla(tables)))


def _price(tables: Tables) -> Statement:
    ways, steps = tables["ways"], tables["step"]
    num_params = int(ways.cell("back-propagation", "num_params"))
    gradient = float(ways.cell("back-propagation", "seconds_all"))
    name = ways.column("way")[1]
    whole, measured = float(ways.cell(name, "seconds_all")), int(ways.cell(name, "num_measured"))
    taken = "1 weight was measured" if measured == 1 else f"{measured:,} weights were measured"
    how = f" ({taken}; the time of all {num_params:,} is extrapolated)" if ways.cell(name, "is_extrapolated") else ""
    return Statement(
        f"Back-propagation computes all {num_params:,} derivatives in the time of "
        f"{gradient / float(steps.cell('forward', 'seconds')):.2g} forward passes, where differences, one weight at a "
        f"time, need {num_params + 1:,}: {duration(gradient)} against {duration(whole)}, {times(whole / gradient)} "
        f"times as long{how}.",
        (Evidence("ways", ("num_params", "seconds_all", "num_measured")), Evidence("step", ("seconds",))),
        "Other times of the same work on this machine.",
    )


def _ratio(tables: Tables) -> Statement:
    summary, steps = tables["summary"], tables["step"]
    forward, backward = (int(summary.value(name)) for name in ("forward", "backward"))
    counted = backward / forward if forward else float("nan")
    return Statement(
        f"The backward pass takes {backward:,} multiply-adds an example, {counted:.3g} times the {forward:,} of the "
        f"forward pass; measured at batch {summary.value('batch_size'):,} it takes {summary.value('ratio'):.2f} times "
        f"as long (quartiles {summary.value('ratio_low'):.2f} to {summary.value('ratio_high'):.2f}: "
        f"{duration(float(steps.cell('backward', 'seconds')))} after "
        f"{duration(float(steps.cell('forward', 'seconds')))}).",
        (
            Evidence("summary", ("forward", "backward", "ratio", "ratio_low", "ratio_high")),
            Evidence("step", ("seconds",)),
        ),
        "Another ratio of the two times.",
    )


def _growth(tables: Tables) -> Statement:
    rows = [row for row in tables["growth"].rows() if row["textbook"] == 1.0]
    fits = [(row["size"], row["exponent"]) for row in rows if row["exponent"] is not None]
    words = ", ".join(f"{size}^{fit.value:.2f} ({fit.low:.2f} to {fit.high:.2f})" for size, fit in fits)
    reached = [f"{row['size']} = {row['reached_from']:,.0f}" for row in rows if row["reached_from"] is not None]
    from_where = f" That is reached, to within a tenth, from {_list(reached)} on." if reached else ""
    return Statement(
        f"Over all sizes measured, time grows as {words}; the textbook's O(N d L) says 1 for each.{from_where}",
        (Evidence("growth", ("exponent", "reached_from")),),
        "Intervals of the exponents that leave out what is written here.",
    )


def _list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _vectorised(tables: Tables) -> Statement:
    batches = tables["batches"]
    rates, called = (np.asarray(batches.column(name), np.float64) for name in ("rate", "called_rate"))
    best, alone = int(np.argmax(rates)), float(called[0])
    return Statement(
        f"One example at a time, called from Python, {alone:,.0f} gradients a second are computed; inside a compiled "
        f"loop {rates[0]:,.0f}; in batches of {batches.column('batch')[best]:,}, {rates[best]:,.0f}. The loop saves "
        f"the price of calls ({times(rates[0] / alone)} times as fast), batches put vector units and caches to use "
        f"({times(rates[best] / rates[0])} times).",
        (Evidence("batches", ("rate", "called_rate")),),
        "Another batch with more examples a second.",
    )


def _xla(tables: Tables) -> Statement:
    work, batch = tables["work"], int(tables["summary"].value("batch_size"))
    evidence = (Evidence("work", ("flops_forward", "flops_backward", "forward", "backward"), ("in all",)),)
    forward, backward = (work.cell("in all", name) for name in ("flops_forward", "flops_backward"))
    if forward is None or backward is None:
        return Statement("XLA does not count operations on this device.", evidence, "A count by XLA.")
    ours = [2.0 * batch * float(work.cell("in all", name)) for name in ("forward", "backward")]
    reasons = [
        "it also counts what is no product (biases, activations, sums, the loss) and what it computes again instead of "
        "keeping"
    ]
    if tables["summary"].value("has_padding"):
        reasons.append("it leaves out products with the zeros around a picture in the forward pass")
    return Statement(
        f"XLA counts {forward:,.0f} operations in the forward pass and {backward:,.0f} in the backward pass of the "
        f"batch, {_over(forward, ours[0])} and {_over(backward, ours[1])} times ours at 2 a multiply-add: "
        f"{', and '.join(reasons)}.",
        evidence,
        "Other counts by the same compiler.",
    )


def _over(count: float, ours: float) -> str:
    return f"{count / ours:.2f}" if ours else "–"


def growth_words(row: Mapping[str, Any]) -> str:
    """Say how time grows with one size, whether that is what the textbook says, and where."""
    fit, size = row["exponent"], row["size"]
    if fit is None:
        return f"Too few sizes of {size} could be measured; allow more time."
    whole = (
        f"{size}, {row['meaning']}: from {row['from']:,} to {row['to']:,}, time grows as {size}^{interval(fit)}; the "
        f"textbook says {row['textbook']:g}."
    )
    if fit.high - fit.low > MOST_UNSURE:
        return f"{whole} The times are too scattered to tell more."
    return " ".join([whole, *_at_the_smallest(row), *_at_the_largest(row)])


def _at_the_smallest(row: Mapping[str, Any]) -> list[str]:
    first = row["smallest"]
    if first is None or first.value >= row["textbook"] - NEAR:
        return []
    return [
        f"Over the smallest, to {row['smallest_to']:,.0f}, it is {row['size']}^{first.value:.2f}: a step's fixed costs "
        "outweigh its arithmetic there, and half-empty vectors cost as much as full ones."
    ]


def _at_the_largest(row: Mapping[str, Any]) -> list[str]:
    size, reached, last = row["size"], row["reached"], row["largest"]
    words = []
    if reached is None:
        span = f"{row['largest_from']:,.0f} to {row['to']:,}"
        words.append(f"The textbook's is not reached: over the largest, {span}, it is {size}^{interval(last)}.")
    elif row["reached_from"] > row["from"]:
        words.append(f"From {size} = {row['reached_from']:,.0f} on it is {size}^{interval(reached)}.")
    if last.low > row["textbook"]:
        words.append("Over the largest it is more than the textbook's, as where arrays no longer fit the caches.")
    return words


def notes_of(tables: Tables) -> tuple[str, ...]:
    """Say how the times were taken, and what may have disturbed them."""
    summary: Any = tables["summary"]
    notes = [
        f"Times are medians of {summary.value('num_rounds')} measurements by turns, each of at least 2 ms of work "
        "repeated in a compiled loop, as in training, so that the price of a call is no part of them. Where it is, "
        "that is said.",
        "Intervals of exponents are Student's from how the medians lie about the line in logarithms; they hold noise "
        "and bends alike.",
        "N is measured on the network itself. d and L are measured on equal dense layers, because the textbook's claim "
        "is of layers with a fixed number of neurons. Where both grow, w neurons of w weights each, time goes as w².",
    ]
    if summary.value("noise") > DISTURBED:
        notes.append(
            f"Repeats of the same work differ by {summary.value('noise'):.0%} (quartiles): other work disturbed the "
            "times. Run it again on a quiet machine before you trust them."
        )
    if not summary.value("has_data"):
        notes.append("The run's data is gone: random examples stand in for it, which changes no count and no time.")
    return tuple(notes)

"""The sentences of `backprop-cost`, written from its tables alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.results import Evidence, Statement, Tables, Words, duration

NEAR = 0.1
"""An exponent this close to the textbook's is called the textbook's."""
MOST_UNSURE = 1.0
"""Width of an exponent's interval above which the words draw no conclusion from it."""
DISTURBED = 0.15
"""Distance between the quartiles of repeats, as a share of their median, above which other work disturbed them."""


def times(ratio: float) -> str:
    """Write a ratio for "... times as much": `1.77`, `12`, `6,540`."""
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.3g}"


def interval(fit: Estimate) -> str:
    """Write an exponent with its interval."""
    return f"{fit.value:.2f} (95% interval {fit.low:.2f} to {fit.high:.2f})"


def say(tables: Tables) -> Words:
    """Write what counts and times show: the answer first, then the other statements."""
    return Words(_price(tables), (_ratio(tables), _growth(tables), _vectorised(tables), _xla(tables)))


def _price(tables: Tables) -> Statement:
    ways, steps = tables["ways"], tables["step"]
    num_params = int(ways.cell("back-propagation", "num_params"))
    gradient = float(ways.cell("back-propagation", "seconds_all"))
    name = ways.column("way")[1]
    whole, measured = float(ways.cell(name, "seconds_all")), int(ways.cell(name, "num_measured"))
    taken = "1 weight was measured" if measured == 1 else f"{measured:,} weights were measured"
    how = f" ({taken}; the time for all {num_params:,} is extrapolated)" if ways.cell(name, "is_extrapolated") else ""
    return Statement(
        f"Back-propagation computes all {num_params:,} derivatives in the time of "
        f"{gradient / float(steps.cell('forward', 'seconds')):.2g} forward passes, {duration(gradient)}. Differences, "
        f"one weight at a time, need {num_params + 1:,} forward passes: {duration(whole)}, {times(whole / gradient)} "
        f"times as long{how}.",
        (Evidence("ways", ("num_params", "seconds_all", "num_measured")), Evidence("step", ("seconds",))),
        "Other times of the same work on this machine.",
    )


def _ratio(tables: Tables) -> Statement:
    summary, steps = tables["summary"], tables["step"]
    forward, backward = (int(summary.value(name)) for name in ("forward", "backward"))
    counted = backward / forward if forward else float("nan")
    return Statement(
        f"The backward pass takes {backward:,} multiply-adds per example, {counted:.3g} times the {forward:,} of the "
        f"forward pass. Measured at batch {summary.value('batch_size'):,}, it takes {summary.value('ratio'):.2f} times "
        f"as long as the forward pass (quartiles {summary.value('ratio_low'):.2f} to "
        f"{summary.value('ratio_high'):.2f}): {duration(float(steps.cell('backward', 'seconds')))}, and the forward "
        f"pass {duration(float(steps.cell('forward', 'seconds')))}.",
        (
            Evidence("summary", ("forward", "backward", "ratio", "ratio_low", "ratio_high")),
            Evidence("step", ("seconds",)),
        ),
        "A different ratio of the two times.",
    )


def _growth(tables: Tables) -> Statement:
    rows = [row for row in tables["growth"].rows() if row["textbook"] == 1.0]
    fits = [(row["size"], row["exponent"]) for row in rows if row["exponent"] is not None]
    words = ", ".join(f"{size}^{fit.value:.2f} ({fit.low:.2f} to {fit.high:.2f})" for size, fit in fits)
    reached = [f"{row['size']} = {row['reached_from']:,.0f}" for row in rows if row["reached_from"] is not None]
    from_where = f" Time comes within a tenth of that exponent from {_list(reached)} on." if reached else ""
    return Statement(
        f"Over all measured sizes, time grows as {words}; the textbook's O(N d L) says exponent 1 for each."
        f"{from_where}",
        (Evidence("growth", ("exponent", "reached_from")),),
        "Intervals of the exponents that do not contain the values written here.",
    )


def _list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _vectorised(tables: Tables) -> Statement:
    batches = tables["batches"]
    rates, called = (np.asarray(batches.column(name), np.float64) for name in ("rate", "called_rate"))
    best, alone = int(np.argmax(rates)), float(called[0])
    return Statement(
        f"Per second, the gradients of {alone:,.0f} examples are computed if Python calls the program for one example "
        f"at a time, of {rates[0]:,.0f} if a compiled loop takes one example at a time, and of {rates[best]:,.0f} in "
        f"batches of {batches.column('batch')[best]:,}. The loop avoids the cost of calls "
        f"({times(rates[0] / alone)} times as fast), and batches use vector units and caches better "
        f"({times(rates[best] / rates[0])} times as fast again).",
        (Evidence("batches", ("rate", "called_rate")),),
        "Another batch size with more examples per second.",
    )


def _xla(tables: Tables) -> Statement:
    work, batch = tables["work"], int(tables["summary"].value("batch_size"))
    evidence = (Evidence("work", ("flops_forward", "flops_backward", "forward", "backward"), ("in all",)),)
    forward, backward = (work.cell("in all", name) for name in ("flops_forward", "flops_backward"))
    if forward is None or backward is None:
        return Statement("XLA does not count operations on this device.", evidence, "A count by XLA.")
    ours = [2.0 * batch * float(work.cell("in all", name)) for name in ("forward", "backward")]
    reasons = [
        "it also counts operations that are no products (biases, activations, sums, the loss), and values that it "
        "computes twice instead of storing them"
    ]
    if tables["summary"].value("has_padding"):
        reasons.append("in the forward pass it does not count products with the zeros that pad a picture")
    return Statement(
        f"XLA counts {forward:,.0f} operations in the forward pass and {backward:,.0f} in the backward pass of the "
        f"batch, {_over(forward, ours[0])} and {_over(backward, ours[1])} times our count at 2 per multiply-add: "
        f"{', and '.join(reasons)}.",
        evidence,
        "Other counts by the same compiler.",
    )


def _over(count: float, ours: float) -> str:
    return f"{count / ours:.2f}" if ours else "–"


def growth_words(row: Mapping[str, Any]) -> str:
    """Write how time grows with one size, and from which size on it grows as the textbook says."""
    fit, size = row["exponent"], row["size"]
    if fit is None:
        return f"Too few sizes of {size} could be measured. Allow more time by --budget."
    whole = (
        f"{size}, {row['meaning']}: from {row['from']:,} to {row['to']:,}, time grows as {size}^{interval(fit)}; the "
        f"textbook says {row['textbook']:g}."
    )
    if fit.high - fit.low > MOST_UNSURE:
        return f"{whole} The times scatter too much for a conclusion."
    return " ".join([whole, *_at_the_smallest(row), *_at_the_largest(row)])


def _at_the_smallest(row: Mapping[str, Any]) -> list[str]:
    first = row["smallest"]
    if first is None or first.value >= row["textbook"] - NEAR:
        return []
    return [
        f"Over the smallest sizes, up to {row['smallest_to']:,.0f}, it grows as {row['size']}^{first.value:.2f}: there "
        "the fixed costs of a step outweigh its arithmetic, and vector units that are half empty take as long as full "
        "ones."
    ]


def _at_the_largest(row: Mapping[str, Any]) -> list[str]:
    size, reached, last = row["size"], row["reached"], row["largest"]
    words = []
    if reached is None:
        span = f"{row['largest_from']:,.0f} to {row['to']:,}"
        words.append(
            f"The textbook's exponent is not reached: over the largest sizes, {span}, time grows as "
            f"{size}^{interval(last)}."
        )
    elif row["reached_from"] > row["from"]:
        words.append(f"From {size} = {row['reached_from']:,.0f} on it grows as {size}^{interval(reached)}.")
    if last.low > row["textbook"]:
        words.append(
            "Over the largest sizes it grows faster than the textbook says, as it does where arrays no longer fit into "
            "the caches."
        )
    return words


def notes_of(tables: Tables) -> tuple[str, ...]:
    """Write how the times were measured, and what may have disturbed them."""
    summary: Any = tables["summary"]
    notes = [
        f"Times are medians of {summary.value('num_rounds')} measurements of each program. The programs are measured "
        "in turn. A measurement repeats the work in a compiled loop, as training does, for at least 2 ms. So a time "
        "does not contain the cost of a call from Python, unless the table says so.",
        "The 95% intervals of exponents are Student's t intervals of a straight line fitted to the medians, both axes "
        "logarithmic. They widen with noise, and also where the points do not lie on a line.",
        "N is measured on the network itself. d and L are measured on equal dense layers, because the textbook speaks "
        "of layers with a fixed number of neurons. Where both grow, w neurons with w weights each, the textbook says "
        "w².",
    ]
    if summary.value("noise") > DISTURBED:
        notes.append(
            f"Repeats of the same work differ by {summary.value('noise'):.0%} (distance between their quartiles): "
            "other programs on this machine disturbed the times. Run it again on a quiet machine before you trust them."
        )
    if not summary.value("has_data"):
        notes.append("The run's data no longer exists. Random examples take its place; counts and times stay the same.")
    return tuple(notes)

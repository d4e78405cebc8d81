"""An account of back-propagation laid out as a page."""

from typing import TYPE_CHECKING

import numpy as np

from descentlab import results
from descentlab.labs.backprop._charts import depth_charts, update_charts
from descentlab.labs.backprop._depth import depth_sentences, depth_table
from descentlab.labs.backprop._parts import input_fields, neuron_bars, output_bars, page_table, page_words
from descentlab.labs.backprop._steps import account_steps
from descentlab.labs.backprop._tables import effective_table, layers_table, update_table
from descentlab.results import Bars, Page, Part, Row, Section, WordTable, number

if TYPE_CHECKING:
    from descentlab.labs.backprop._result import Backprop

MAX_NEURONS = 4
"""Layers up to which the nudges of a neuron each are drawn; of more, those nearest to the output."""
MAX_EXAMPLES = 32


def build_page(found: "Backprop") -> Page:
    """Lay the account out: every step with its numbers, the checks, nudges, agreement, depth, and an update."""
    steps = Section(
        "Step by step",
        (
            "Forward through the layers, then back, each by its own rule. Largest terms are named and the others "
            "stand as one number, so that totals add up.",
        ),
        (account_steps(found),),
    )
    sections = [steps, _layers(found), _nudges(found), _effective(found)]
    sections += [_agreement(found)] if found.agreement is not None else []
    sections += [_depth(found)] if len(found.depth.names) > 1 else []
    return Page(
        title=found.title,
        kind="Back-propagation",
        outcome=tuple(map(page_words, found.sentences)),
        figures=_figures(found),
        sections=(*sections, _update(found)),
        facts=_facts(found),
    )


def _figures(found: "Backprop") -> tuple[Row, ...]:
    account, check = found.account, found.check
    verdict = "not checked" if check is None else "agree" if check.agrees else "✗ differ"
    return (
        Row("cost C", number(account.mean_cost, digits=4)),
        Row("length of the gradient", number(account.gradient_norm)),
        Row("learned numbers", f"{account.num_params:,}"),
        Row("three ways", verdict),
    )


def _facts(found: "Backprop") -> tuple[Row, ...]:
    experiment, places = found.subject.experiment, found.chosen.places
    examples = f"{found.chosen.part} part, {', '.join(map(str, places[:8]))}{', ...' if len(places) > 8 else ''}"
    optional = [] if found.subject.run is None else [Row("run", str(found.subject.run.path))]
    return (
        Row("experiment", f"{experiment.name}, {found.subject.weights}"),
        *optional,
        Row("examples", examples if len(places) else "typed"),
        Row("loss", found.account.cost.title),
        Row("precision", "float64, by the layers' own rules"),
        Row("account and checks", results.seconds(found.seconds.get("account", float("nan")))),
    )


def _layers(found: "Backprop") -> Section:
    words = tuple(map(page_words, found.check.sentences())) if found.check else ("The check was left out.",)
    return Section("Checked in three ways", words, (page_table(layers_table(found), is_saved=True),))


def _nudges(found: "Backprop") -> Section:
    parts: list[Part] = [*output_bars(found), *input_fields(found)]
    shown = [] if found.chain else found.nudges[::-1][:MAX_NEURONS]
    for nudges in shown:
        parts += neuron_bars(nudges, found.top)
    words = (
        "A derivative with its sign turned round is a wish: that much more, or less, would lower the cost.",
        "A weight is wanted to change in proportion to the activation behind it, a bias as the neuron itself, and an "
        "activation in proportion to the weight before it; the layer below adds up the wishes of all that it feeds.",
    )
    return Section("What it wants: nudges", words, tuple(parts))


def _effective(found: "Backprop") -> Section:
    return Section("The most effective numbers", (), (page_table(effective_table(found), is_saved=True),))


def _agreement(found: "Backprop") -> Section:
    agreement = found.agreement
    assert agreement is not None
    shown = range(min(len(agreement.costs), MAX_EXAMPLES))
    classes, targets = found.subject.classes, found.chosen.targets
    rows = tuple(
        (
            f"example {found.chosen.places[k]}",
            classes[int(targets[k])] if classes else number(float(targets[k])),
            *(number(float(each[k])) for each in (agreement.costs, agreement.norms)),
        )
        for k in shown
    )
    left = len(agreement.costs) - len(shown)
    cosines = Bars(
        "Each example's gradient beside the mean", ("example", "truth", "C", "length", "cosine with the mean"), rows,
        np.nan_to_num(agreement.cosines[: len(shown)]), ("against", "with"),
        f"The first {len(shown)} of {left + len(shown)}." if left else "",
    )  # fmt: skip
    ratios = tuple((name, number(ratio)) for name, ratio in agreement.layer_signal_to_noise.items())
    noise = WordTable("Signal to noise, layer by layer", ("layer", "|mean| / scatter"), ratios, is_saved=False)
    words = (
        "The batch's gradient is the mean of its examples'. One that points the other way is pulled along.",
        f"The mean has length {number(agreement.mean_norm)}; were the examples to agree in nothing, chance alone "
        f"would leave {number(agreement.expected_norm)}.",
    )
    return Section("How far the examples agree", words, (cosines, noise))


def _depth(found: "Backprop") -> Section:
    words = tuple(map(page_words, depth_sentences(found.variants, at_least=2)))
    return Section("Through depth", words, (*depth_charts(found.variants), page_table(depth_table(found.variants))))


def _update(found: "Backprop") -> Section:
    words = tuple(page_words(text) for text in found.sentences if text.startswith(("A step of plain", "First order")))
    return Section(
        "An update followed through", words,
        (*update_charts(found.update), page_table(update_table(found), is_saved=True)),
    )  # fmt: skip

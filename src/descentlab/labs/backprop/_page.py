"""The page of `backprop`."""

from descentlab.labs.backprop._bars import cosine_bars, input_fields, neuron_bars, output_bars
from descentlab.labs.backprop._charts import depth_charts, update_charts
from descentlab.labs.backprop._measured import Backprop
from descentlab.labs.backprop._steps import account_steps
from descentlab.labs.backprop._words import check_statements, depth_statements, update_statement
from descentlab.results import Part, Row, Section, Tables, number, seconds

MAX_NEURONS = 4
"""Layers up to which the nudges of a neuron each are drawn; of more, those nearest to the output."""


def key_figures(measured: Backprop) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    account, check = measured.account, measured.check
    verdict = "not checked" if check is None else "agree" if check.agrees else "✗ differ"
    return (
        Row("cost C", number(account.mean_cost, digits=4)),
        Row("length of the gradient", number(account.gradient_norm)),
        Row("learned numbers", f"{account.num_params:,}"),
        Row("three ways", verdict),
    )


def facts(measured: Backprop, account_s: float) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    subject, places = measured.subject, measured.chosen.places
    examples = f"{measured.chosen.part} part, {', '.join(map(str, places[:8]))}{', ...' if len(places) > 8 else ''}"
    return (
        Row("experiment", f"{subject.experiment.name}, {subject.weights}"),
        *([] if subject.run is None else [Row("run", str(subject.run.path))]),
        Row("examples", examples if len(places) else "typed"),
        Row("loss", measured.account.cost.title),
        Row("precision", "float64, by the layers' own rules"),
        Row("account and checks", seconds(account_s)),
    )


def lay_out(measured: Backprop, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: every step with its numbers, the checks, nudges, agreement, depth and an update."""
    checked = tuple(statement.text for statement in check_statements(tables)) or ("The check was left out.",)
    return (
        Section(
            "Step by step",
            (
                "Forward through the layers, then backward, each by its own rule. The largest terms are named and the "
                "others stand as one number, so that totals add up.",
            ),
            (account_steps(measured, tables),),
        ),
        Section("Checked in three ways", checked, (tables["layers"],)),
        _nudges(measured),
        Section("The most effective numbers", (), (tables["most_effective"],)),
        *_agreement(tables),
        *_depth(measured, tables),
        _update(measured, tables),
    )


def _nudges(measured: Backprop) -> Section:
    parts: list[Part] = [*output_bars(measured), *input_fields(measured)]
    for nudges in [] if measured.chain else measured.nudges[::-1][:MAX_NEURONS]:
        parts += neuron_bars(nudges, measured.top)
    words = (
        "A derivative with its sign turned round says what would lower the cost: that much more, or less.",
        "A weight should change in proportion to the activation behind it, a bias as the neuron itself, and an "
        "activation in proportion to the weight before it; the layer below adds up what all neurons that it feeds ask "
        "for.",
    )
    return Section("What would lower the cost: nudges", words, tuple(parts))


def _agreement(tables: Tables) -> tuple[Section, ...]:
    if "examples" not in tables:
        return ()
    mean, chance = (float(tables["summary"].value(name)) for name in ("mean_norm", "expected_norm"))
    words = (
        "The batch's gradient is the mean of its examples' gradients. An example whose gradient points the other way "
        "is pulled along.",
        f"The mean has length {number(mean)}; if the examples agreed in nothing, chance alone would leave "
        f"{number(chance)}.",
    )
    return (Section("How far the examples agree", words, (cosine_bars(tables), tables["layer_signals"])),)


def _depth(measured: Backprop, tables: Tables) -> tuple[Section, ...]:
    if "depth" not in tables:
        return ()
    words = tuple(statement.text for statement in depth_statements(tables, at_least=2))
    parts = (*depth_charts(measured.variants), tables["depth"], tables["variants"])
    return (Section("Through depth", words, parts),)


def _update(measured: Backprop, tables: Tables) -> Section:
    statement = update_statement(tables)
    words = () if statement is None else (statement.text,)
    return Section("An update followed through", words, (*update_charts(measured.update), tables["update"]))

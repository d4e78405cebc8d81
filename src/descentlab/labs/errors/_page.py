"""The page of errors: who is confused, in doubt, suspected; what the answers rest on, and what they stand."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from descentlab import results
from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors._cases import Case
from descentlab.labs.errors._inputs import importance_section, robustness_section
from descentlab.labs.errors._result import Answered, Errors
from descentlab.labs.errors._words import PARTS, word_share
from descentlab.labs.errors.measure import FlipCheck
from descentlab.results import Chart, Page, PlainPart, Row, Section, Series, Tile, Tiles, WordTable

SHOWN_PAIRS = 12
SHOWN_COLUMNS = 8

Kind = Literal["as_mistake", "as_doubt"]
"""How an example is told of."""


def build_page(found: Errors) -> Page:
    """Lay out the page."""
    sections: list[Section] = []
    if found.answered is not None:
        sections += [_confusions(found, found.answered), _doubt(found.answered), _suspects(found, found.answered)]
    sections.append(importance_section(found))
    sections += [robustness_section(found)] if found.robustness else []
    return Page(
        title=f"{found.name}: where it errs",
        kind="Errors",
        outcome=found.sentences,
        figures=_figures(found),
        sections=tuple(sections),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: Errors) -> tuple[Row, ...]:
    rows = []
    one = found.answered
    if one is not None and isinstance(found.metrics, ClassMetrics):
        wrong = found.metrics.num_examples - found.metrics.num_right
        rows.append(Row("told wrongly", f"{wrong:,} of {found.metrics.num_examples:,}"))
        if one.pairs:
            pair = one.pairs[0]
            names = f"{found.classes[pair.first]} and {found.classes[pair.second]}"
            rows.append(Row("most confused", f"{names}, {pair.count:,} times"))
        rows.append(Row("suspected labels", f"{len(one.suspects.rows):,}"))
    best = int(np.argmax(found.importance.lost.value))
    measure = "accuracy" if found.classes else "R²"
    rows.append(Row(f"most {measure} lost by a shuffle", f"{found.importance.lost.value[best]:.3f}"))
    return tuple(rows)


def _facts(found: Errors) -> tuple[Row, ...]:
    experiment, times = found.experiment, found.seconds
    files = " and ".join(f"{name}.parquet" for name in found.tables())
    phases = ", ".join(f"{name} {results.seconds(value)}" for name, value in times.items() if name != "total")
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("examples", f"{found.metrics.num_examples:,} of the {PARTS[found.part]} part"),
        Row("networks", f"{found.num_members}"),
        Row("took", f"{results.seconds(times.get('total', np.nan))}: {phases}"),
        Row("files", f"result.json, {files} beside this page"),
        Row("the run's own report", "report.html in the run's folder: the whole confusion matrix with the examples "
            "behind each cell, the worst mistakes, calibration"),
    )  # fmt: skip


def _confusions(found: Errors, one: Answered) -> Section:
    classes = found.classes
    rows = tuple(
        (
            f"{classes[pair.first]} and {classes[pair.second]}",
            f"{pair.count:,}",
            f"{pair.first_as_second:,}",
            f"{pair.second_as_first:,}",
            f"{pair.rate:.2%}",
            f"{pair.interval[0]:.2%} to {pair.interval[1]:.2%}",
            f"{pair.lead:.0%}",
        )
        for pair in one.pairs[:SHOWN_PAIRS]
    )
    left = len(one.pairs) - len(rows)
    hidden = f" {left} more pairs are not shown." if left else ""
    table = WordTable(
        "Classes that are taken for each other",
        ("classes", "count", "first for second", "second for first", "rate", "95% interval", "would lead"),
        rows,
        note="The rate is of all examples of the two classes. The last column says in how many of 2,000 draws of the "
        "examples with replacement the pair is the most frequent." + hidden,
    )
    told = (
        ("No example is told wrongly.",)
        if not one.pairs
        else ("Two classes that are taken for each other are told apart by little, or their labels are at odds.",)
    )
    parts: list[PlainPart] = [table] if rows else []
    for pair, cases in zip(one.pairs, one.pair_cases, strict=False):
        title = f"{classes[pair.first]} and {classes[pair.second]}: {_shown(cases, pair.count)}"
        parts += _cases(title, cases, "as_mistake", "The number is the probability; the surest first.")
    return Section("Which classes are taken for each other", told, tuple(parts))


def _shown(cases: Sequence[Case], count: int) -> str:
    return f"all {count:,}" if len(cases) == count else f"{len(cases):,} of {count:,}"


def _cases(title: str, cases: Sequence[Case], kind: Kind, note: str) -> list[PlainPart]:
    """Show examples: as pictures, or as rows of their table."""
    if not cases:
        return []
    if cases[0].picture is not None:
        tiles = tuple(
            Tile(case.picture.astype(np.float64), getattr(case, kind), limits=(0.0, 255.0))
            for case in cases
            if case.picture is not None
        )
        return [Tiles(title, tiles, "medium", note)]
    names = [name for name, _ in cases[0].values[:SHOWN_COLUMNS]]
    left = len(cases[0].values) - len(names)
    more = f" {left} more columns are not shown." if left > 0 else ""
    told = ("label", "its probability", "told") if kind == "as_mistake" else ("label", "told", "its probability", "or")
    head = ("row", *told, "its probability", *names)
    rows = tuple(
        (case.label, *_answer(case, kind), *[value for _, value in case.values[:SHOWN_COLUMNS]]) for case in cases
    )
    return [WordTable(title, head, rows, note=note + more)]


def _answer(case: Case, kind: Kind) -> tuple[str, ...]:
    truth, told, second = (f"{value:.3f}" for value in case.probabilities)
    if kind == "as_mistake":
        return case.truth, truth, case.told, told
    return case.truth, case.told, told, case.second, second


def _doubt(one: Answered) -> Section:
    doubt = one.doubt
    told = (
        "The margin is the largest probability less the next: where it is 0, the network is between two classes. The "
        "entropy is large where many classes share the probability.",
    )
    shares = 100.0 * doubt.shares
    parts: list[PlainPart] = []
    if doubt.found is not None and len(shares) > 1:
        parts.append(
            Chart(
                "Mistakes by margin",
                "examples, % of all, the smallest margin first",
                "share told wrongly",
                (Series("told wrongly", shares, doubt.rates, doubt.low, doubt.high),),
                note="Each point is the group of examples up to it, from the point before.",
            )
        )
        parts.append(
            Chart(
                "How soon all mistakes are found",
                "examples looked at, %, the smallest margin first",
                "share of all mistakes",
                (
                    Series("by margin", np.append(0.0, shares), np.append(0.0, doubt.found)),
                    Series("at random", np.array([0.0, 100.0]), np.array([0.0, 1.0]), style="dashed", tone=1),
                ),
            )
        )
    note = "The two largest probabilities, and the label."
    parts += _cases("The smallest margins", one.nearest, "as_doubt", note)
    parts += _cases("The greatest entropies", one.vaguest, "as_doubt", note)
    return Section("Which examples are ambiguous", told, tuple(parts))


def _suspects(found: Errors, one: Answered) -> Section:
    num = len(one.suspects.rows)
    told = [
        "A label is suspected if the network gives another class at least the probability that this class's own "
        "examples get on average, and more than it gives any other class of which that is true.",
        f"The estimated share of wrong labels is {one.suspects.share:.2%}, if the network errs no more than it "
        "believes to: a mistake that it is sure of looks the same as a wrong label.",
    ]
    parts = _cases(
        f"Suspected labels: {_shown(one.suspect_cases, num)}",
        one.suspect_cases,
        "as_mistake",
        f"The smallest normalised margin first. Of the {PARTS[found.part]} part; all of them are in examples.parquet.",
    )
    parts += [_check_table(one.check)] if one.check is not None else []
    rows = tuple(
        (name, f"{int(one.suspects.joint[k].sum()):,}", f"{threshold:.3f}" if np.isfinite(threshold) else "–")
        for k, (name, threshold) in enumerate(zip(found.classes, one.suspects.thresholds, strict=True))
    )
    parts.append(
        WordTable(
            "Thresholds",
            ("class", "labelled so and confident", "threshold"),
            rows,
            note="The mean probability that examples of the class get of it.",
        )
    )
    return Section("Which labels are likely to be wrong", tuple(told), tuple(parts))


def _check_table(check: FlipCheck) -> WordTable:
    shares = {
        "precision: suspects that were flipped": (check.precision, check.plain_precision),
        "recall: flipped labels that are suspected": (check.recall, check.plain_recall),
        f"flipped among the first {check.num_flipped:,} suspects": (check.top_precision, None),
        f"estimated share of wrong labels, where {check.flipped_share:.1%} were flipped": (check.estimated, None),
    }
    rows = tuple(
        (name, word_share(own), "" if plain is None else word_share(plain)) for name, (own, plain) in shares.items()
    )
    return WordTable(
        "Does it find wrong labels?",
        ("", "confident learning", "every answer that differs"),
        rows,
        note=f"{check.num_flipped:,} of {check.num_examples:,} labels flipped to another class at random, in "
        f"{check.num_draws} copies; means with 95% intervals over these. Pointing at random has a precision of "
        f"{check.flipped_share:.1%}.",
    )

"""The page of `errors`: its classes and examples."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from descentlab.core import PART_WORDS
from descentlab.labs.errors._input_page import importance_section, robustness_section
from descentlab.labs.errors._measured import ClassErrors, Errors
from descentlab.labs.errors._words import word_lost, word_times
from descentlab.results import (
    Cell,
    Chart,
    Column,
    Example,
    Part,
    Row,
    Section,
    Series,
    Tables,
    Tile,
    Tiles,
    seconds as word_seconds,
)

SHOWN_COLUMNS = 8
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
LONGEST_NAME = 14

Kind = Literal["mistake", "doubt"]
"""What is said of an example: its label beside the prediction, or its two likeliest classes."""
CASE_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "mistake": ("example", "label", "label_probability", "predicted", "predicted_probability"),
    "doubt": ("example", "label", "predicted", "predicted_probability", "second", "second_probability"),
}


def lay_out(errors: Errors, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: confusions, doubt, suspected labels, importance, robustness."""
    classes = errors.classes
    sections = []
    if classes is not None:
        sections = [_confusions(classes, tables), _doubt(classes, tables), _suspects(errors, classes, tables)]
    sections.append(importance_section(errors, tables))
    return (*sections, *((robustness_section(errors, tables),) if errors.robustness else ()))


def key_figures(tables: Tables) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    (summary,), rows = tables["summary"].rows(), []
    if "wrong" in summary:
        rows.append(Row("predicted wrongly", f"{summary['wrong']:,} of {summary['examples']:,}"))
        pairs = list(tables["confusions"].rows())[:1]
        rows += [Row("most confused", f"{pair['classes']}, {word_times(pair['count'])}") for pair in pairs]
        rows.append(Row("suspected labels", f"{summary['suspects']:,}"))
    lost = tables["importance"].column("lost")[0]
    words = word_lost(lost, is_accuracy=summary["score"] == "accuracy").partition(" (")[0]
    return (*rows, Row("most lost by a shuffle", words))


def facts_of(errors: Errors, seconds: Mapping[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment = errors.experiment
    phases = ", ".join(f"{name} {word_seconds(value)}" for name, value in seconds.items() if name != "total")
    part = PART_WORDS[errors.part]
    kinds = "the confusion matrix with its examples, the worst mistakes, calibration"
    shown = "predicted against true values, the worst mistakes" if errors.classes is None else kinds
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("examples", f"{errors.metrics.num_examples:,} of the {part} part"),
        Row("networks", f"{errors.num_members}"),
        Row("took", f"{word_seconds(seconds['total'])}: {phases}"),
        Row("files", "result.json and tables as Parquet beside this page"),
        Row("the run's own report", f"report.html in the run's folder: {shown}"),
    )


def _confusions(classes: ClassErrors, tables: Tables) -> Section:
    table = tables["confusions"]
    words = (
        "Classes that are confused with each other look alike to the network, or their labels contradict each other."
        if len(table)
        else "No example is predicted wrongly."
    )
    parts: list[Part] = [table] if len(table) else []
    for row, places in zip(table.rows(), classes.pair_places, strict=False):
        title = f"{row['classes']}: {_how_many(len(places), row['count'])}"
        note = "With each class stands its probability; the most confident prediction comes first."
        parts += _cases(title, classes, places, tables, "mistake", note)
    return Section("Which classes are confused with each other", (words,), tuple(parts))


def _how_many(shown: int, count: int) -> str:
    if shown == count:
        return f"all {count:,}" if count > 1 else "the only one"
    return f"{shown:,} of {count:,}"


def _cases(
    title: str, classes: ClassErrors, places: Sequence[int], tables: Tables, kind: Kind, note: str
) -> list[Part]:
    """Show examples: as pictures, or as rows of their table."""
    shown, table = [classes.shown[place] for place in places], tables["examples"].take(places)
    if not shown:
        return []
    if shown[0].picture is not None:
        tiles = tuple(
            Tile(example.picture.astype(np.float64), _caption(row, kind), limits=(0.0, 255.0))
            for row, example in zip(table.rows(), shown, strict=True)
            if example.picture is not None
        )
        return [Tiles(title, tiles, "medium", note)]
    columns = [_value_column(shown, k) for k in range(min(len(shown[0].values), SHOWN_COLUMNS))]
    values = {name: table.column(name) for name in CASE_COLUMNS[kind]}
    values |= {column.name: cells for column, cells in columns}
    left = len(shown[0].values) - len(columns)
    note += f" {left} more columns are not shown." if left > 0 else ""
    form = table.form.with_columns(*(column for column, _ in columns))
    return [form.fill_columns(values, title=title, note=note)]


def _caption(row: Mapping[str, Any], kind: Kind) -> str:
    def word(column: str) -> str:
        name = row[column]
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        return f"{short} ({row[f'{column}_probability']:.2f})"

    if kind == "mistake":
        return f"{word('label')}, predicted {word('predicted')}"
    return f"{word('predicted')} or {word('second')}, label {word('label').partition(' (')[0]}"


def _value_column(examples: Sequence[Example], place: int) -> tuple[Column, list[Cell]]:
    """Return a column of the values as they stood in the file: as numbers, if they are written the same then."""
    name, words = examples[0].values[place][0], [example.values[place][1] for example in examples]
    is_number = all(NUMBER.fullmatch(word) and f"{float(word):g}" == word for word in words)
    column = Column(f"value_{place + 1}", name, format="setting" if is_number else "text")
    return column, [float(word) if is_number else word for word in words]


def _doubt(classes: ClassErrors, tables: Tables) -> Section:
    words = (
        "The margin is the largest probability less the second largest: where it is 0, the network is between two "
        "classes. The entropy is large where many classes share the probability."
    )
    note = "The two largest probabilities, and the label."
    parts = (
        *_doubt_charts(classes),
        *_cases("The smallest margins", classes, classes.nearest, tables, "doubt", note),
        *_cases("The greatest entropies", classes, classes.vaguest, tables, "doubt", note),
    )
    return Section("Which examples are ambiguous", (words,), parts)


def _doubt_charts(classes: ClassErrors) -> tuple[Chart, ...]:
    doubt, shares = classes.doubt, 100.0 * classes.doubt.shares
    if doubt.held is None or len(shares) < 2:
        return ()
    return (
        Chart(
            "Mistakes by margin",
            "examples, % of all, the smallest margin first",
            "share predicted wrongly",
            (Series("predicted wrongly", shares, doubt.rates.value, doubt.rates.low, doubt.rates.high),),
            note="Each point is a group of examples, from the point before up to it.",
        ),
        Chart(
            "How soon all mistakes are found",
            "examples looked at, %, the smallest margin first",
            "share of all mistakes",
            (
                Series("by margin", np.append(0.0, shares), np.append(0.0, doubt.held)),
                Series("at random", np.array([0.0, 100.0]), np.array([0.0, 1.0]), style="dashed", tone=1),
            ),
        ),
    )


def _suspects(errors: Errors, classes: ClassErrors, tables: Tables) -> Section:
    num, places = len(classes.suspects.rows), classes.suspect_places
    words = (
        "A label is suspected if the network gives another class at least the probability that this class gets on "
        "average on its own examples, and more than any other class of which that is true.",
        f"The estimated share of wrong labels is {classes.suspects.share:.2%}, if the network makes no more errors "
        "than its probabilities say: a mistake made with confidence looks the same as a wrong label.",
    )
    note = (
        f"The smallest normalised margin first. Examples of the {PART_WORDS[errors.part]} part; all of "
        "them are in examples.parquet."
    )
    cases = _cases(f"Suspected labels: {_how_many(len(places), num)}", classes, places, tables, "mistake", note)
    check = (tables["flip_check"],) if "flip_check" in tables else ()
    return Section("Which labels are likely to be wrong", words, (*cases, *check, tables["thresholds"]))

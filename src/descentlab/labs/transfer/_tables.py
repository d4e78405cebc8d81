"""The tables of `transfer`."""

import math
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.transfer._measured import Transfer
from descentlab.labs.transfer.measure import LINEAR, WAYS, Way, interval_of
from descentlab.results import Column, Table, TableForm, Tables

PAIRS: tuple[tuple[Way, Way], ...] = (
    ("fine-tuned", "fresh"),
    ("frozen", "fresh"),
    ("fine-tuned", "frozen"),
    ("frozen", "raw pixels"),
)
"""The ways that are compared with each other."""
MEANINGS: dict[Way, str] = {
    "frozen": "A new last layer alone learns, on the network's features.",
    "fine-tuned": "All layers learn, from the learned weights.",
    "fresh": "The same network learns from new random weights.",
    "raw pixels": "A logistic regression learns from the pixels.",
}

SIZE = Column("examples_per_class", "of each class", "Number of examples of each class.", format="count")
ACCURACY = TableForm(
    "accuracy",
    "Accuracy by number of examples",
    (SIZE, *(Column(way.replace(" ", "_").replace("-", "_"), way, MEANINGS[way], format="fixed") for way in WAYS)),
    note="Mean over the draws, with its 95% interval.",
    is_printed=True,
)
DIFFERENCES = TableForm(
    "differences",
    "Is it real?",
    (
        Column("difference", meaning="The two ways that are compared."),
        SIZE,
        Column("gain", "accuracy", "By how much the first is better.", format="fixed", is_signed=True),
        Column("p_value", "p, corrected", "Chance of such a mean if nothing differed.", format="fixed"),
        Column("is_real", "real", "Whether that chance is below 5%.", format="flag"),
    ),
    note="Paired over the draws, by flipping signs; p is corrected (Holm) for all numbers of examples of a difference, "
    "the interval is not. Fewer than 6 draws have no interval and can show nothing.",
)
WORTH = TableForm(
    "worth",
    "In examples of fresh training",
    (
        SIZE,
        *(
            Column(column.name, column.label, "Examples that fresh training needs.", format="fixed", digits=1)
            for column in ACCURACY.columns[1:]
            if column.label != "fresh"
        ),
    ),
)
CHOICES = TableForm(
    "choices",
    "What each way learns with",
    (
        Column("way", meaning="Way to learn."),
        Column("number", meaning="What is chosen: a learning rate, or C, one over the penalty of a regression."),
        SIZE,
        Column("chosen", meaning="The value that was chosen.", format="setting"),
        Column("tried", meaning="The values that were tried.", format="setting"),
        Column("accuracy", "their accuracy", "Mean accuracy with each of them.", format="fixed"),
    ),
)
SUMMARY = TableForm(
    "summary",
    "In all",
    (
        Column("network", meaning="The network that is carried over."),
        Column("target", meaning="The pictures that it is carried to."),
        Column("classes", meaning="Classes of these pictures.", format="count"),
        Column("draws", meaning="Draws of examples.", format="count"),
        Column("test_examples", meaning="Examples that each draw is scored on.", format="count"),
        Column("chance", meaning="Accuracy of always predicting the most frequent class.", format="fixed"),
        Column("as_it_is", "as it is", "Accuracy of the network without any example of the target.", format="fixed"),
        Column("choosing_draws", meaning="Other draws that values were chosen with.", format="count"),
        Column("choosing_examples", meaning="Examples of each that the choice was scored on.", format="count"),
    ),
    is_single=True,
)
DRAWS = TableForm(
    "draws",
    "Every draw",
    (
        Column("way", meaning="Way to learn."),
        SIZE,
        Column("draw", meaning="Number of the draw, from 0.", format="count"),
        Column("accuracy", meaning="Accuracy on its test part.", format="fixed"),
    ),
)


def fill_tables(transfer: Transfer) -> Tables:
    """Lay out what was measured."""
    return Tables(
        (
            _accuracy(transfer),
            _differences(transfer),
            _worth(transfer),
            _choices(transfer),
            _summary(transfer),
            _draws(transfer),
        )
    )


def name_pair(first: Way, second: Way) -> str:
    """Write what is compared, as in the table of differences."""
    return f"{first} less {second}"


def column_of(way: Way) -> str:
    """Return the column of a way."""
    return next(column.name for column in ACCURACY.columns if column.label == way)


def _accuracy(transfer: Transfer) -> Table:
    curves = transfer.curves
    rows = [(size, *(Estimate(*curves.mean(way, place)) for way in WAYS)) for place, size in enumerate(transfer.sizes)]
    return ACCURACY.fill(rows)


def _differences(transfer: Transfer) -> Table:
    rows: list[tuple[Any, ...]] = []
    for first, second in PAIRS:
        for size, pair in zip(transfer.sizes, transfer.curves.compare(first, second), strict=True):
            gain = Estimate(pair.mean, *(pair.ci95 or (math.nan, math.nan)))
            rows.append((name_pair(first, second), size, gain, pair.p_value, pair.is_real))
    return DIFFERENCES.fill(rows)


def _worth(transfer: Transfer) -> Table:
    ways: list[Way] = [way for way in WAYS if way != "fresh"]
    rows = [
        (size, *(Estimate(*transfer.curves.worth(way, place)) for way in ways))
        for place, size in enumerate(transfer.sizes)
    ]
    note = f"0.0 stands for fewer than {transfer.sizes[0]:,}, and ∞ for more than {transfer.sizes[-1]:,}."
    return WORTH.fill(rows, note=note)


def _choices(transfer: Transfer) -> Table:
    rows: list[tuple[Any, ...]] = []
    for way in WAYS:
        for choice in transfer.choices:
            scores = choice.scores.get(way, {})
            tried = (tuple(scores), tuple(scores.values())) if scores else (None, None)
            number = "C" if way in LINEAR else "learning rate"
            rows.append((way, number, choice.per_class, choice.values[way], *tried))
    others = (
        f"Tried on {transfer.choices[0].num_draws} other draws; other numbers of examples take what was chosen with "
    )
    return CHOICES.fill(rows, note=f"{others}the nearest. C is one over the penalty of the logistic regression.")


def _summary(transfer: Transfer) -> Table:
    curves = transfer.curves
    as_it_is = None if curves.as_it_is is None else Estimate(*interval_of(curves.as_it_is))
    chance = Estimate(*interval_of(curves.chance))
    counts = len(transfer.classes), curves.num_draws, transfer.num_test
    chosen = transfer.choices[0].num_draws, transfer.choices[0].num_examples
    return SUMMARY.fill([(transfer.name, transfer.target, *counts, chance, as_it_is, *chosen)])


def _draws(transfer: Transfer) -> Table:
    rows = [
        (way, size, draw, float(accuracy))
        for way in WAYS
        for place, size in enumerate(transfer.sizes)
        for draw, accuracy in enumerate(np.asarray(transfer.curves.accuracy[way][place]))
    ]
    return DRAWS.fill(rows)

"""The parts of the page about networks that were trained anew."""

from collections.abc import Sequence

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.importance._measured import Retraining
from descentlab.labs.importance.measure import (
    AS_IT_IS,
    AVERAGE,
    DENSE,
    HALF,
    LEVELS,
    LINEAR,
    NO_DROPOUT,
    NO_POOLING,
    PLAIN,
    STRIDED,
    UNITS,
    Distortion,
    Trial,
)
from descentlab.results import Bars, Chart, Part, Section, Series, Table, Tables
from descentlab.studies import band_over_seeds

GROUPS = (
    ("poolings", (AS_IT_IS, NO_POOLING, AVERAGE, STRIDED)),
    ("other kinds", (AS_IT_IS, PLAIN, DENSE, LINEAR, HALF, NO_DROPOUT)),
)
TITLES: dict[Distortion, str] = {"shift": "Shifted", "rotation": "Rotated", "noise": "Noisy"}


def retrain_sections(retraining: Retraining, tables: Tables) -> tuple[Section, ...]:
    """Return the sections: the textbooks' claims, every variant, and distorted pictures."""
    sections = (_claims(tables), _variants(tables), _distortions(retraining))
    return tuple(section for section in sections if section is not None)


def _claims(tables: Tables) -> Section | None:
    if "claims" not in tables:
        return None
    words = (
        "Textbooks give each kind of layer a purpose. Here the network was trained with and without each kind, and "
        "each purpose stands beside what that showed."
    )
    return Section("What textbooks say", (words,), (tables["claims"], tables["differences"]))


def _variants(tables: Tables) -> Section:
    words = (
        "A layer taken from a trained network leaves the others unprepared. Here each network was trained without it "
        "from the start, so that the others could take over what it did: what is missing now, only that layer gives."
    )
    variants = tables["variants"]
    parts: list[Part] = [variants]
    if "test_gains" in tables:
        unit = "loss" if tables["retraining"].value("score") == "loss" else "points"
        test, gap = tables["test_gains"], tables["gap_gains"]
        parts = [
            _bars("Test: by how much better than as it is", unit, test, "gain", ("worse", "better")),
            _bars("Overfitting: by how much training is better", unit, variants, "gap", ("test", "training")),
            *(variants, test, gap),
        ]
    return Section("Trained anew without it", (words,), tuple(parts))


def _bars(title: str, unit: str, table: Table, column: str, ends: tuple[str, str]) -> Bars:
    cells = [(row["variant"], row[column]) for row in table.rows() if row[column] is not None]
    rows = tuple((name,) for name, _ in cells)
    values = np.array([cell.value if isinstance(cell, Estimate) else cell for _, cell in cells])
    return Bars(title, ("network", unit), rows, values, ends=ends)


def _distortions(retraining: Retraining) -> Section | None:
    if not retraining.num_distorted:
        return None
    by_name = {trial.variant.name: trial for trial in retraining.trials}
    groups = [(title, [by_name[name] for name in names if name in by_name]) for title, names in GROUPS]
    charts = tuple(_chart(kind, title, trials) for kind in LEVELS for title, trials in groups if len(trials) > 1)
    shown = (
        "Training varied its pictures at random, but for the network of plain ones."
        if retraining.is_varied
        else "None of these networks was shown such pictures in training."
    )
    return Section(
        "Shifted, rotated and noisy pictures", (f"{shown} The band holds the middle 80% of the seeds.",), charts
    )


def _chart(kind: Distortion, title: str, trials: Sequence[Trial]) -> Chart:
    levels = np.array(LEVELS[kind])
    series = []
    for tone, trial in enumerate(trials):
        low, middle, high = band_over_seeds(trial.distorted[kind].T)
        series.append(Series(trial.variant.name, levels, middle, low, high, tone=tone))
    return Chart(f"{TITLES[kind]}: {title}", f"{kind}, {UNITS[kind]}", "test accuracy, %", tuple(series))

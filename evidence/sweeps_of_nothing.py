"""Sweeps over something that cannot matter: how often a sweep says that one setting is really better than another."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import descentlab as dl
from evidence._study import Figures, Finding, Study

NAMES = tuple(f"hidden-{letter}" for letter in "abcd")
"""Names of the hidden layer. A name draws other initial weights from the same distribution, and does no more."""
SEEDS = 10
ALLOWED = 5
"""At most so many of 40 sweeps: at the level of 5% more are found by chance in only 1.4% of all studies like this."""


def _sweep(number: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        sweep = dl.sweep(
            "circle",
            vary={"model.0.name": NAMES},
            epochs=20,
            seed=SEEDS * number,
            seeds=SEEDS,
            report=False,
            out=Path(folder) / "study",
        )
    best = sweep.measured.best
    assert best is not None
    differences = best.differences.values()
    return {
        "real differences": sum(difference.is_real for difference in differences),
        "smallest p": min(difference.p_value for difference in differences),
    }


def _judge(repetitions: Sequence[Figures]) -> Finding:
    false = sum(each["real differences"] > 0 for each in repetitions)
    smallest = min(each["smallest p"] for each in repetitions)
    text = f"{false} of {len(repetitions)} sweeps claimed a real difference; the smallest corrected p is {smallest:.3f}"
    return Finding(false <= ALLOWED, text)


STUDY = Study(
    name="sweeps-of-nothing",
    claim="A sweep over settings that do not differ calls a difference real no more often than its level of 5% says.",
    method=f"A sweep of `circle` over {len(NAMES)} names of its hidden layer, 20 epochs, {SEEDS} seeds of its own.",
    repetitions=40,
    measure=_sweep,
    judge=_judge,
)

"""What `transfer` found, as plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab.core import TextTable
from descentlab.evaluation import PairedDifference
from descentlab.labs.transfer.measure import WAYS, Choice, Curves, Way, interval_of
from descentlab.spec import Experiment
from descentlab.workbench import Told

PAIRS: tuple[tuple[Way, Way], ...] = (
    ("fine-tuned", "fresh"),
    ("frozen", "fresh"),
    ("fine-tuned", "frozen"),
    ("frozen", "raw pixels"),
)
"""What is compared with what."""


@dataclass(frozen=True, eq=False, repr=False)
class Transfer(Told):
    """How far what a network has learned carries to other pictures.

    Attributes:
        name: What a person calls the network.
        target: What it is carried to.
        experiment: What the network was trained on.
        classes: The target's classes.
        own_shape: Shape of the target's pictures.
        shape: Shape that the network takes.
        curves: Accuracies by number of examples.
        choices: Learning rates and penalties, as they were chosen with some numbers of examples.
        num_test: Examples that each draw was scored on.
        pictures: One example of each class, as the network sees it.
        sentences: What it shows.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
    """

    name: str
    target: str
    experiment: Experiment
    classes: tuple[str, ...]
    own_shape: tuple[int, ...]
    shape: tuple[int, ...]
    curves: Curves
    choices: tuple[Choice, ...]
    num_test: int
    pictures: Float[np.ndarray, "classes rows columns colours"]
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """Examples of each class."""
        return tuple(int(size) for size in self.curves.per_class)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        curves = self.curves
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "network": self.name,
            "target": self.target,
            "num_draws": curves.num_draws,
            "num_test_examples": self.num_test,
            "chance": dict(zip(("mean", "low", "high"), interval_of(curves.chance), strict=True)),
            "as_it_is": None
            if curves.as_it_is is None
            else dict(zip(("mean", "low", "high"), interval_of(curves.as_it_is), strict=True)),
            "ways": {way: [self._point_json(way, place) for place in range(len(self.sizes))] for way in WAYS},
            "differences": [
                {
                    "first": first,
                    "second": second,
                    "sizes": [_pair_json(pair, size) for pair, size in zip(pairs, self.sizes, strict=True)],
                }
                for first, second in PAIRS
                for pairs in (curves.compare(first, second),)
            ],
            "chosen": [
                {
                    "examples_per_class": one.per_class,
                    "values": {way: one.values[way] for way in WAYS},
                    "tried": {
                        way: {f"{value:g}": score for value, score in own.items()} for way, own in one.scores.items()
                    },
                }
                for one in self.choices
            ],
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }

    def _point_json(self, way: Way, place: int) -> dict[str, Any]:
        mean, low, high = self.curves.mean(way, place)
        point = {
            "examples_per_class": self.sizes[place],
            "accuracy": mean,
            "ci95": [low, high],
            "draws": self.curves.accuracy[way][place].tolist(),
        }
        if way == "fresh":
            return point
        at, least, most = self.curves.worth(way, place)
        return {**point, "worth_fresh_examples_per_class": at, "worth_ci95": [least, most]}

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        rows = [
            (way, size, draw, float(self.curves.accuracy[way][place, draw]))
            for way in WAYS
            for place, size in enumerate(self.sizes)
            for draw in range(self.curves.num_draws)
        ]
        heads = ("way", "examples_per_class", "draw", "accuracy")
        return {
            "accuracy": {name: np.array(column) for name, column in zip(heads, zip(*rows, strict=True), strict=True)}
        }

    def table(self) -> TextTable:
        """Return one row a number of examples: the mean accuracy of each way."""
        rows = []
        for place, size in enumerate(self.sizes):
            words = [
                f"{mean:.3f} ({low:.3f}-{high:.3f})"
                for way in WAYS
                for mean, low, high in (self.curves.mean(way, place),)
            ]
            rows.append((f"{size:,}", *words))
        return TextTable(header=("per class", *WAYS), rows=tuple(rows))


def _pair_json(pair: PairedDifference, size: int) -> dict[str, Any]:
    return {
        "examples_per_class": size,
        "mean": pair.mean,
        "ci95": None if pair.ci95 is None else list(pair.ci95),
        "p_value": pair.p_value,
        "is_real": pair.is_real,
    }

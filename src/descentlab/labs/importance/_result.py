"""What `importance` found, as plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import Estimate, TextTable
from descentlab.labs.importance._retraining import Retraining
from descentlab.labs.importance.measure import METHODS, ChannelWorths, Method, Worth
from descentlab.networks import LayerRow
from descentlab.results import number
from descentlab.spec import Experiment
from descentlab.workbench import Told

TITLES: dict[Method, str] = {
    "mean": "mean",
    "shuffle": "shuffled",
    "half": "half",
    "initial": "untrained",
    "fresh": "redrawn",
}
"""How the ways to take a layer away are called in tables."""


@dataclass(frozen=True)
class LayerSummary:
    """One layer: what it is, what it costs, and what it is worth.

    Attributes:
        row: Name, kind, role, output shape, parameters, multiply-adds.
        is_inner: Whether it lies within a residual block.
        milliseconds: Of its way forward, for 1,000 examples.
        worths: What taking it away costs, by method.
    """

    row: LayerRow
    is_inner: bool
    milliseconds: float
    worths: dict[Method, Worth]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        row = self.row
        return {
            "layer": row.name,
            "kind": row.kind,
            "role": row.role,
            "is_inner": self.is_inner,
            "output_shape": list(row.output_shape),
            "parameters": row.num_params,
            "multiply_adds": row.multiply_adds,
            "milliseconds_per_1000": self.milliseconds,
            "importance": {method: worth_json(worth) for method, worth in self.worths.items()},
        }


@dataclass(frozen=True, eq=False, repr=False)
class Importance(Told):
    """What the layers of a network are worth.

    Attributes:
        name: What a person calls the network.
        experiment: What was trained.
        part: The part whose examples are measured.
        num_examples: How many of them.
        num_reference: Training examples that means are taken of.
        num_members: Networks behind the intervals.
        accuracy: Of the networks as they are, with its interval; None for regression.
        loss: Their mean loss.
        chance: What always the most frequent class scores on the same examples; None for regression.
        layers: From the input on.
        channels: Of the first network.
        milliseconds: Of the whole network's way forward, for 1,000 examples.
        retraining: Variants that were trained anew; None if that was not asked for.
        sentences: What it shows.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
    """

    name: str
    experiment: Experiment
    part: str
    num_examples: int
    num_reference: int
    num_members: int
    accuracy: Estimate | None
    loss: float
    chance: float | None
    layers: tuple[LayerSummary, ...]
    channels: tuple[ChannelWorths, ...]
    milliseconds: float
    retraining: Retraining | None
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None = None

    @property
    def unit(self) -> str:
        """What importance is told in."""
        return "loss" if self.accuracy is None else "points"

    @property
    def methods(self) -> tuple[Method, ...]:
        """The ways in which at least one layer was taken away."""
        return tuple(method for method in METHODS if any(method in one.worths for one in self.layers))

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "num_networks": self.num_members,
            "part": self.part,
            "num_examples": self.num_examples,
            "accuracy": None if self.accuracy is None else vars(self.accuracy),
            "loss": self.loss,
            "chance": self.chance,
            "layers": [one.to_json() for one in self.layers],
            "milliseconds_per_1000": self.milliseconds,
            "channels": [
                {
                    "layer": one.layer,
                    "num_channels": one.num_channels,
                    "channels": [
                        {"channel": int(channel), **worth_json(worth)}
                        for channel, worth in zip(one.channels, one.worths, strict=True)
                    ],
                }
                for one in self.channels
            ],
            "retraining": None if self.retraining is None else self.retraining.to_json(),
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        numbers = ("accuracy_lost", "accuracy_low", "accuracy_high", "loss_gained", "loss_low", "loss_high")
        layers = {
            "layer": np.array([one.row.name for one in self.layers]),
            "kind": np.array([one.row.kind for one in self.layers]),
            "role": np.array([one.row.role for one in self.layers]),
            "is_inner": np.array([one.is_inner for one in self.layers]),
            "output_shape": np.array(["x".join(map(str, one.row.output_shape)) for one in self.layers]),
            "parameters": np.array([one.row.num_params for one in self.layers]),
            "multiply_adds": np.array([one.row.multiply_adds for one in self.layers]),
            "milliseconds_per_1000": np.array([one.milliseconds for one in self.layers]),
        }
        for method in self.methods:
            columns = zip(*[_columns(one.worths.get(method)) for one in self.layers], strict=True)
            layers |= {f"{method}_{name}": np.array(column) for name, column in zip(numbers, columns, strict=True)}
        channels = [
            (one.layer, int(channel), *_columns(worth))
            for one in self.channels
            for channel, worth in zip(one.channels, one.worths, strict=True)
        ]
        names = ("layer", "channel", *numbers)
        by_channel = {name: np.array([row[place] for row in channels]) for place, name in enumerate(names)}
        found = {"layers": layers, "channels": by_channel} if channels else {"layers": layers}
        return found if self.retraining is None else {**found, **self.retraining.tables()}

    def table(self) -> TextTable:
        """Return one row a layer: what it is, what it costs and what it is worth."""
        head = ("layer", "kind", "output", "parameters", "multiply-adds", "ms/1,000")
        rows = tuple(
            (*self.cells(one), *[word_worth(one.worths.get(method)) for method in self.methods], one.row.role)
            for one in self.layers
        )
        told = "points of accuracy lost" if self.accuracy is not None else "loss gained"
        return TextTable(
            header=(*head, *[TITLES[method] for method in self.methods], "role"), rows=rows, title=f"In {told}:"
        )

    def __str__(self) -> str:
        again = "" if self.retraining is None else f"\n\n{self.retraining.table()}"
        return f"{super().__str__()}{again}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        again = "" if self.retraining is None else self.retraining.table()._repr_html_()
        return f"{super()._repr_html_()}{again}"

    @staticmethod
    def cells(one: LayerSummary) -> tuple[str, ...]:
        """Write what a layer is and what it costs."""
        row = one.row
        shape = "x".join(map(str, row.output_shape))
        return row.name, row.kind, shape, f"{row.num_params:,}", f"{row.multiply_adds:,}", number(one.milliseconds)


def worth_json(worth: Worth) -> dict[str, Any]:
    """Return plain values."""
    lost = worth.accuracy_lost
    return {"accuracy_lost": None if lost is None else vars(lost), "loss_gained": vars(worth.loss_gained)}


def word_worth(worth: Worth | None) -> str:
    """Write what a change costs with half of its interval, or nothing where there is none."""
    if worth is None:
        return ""
    one = worth.main
    half = (one.high - one.low) / 2.0
    if worth.accuracy_lost is None:
        return f"{number(one.value)} ± {number(half, digits=2)}"
    # Rounded first, so that no zero has a sign.
    return f"{round(one.value, 1) + 0.0:.1f} ± {half:.1f}".replace("-", "−")


def _columns(worth: Worth | None) -> tuple[float, ...]:
    nothing = Estimate(np.nan, np.nan, np.nan)
    lost = (worth and worth.accuracy_lost) or nothing
    gained = worth.loss_gained if worth else nothing
    return (lost.value, lost.low, lost.high, gained.value, gained.low, gained.high)

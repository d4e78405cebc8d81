"""What `errors` found, as plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import TextTable
from descentlab.evaluation import ClassMetrics, RealMetrics
from descentlab.labs.errors._cases import Case
from descentlab.labs.errors.measure import (
    Ambiguity,
    Attribution,
    ConfusedPair,
    Doubt,
    Estimates,
    FlipCheck,
    Importance,
    Robustness,
    Suspects,
)
from descentlab.spec import Experiment
from descentlab.workbench import Told


@dataclass(frozen=True, eq=False)
class Answered:
    """What the answers to classes show.

    Attributes:
        pairs: Classes taken for each other, the most frequent first.
        pair_cases: Examples of the first few of them.
        ambiguity: How doubtful each example is.
        doubt: Whether doubt tells of mistakes.
        nearest: The examples of the smallest margin.
        vaguest: The examples of the greatest entropy.
        suspects: Labels that are likely to be wrong.
        suspect_cases: The first few of them.
        check: Whether such labels are found.
        table: A row for every example of the part, as columns by name.
    """

    pairs: tuple[ConfusedPair, ...]
    pair_cases: tuple[tuple[Case, ...], ...]
    ambiguity: Ambiguity
    doubt: Doubt
    nearest: tuple[Case, ...]
    vaguest: tuple[Case, ...]
    suspects: Suspects
    suspect_cases: tuple[Case, ...]
    check: FlipCheck | None
    table: dict[str, Shaped[np.ndarray, " examples"]]


@dataclass(frozen=True, eq=False)
class PixelMaps:
    """Which pixels matter, each as a map, beside how much they differ at all.

    Attributes:
        attribution: Of the first network.
        spread: Standard deviation of each pixel.
        patches: What is lost when the pixel's patch is shuffled.
        patch_likeness: Rank correlation, over patches that differ, of what is lost with how much they differ.
        likeness: By name, the rank correlation of each attribution with `spread`, over pixels that differ.
        halves: By name, the smallest share of the pixels that holds half of each map.
    """

    attribution: Attribution
    spread: Float[np.ndarray, "rows columns"]
    patches: Float[np.ndarray, "rows columns"]
    patch_likeness: float
    likeness: dict[str, float]
    halves: dict[str, float]

    @property
    def maps(self) -> dict[str, Float[np.ndarray, "rows columns"]]:
        """The maps by name."""
        return {
            "integrated gradients": self.attribution.integrated,
            "slope times input": self.attribution.slopes,
            "standard deviation": self.spread,
        }


@dataclass(frozen=True, eq=False)
class Sample:
    """One picture at each strength of one disturbance."""

    name: str
    pictures: tuple[Float[np.ndarray, "rows columns colours"], ...]


@dataclass(frozen=True, eq=False, repr=False)
class Errors(Told):
    """Where a trained network errs, and what its errors say of the data.

    Attributes:
        name: What a person calls the network.
        experiment: What was trained.
        classes: The classes' names; empty for regression.
        part: The part that is looked at.
        metrics: The first network's scores there.
        chance: Accuracy of always the most frequent class; NaN for regression.
        num_members: Networks behind importance and robustness.
        answered: What the answers show; None for regression.
        importance: What is lost without each column, or patch of pixels.
        pixels: Maps of pixels; None without pictures.
        robustness: Curves under disturbances; none for regression.
        samples: A picture under each disturbance.
        sentences: What it shows.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
    """

    name: str
    experiment: Experiment
    classes: tuple[str, ...]
    part: str
    metrics: ClassMetrics | RealMetrics
    chance: float
    num_members: int
    answered: Answered | None
    importance: Importance
    pixels: PixelMaps | None
    robustness: tuple[Robustness, ...]
    samples: tuple[Sample, ...]
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        found = {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "part": self.part,
            "num_examples": self.metrics.num_examples,
            "num_networks": self.num_members,
        }
        if self.answered is not None and isinstance(self.metrics, ClassMetrics):
            found |= {
                "accuracy": self.metrics.accuracy,
                "accuracy_ci95": list(self.metrics.accuracy_ci95),
                "chance": self.chance,
                **self._answered_json(self.answered),
            }
        found |= {"importance": self._importance_json()}
        if self.pixels is not None:
            found |= {"pixels": self._pixels_json(self.pixels)}
        found |= {
            "robustness": [_curve_json(one) for one in self.robustness],
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }
        return found

    def _answered_json(self, one: Answered) -> dict[str, Any]:
        return {
            "confusions": [
                {
                    "first": self.classes[pair.first],
                    "second": self.classes[pair.second],
                    "first_as_second": pair.first_as_second,
                    "second_as_first": pair.second_as_first,
                    "num_examples": pair.num_examples,
                    "rate": pair.rate,
                    "rate_ci95": list(pair.interval),
                    "share_of_draws_in_the_lead": pair.lead,
                    "examples": [case.to_json() for case in cases],
                }
                for pair, cases in zip(one.pairs, (*one.pair_cases, *[()] * len(one.pairs)), strict=False)
            ],
            "ambiguous": {
                "smallest_margins": [case.to_json() for case in one.nearest],
                "greatest_entropies": [case.to_json() for case in one.vaguest],
                "area_under_roc": one.doubt.area,
                "area_ci95": None if one.doubt.interval is None else list(one.doubt.interval),
                "shares": one.doubt.shares.tolist(),
                "mistakes": one.doubt.rates.tolist(),
            },
            "suspected_labels": {
                "count": len(one.suspects.rows),
                "estimated_share_wrong": one.suspects.share,
                "thresholds": dict(zip(self.classes, one.suspects.thresholds.tolist(), strict=True)),
                "confident_joint": one.suspects.joint.tolist(),
                "examples": [case.to_json() for case in one.suspect_cases],
                "check": None if one.check is None else _check_json(one.check),
            },
        }

    def _importance_json(self) -> dict[str, Any]:
        one = self.importance
        measure = "accuracy_lost" if self.classes else "r_squared_lost"
        parts = zip(one.names, *(values.tolist() for values in _columns(one.lost)), strict=True)
        return {
            "measure": measure,
            "repeats": one.repeats,
            "num_examples": one.num_examples,
            "parts": [{"name": name, "lost": lost, "ci95": [low, high]} for name, lost, low, high in parts],
        }

    @staticmethod
    def _pixels_json(one: PixelMaps) -> dict[str, Any]:
        return {
            "maps": {name: values.tolist() for name, values in one.maps.items()},
            "likeness_to_standard_deviation": {**one.likeness, "shuffled patches": one.patch_likeness},
            "share_of_pixels_with_half": one.halves,
            "integrated_gradients_miss": one.attribution.missed,
            "num_examples": one.attribution.num_examples,
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        one = self.importance
        lost, low, high = _columns(one.lost)
        found = {"importance": {"part": np.array(one.names), "lost": lost, "low": low, "high": high}}
        if self.answered is not None:
            found["examples"] = dict(self.answered.table)
        if self.robustness:
            columns = [
                (np.full(len(each.strengths), each.name), each.strengths, *_columns(each.accuracy))
                for each in self.robustness
            ]
            heads = ("disturbance", "strength", "accuracy", "low", "high")
            found["robustness"] = {
                name: np.concatenate(parts) for name, parts in zip(heads, zip(*columns, strict=True), strict=True)
            }
        return found

    def table(self) -> TextTable:
        """Return one row a pair of classes that are taken for each other; for regression one a column."""
        if self.answered is None:
            lost, low, high = _columns(self.importance.lost)
            order = np.argsort(-lost, kind="stable")
            rows = [(self.importance.names[k], *(f"{values[k]:.3f}" for values in (lost, low, high))) for k in order]
            return TextTable(header=("column", "R² lost", "from", "to"), rows=tuple(rows))
        head = ("classes", "count", "rate", "from", "to")
        return TextTable(header=head, rows=tuple(_pair_row(pair, self.classes) for pair in self.answered.pairs[:10]))


def _pair_row(pair: ConfusedPair, classes: tuple[str, ...]) -> tuple[str, ...]:
    low, high = pair.interval
    shares = (f"{share:.2%}" for share in (pair.rate, low, high))
    return (f"{classes[pair.first]} and {classes[pair.second]}", f"{pair.count:,}", *shares)


def _columns(one: Estimates) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return one.value, one.low, one.high


def _check_json(one: FlipCheck) -> dict[str, Any]:
    shares = {
        name: {"mean": share.mean, "ci95": list(share.interval)}
        for name in ("precision", "recall", "top_precision", "plain_precision", "plain_recall", "estimated")
        for share in (getattr(one, name),)
    }
    return {"num_flipped": one.num_flipped, "num_draws": one.num_draws, **shares}


def _curve_json(one: Robustness) -> dict[str, Any]:
    value, low, high = one.half
    return {
        "name": one.name,
        "unit": one.unit,
        "strengths": one.strengths.tolist(),
        "accuracy": one.accuracy.value.tolist(),
        "low": one.accuracy.low.tolist(),
        "high": one.accuracy.high.tolist(),
        "half_way_to_chance_at": value,
        "half_way_ci95": [low, high],
        "num_examples": one.num_examples,
    }

"""What `features` found, as plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from descentlab.core import Estimate, TextTable
from descentlab.representations import (
    Depth,
    Division,
    Kernels,
    Method,
    Part,
    Preferred,
    Saliency,
    Strongest,
    Tuning,
)
from descentlab.spec import Experiment
from descentlab.workbench import Told


@dataclass(frozen=True, eq=False)
class Selectivity:
    """How selective the channels of one layer are for orientation, beside untrained ones.

    Attributes:
        tuning: Of the first network.
        index: Of the channels of all networks.
        untrained: Of channels that were drawn and never trained.
        gain: How much more selective the trained ones are on average.
        threshold: What 95% of the untrained channels stay below.
    """

    tuning: Tuning
    index: Float[np.ndarray, " channels"]
    untrained: Float[np.ndarray, " untrained"]
    gain: Estimate
    threshold: float

    @property
    def share(self) -> float:
        """Share of the channels above the threshold; 0.05 is what chance gives."""
        return float((self.index > self.threshold).mean())

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        tuning = self.tuning
        return {
            "layer": tuning.layer,
            "mean": float(self.index.mean()),
            "untrained_mean": float(self.untrained.mean()),
            "gain": vars(self.gain),
            "threshold": self.threshold,
            "share_above_threshold": self.share,
            "degrees": tuning.degrees.tolist(),
            "channels": [
                {
                    "index": float(tuning.index[k]),
                    "bar_index": float(tuning.bar_index[k]),
                    "preferred_degrees": float(tuning.preferred[k]),
                    "period": float(tuning.periods[k]),
                    "curve": tuning.curves[k].tolist(),
                    "bar_curve": tuning.bar_curves[k].tolist(),
                }
                for k in range(len(tuning.curves))
            ],
        }


@dataclass(frozen=True, eq=False)
class Explained:
    """One prediction, and the pixels it rests on.

    Attributes:
        place: Place of the example in its part.
        picture: The example.
        truth: Its class, or its number.
        told: What the network says.
        saliency: For the logit that is told.
        random: The same map of a network whose weights were drawn anew.
        sanity: By method, rank correlations of maps with those of redrawn networks: over all pixels, and over those
        with ink; one for each of several examples.
    """

    place: int
    picture: Float[np.ndarray, "rows columns colours"]
    truth: str
    told: str
    saliency: Saliency
    random: Saliency
    sanity: dict[Method, tuple[Float[np.ndarray, " maps"], Float[np.ndarray, " maps"]]]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        one = self.saliency
        return {
            "example": self.place,
            "truth": self.truth,
            "told": self.told,
            "logit": one.logit,
            "baseline_logit": one.baseline_logit,
            "completeness_error": one.completeness_error,
            "maps": {name: values.tolist() for name, values in one.maps.items()},
            "rank_correlation_with_redrawn": {
                name: {"all_pixels": whole.tolist(), "ink_only": ink.tolist()}
                for name, (whole, ink) in self.sanity.items()
            },
        }


@dataclass(frozen=True, eq=False)
class ChannelView:
    """What single channels look for.

    Attributes:
        layer: Whose channels.
        channel: The one whose examples are shown.
        strongest: The strongest examples of every channel.
        pictures: The examples of the one channel.
        truths: Their classes.
        preferred: Preferred inputs by layer.
    """

    layer: str
    channel: int
    strongest: Strongest
    pictures: Float[np.ndarray, "examples rows columns colours"]
    truths: tuple[str, ...]
    preferred: tuple[Preferred, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "layer": self.layer,
            "channel": self.channel,
            "examples": self.strongest.rows[self.channel].tolist(),
            "answers": self.strongest.answers[self.channel].tolist(),
            "receptive_fields": [None if box is None else vars(box) for box in self.strongest.boxes[self.channel]],
            "preferred": [
                {
                    "layer": one.layer,
                    "channels": one.channels.tolist(),
                    "answers": one.answers.tolist(),
                }
                for one in self.preferred
            ],
        }


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike layers see the same examples.

    Attributes:
        rows: Names of the layers of the first network.
        columns: Names of those that they are compared with.
        other: Whose those are.
        values: Linear CKA.
        num_examples: Examples behind it.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    other: str
    values: Float[np.ndarray, "rows columns"]
    num_examples: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"with": self.other, "rows": self.rows, "columns": self.columns, "cka": self.values.tolist()}


@dataclass(frozen=True, eq=False, repr=False)
class Features(Told):
    """What the layers of a network have learned.

    Attributes:
        name: What a person calls the network.
        experiment: What was trained.
        classes: The classes' names; empty for regression.
        num_members: Networks behind the intervals.
        layers: Names, from the pixels on.
        widths: Numbers that each gives for an example.
        kept: Share of the variance that the probes saw.
        claim: The textbook's claim, part by part.
        depths: What can be read where.
        division: Examples of the probes.
        selectivity: Of the first two layers with weights.
        extent: Share of the picture's side that the first layer's median unit looks at; None if that is unknown.
        kernels: The first layer's weights, or None.
        maps: The example's activations by layer.
        explained: The example's prediction.
        channel: What single channels look for.
        likeness: Layers beside layers.
        num_params: Weights of the network.
        sentences: What it shows.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
    """

    name: str
    experiment: Experiment
    classes: tuple[str, ...]
    num_members: int
    layers: tuple[str, ...]
    widths: dict[str, int]
    kept: dict[str, float]
    claim: tuple[Part, ...]
    depths: tuple[Depth, ...]
    division: Division
    selectivity: tuple[Selectivity, ...]
    extent: float | None
    kernels: Kernels | None
    maps: dict[str, np.ndarray]
    explained: Explained
    channel: ChannelView
    likeness: tuple[Likeness, ...]
    num_params: int
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    path: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "num_networks": self.num_members,
            "layers": [
                {"name": name, "width": self.widths[name], "variance_kept": self.kept[name]} for name in self.layers
            ],
            "claim": [
                {
                    "claim": one.claim,
                    "verdict": one.verdict,
                    "evidence": one.evidence,
                    "gains": {name: vars(gain) for name, gain in one.gains},
                }
                for one in self.claim
            ],
            "probes": {one.name: self._depth_json(one) for one in self.depths},
            "probe_examples": vars(self.division),
            "selectivity": [one.to_json() for one in self.selectivity],
            "first_layer_extent": self.extent,
            "prediction": self.explained.to_json(),
            "channel": self.channel.to_json(),
            "likeness": [one.to_json() for one in self.likeness],
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }

    def _depth_json(self, one: Depth) -> dict[str, Any]:
        return {
            "measure": "accuracy" if one.is_classes else "r_squared",
            "chance": one.chance,
            "by_class_alone": one.by_class,
            "layers": {
                name: {
                    "trained": vars(one.score(name)),
                    "untrained": vars(one.score(name, is_trained=False)),
                    "gain_by_training": vars(one.gain_by_training(name)),
                    "networks": [reading[name].score for reading in one.trained],
                    "penalties": [reading[name].penalty for reading in one.trained],
                }
                for name in one.layers
            },
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        rows = [
            (one.name, name, which, estimate.value, estimate.low, estimate.high)
            for one in self.depths
            for name in one.layers
            for which, is_trained in (("trained", True), ("untrained", False))
            for estimate in (one.score(name, is_trained=is_trained),)
        ]
        names = ("property", "layer", "network", "score", "low", "high")
        found = {
            "probes": {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        }
        channels = [
            (one.tuning.layer, k, float(one.tuning.index[k]), float(one.tuning.preferred[k]))
            for one in self.selectivity
            for k in range(len(one.tuning.curves))
        ]
        heads = ("layer", "channel", "selectivity", "preferred_degrees")
        found["tuning"] = {
            name: np.array(column) for name, column in zip(heads, zip(*channels, strict=True), strict=True)
        }
        return found

    def table(self) -> TextTable:
        """Return one row a layer: how well each property is read off it."""
        head = ("layer", "numbers", *[one.name for one in self.depths])
        rows = [
            (name, f"{self.widths[name]:,}", *[f"{one.score(name).value:.3f}" for one in self.depths])
            for name in self.layers
        ]
        rows += [("class alone", "", *[f"{one.by_class:.3f}" for one in self.depths])]
        rows += [("same answer always", "", *[f"{one.chance:.3f}" for one in self.depths])]
        return TextTable(header=head, rows=tuple(rows))

"""What `errors` measured, as numbers and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import PartName
from descentlab.evaluation import ClassMetrics, RealMetrics
from descentlab.labs.errors.measure import (
    Ambiguity,
    ConfusedPair,
    Doubt,
    FlipCheck,
    InputImportance,
    PixelAttribution,
    Robustness,
    Suspects,
)
from descentlab.results import Example
from descentlab.spec import Experiment


@dataclass(frozen=True, eq=False)
class ClassErrors:
    """What the predictions of classes show. Examples are named by their places in the part.

    Attributes:
        rows: Row in the data of each example.
        names: Name of each example, by which a person finds it.
        labels: Class of each example by its label.
        probabilities: Predicted probabilities of each example.
        pairs: Classes that are confused with each other, the most frequent first.
        pair_places: Examples of the first few pairs, the most confident prediction first.
        ambiguity: How doubtful each example is.
        doubt: Whether doubt points to mistakes.
        nearest: Examples of the smallest margins.
        vaguest: Examples of the greatest entropies; none for two classes, where margins give the same order.
        suspects: Labels that are likely to be wrong.
        suspect_places: Examples of the first few of them.
        check: Whether labels that were flipped on purpose are detected; None if there are too few examples.
        shown: The examples that are shown, with their pictures or values, by their places.
    """

    rows: Int[np.ndarray, " examples"]
    names: tuple[str, ...]
    labels: Int[np.ndarray, " examples"]
    probabilities: Float[np.ndarray, "examples classes"]
    pairs: tuple[ConfusedPair, ...]
    pair_places: tuple[tuple[int, ...], ...]
    ambiguity: Ambiguity
    doubt: Doubt
    nearest: tuple[int, ...]
    vaguest: tuple[int, ...]
    suspects: Suspects
    suspect_places: tuple[int, ...]
    check: FlipCheck | None
    shown: Mapping[int, Example]


@dataclass(frozen=True, eq=False)
class PixelMaps:
    """Which pixels matter, as maps, beside how much they vary at all.

    Attributes:
        attribution: Attributions of the first network.
        spread: Standard deviation of each pixel.
        patches: What is lost when the pixel's patch is shuffled.
        likeness: Rank correlation of each map with `spread` by the map's name, over pixels (or patches) that vary.
        halves: Smallest share of the pixels that holds half of each map, by its name.
    """

    attribution: PixelAttribution
    spread: Float[np.ndarray, "rows columns"]
    patches: Float[np.ndarray, "rows columns"]
    likeness: Mapping[str, float]
    halves: Mapping[str, float]

    @property
    def maps(self) -> dict[str, Float[np.ndarray, "rows columns"]]:
        """The maps by their names."""
        return {
            "integrated gradients": self.attribution.integrated,
            "slope times input": self.attribution.slopes,
            "standard deviation": self.spread,
        }


@dataclass(frozen=True, eq=False)
class Errors:
    """Where a trained network is wrong.

    Attributes:
        name: Name of the network.
        experiment: The experiment that it was trained by.
        class_names: Names of the classes; empty for regression.
        part: Part of the data whose examples are looked at.
        metrics: Scores of the first network there.
        num_members: Number of networks behind importance and robustness.
        classes: What the predictions of classes show; None for regression.
        importance: What is lost without each column, or patch of pixels.
        pixels: Maps of pixels; None without pictures.
        robustness: Accuracy under each disturbance; none for regression.
        disturbed: One picture at each strength of each disturbance, by the disturbance's name; none without pictures.
    """

    name: str
    experiment: Experiment
    class_names: tuple[str, ...]
    part: PartName
    metrics: ClassMetrics | RealMetrics
    num_members: int
    classes: ClassErrors | None
    importance: InputImportance
    pixels: PixelMaps | None
    robustness: tuple[Robustness, ...]
    disturbed: Mapping[str, tuple[Float[np.ndarray, "rows columns colours"], ...]]

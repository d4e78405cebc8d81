"""TensorFlow Playground's six sets of points in the plane, by their published definitions."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Float32

from gradlab.core import DataError, generator
from gradlab.data._arrays import Arrays
from gradlab.data._dataset import Dataset, Prepared, Task
from gradlab.data._features import check_finite
from gradlab.data._model import Model
from gradlab.data._split import divide
from gradlab.data._tables import read_table
from gradlab.data._target import Target, TargetValues
from gradlab.spec import PlaygroundData, PlaygroundFeature, SplitSpec

Coordinates = Float[np.ndarray, " points"]
Points = tuple[Coordinates, Coordinates, Coordinates]
"""x1, x2 and the label: a real number, or -1 and 1 for orange and blue."""

NUM_TO_CLASSIFY = 500
NUM_FOR_REGRESSION = 1_200
CLASSES = ("orange", "blue")

FEATURES: dict[PlaygroundFeature, Callable[[Coordinates, Coordinates], Coordinates]] = {
    "x1": lambda x1, _: x1,
    "x2": lambda _, x2: x2,
    "x1^2": lambda x1, _: x1 * x1,
    "x2^2": lambda _, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, _: np.sin(x1),
    "sin(x2)": lambda _, x2: np.sin(x2),
}


class PointsPreparation(Model):
    """Which functions of a point's coordinates the network sees. Nothing is learned, and nothing standardised."""

    kind: Literal["points"] = "points"
    target: Target
    features: tuple[PlaygroundFeature, ...]

    @property
    def task(self) -> Task:
        """Whether colours or a real number are told."""
        return self.target.task

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes by id."""
        return self.target.classes

    @property
    def target_shift(self) -> float:
        """Targets are in their own unit."""
        return 0.0

    @property
    def target_scale(self) -> float:
        """Targets are in their own unit."""
        return 1.0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name per input."""
        return self.features

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return (len(self.features),)

    @property
    def input_scale(self) -> float:
        """Inputs are ready as they are."""
        return 1.0

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `preparation_from_json` builds the same preparation."""
        return self.model_dump(mode="json")

    def encode(self, x1: Coordinates, x2: Coordinates) -> Float32[np.ndarray, "points inputs"]:
        """Turn coordinates into inputs."""
        return np.stack([FEATURES[name](x1, x2) for name in self.features], axis=1).astype(np.float32)

    def apply(self, source: Any) -> Prepared:
        """Prepare new points.

        Args:
            source: A table with columns x1 and x2 in any form that `read_table` takes, an array of shape (points, 2),
                or `Arrays` with targets.

        Returns:
            The points.

        Raises:
            DataError: If a coordinate is missing or infinite.
        """
        table, answers = source.to_table("X") if isinstance(source, Arrays) else (read_table(source), None)
        if not table.is_named and len(table.columns) in (2, 3):
            table = table.renamed(("x1", "x2", self.target.column)[: len(table.columns)])
        columns = [table.column(name).to_numbers() for name in ("x1", "x2")]
        check_finite(columns, table.labels, table.name)
        for column in columns:
            if column.is_missing.any():
                row = table.labels[int(np.flatnonzero(column.is_missing)[0])]
                raise DataError(
                    f"{table.name}: '{column.name}' is missing in row {row}: a point needs both coordinates"
                )
        if answers is None and self.target.column in table.names:
            answers = table.column(self.target.column)
        targets, notes = self.target.encode(answers) if answers is not None else (None, ())
        return Prepared(self.encode(columns[0].values, columns[1].values), targets, table.labels, notes)


@dataclass(frozen=True, eq=False)
class PlaygroundSource:
    """A set of points that is drawn anew for every seed."""

    spec: PlaygroundData

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.spec.name

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing is noticed in what was drawn by definition."""
        return ()

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Draw the points, divide them and compute their features."""
        x1, x2, label = draw_points(self.spec, seed)
        if self.name in ("plane", "multi-gauss"):
            target, values = Target(column="label", task="regression"), label.astype(np.float32)
        else:
            target, values = (
                Target(column="color", task="classification", classes=CLASSES),
                (label > 0).astype(np.int32),
            )
        parts = divide(TargetValues(target, values).strata, split, seed, name=self.name)
        preparation = PointsPreparation(target=target, features=self.spec.features)
        return Dataset(
            name=self.name,
            task=target.task,
            inputs=preparation.encode(x1, x2),
            targets=values,
            classes=target.classes,
            train=parts.train,
            validation=parts.validation,
            test=parts.test,
            preparation=preparation,
            feature_names=self.spec.features,
            labels=tuple(str(row) for row in range(1, len(x1) + 1)),
            raw={"x1": x1, "x2": x2},
            checksum="sha256:" + hashlib.sha256(np.stack([x1, x2, label]).tobytes()).hexdigest(),
        )


def draw_points(spec: PlaygroundData, seed: int) -> Points:
    """Draw a set's points and their labels.

    The positions depend on seed, name and number alone, so that two noises differ by nothing but the noise.

    Args:
        spec: Which set, how many points, and the noise in per cent.
        seed: Draws them.

    Returns:
        x1, x2 and the label.

    References:
        TensorFlow Playground, `src/dataset.ts` (2016).
    """
    default = NUM_FOR_REGRESSION if spec.name in ("plane", "multi-gauss") else NUM_TO_CLASSIFY
    count = spec.num_examples or default
    rng, noise_rng = (generator(seed, "playground", spec.name, what) for what in ("points", "noise"))
    return DRAWS[spec.name](count, spec.noise / 100.0, rng, noise_rng)


def _circle(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    radius, inside = 5.0, (count + 1) // 2
    is_inside = np.arange(count) < inside
    lower, upper = np.where(is_inside, 0.0, 0.7 * radius), np.where(is_inside, 0.5 * radius, radius)
    distance, angle = rng.uniform(lower, upper), rng.uniform(0.0, 2.0 * np.pi, count)
    x1, x2 = distance * np.sin(angle), distance * np.cos(angle)
    shift1, shift2 = noise_rng.uniform(-radius, radius, (2, count)) * noise
    return x1, x2, np.where(np.hypot(x1 + shift1, x2 + shift2) < 0.5 * radius, 1.0, -1.0)


def _xor(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    padding = 0.3
    x1, x2 = (x + np.where(x > 0, padding, -padding) for x in rng.uniform(-5.0, 5.0, (2, count)))
    shift1, shift2 = noise_rng.uniform(-5.0, 5.0, (2, count)) * noise
    return x1, x2, np.where((x1 + shift1) * (x2 + shift2) >= 0, 1.0, -1.0)


def _gauss(count: int, noise: float, rng: np.random.Generator, _noise_rng: np.random.Generator) -> Points:
    variance = 0.5 + 7.0 * noise  # from 0.5 to 4 as the page's slider goes from 0 to 50%
    label = np.where(np.arange(count) < (count + 1) // 2, 1.0, -1.0)
    x1, x2 = 2.0 * label + np.sqrt(variance) * rng.standard_normal((2, count))
    return x1, x2, label


def _spiral(count: int, noise: float, _rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    arm = (count + 1) // 2
    label = np.where(np.arange(count) < arm, 1.0, -1.0)
    along = np.where(label > 0, np.arange(count), np.arange(count) - arm) / (count / 2)
    radius, angle = 5.0 * along, 1.75 * along * 2.0 * np.pi + np.where(label > 0, 0.0, np.pi)
    shift1, shift2 = noise_rng.uniform(-1.0, 1.0, (2, count)) * noise
    return radius * np.sin(angle) + shift1, radius * np.cos(angle) + shift2, label


def _plane(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    x1, x2 = rng.uniform(-6.0, 6.0, (2, count))
    shift1, shift2 = noise_rng.uniform(-6.0, 6.0, (2, count)) * noise
    return x1, x2, (x1 + shift1 + x2 + shift2) / 10.0


def _multi_gauss(count: int, noise: float, rng: np.random.Generator, noise_rng: np.random.Generator) -> Points:
    x1, x2 = rng.uniform(-6.0, 6.0, (2, count))
    shift1, shift2 = noise_rng.uniform(-6.0, 6.0, (2, count)) * noise
    bumps = np.array([(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)])
    distances = np.hypot(
        *((x + shift)[:, None] - bumps[None, :, axis] for axis, (x, shift) in enumerate(((x1, shift1), (x2, shift2))))
    )
    heights = bumps[None, :, 2] * np.clip(1.0 - distances / 2.0, 0.0, 1.0)
    return x1, x2, np.take_along_axis(heights, np.abs(heights).argmax(axis=1)[:, None], axis=1)[:, 0]


DRAWS = {
    "circle": _circle,
    "xor": _xor,
    "gauss": _gauss,
    "spiral": _spiral,
    "plane": _plane,
    "multi-gauss": _multi_gauss,
}

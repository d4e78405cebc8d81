"""Points in the plane: the six sets of TensorFlow Playground by their published definitions, and a user's own."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from descentlab.core import DataError
from descentlab.data._arrays import Arrays
from descentlab.data._dataset import Dataset, Prepared
from descentlab.data._features import check_finite
from descentlab.data._novelty import NumberRange, describe_far_rows, number_ranges
from descentlab.data._points import Coordinates, Points, draw_points
from descentlab.data._preparation import BasePreparation
from descentlab.data._split import divide
from descentlab.data._table import NumberColumn
from descentlab.data._tables import read_table
from descentlab.data._target import Target, TargetValues
from descentlab.spec import POINT_CLASSES, PlaygroundData, PlaygroundFeature, PointsData, SplitSpec, known_set

FEATURES: dict[PlaygroundFeature, Callable[[Coordinates, Coordinates], Coordinates]] = {
    "x1": lambda x1, _: x1,
    "x2": lambda _, x2: x2,
    "x1^2": lambda x1, _: x1 * x1,
    "x2^2": lambda _, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, _: np.sin(x1),
    "sin(x2)": lambda _, x2: np.sin(x2),
}


class PointsPreparation(BasePreparation):
    """Functions of a point's coordinates that are the inputs. Nothing is standardised; the training range is kept."""

    kind: Literal["points"] = "points"
    features: tuple[PlaygroundFeature, ...]
    ranges: tuple[NumberRange, ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.features

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return (len(self.features),)

    def encode(self, x1: Coordinates, x2: Coordinates) -> Float32[np.ndarray, "points inputs"]:
        """Turn coordinates into inputs."""
        return np.stack([FEATURES[name](x1, x2) for name in self.features], axis=1).astype(np.float32)

    def apply(self, source: Any) -> Prepared:
        """Prepare new points.

        Args:
            source: A table with columns x1 and x2 in any form that `read_table` reads, an array of shape (points, 2),
                or `Arrays` with targets.

        Returns:
            The prepared points.

        Raises:
            DataError: If a coordinate is missing or infinite.
        """
        table, answers = source.to_table("X") if isinstance(source, Arrays) else (read_table(source), None)
        if not table.is_named and len(table.columns) in (2, 3):
            table = table.renamed(("x1", "x2", self.target.column)[: len(table.columns)])
        columns = [table.column(name).to_numbers() for name in ("x1", "x2")]
        check_finite(columns, table)
        for column in columns:
            if column.is_missing.any():
                row = table.labels[int(np.flatnonzero(column.is_missing)[0])]
                raise DataError(
                    f"{table.name}: '{column.name}' is missing in row {row}: a point needs both coordinates"
                )
        if answers is None and self.target.column in table.names:
            answers = (table.column(self.target.column),)
        targets, notes = self.target.encode_all(answers) if answers is not None else (None, ())
        inputs, far = self.encode(columns[0].values, columns[1].values), describe_far_rows(columns, self.ranges)
        return Prepared(inputs, targets, table.labels, notes, far=far)


@dataclass(frozen=True, eq=False)
class PlaygroundSource:
    """A set of points that is drawn anew for every seed."""

    spec: PlaygroundData

    @property
    def name(self) -> str:
        """Name of the data."""
        return self.spec.name

    @property
    def notes(self) -> tuple[str, ...]:
        """No notes, since the points follow from a definition."""
        return ()

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Draw the points, divide them and compute their features."""
        x1, x2, label = draw_points(self.spec, seed)
        known = known_set(self.name)
        target = Target(column=known.target, task=known.task, classes=known.classes)
        values = (label > 0).astype(np.int32) if known.classes else label.astype(np.float32)
        return _divide_points(
            self.name, self.spec.features, (x1, x2, label), TargetValues(target, values), (split, seed)
        )


@dataclass(frozen=True, eq=False)
class PointsSource:
    """Points that the user gives one by one."""

    spec: PointsData

    @property
    def name(self) -> str:
        """Name of the data."""
        return "points"

    @property
    def notes(self) -> tuple[str, ...]:
        """No notes, since the points are given by hand."""
        return ()

    def prepare(self, split: SplitSpec, seed: int) -> Dataset:
        """Divide the points and compute their features."""
        x1, x2 = np.array([point[:2] for point in self.spec.points], np.float64).T
        labels = [point[2] for point in self.spec.points]
        if all(isinstance(label, str) for label in labels):
            classes = tuple(sorted({str(label) for label in labels}, key=_place_of_class))
            target = Target(column="color", task="classification", classes=classes)
            values = np.array([classes.index(str(label)) for label in labels], np.int32)
            coded = values.astype(np.float64)
        else:
            target = Target(column="label", task="regression")
            coded = np.array(labels, np.float64)
            values = coded.astype(np.float32)
        return _divide_points(
            self.name, self.spec.features, (x1, x2, coded), TargetValues(target, values), (split, seed)
        )


def _place_of_class(name: str) -> tuple[int, str]:
    """Sort orange before blue, as everywhere, and other classes by name after them."""
    return (POINT_CLASSES.index(name) if name in POINT_CLASSES else len(POINT_CLASSES), name)


def _divide_points(
    name: str,
    features: tuple[PlaygroundFeature, ...],
    points: Points,
    answers: TargetValues,
    division: tuple[SplitSpec, int],
) -> Dataset:
    x1, x2, _ = points
    target = answers.target
    parts = divide(answers.strata, *division, name=name)
    preparation = PointsPreparation(
        target=target,
        features=features,
        ranges=number_ranges([NumberColumn("x1", x1), NumberColumn("x2", x2)], parts.train),
    )
    return Dataset(
        name=name,
        task=target.task,
        inputs=preparation.encode(x1, x2),
        targets=answers.values,
        classes=target.classes,
        train=parts.train,
        validation=parts.validation,
        test=parts.test,
        preparation=preparation,
        feature_names=features,
        labels=tuple(str(row) for row in range(1, len(x1) + 1)),
        raw={"x1": x1, "x2": x2},
        checksum="sha256:" + hashlib.sha256(np.stack(points).tobytes()).hexdigest(),
    )

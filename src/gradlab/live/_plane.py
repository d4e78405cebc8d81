"""The plane that a network is shown over: where its points lie among the inputs, and the examples on it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gradlab.core import SpecError, unknown_name
from gradlab.data import Dataset

GRID = 64
"""Points a side. Twice as many take four times as long to compute and to send, and look the same."""
EXTENT = 6.0
"""The plane of points in the plane reaches so far from the middle, as on TensorFlow Playground's page."""
MARGIN = 0.08
"""How far the plane of a table reaches beyond its examples, as a share of their range."""
SHOWN = 2_000
"""Examples that are drawn at most."""


@dataclass(frozen=True, eq=False)
class Plane:
    """What is looked at.

    Attributes:
        inputs: What the network sees at each point, row by row from the lowest.
        names: What runs across, and what runs up.
        low: The lower left corner.
        high: The upper right corner.
        places: Where each example lies.
        note: What a person must know of it; empty for points in the plane.
    """

    inputs: Float[np.ndarray, "points features"]
    names: tuple[str, str]
    low: tuple[float, float]
    high: tuple[float, float]
    places: Float[np.ndarray, "examples 2"]
    note: str = ""


def plane_of(dataset: Dataset, names: tuple[str, str] | None = None) -> Plane | None:
    """Choose the plane that a network is shown over.

    Args:
        dataset: The data.
        names: For a table, the two features that span it. Default: the two that vary together the least.

    Returns:
        The plane; None where there are no two numbers to span one.

    Raises:
        SpecError: If there is no such feature.
    """
    if "x1" in dataset.raw and "x2" in dataset.raw and hasattr(dataset.preparation, "features"):
        return _plane_of_points(dataset)
    if len(dataset.input_shape) != 1:
        return None
    return _plane_of_table(dataset, names)


def _plane_of_points(dataset: Dataset) -> Plane:
    ticks = np.linspace(-EXTENT, EXTENT, GRID)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(ticks, ticks)], axis=1)
    places = np.stack([dataset.raw["x1"], dataset.raw["x2"]], axis=1).astype(np.float64)
    inputs = dataset.preparation.apply(grid).inputs[:].astype(np.float64)
    return Plane(inputs, ("x1", "x2"), (-EXTENT, -EXTENT), (EXTENT, EXTENT), places)


def _plane_of_table(dataset: Dataset, names: tuple[str, str] | None) -> Plane | None:
    numeric = _numeric_features(dataset)
    if len(numeric) < 2:
        return None
    chosen = names or _least_alike(dataset, numeric)
    for name in chosen:
        if name not in numeric:
            raise SpecError(unknown_name("numeric feature", name, numeric))
    columns = [dataset.feature_names.index(name) for name in chosen]
    scales = [_unit_of(dataset, name) for name in chosen]
    seen = dataset.inputs[:][:, columns].astype(np.float64)
    places = np.stack([seen[:, side] * scale + mean for side, (mean, scale) in enumerate(scales)], axis=1)
    room = MARGIN * np.maximum(np.ptp(places, axis=0), 1e-9)
    low, high = places.min(axis=0) - room, places.max(axis=0) + room
    grid = np.meshgrid(*(np.linspace(low[side], high[side], GRID) for side in (0, 1)))
    middle = dataset.inputs[dataset.train].mean(axis=0).astype(np.float64)
    inputs = np.tile(middle, (GRID * GRID, 1))
    for side, (mean, scale) in enumerate(scales):
        inputs[:, columns[side]] = (grid[side].ravel() - mean) / scale
    others = len(dataset.feature_names) - 2
    note = f"a plane through the training mean of the other {others} inputs" if others else ""
    return Plane(inputs, chosen, (low[0], low[1]), (high[0], high[1]), places, note)


def _numeric_features(dataset: Dataset) -> list[str]:
    inputs = dataset.inputs[:]
    return [
        name
        for place, name in enumerate(dataset.feature_names)
        if len(np.unique(inputs[dataset.train, place])) > 2  # codes of categories span no plane
    ]


def _unit_of(dataset: Dataset, name: str) -> tuple[float, float]:
    """Return mean and scale by which a feature was standardised, so that axes are in its own unit."""
    for feature in getattr(dataset.preparation, "features", ()):
        if getattr(feature, "kind", "") == "number" and feature.column == name:
            return feature.mean, feature.scale
    return 0.0, 1.0


def _least_alike(dataset: Dataset, numeric: list[str]) -> tuple[str, str]:
    """Choose the feature that tells most of the target, and of the others the one that tells most besides."""
    inputs = dataset.inputs[:][dataset.train].astype(np.float64)
    targets = dataset.targets[dataset.train]
    columns = [dataset.feature_names.index(name) for name in numeric]
    telling = np.array([_told_share(inputs[:, column], targets, is_class=bool(dataset.classes)) for column in columns])
    first = int(np.argmax(telling))
    shared = np.array([_correlation(inputs[:, columns[first]], inputs[:, column]) for column in columns])
    rest = telling * (1.0 - shared**2)
    rest[first] = -1.0
    return numeric[first], numeric[int(np.argmax(rest))]


def _told_share(values: np.ndarray, targets: np.ndarray, *, is_class: bool) -> float:
    """Return the share of a feature's variance between classes, or its squared correlation with a real target."""
    if not is_class:
        return _correlation(values, targets.astype(np.float64)) ** 2
    total = float(values.var())
    means = np.array([values[targets == label].mean() for label in np.unique(targets)])
    counts = np.array([(targets == label).sum() for label in np.unique(targets)])
    return float((counts * (means - values.mean()) ** 2).sum() / len(values) / total) if total > 0.0 else 0.0


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if one.std() == 0.0 or other.std() == 0.0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])

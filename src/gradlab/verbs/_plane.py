"""Which plane through the inputs a report shows, and what the network says there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from gradlab.core import SpecError, unknown_name
from gradlab.data import Dataset
from gradlab.evaluation import most_telling_features, read_plane
from gradlab.reports import Boundary2D
from gradlab.spec import PlaygroundData, PointsData
from gradlab.training import Plan

GRID = 80
MARGIN = 0.06
"""How far the plane reaches beyond the examples, as a share of their range."""
MAX_FEATURES = 200


@dataclass(frozen=True)
class Axis:
    """One side of the plane.

    Attributes:
        name: What it is called.
        values: Each example's place on it, in its own unit.
        ticks: The grid along it, rising.
    """

    name: str
    values: Float[np.ndarray, " examples"]
    ticks: Float[np.ndarray, " ticks"]


def boundary(
    plan: Plan,
    dataset: Dataset,
    snapshots: Sequence[tuple[int, Any, Any]],
    *,
    is_playground: bool,
    features: tuple[str, str] | None = None,
) -> Boundary2D | None:
    """Draw up what a network says over a plane, at several epochs.

    Args:
        plan: The network and its objective.
        dataset: The member's data.
        snapshots: Epoch, parameters and statistics; the last is the network as it is kept.
        is_playground: Whether the inputs are computed from x1 and x2.
        features: Names of the two features to show. Default: x1 and x2, or the two that tell the most.

    Returns:
        The plane, or None where the data has no two numeric features.

    Raises:
        SpecError: If a named feature does not exist or is not numeric.
    """
    if not snapshots or len(dataset.input_shape) != 1 or not 2 <= dataset.input_shape[0] <= MAX_FEATURES:
        if features is not None:
            raise SpecError("--features needs a table with at least two numeric columns")
        if not is_playground:
            return None
    found = _playground_plane(dataset) if is_playground else _table_plane(plan, dataset, snapshots[-1], features)
    if found is None or not snapshots:
        return None
    across, up, points, meaning = found
    reading = read_plane(plan.network, plan.objective, [snapshot[1:] for snapshot in snapshots], points)
    shape = (len(snapshots), GRID, GRID)
    places = np.stack([across.values, up.values], axis=1)
    targets = dataset.targets if dataset.classes else dataset.targets.astype(np.float64)
    return Boundary2D(
        x=across.ticks,
        y=up.ticks,
        epochs=np.array([snapshot[0] for snapshot in snapshots]),
        values=reading.values.reshape(shape).astype(np.float64),
        winners=None if reading.winners is None else reading.winners.reshape(shape),
        train_points=places[dataset.train],
        train_targets=targets[dataset.train],
        test_points=places[dataset.test],
        test_targets=targets[dataset.test],
        axis_names=(across.name, up.name),
        classes=dataset.classes,
        meaning=meaning,
    )


Plane = tuple[Axis, Axis, Float[np.ndarray, "points features"], str]


def _ticks(values: Float[np.ndarray, " examples"]) -> Float[np.ndarray, " ticks"]:
    low, high = float(np.min(values)), float(np.max(values))
    room = MARGIN * (high - low or 1.0)
    return np.linspace(low - room, high + room, GRID)


def _playground_plane(dataset: Dataset) -> Plane:
    x1, x2 = (np.asarray(dataset.raw[name], np.float64) for name in ("x1", "x2"))
    across, up = Axis("x1", x1, _ticks(x1)), Axis("x2", x2, _ticks(x2))
    grid = np.stack([axis.ravel() for axis in np.meshgrid(across.ticks, up.ticks)], axis=1)
    points = dataset.preparation.apply(grid).inputs[:].astype(np.float32)
    return across, up, points, ""


def _table_plane(
    plan: Plan, dataset: Dataset, last: tuple[int, Any, Any], features: tuple[str, str] | None
) -> Plane | None:
    scales = _numeric_scales(dataset)
    chosen = _chosen(dataset, features, scales) if features else _most_telling(plan, dataset, last, scales)
    if chosen is None:
        return None
    middle = dataset.inputs[dataset.train].mean(axis=0).astype(np.float64)
    axes, columns = [], []
    for place in chosen:
        slope, start = scales[place]
        values = (dataset.inputs[:, place].astype(np.float64) - start) / slope
        axes.append(Axis(dataset.feature_names[place], values, _ticks(values)))
        columns.append(axes[-1].ticks * slope + start)
    points = np.tile(middle, (GRID * GRID, 1))
    for place, column in zip(chosen, np.meshgrid(*columns), strict=True):
        points[:, place] = column.ravel()
    others = dataset.input_shape[0] - 2
    meaning = "" if not others else (
        f"A plane through {dataset.input_shape[0]} inputs: the other {others} stand at their training mean, "
        "so an example may lie off it and seem to stand on the wrong side."
    )  # fmt: skip
    return axes[0], axes[1], points.astype(np.float32), meaning


def _numeric_scales(dataset: Dataset) -> dict[int, tuple[float, float]]:
    """Find the inputs that are a column of the file times a number plus a number, and those two numbers."""
    found = {}
    for place, name in enumerate(dataset.feature_names):
        raw = dataset.raw.get(name)
        if raw is None or place >= dataset.input_shape[0]:
            continue
        try:
            values = np.asarray(raw, np.float64)
        except (TypeError, ValueError):
            continue
        known = np.isfinite(values)
        if len(np.unique(values[known])) < 3:
            continue
        slope, start = np.polyfit(values[known], dataset.inputs[known, place].astype(np.float64), 1)
        error = np.abs(values[known] * slope + start - dataset.inputs[known, place])
        if slope and np.max(error) < 1e-3:
            found[place] = (float(slope), float(start))
    return found


def _most_telling(
    plan: Plan, dataset: Dataset, last: tuple[int, Any, Any], scales: dict[int, tuple[float, float]]
) -> Int[np.ndarray, " two"] | None:
    if len(scales) < 2:
        return None
    rows = dataset.train[:1000]
    order = most_telling_features(plan.network, plan.objective, last[1], last[2], dataset.inputs[rows])
    return np.array([place for place in order if place in scales][:2])


def _chosen(
    dataset: Dataset, features: tuple[str, str], scales: dict[int, tuple[float, float]]
) -> Int[np.ndarray, " two"]:
    numeric = {dataset.feature_names[place]: place for place in scales}
    for name in features:
        if name not in numeric:
            raise SpecError(unknown_name("numeric feature", name, numeric))
    return np.array([numeric[name] for name in features])


def is_playground(data: object) -> bool:
    """Say whether data is one of the playground's sets."""
    return isinstance(data, PlaygroundData | PointsData)

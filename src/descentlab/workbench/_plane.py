"""A network's outputs over the plane through its inputs that a report shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from descentlab.data import Dataset
from descentlab.evaluation import lay_plane, most_telling_features, read_plane
from descentlab.results import Boundary2D
from descentlab.training import Plan

GRID = 80
MARGIN = 0.06
"""Margin of the plane around the examples, as a share of their range."""
MAX_FEATURES = 200
"""Largest number of inputs for which a plane is chosen: the choice tries the network without each of them."""


def boundary(
    plan: Plan,
    dataset: Dataset,
    snapshots: Sequence[tuple[int, Any, Any]],
    *,
    features: tuple[str, str] | None = None,
) -> Boundary2D | None:
    """Compute a network's outputs over a plane, after several epochs.

    Args:
        plan: The network and its objective.
        dataset: The member's data.
        snapshots: Epoch, parameters and statistics of each snapshot; the last is the final network.
        features: Names of the two features to show. Default: x1 and x2, or the two that change the outputs most.

    Returns:
        The plane, or None if the data has no two numeric features, or several targets, which no colour shows together.

    Raises:
        SpecError: If a named feature does not exist or is not numeric.
    """

    def choose(places: Mapping[str, int]) -> tuple[str, str] | None:
        if dataset.input_shape[0] > MAX_FEATURES:
            return None
        rows = dataset.train[:1000]
        order = most_telling_features(plan.network, plan.objective, *snapshots[-1][1:], dataset.inputs[rows]).tolist()
        first, second = sorted(places, key=lambda name: order.index(places[name]))[:2]
        return first, second

    plane = lay_plane(dataset, features, choose=choose, num_ticks=GRID, margin=MARGIN) if snapshots else None
    if plane is None or dataset.target_names:
        return None
    reading = read_plane(plan.network, plan.objective, [snapshot[1:] for snapshot in snapshots], plane.inputs)
    shape = (len(snapshots), GRID, GRID)
    targets = dataset.targets if dataset.classes else dataset.targets.astype(np.float64)
    return Boundary2D(
        x=plane.ticks[0],
        y=plane.ticks[1],
        epochs=np.array([snapshot[0] for snapshot in snapshots]),
        values=reading.values.reshape(shape).astype(np.float64),
        winners=None if reading.winners is None else reading.winners.reshape(shape),
        train_points=plane.places[dataset.train],
        train_targets=targets[dataset.train],
        test_points=plane.places[dataset.test],
        test_targets=targets[dataset.test],
        axis_names=plane.names,
        classes=dataset.classes,
        meaning=plane.note,
    )

"""A network over a plane through its inputs, as for the picture of its decision boundary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from descentlab.evaluation._inference import infer
from descentlab.networks import Network
from descentlab.objectives import Objective


@dataclass(frozen=True)
class PlaneReading:
    """What a network says at each point of a plane, at several epochs.

    Attributes:
        values: For two classes 2p - 1, with p the probability of the second; for more, the winner's probability; for
            a real target, the standardised output.
        winners: For more than two classes the winner's id; else None.
    """

    values: Float[np.ndarray, "snapshots points"]
    winners: Int[np.ndarray, "snapshots points"] | None


def read_plane(
    network: Network,
    objective: Objective,
    snapshots: Sequence[tuple[Any, Any]],
    points: Float[np.ndarray, "points features"],
) -> PlaneReading:
    """Apply a network, as it was at several epochs, to every point of a plane.

    Args:
        network: The layers.
        objective: What the logits mean.
        snapshots: Parameters and running statistics at each epoch.
        points: Inputs, a row a point.

    Returns:
        Values by epoch and point.
    """
    outputs = np.stack([infer(network, objective, *snapshot, points).outputs for snapshot in snapshots])
    if objective.num_classes == 0:
        return PlaneReading(outputs[:, :, 0], None)
    if objective.num_classes == 2:
        return PlaneReading(2.0 * outputs[:, :, 1] - 1.0, None)
    return PlaneReading(outputs.max(axis=2), outputs.argmax(axis=2))


def most_telling_features(
    network: Network, objective: Objective, params: Any, statistics: Any, inputs: Float[np.ndarray, "examples features"]
) -> Int[np.ndarray, " features"]:
    """Order features by how much the outputs move when one feature alone goes to its mean.

    Args:
        network: The layers.
        objective: What the logits mean.
        params: Learned arrays.
        statistics: Running statistics.
        inputs: Examples, a row each.

    Returns:
        Positions of the features, the most telling first.
    """
    base = infer(network, objective, params, statistics, inputs).outputs
    moves = np.zeros(inputs.shape[1])
    for place in range(inputs.shape[1]):
        changed = inputs.copy()
        changed[:, place] = inputs[:, place].mean()
        told = infer(network, objective, params, statistics, changed).outputs
        moves[place] = float(np.mean(np.abs(told - base)))
    return np.argsort(-moves, kind="stable")

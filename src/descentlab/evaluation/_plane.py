"""A network's outputs over a plane through its inputs, for the picture of its decision boundary."""

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
    """A network's outputs at each point of a plane, after several epochs.

    Attributes:
        values: For two classes 2p - 1, with p the probability of the second; for more, the probability of the
            predicted class; for a real target, the standardised output.
        winners: Id of the predicted class for more than two classes; else None.
    """

    values: Float[np.ndarray, "snapshots points"]
    winners: Int[np.ndarray, "snapshots points"] | None


def read_plane(
    network: Network,
    objective: Objective,
    snapshots: Sequence[tuple[Any, Any]],
    points: Float[np.ndarray, "points features"],
) -> PlaneReading:
    """Apply a network, as it was after several epochs, to every point of a plane.

    Args:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        snapshots: Parameters and running statistics after each epoch.
        points: Inputs, one row a point.

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
    """Order features by the change of the outputs when a single feature is set to its mean.

    Args:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        params: Learned arrays.
        statistics: Running statistics.
        inputs: Examples, one row each.

    Returns:
        Positions of the features, that of the largest change first.
    """
    base = infer(network, objective, params, statistics, inputs).outputs
    moves = np.zeros(inputs.shape[1])
    for place in range(inputs.shape[1]):
        changed = inputs.copy()
        changed[:, place] = inputs[:, place].mean()
        outputs = infer(network, objective, params, statistics, changed).outputs
        moves[place] = float(np.mean(np.abs(outputs - base)))
    return np.argsort(-moves, kind="stable")

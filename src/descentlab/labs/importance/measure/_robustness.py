"""The accuracy of a network on pictures that are shifted, rotated or noisy."""

import functools
from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Shaped

from descentlab.distortions import add_noise, move
from descentlab.labs.importance.measure._answer import chunk_size, chunks
from descentlab.labs.importance.measure._subject import Subject
from descentlab.networks import Context, Network
from descentlab.objectives import Objective

Distortion = Literal["shift", "rotation", "noise"]
LEVELS: dict[Distortion, tuple[float, ...]] = {
    "shift": (0.0, 1.0, 2.0, 3.0, 4.0),
    "rotation": (0.0, 5.0, 10.0, 15.0, 20.0, 30.0),
    "noise": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
}
"""Pixels up, down, left and right; degrees both ways; standard deviation, where black to white is 1."""
UNITS: dict[Distortion, str] = {"shift": "pixels", "rotation": "degrees", "noise": "standard deviation"}
DIRECTIONS: dict[Distortion, tuple[tuple[float, float, float], ...]] = {
    "shift": ((1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, -1.0, 0.0)),
    "rotation": ((0.0, 0.0, 1.0), (0.0, 0.0, -1.0)),
    "noise": ((0.0, 0.0, 0.0),),
}
"""What a level is multiplied by: down, right, degrees. Pictures take these in turn, the same at every level."""


def measure_robustness(
    subject: Subject,
    pictures: Float[np.ndarray, "examples height width channels"],
    targets: Shaped[np.ndarray, " examples"],
) -> dict[Distortion, Float[np.ndarray, " levels"]]:
    """Measure the accuracy on distorted pictures.

    Args:
        subject: A network that predicts classes of pictures.
        pictures: With values from 0 to 1.
        targets: Class ids.

    Returns:
        The accuracy at each of `LEVELS`.
    """
    still = np.zeros((len(pictures), 3))
    plain = _accuracy(subject, pictures, targets, still, 0.0)
    accuracies: dict[Distortion, Float[np.ndarray, " levels"]] = {}
    for kind, levels in LEVELS.items():
        directions = np.array(DIRECTIONS[kind])[np.arange(len(pictures)) % len(DIRECTIONS[kind])]
        accuracies[kind] = np.array(
            [plain]
            + [
                _accuracy(subject, pictures, targets, level * directions, level if kind == "noise" else 0.0)
                for level in levels[1:]
            ]
        )
    return accuracies


def _accuracy(
    subject: Subject,
    pictures: Float[np.ndarray, "examples height width channels"],
    targets: Shaped[np.ndarray, " examples"],
    moves: Float[np.ndarray, "examples 3"],
    noise: float,
) -> float:
    run = _program(subject.network, subject.objective)
    right = 0
    # The same noise for every network of a seed, so that they are compared on the same pictures.
    key = jax.random.key(subject.seed)
    for place, (rows, count) in enumerate(chunks(len(pictures), chunk_size(subject.network))):
        chunk_key = jax.random.fold_in(key, place)
        change = moves[rows].astype(np.float32), np.float32(noise)
        is_right = run(*subject.arrays, pictures[rows], targets[rows], change, chunk_key)
        right += int(np.asarray(is_right)[:count].sum())
    return right / len(pictures)


@functools.lru_cache(maxsize=64)
def _program(network: Network, objective: Objective) -> Callable[..., Array]:
    def run(
        params: Any,
        statistics: Any,
        pictures: Array,
        targets: Array,
        change: tuple[Float[Array, "batch 3"], Float[Array, ""]],
        key: Any,
    ) -> Array:
        moves, noise = change
        moved = move(pictures, moves[:, 0], moves[:, 1], moves[:, 2], jnp.zeros(len(pictures), bool))
        # Nothing is clipped where there is no noise, for pictures may go beyond 0 and 1 by a rounding.
        distorted = jnp.where(noise > 0.0, add_noise(moved, key, noise), moved)
        logits, _ = network.forward(params, statistics, distorted, Context())
        return objective.are_right(logits, targets)

    return jax.jit(run)

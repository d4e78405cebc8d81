"""The activation of every neuron at every point of a plane, as bytes of grey, from one batched forward pass."""

import functools
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import UInt8

from descentlab.evaluation import InputPlane
from descentlab.networks import Context, Layer, Network, Tape
from descentlab.objectives import Objective
from descentlab.training import quick_compilation

LARGEST = 1.0
"""Activations from -1 to 1 span the colours; values beyond get the colour of the nearer end."""


@dataclass(frozen=True, eq=False)
class Maps:
    """Pictures of a network over a plane, lowest row first. A byte is 0 at -1, 127.5 at 0 and 255 at 1.

    Attributes:
        neurons: One picture for each neuron, layer by layer, those of the output last.
        answer: Prediction of the network: for two classes 2p - 1 with p the probability of the second, for more the
            probability of the predicted class, for a real target the standardised output.
        winners: Id of the predicted class for more than two classes; else None.
    """

    neurons: UInt8[np.ndarray, "neurons points"]
    answer: UInt8[np.ndarray, " points"]
    winners: UInt8[np.ndarray, " points"] | None


def draw_maps(network: Network, objective: Objective, params: Any, statistics: Any, plane: InputPlane) -> Maps:
    """Compute the activation of every neuron of the dense layers over a plane.

    Args:
        network: The network's layers.
        objective: Loss function, and the meaning of the logits.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        plane: Plane of inputs.

    Returns:
        The pictures.
    """
    neurons, answer, winners = _program(network, objective)(params, statistics, plane.inputs)
    return Maps(np.asarray(neurons), np.asarray(answer), None if winners is None else np.asarray(winners))


def draw_answer(network: Network, objective: Objective, params: Any, statistics: Any, plane: InputPlane) -> Maps:
    """Compute a network's predictions over a plane, without its neurons."""
    answer, winners = _answer_program(network, objective)(params, statistics, plane.inputs)
    return Maps(
        np.zeros((0, len(answer)), np.uint8), np.asarray(answer), None if winners is None else np.asarray(winners)
    )


def drawn_layers(network: Network) -> tuple[Layer, ...]:
    """Return the layers that are drawn as columns of neurons: those that weigh what comes in."""
    return tuple(layer for layer in network.layers if layer.weighted_sum is not None)


@functools.lru_cache(maxsize=64)
def _program(network: Network, objective: Objective) -> Any:
    names = [layer.name for layer in drawn_layers(network)]

    def run(params: Any, statistics: Any, points: Array) -> tuple[Array, Array, Array | None]:
        tape = Tape()
        logits, _ = network.forward(params, statistics, points, Context(tape=tape))
        hidden = [tape.values[f"{name}/activation"].T for name in names[:-1]]
        outputs = objective.outputs(logits).T
        if objective.head.facts.range == (0.0, 1.0):
            outputs = 2.0 * outputs - 1.0
        return _to_bytes(jnp.concatenate([*hidden, outputs])), *_answer(objective, logits)

    return jax.jit(run, compiler_options=quick_compilation())


@functools.lru_cache(maxsize=64)
def _answer_program(network: Network, objective: Objective) -> Any:
    def run(params: Any, statistics: Any, points: Array) -> tuple[Array, Array | None]:
        logits, _ = network.forward(params, statistics, points, Context())
        return _answer(objective, logits)

    return jax.jit(run, compiler_options=quick_compilation())


def _answer(objective: Objective, logits: Array) -> tuple[Array, Array | None]:
    if objective.num_classes == 0:
        return _to_bytes(objective.answers(logits)[:, 0]), None
    probabilities = objective.probabilities(logits)
    if objective.num_classes == 2:
        return _to_bytes(2.0 * probabilities[:, 1] - 1.0), None
    return _to_bytes(jnp.max(probabilities, axis=1)), jnp.argmax(probabilities, axis=1).astype(jnp.uint8)


def _to_bytes(values: Array) -> Array:
    # NaN gets the colour of 0.
    real = jnp.nan_to_num(values, nan=0.0, posinf=LARGEST, neginf=-LARGEST)
    return jnp.round(127.5 * (jnp.clip(real, -LARGEST, LARGEST) / LARGEST + 1.0)).astype(jnp.uint8)

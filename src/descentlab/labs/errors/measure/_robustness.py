"""How accuracy falls as pictures are shifted, rotated, made noisy or pale, or as noise is added to a table."""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Bool, Float

from descentlab.core import Estimate, generator
from descentlab.distortions import add_noise, change_contrast, move
from descentlab.evaluation import mean_and_deviation
from descentlab.labs.errors.measure._credits import Estimates, Judged, estimate_accuracy

CHUNK = 256
NUM_RESAMPLES = 500
SHIFTS = 4
"""Pixels of the farthest shift, or a seventh of the side of a larger picture."""
DEGREES = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0)
DEVIATIONS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
CONTRAST_LOST = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
TABLE_DEVIATIONS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)

Inputs = Float[np.ndarray, "examples *shape"]


@dataclass(frozen=True, eq=False)
class Disturbance:
    """A change of the examples that may be weak or strong.

    Attributes:
        name: Name, as `shift`.
        unit: Unit of its strength.
        strengths: Strengths to try, from 0 on.
        apply: Disturbs examples at a strength. The random draws (a direction, noise) differ between examples and are
            the same at every strength.
    """

    name: str
    unit: str
    strengths: tuple[float, ...]
    apply: Callable[[Inputs, float], Inputs]


@dataclass(frozen=True, eq=False)
class Robustness:
    """How accuracy falls under one disturbance.

    Attributes:
        name: Name of the disturbance.
        unit: Unit of its strength.
        strengths: Strengths that were tried.
        accuracy: Accuracy at each strength.
        goal: Accuracy half of the way from that at strength 0 to that of chance.
        half_way: Strength at which accuracy falls to `goal`, with its 95% interval; infinite where it does not.
        num_examples: Number of examples of each network.
    """

    name: str
    unit: str
    strengths: Float[np.ndarray, " strengths"]
    accuracy: Estimates
    goal: float
    half_way: Estimate
    num_examples: int


def measure_robustness(
    members: Sequence[Judged],
    disturbance: Disturbance,
    *,
    chance: float,
    seed: int = 0,
    on_step: Callable[[], None] = lambda: None,
) -> Robustness:
    """Measure the accuracy at each strength.

    Args:
        members: Networks with their held-out examples.
        disturbance: How the examples are changed.
        chance: Accuracy of always predicting the same class.
        seed: Seed of the redraws of the examples behind the interval of `half_way` for one network.
        on_step: Called after each strength of each network.

    Returns:
        The accuracies, and the strength at which they have fallen half of the way to chance.
    """
    credits_of = [_at_all_strengths(member, disturbance, on_step) for member in members]
    accuracy = estimate_accuracy(credits_of)
    strengths = np.array(disturbance.strengths)
    goal = (float(accuracy.value[0]) + chance) / 2.0
    half_way = _half_way(credits_of, accuracy.value, strengths, chance, seed)
    num = min(len(member.inputs) for member in members)
    return Robustness(disturbance.name, disturbance.unit, strengths, accuracy, goal, half_way, num)


def _at_all_strengths(
    judged: Judged, disturbance: Disturbance, on_step: Callable[[], None]
) -> Float[np.ndarray, "strengths examples"]:
    credits_of = []
    for strength in disturbance.strengths:
        credits_of.append(judged.credit(disturbance.apply(judged.real, strength) if strength else judged.real))
        on_step()
    return np.stack(credits_of)


def _half_way(
    members: Sequence[Float[np.ndarray, "strengths examples"]],
    accuracy: Float[np.ndarray, " strengths"],
    strengths: Float[np.ndarray, " strengths"],
    chance: float,
    seed: int,
) -> Estimate:
    at = crossing(accuracy, strengths, chance)
    if len(members) > 1:
        each = [crossing(credit.mean(axis=1), strengths, chance) for credit in members]
        if not np.isfinite(each).all():
            return Estimate(at, min(each), math.inf)
        _, _, ends = mean_and_deviation(each)
        return Estimate(at, max(0.0, ends[0]), ends[1]) if ends else Estimate(at, 0.0, math.inf)
    (credit,) = members
    num = credit.shape[1]
    weights = generator(seed, "robustness").multinomial(num, np.full(num, 1.0 / num), NUM_RESAMPLES)
    curves = weights @ credit.T / num
    each = np.sort([crossing(curve, strengths, chance) for curve in curves])
    low, high = (float(each[round(share * (NUM_RESAMPLES - 1))]) for share in (0.025, 0.975))
    return Estimate(at, low, high)


def crossing(
    accuracy: Float[np.ndarray, " strengths"], strengths: Float[np.ndarray, " strengths"], chance: float
) -> float:
    """Find the first strength at which accuracy has fallen half of the way to chance, by straight lines in between.

    Example:
        >>> round(crossing(np.array([0.9, 0.7, 0.1]), np.array([0.0, 1.0, 2.0]), 0.1), 6)
        1.333333
    """
    goal = (accuracy[0] + chance) / 2.0
    below = np.flatnonzero(accuracy <= goal)
    if not len(below):
        return math.inf
    place = int(below[0])
    if place == 0:
        return 0.0
    before, after = float(accuracy[place - 1]), float(accuracy[place])
    share = (before - goal) / (before - after)
    return float(strengths[place - 1] + share * (strengths[place] - strengths[place - 1]))


def picture_disturbances(pictures: Inputs, *, seed: int = 0) -> tuple[Disturbance, ...]:
    """Choose how pictures are disturbed: shift, rotation, noise and loss of contrast.

    Noise and loss of contrast are for values from 0 to 1, and left out where pictures have other values.

    Args:
        pictures: Pictures as the network is given them.
        seed: Seed of directions and noise.

    Returns:
        The disturbances.
    """
    num, height, width, _ = pictures.shape
    farthest = max(SHIFTS, min(height, width) // 7)
    shifts = tuple(float(shift) for shift in np.unique(np.linspace(0, farthest, SHIFTS + 1).round()))
    rng = generator(seed, "disturbances")
    ways = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)], np.float32)[rng.integers(0, 4, num)]
    turns = rng.choice(np.array([-1.0, 1.0], np.float32), num)
    zeros, places = np.zeros(num, np.float32), np.arange(num, dtype=np.uint32)

    def shift(inputs: Inputs, strength: float) -> Inputs:
        return _in_chunks(_moved, inputs, np.float32(strength) * ways, zeros)

    def rotate(inputs: Inputs, strength: float) -> Inputs:
        return _in_chunks(_moved, inputs, np.zeros_like(ways), np.float32(strength) * turns)

    def blur(inputs: Inputs, strength: float) -> Inputs:
        return _in_chunks(functools.partial(_noisy, seed=np.uint32(seed), sd=np.float32(strength)), inputs, places)

    def pale(inputs: Inputs, strength: float) -> Inputs:
        return _in_chunks(functools.partial(_pale, factor=np.float32(1.0 - strength)), inputs)

    disturbances = [
        Disturbance("shift", "pixels", shifts, shift),
        Disturbance("rotation", "degrees", DEGREES, rotate),
    ]
    if pictures.min() >= 0.0 and pictures.max() <= 1.0:
        disturbances += [
            Disturbance("noise", "standard deviation, of black to white", DEVIATIONS, blur),
            Disturbance("loss of contrast", "share lost", CONTRAST_LOST, pale),
        ]
    return tuple(disturbances)


def table_disturbances(
    spread: Float[np.ndarray, " inputs"], is_number: Bool[np.ndarray, " inputs"], *, seed: int = 0
) -> tuple[Disturbance, ...]:
    """Choose how the rows of a table are disturbed: by noise on the columns of numbers.

    Args:
        spread: Standard deviation of each input.
        is_number: Whether each input is a number; the others are categories, and stay as they are.
        seed: Seed of the noise.

    Returns:
        One disturbance, or none where no input is a number.
    """
    if not is_number.any():
        return ()
    scale = np.where(is_number, spread, 0.0)

    def shake(inputs: Inputs, strength: float) -> Inputs:
        noise = generator(seed, "disturbances").standard_normal(inputs.shape)
        return (inputs + strength * scale[None] * noise).astype(np.float32)

    return (Disturbance("noise", "standard deviations of each column", TABLE_DEVIATIONS, shake),)


def _in_chunks(run: Callable[..., Array], inputs: Inputs, *draws: np.ndarray) -> Inputs:
    """Apply a program chunk by chunk; the last chunk is filled up with copies, so that one program serves all."""
    num, size = len(inputs), min(CHUNK, len(inputs))
    chunks = []
    for start in range(0, num, size):
        places = start + np.arange(size)
        rows = np.minimum(places, num - 1)
        chunk = run(inputs[rows].astype(np.float32), *[draw[rows] for draw in draws])
        chunks.append(np.asarray(chunk)[: num - start])
    return np.concatenate(chunks)


@jax.jit
def _moved(pictures: Array, way: Array, degrees: Array) -> Array:
    return move(pictures, way[:, 0], way[:, 1], degrees, jnp.zeros(degrees.shape, jnp.bool_))


@jax.jit
def _noisy(pictures: Array, places: Array, *, seed: Array, sd: Array) -> Array:
    return add_noise(pictures, jax.random.fold_in(jax.random.key(seed), places[0]), sd)


@jax.jit
def _pale(pictures: Array, *, factor: Array) -> Array:
    return change_contrast(pictures, factor)

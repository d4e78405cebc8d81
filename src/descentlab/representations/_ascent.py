"""The picture that a unit answers most, found by climbing its answer's gradient."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Float, Int

from descentlab.core import generator
from descentlab.networks import Context, Layer, Network, Tape
from descentlab.representations._receptive import Box, receptive_field
from descentlab.representations._weighted import WeightedNetwork

STEPS = 96
RATE = 0.05
SMOOTHNESS = 0.1
JITTER_SHARE = 8
"""The picture is shifted by up to one pixel in so many of the field of view."""


@dataclass(frozen=True, eq=False)
class Preferred:
    """The inputs that some channels of a layer answer most.

    Attributes:
        layer: The layer.
        channels: The channels or units.
        pictures: The picture of each, from 0 to 1.
        answers: The preactivation (or activation, of a layer without) that each reaches.
        box: The pixels that the unit sees; the others are noise. None where the layers do not state them.
    """

    layer: str
    channels: Int[np.ndarray, " channels"]
    pictures: Float[np.ndarray, "channels rows columns colours"]
    answers: Float[np.ndarray, " channels"]
    box: Box | None


def find_preferred(
    net: WeightedNetwork,
    layer: str,
    channels: Int[np.ndarray, " channels"],
    *,
    seed: int = 0,
    steps: int = STEPS,
    smoothness: float = SMOOTHNESS,
) -> Preferred:
    """Find the inputs that some channels answer most, all at once by one compiled program.

    From faint noise around grey, climbs the answer of the channel's middle unit, its slope brought to a root mean
    square of 1 over the pixels that the unit sees, less `smoothness` times the total variation. The picture is shifted
    a little at every step, so that what comes out does not hang on single pixels, and kept between 0 and 1.

    Args:
        net: A network that takes pictures.
        layer: A layer of its own row.
        channels: The channels or units.
        seed: Draws noise and shifts.
        steps: Steps of 0.05.
        smoothness: Weight of the total variation.

    Returns:
        The pictures, and the answers to them.

    References:
        Olah, Mordvintsev and Schubert, "Feature visualization" (2017).
        Mahendran and Vedaldi, "Understanding deep image representations by inverting them" (2015).
    """
    shape = net.network.input_shape
    rng = generator(seed, "preferred input", layer)
    start = np.clip(rng.normal(0.5, 0.05, (len(channels), *shape)), 0.0, 1.0).astype(np.float32)
    field = receptive_field(net.network, layer)
    # Where it is not known what the unit sees, the climb takes it to see the whole picture, and nobody says so.
    reach = min(*(field.size if field is not None else ()), *shape[:2]) // JITTER_SHARE
    shifts = rng.integers(-reach, reach + 1, (steps, 2)).astype(np.int32)
    middle = middle_of(net.network, layer)
    box = None if field is None else field.box((middle[0], middle[1]) if middle else (0, 0))
    share = np.float32(1.0 if box is None else box.height * box.width / (shape[0] * shape[1]))
    climb = _climb(net.network, layer)
    pictures, answers = climb(net.arrays, start, np.asarray(channels, np.int32), shifts, np.float32(smoothness), share)
    return Preferred(layer, np.asarray(channels), np.asarray(pictures), np.asarray(answers), box)


def answer_tap(network: Network, layer: str) -> str:
    """Name the tap at which a layer's answers are read: before the activation function, where there is one."""
    weighted = _layer(network, layer).weighted_sum
    return f"{layer}/{'activation' if weighted is None else 'preactivation'}"


def middle_of(network: Network, layer: str) -> tuple[int, ...]:
    """Return the place of the middle unit of each channel; of a layer without places, nothing."""
    return tuple(side // 2 for side in _layer(network, layer).output_shape[:-1])


def _layer(network: Network, name: str) -> Layer:
    return next(layer for layer in network.layers if layer.name == name)


@functools.lru_cache(maxsize=32)
def _climb(network: Network, layer: str) -> Callable[..., tuple[Array, Array]]:
    tap, middle = answer_tap(network, layer), middle_of(network, layer)

    def answers(params: Any, statistics: Any, pictures: Array, channels: Array) -> Array:
        tape = Tape()
        network.forward(params, statistics, pictures, Context(tape=tape))
        at_middle = tape.values[tap][(slice(None), *middle)]
        return jnp.take_along_axis(at_middle, channels[:, None], axis=1)[:, 0]

    def run(
        weights: tuple[Any, Any], start: Array, channels: Array, shifts: Array, smoothness: Array, share: Array
    ) -> tuple[Array, Array]:
        slope = jax.grad(lambda pictures: jnp.sum(answers(*weights, pictures, channels)))
        roughness = jax.grad(_variation)
        axes = (1, 2, 3)

        def root_mean_square(values: Array) -> Array:
            return jnp.sqrt(jnp.mean(values**2, axis=axes, keepdims=True))

        def step(pictures: Array, shift: Array) -> tuple[Array, None]:
            moved = jnp.roll(pictures, shift, axis=(1, 2))
            climbed = jnp.roll(slope(moved), -shift, axis=(1, 2))
            unit = climbed * jnp.sqrt(share) / jnp.maximum(root_mean_square(climbed), 1e-12)
            change = unit - smoothness * roughness(pictures)
            return jnp.clip(pictures + RATE * change, 0.0, 1.0), None

        pictures, _ = lax.scan(step, start, shifts)
        return pictures, answers(*weights, pictures, channels)

    return jax.jit(run)


def _variation(pictures: Array) -> Array:
    """Add up the steps from pixel to pixel, rounded off at 0 so that even places have a slope."""
    down = pictures[:, 1:] - pictures[:, :-1]
    right = pictures[:, :, 1:] - pictures[:, :, :-1]
    return jnp.sum(jnp.sqrt(down**2 + 1e-4)) + jnp.sum(jnp.sqrt(right**2 + 1e-4))

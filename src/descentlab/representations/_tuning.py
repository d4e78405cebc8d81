"""How a channel's answer changes with the orientation of stripes and bars."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.core import generator
from descentlab.networks import Context, Network, Tape
from descentlab.representations._receptive import receptive_field
from descentlab.representations._stimuli import bars, gratings
from descentlab.representations._weighted import WeightedNetwork, in_chunks

NUM_ORIENTATIONS = 16
PERIODS = (3.0, 4.0, 6.0, 8.0, 12.0)
NUM_PHASES = 8
BAR_WIDTH = 2.0
NUM_RESAMPLES = 2_000


@dataclass(frozen=True, eq=False)
class Tuning:
    """Tuning curves of a layer's channels.

    A channel's answer is its preactivation; how strong it is, the root mean square of its distance from the answer to
    an even grey picture (black for bars), over positions of the stripes and places in the picture. For a linear filter
    that is the size of its frequency response.

    Attributes:
        layer: The layer.
        degrees: Directions of the stripes, counter-clockwise from the horizontal.
        curves: Strength of the answer to stripes of the channel's preferred period.
        periods: The preferred period of each channel, in pixels.
        bar_curves: The strength of the answer to a bar.
    """

    layer: str
    degrees: Float[np.ndarray, " orientations"]
    curves: Float[np.ndarray, "channels orientations"]
    periods: Float[np.ndarray, " channels"]
    bar_curves: Float[np.ndarray, "channels orientations"]

    @property
    def index(self) -> Float[np.ndarray, " channels"]:
        """How selective each channel is for the orientation of stripes; see `selectivity`."""
        return selectivity(self.curves, self.degrees)

    @property
    def bar_index(self) -> Float[np.ndarray, " channels"]:
        """The same for bars."""
        return selectivity(self.bar_curves, self.degrees)

    @property
    def preferred(self) -> Float[np.ndarray, " channels"]:
        """The direction of the stripes that each channel answers most, in degrees from 0 to 180."""
        turned = self.curves @ np.exp(2j * np.deg2rad(self.degrees))
        return np.rad2deg(np.angle(turned) / 2.0) % 180.0


def selectivity(
    curves: Float[np.ndarray, "channels orientations"], degrees: Float[np.ndarray, " orientations"]
) -> Float[np.ndarray, " channels"]:
    """Measure selectivity for orientation: |sum R e^(2i angle)| / sum R, one minus the circular variance.

    It is 0 for a channel that answers all orientations alike (or none at all), and 1 for one that answers one alone.

    References:
        Ringach, Shapley and Hawken, "Orientation selectivity in macaque V1: diversity and laminar dependence" (2002).
    """
    total = curves.sum(axis=1)
    turned = np.abs(curves @ np.exp(2j * np.deg2rad(degrees)))
    return np.divide(turned, total, out=np.zeros(len(curves)), where=total > 0.0)


def measure_tuning(net: WeightedNetwork, layer: str) -> Tuning:
    """Show a layer gratings and bars of every orientation.

    Args:
        net: A network that takes pictures.
        layer: A convolution or dense layer of its own row.

    Returns:
        The tuning curves of its channels.
    """
    shape = _picture_shape(net.network)
    degrees = np.arange(NUM_ORIENTATIONS) * (180.0 / NUM_ORIENTATIONS)
    grey, black = np.full((1, *shape), 0.5, np.float32), np.zeros((1, *shape), np.float32)
    periods = np.array([period for period in PERIODS if period <= max(3.0, min(shape[:2]))])
    by_period = np.stack(
        [
            _strength(net, layer, gratings(shape, degrees, period=float(period), num_phases=NUM_PHASES), grey)
            for period in periods
        ]
    )
    best = by_period.max(axis=1).argmax(axis=0)
    channels = np.arange(by_period.shape[2])
    reach = min(shape[:2]) / 4.0
    offsets = np.arange(-np.floor(reach), np.floor(reach) + 1.0)
    answers = _strength(net, layer, bars(shape, degrees, offsets, width=BAR_WIDTH), black)
    return Tuning(layer, degrees, by_period[best, :, channels], periods[best], answers.T)


def compare_selectivity(
    trained: Float[np.ndarray, " trained"], random: Float[np.ndarray, " untrained"], *, seed: int = 0
) -> tuple[float, tuple[float, float]]:
    """Compute how much more selective trained channels are on average, with a 95% bootstrap interval over channels."""
    rng = generator(seed, "selectivity")
    means = [
        values[rng.integers(0, len(values), (NUM_RESAMPLES, len(values)))].mean(axis=1) for values in (trained, random)
    ]
    low, high = np.quantile(means[0] - means[1], (0.025, 0.975))
    return float(trained.mean() - random.mean()), (float(low), float(high))


def _picture_shape(network: Network) -> tuple[int, int, int]:
    height, width, colours = network.input_shape
    return height, width, colours


def _strength(
    net: WeightedNetwork,
    layer: str,
    pictures: Float[np.ndarray, "orientations positions rows columns colours"],
    blank: Float[np.ndarray, "one rows columns colours"],
) -> Float[np.ndarray, "orientations channels"]:
    run = _distances(net.network, layer, _places(net.network, layer))
    flat = pictures.reshape(-1, *pictures.shape[2:])
    squares = np.concatenate([np.asarray(run(*net.arrays, chunk, blank))[:num] for chunk, num in in_chunks(flat)])
    return np.sqrt(squares.reshape(*pictures.shape[:2], -1).astype(np.float64).mean(axis=1))


def _places(network: Network, layer: str) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Choose the rows and columns whose units see no margin, else the middle one; None where there are no places."""
    (shape,) = (each.output_shape for each in network.layers if each.name == layer)
    if len(shape) == 1:
        return None
    field = receptive_field(network, layer)

    def along(axis: int, other: int) -> tuple[int, ...]:
        middle = shape[other] // 2
        pairs = [(k, middle) if axis == 0 else (middle, k) for k in range(shape[axis])]
        inside = () if field is None else tuple(k for k in range(shape[axis]) if field.is_inside(pairs[k]))
        return inside or (shape[axis] // 2,)

    return along(0, 1), along(1, 0)


@functools.lru_cache(maxsize=32)
def _distances(
    network: Network, layer: str, places: tuple[Sequence[int], Sequence[int]] | None
) -> Callable[..., Array]:
    def answers(params: Any, statistics: Any, inputs: Array) -> Array:
        tape = Tape()
        network.forward(params, statistics, inputs, Context(tape=tape))
        value = tape.values[f"{layer}/preactivation"]
        if places is None:
            return value[:, None, None, :]
        rows, columns = (np.array(part) for part in places)
        return value[:, rows[:, None], columns[None, :], :]

    def run(params: Any, statistics: Any, inputs: Array, blank: Array) -> Array:
        away = answers(params, statistics, inputs) - answers(params, statistics, blank)
        return jnp.mean(away**2, axis=(1, 2))

    return jax.jit(run)

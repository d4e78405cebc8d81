"""The first layer's weights as pictures."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.representations._weighted import WeightedNetwork

HELD = 0.9
"""Share of the squared weights by which a unit's extent is measured."""


@dataclass(frozen=True, eq=False)
class Kernels:
    """What each channel of the first layer multiplies the pixels by.

    Attributes:
        layer: The layer.
        weights: The patch that a convolution slides, or a number for every pixel of a dense layer.
    """

    layer: str
    weights: Float[np.ndarray, "channels rows columns colours"]


def first_kernels(net: WeightedNetwork) -> Kernels | None:
    """Lay the first layer's weights out as pictures.

    Args:
        net: A network that takes pictures.

    Returns:
        A picture a channel; None where something comes before that mixes pixels, or may.
    """
    for layer in net.network.layers:
        if layer.weighted_sum is not None:
            weight = np.asarray(net.params[layer.name]["weight"], np.float64)
            if layer.weighted_sum.is_slid:
                return Kernels(layer.name, weight.transpose(3, 0, 1, 2))
            return Kernels(layer.name, weight.T.reshape(layer.num_channels, *net.network.input_shape))
        if layer.pointwise not in ("alike", "by channel"):
            return None
    return None


def window_share(weights: Float[np.ndarray, "channels rows columns colours"]) -> Float[np.ndarray, " channels"]:
    """Measure how local each unit is: the side of the smallest square that holds nine tenths of its squared weights.

    An edge is a local thing. Random weights need some 0.95 of the side.

    Args:
        weights: The weights of units that see a whole picture.

    Returns:
        Sides as shares of the picture's shorter side.
    """
    squares = (weights**2).sum(axis=3)
    sums = np.pad(squares.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
    enough = HELD * squares.sum(axis=(1, 2))
    shorter = min(squares.shape[1:])
    sides = np.full(len(weights), float(shorter))
    for side in range(shorter, 0, -1):
        held = sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]
        sides[held.max(axis=(1, 2)) >= enough] = side
    return sides / shorter

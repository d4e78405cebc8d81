"""Random directions through a network, in steps that mean the same for every network of its kind."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.core import generator
from descentlab.labs.landscape.measure._space import Entry, WeightSpace

Normalization = Literal["filter", "layer", "none"]
NORMALIZATIONS: tuple[Normalization, ...] = ("filter", "layer", "none")


def draw_direction(
    space: WeightSpace,
    weights: Float[np.ndarray, " params"],
    *,
    seed: int,
    index: int = 0,
    normalization: Normalization = "filter",
) -> Float[np.ndarray, " params"]:
    """Draw a direction of normal numbers, and give it the size of the weights.

    With `filter`, each filter d of the direction is brought to the length of the network's own filter w, d |w| / |d|:
    a filter is what one output of a layer multiplies its inputs by. Where ReLUs follow, a layer's weights can be
    multiplied by c and the next one's divided by it, and nothing else about the network changes; lines along such
    directions do not see the difference, and lines along plain directions do. With `layer` whole arrays are brought to
    each other's length, and with `none` all weights at once. Biases and the scales and shifts of normalising layers
    stay where they are, as in the paper.

    Args:
        space: Which number is which.
        weights: The network.
        seed: Draws it.
        index: Which of the directions of this seed.
        normalization: See above.

    Returns:
        A step of length 1 in it is as long as the weights, biases aside.

    References:
        Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets" (2018).
    """
    direction = np.zeros(space.size)
    moved = [entry for entry in space.entries if entry.has_filters]
    for entry in moved:
        # Named by layer, so that a layer's direction does not depend on which others there are.
        drawn = generator(seed, "direction", index, entry.layer).normal(size=entry.shape)
        array = weights[entry.start : entry.stop].reshape(entry.shape)
        direction[entry.start : entry.stop] = _scaled(entry, drawn, array, normalization).ravel()
    if normalization == "none":
        of_weights = np.concatenate([np.zeros(0), *(weights[entry.start : entry.stop] for entry in moved)])
        direction *= np.linalg.norm(of_weights) / (np.linalg.norm(direction) or 1.0)
    return direction


def _scaled(
    entry: Entry, drawn: Float[np.ndarray, "..."], array: Float[np.ndarray, "..."], normalization: Normalization
) -> Float[np.ndarray, "..."]:
    if normalization == "none":
        return drawn
    axes = tuple(range(len(entry.shape) - 1)) if normalization == "filter" else None
    lengths = np.sqrt(np.sum(drawn**2, axis=axes, keepdims=True))
    wanted = np.sqrt(np.sum(array**2, axis=axes, keepdims=True))
    return drawn * wanted / np.where(lengths > 0.0, lengths, 1.0)


def length_of_weights(space: WeightSpace, weights: Float[np.ndarray, " params"]) -> float:
    """Measure the length of all weights that directions move."""
    squares = [float(np.sum(weights[entry.start : entry.stop] ** 2)) for entry in space.entries if entry.has_filters]
    return float(np.sqrt(sum(squares)))

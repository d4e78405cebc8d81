"""Which pixels the predictions depend on over many pictures, beside how much the pixels vary at all."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Bool, Float

from descentlab.networks import Context, HostArrays, Network

CHUNK = 64
STEPS = 16
"""Points between black and each picture."""

Grid = Float[np.ndarray, "rows columns"]


@dataclass(frozen=True, eq=False)
class PixelAttribution:
    """How much the logit of the predicted class depends on each pixel: means over pictures of absolute values.

    Attributes:
        slopes: Slope of the logit with the pixel, times the pixel.
        integrated: Share of the pixel in the difference of the logit from that of a black picture.
        missed: Mean error of the sum of these shares of a picture, as a share of the mean difference.
        num_examples: Number of pictures.
    """

    slopes: Grid
    integrated: Grid
    missed: float
    num_examples: int


def attribute(
    network: Network,
    params: HostArrays,
    statistics: HostArrays,
    pictures: Float[np.ndarray, "examples rows columns colours"],
) -> PixelAttribution:
    """Attribute the logits of the predicted classes of many pictures to their pixels.

    Args:
        network: The layers.
        params: Learned arrays by layer and role.
        statistics: Running statistics.
        pictures: Pictures as the network is given them.

    Returns:
        Means of the absolute attributions; those of a pixel's colours are added first.

    References:
        Shrikumar, Greenside, Shcherbina and Kundaje, "Not just a black box" (2016), for slope times input.
        Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017), for integrated gradients.
    """
    num, size = len(pictures), min(CHUNK, len(pictures))
    run = _program(network)
    arrays = jax.tree.map(lambda array: np.asarray(array, np.float32), (params, statistics))
    totals: list[np.ndarray] = []
    for start in range(0, num, size):
        places = start + np.arange(size)
        chunk = pictures[np.minimum(places, num - 1)].astype(np.float32)
        more = [np.asarray(total, np.float64) for total in run(*arrays, chunk, places < num)]
        totals = [total + added for total, added in zip(totals, more, strict=True)] if totals else more
    slopes, integrated, missed, difference = totals
    return PixelAttribution(slopes / num, integrated / num, float(missed / difference) if difference else 0.0, num)


@functools.lru_cache(maxsize=16)
def _program(network: Network) -> Callable[..., tuple[Array, ...]]:
    def run(
        params: Any,
        statistics: Any,
        pictures: Float[Array, "examples rows columns colours"],
        counted: Bool[Array, " examples"],
    ) -> tuple[Array, ...]:
        def logits(inputs: Array) -> Array:
            return network.forward(params, statistics, inputs, Context())[0]

        predicted = jnp.argmax(logits(pictures), axis=1, keepdims=True)

        def chosen_logit(inputs: Array) -> Array:
            return jnp.take_along_axis(logits(inputs), predicted, axis=1)[:, 0]

        slope = jax.grad(lambda inputs: jnp.sum(chosen_logit(inputs)))

        def add(total: Array, share: Array) -> tuple[Array, None]:
            return total + slope(share * pictures), None

        shares = (jnp.arange(STEPS, dtype=pictures.dtype) + 0.5) / STEPS
        along, _ = lax.scan(add, jnp.zeros_like(pictures), shares)
        by_slope = jnp.sum(slope(pictures) * pictures, axis=3)
        integrated = jnp.sum(along / STEPS * pictures, axis=3)
        difference = chosen_logit(pictures) - chosen_logit(jnp.zeros_like(pictures))
        missed = jnp.abs(jnp.sum(integrated, axis=(1, 2)) - difference)

        def total(values: Array) -> Array:
            weights = counted.reshape((-1, *[1] * (values.ndim - 1)))
            return jnp.sum(jnp.where(weights, jnp.abs(values), 0.0), axis=0)

        return total(by_slope), total(integrated), total(missed), total(difference)

    return jax.jit(run)


def pixel_spread(pictures: Float[np.ndarray, "examples rows columns colours"]) -> Grid:
    """Measure how much each pixel varies: its standard deviation over pictures, as a root mean square over colours."""
    return np.sqrt(pictures.astype(np.float64).var(axis=0).mean(axis=2))


def likeness(
    first: Float[np.ndarray, "..."], second: Float[np.ndarray, "..."], within: Bool[np.ndarray, "..."]
) -> float:
    """Compare two maps by Spearman's rank correlation over some places.

    Returns:
        From -1 to 1; NaN where a map has the same value everywhere, or there are fewer than three places.
    """
    from scipy.stats import rankdata

    if within.sum() < 3:
        return math.nan
    a, b = (ranks - ranks.mean() for ranks in (rankdata(values[within]) for values in (first, second)))
    scale = math.sqrt(float((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / scale if scale > 0.0 else math.nan


def half_lies_on(values: Grid) -> float:
    """Return the smallest share of the pixels that holds half of a map's sum; NaN if the map is 0 everywhere."""
    falling = np.sort(values.ravel())[::-1]
    total = falling.sum()
    if not total > 0.0:
        return math.nan
    return (int(np.searchsorted(np.cumsum(falling), total / 2.0)) + 1) / len(falling)

"""Which pixels an answer rests on: gradient, integrated gradients, occlusion."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Int

from descentlab.networks import Context, Network
from descentlab.representations._weighted import WeightedNetwork, in_chunks

Method = Literal["gradient", "integrated gradients", "occlusion"]
METHODS: tuple[Method, ...] = ("gradient", "integrated gradients", "occlusion")
STEPS = 128
MAX_SIDE = 28
"""Places down and across at which a picture is covered."""

Picture = Float[np.ndarray, "rows columns colours"]
Grid = Float[np.ndarray, "rows columns"]


@dataclass(frozen=True, eq=False)
class Saliency:
    """How much each pixel of one picture speaks for one logit.

    Attributes:
        maps: The map of each method, summed over colours: the logit's slope by the pixel; the pixel's share of the
            logit's difference from that of a black picture; the fall of the logit when the pixel's surroundings are
            covered with black.
        output: The place of the logit.
        logit: The value of the logit.
        baseline_logit: The value of the logit for a black picture.
    """

    maps: dict[Method, Grid]
    output: int
    logit: float
    baseline_logit: float

    @property
    def completeness_error(self) -> float:
        """By how much the sum of integrated gradients misses the difference of the logits, as a share of it."""
        difference = self.logit - self.baseline_logit
        missed = abs(float(self.maps["integrated gradients"].sum()) - difference)
        return missed / abs(difference) if difference else missed


def explain(net: WeightedNetwork, picture: Picture, output: int, *, steps: int = STEPS) -> Saliency:
    """Compute the saliency of one picture for one logit.

    Args:
        net: A network that takes pictures.
        picture: The picture as the network sees it.
        output: The place of the logit.
        steps: Points on the way from black to the picture, for integrated gradients.

    Returns:
        The maps.

    References:
        Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks" (2014), for the gradient.
        Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017), for integrated gradients.
        Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2014), for occlusion.
    """
    slopes = _slopes(net.network)
    shares = ((np.arange(steps) + 0.5) / steps).astype(np.float32)
    way = np.concatenate([picture[None], shares[:, None, None, None] * picture[None]]).astype(np.float32)
    gradients = np.concatenate(
        [np.asarray(slopes(*net.arrays, chunk, np.int32(output)))[:num] for chunk, num in in_chunks(way)]
    ).astype(np.float64)
    logits = net.logits(np.stack([picture, np.zeros_like(picture)]).astype(np.float32))[:, output]
    maps: dict[Method, Grid] = {
        "gradient": gradients[0].sum(axis=2),
        "integrated gradients": (gradients[1:].mean(axis=0) * picture).sum(axis=2),
        "occlusion": _occlude(net, picture, output, float(logits[0])),
    }
    return Saliency(maps, output, float(logits[0]), float(logits[1]))


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each pixel of one picture speaks for each logit, by integrated gradients.

    Attributes:
        maps: A map a logit, summed over colours: each pixel's share of its difference from that of a black picture.
        logits: The picture's.
        baseline_logits: A black picture's.
    """

    maps: Float[np.ndarray, "outputs rows columns"]
    logits: Float[np.ndarray, " outputs"]
    baseline_logits: Float[np.ndarray, " outputs"]

    @property
    def missed(self) -> Float[np.ndarray, " outputs"]:
        """By how much each map's sum misses its logit's difference; 0 for infinitely many points on the way."""
        return self.maps.sum(axis=(1, 2)) - (self.logits - self.baseline_logits)


def attribute(net: WeightedNetwork, picture: Picture, *, steps: int = STEPS) -> Attribution:
    """Share every logit out among the pixels, by integrated gradients from a black picture.

    Args:
        net: A network that takes pictures.
        picture: The picture as the network sees it.
        steps: Points on the way from black to the picture.

    Returns:
        The shares.

    References:
        Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017).
    """
    slopes = _slopes(net.network)
    shares = ((np.arange(steps) + 0.5) / steps).astype(np.float32)
    way = (shares[:, None, None, None] * picture[None]).astype(np.float32)
    chunks = list(in_chunks(way))
    maps = []
    for output in range(net.network.num_outputs):
        gradients = [np.asarray(slopes(*net.arrays, chunk, np.int32(output)))[:num] for chunk, num in chunks]
        maps.append((np.concatenate(gradients).astype(np.float64).mean(axis=0) * picture).sum(axis=2))
    logits = net.logits(np.stack([picture, np.zeros_like(picture)]).astype(np.float32)).astype(np.float64)
    return Attribution(np.stack(maps), logits[0], logits[1])


def rank_correlation(first: Grid, second: Grid, within: np.ndarray | None = None) -> float:
    """Compare two maps by the rank correlation (Spearman) of their absolute values, as a sanity check does.

    Args:
        first: A map.
        second: The same of another network.
        within: Pixels to compare, or None for all.

    Returns:
        From -1 to 1; NaN where a map is the same everywhere.

    References:
        Adebayo et al., "Sanity checks for saliency maps" (2018).
    """
    from scipy.stats import rankdata

    chosen = np.ones(first.shape, bool) if within is None else within
    ranks = [rankdata(np.abs(values[chosen])) for values in (first, second)]
    first, second = (values - values.mean() for values in ranks)
    scale = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / scale) if scale > 0.0 else float("nan")


def _occlude(net: WeightedNetwork, picture: Picture, output: int, logit: float) -> Grid:
    """Cover a square of about a fifth of the picture, centred at each pixel, or at places evenly apart."""
    height, width, _ = picture.shape
    half = max(1, round(min(height, width) / 10.0))
    rows, columns = (_places(side) for side in (height, width))
    covered = []
    for row in rows:
        for column in columns:
            darkened = picture.copy()
            darkened[max(row - half, 0) : row + half + 1, max(column - half, 0) : column + half + 1] = 0.0
            covered.append(darkened)
    drops = logit - net.logits(np.stack(covered).astype(np.float32))[:, output].astype(np.float64)
    nearest = [np.abs(np.arange(side)[:, None] - at[None, :]).argmin(axis=1) for side, at in
               ((height, rows), (width, columns))]  # fmt: skip
    return drops.reshape(len(rows), len(columns))[nearest[0]][:, nearest[1]]


def _places(side: int) -> Int[np.ndarray, " places"]:
    return np.unique(np.linspace(0, side - 1, min(side, MAX_SIDE)).round().astype(np.int64))


@functools.lru_cache(maxsize=32)
def _slopes(network: Network) -> Callable[..., Array]:
    def total(inputs: Array, params: Any, statistics: Any, output: Array) -> Array:
        logits, _ = network.forward(params, statistics, inputs, Context())
        return jnp.sum(jnp.take(logits, output, axis=1))

    slope = jax.grad(total)
    return jax.jit(lambda params, statistics, inputs, output: slope(inputs, params, statistics, output))

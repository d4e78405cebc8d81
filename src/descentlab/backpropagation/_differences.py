"""The same derivatives by central differences: add a little, take a little off, and see what the cost does."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jaxtyping import Bool, Float, Int

from descentlab.backpropagation._kinks import branches
from descentlab.backpropagation._once import run_once
from descentlab.backpropagation._problem import Problem, Values, shifted_losses
from descentlab.backpropagation._quantities import Quantity
from descentlab.core import generator

STEPS = (2.0**-5, 2.0**-9, 2.0**-13, 2.0**-18)
"""Steps that are tried. Powers of two, so that adding them to a number near 1 rounds nothing."""

STENCIL = (-2.0, -1.0, 1.0, 2.0)
"""Where the cost is evaluated, in steps: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h errs by h^4 f'''''/30."""

MIN_ENTRIES = 4
"""Entries of each array that are checked, however many arrays there are."""

CHUNK_NUMBERS = 2**21
"""Numbers that evaluations side by side may hold; beyond, they go one after another."""


@dataclass(frozen=True, eq=False)
class Differences:
    """Central differences of some entries of one array.

    Attributes:
        places: The places of the entries in the flattened array.
        values: The derivatives; NaN where a kink lies within every step.
        doubts: The possible error of each: from rounding of the cost, and from the size of the step.
    """

    places: Int[np.ndarray, " entries"]
    values: Float[np.ndarray, " entries"]
    doubts: Float[np.ndarray, " entries"]


def take_differences(
    problem: Problem, asked: Sequence[Quantity], *, num_samples: int, seed: int = 0
) -> dict[str, Differences]:
    """Estimate derivatives from the cost alone, in float64.

    Each entry is tried with several steps. A step within which a ReLU changes sides, a max pooling its winner or
    Huber's loss its branch is left out, since there is no derivative to be had across a kink; of the others, that step
    counts whose doubt is least.

    Args:
        problem: Network, weights and examples.
        asked: The arrays.
        num_samples: About how many entries to check in all. Arrays that have more than their part of it are
            sampled: half the sample are their largest entries, half are drawn.
        seed: Draws the sample.

    Returns:
        By `Quantity.shift`.
    """
    quota = _quota([each.ours.size for each in asked], num_samples)
    chosen = {each.shift: _sample(each, quota, seed) for each in asked}
    starts = dict(zip(chosen, np.cumsum([0, *(each.ours.size for each in asked)]), strict=False))
    places = np.concatenate([starts[name] + entries for name, entries in chosen.items()])
    values, doubts = _differentiate(problem, asked, places)
    differences, begin = {}, 0
    for each in asked:
        part = slice(begin, begin + len(chosen[each.shift]))
        share = problem.num_examples if each.is_averaged else 1
        differences[each.shift] = Differences(chosen[each.shift], values[part] / share, doubts[part] / share)
        begin = part.stop
    return differences


def no_differences(asked: Sequence[Quantity], *, num_samples: int, seed: int = 0) -> dict[str, Differences]:
    """Choose the entries that `take_differences` would, and leave their derivatives unknown."""
    quota = _quota([each.ours.size for each in asked], num_samples)
    places = {each.shift: _sample(each, quota, seed) for each in asked}
    return {
        name: Differences(entries, np.full(len(entries), np.nan), np.full(len(entries), np.inf))
        for name, entries in places.items()
    }


def _quota(sizes: Sequence[int], budget: int) -> int:
    """Return how many entries of each array may be checked: what small arrays do not need, large ones get."""
    quota = MIN_ENTRIES
    while sum(min(size, quota) for size in sizes) < min(budget, sum(sizes)):
        quota += 1
    return quota


def _sample(each: Quantity, quota: int, seed: int) -> Int[np.ndarray, " entries"]:
    if each.ours.size <= quota:
        return np.arange(each.ours.size)
    order = np.argsort(-np.abs(each.ours.ravel()), kind="stable")
    half = quota // 2
    drawn = generator(seed, "differences", each.shift).permutation(order[half:])[: quota - half]
    return np.sort(np.concatenate([order[:half], drawn]))


def _differentiate(
    problem: Problem, asked: Sequence[Quantity], places: Int[np.ndarray, " entries"]
) -> tuple[Float[np.ndarray, " entries"], Float[np.ndarray, " entries"]]:
    offsets = np.multiply.outer(STEPS, STENCIL).ravel()
    at = np.concatenate([[0], np.repeat(places, len(offsets))])
    by = np.concatenate([[0.0], np.tile(offsets, len(places))])
    losses, crossed = _evaluate(problem, asked, at, by)
    shape = (len(places), len(STEPS), len(STENCIL))
    moved = losses[1:].reshape(*shape, -1)
    smooth = ~crossed[1:].reshape(shape).any(axis=2)
    # Example by example, so that those whose cost does not move add no rounding.
    steps = np.array(STEPS)[:, None]
    near = (moved[:, :, 2] - moved[:, :, 1]) / (2.0 * steps)
    wide = (moved[:, :, 3] - moved[:, :, 0]) / (4.0 * steps)
    slopes = ((4.0 * near - wide) / 3.0).sum(axis=2)
    eps = float(np.finfo(np.float64).eps)
    stirred = (near != 0.0).any(axis=1)
    # Where no cost moves at all, what it would have had to move by to be seen is the doubt.
    stirred |= ~stirred.any(axis=1, keepdims=True)
    rounding = 4.0 * eps * np.where(stirred, np.abs(losses[0]) + eps, 0.0).sum(axis=1)[:, None] / np.array(STEPS)
    coarse = np.abs(near.sum(axis=2) - slopes)
    finer = np.abs(np.diff(slopes, axis=1, append=np.nan))
    doubts = rounding + np.where(np.isnan(finer), coarse, finer)
    doubts = np.where(smooth, doubts, np.inf)
    best = np.argmin(doubts, axis=1)[:, None]
    value, doubt = (np.take_along_axis(each, best, axis=1)[:, 0] for each in (slopes, doubts))
    return np.where(np.isfinite(doubt), value, np.nan), doubt


def _evaluate(
    problem: Problem, asked: Sequence[Quantity], at: Int[np.ndarray, " points"], by: Float[np.ndarray, " points"]
) -> tuple[Float[np.ndarray, "points batch"], Bool[np.ndarray, " points"]]:
    """Return the losses with `by` added at place `at`, and whether a kink lies between there and the first point."""
    width = _side_by_side(problem, sum(each.ours.size for each in asked))
    # Whole chunks, or the loop's body would be compiled a second time for what is left over.
    chunks = -(-len(at) // width)
    pad = np.zeros(chunks * width - len(at))
    points = [np.concatenate([each, pad.astype(each.dtype)]).reshape(chunks, width) for each in (at, by)]
    program = functools.partial(_all_chunks, problem, asked)
    values, crossed = run_once(problem.network, program, problem.values, np.arange(chunks) == 0, *points)
    return np.asarray(values).reshape(chunks * width, -1)[: len(at)], np.asarray(crossed).ravel()[: len(at)]


def _all_chunks(
    problem: Problem, asked: Sequence[Quantity], given: Values, is_first: Array, places: Array, steps: Array
) -> tuple[Array, Array]:
    """Evaluate chunk after chunk; the very first point says which sides all others are compared with."""
    ends = np.cumsum([each.ours.size for each in asked])
    losses = shifted_losses(problem)

    def evaluate(place: Array, step: Array) -> tuple[Array, list[Array]]:
        shifts = {}
        for each, end in zip(asked, ends, strict=True):
            # Beyond the array's own places, nothing is added.
            local = place - (end - each.ours.size)
            flat = jnp.where(jnp.arange(each.ours.size) == local, step, 0.0)
            shifts[each.shift] = flat.reshape(each.ours.shape)
        values, taps = losses(given, shifts)
        return values, branches(problem, taps, given.targets)

    def chunk(start: list[Array], points: tuple[Array, Array, Array]) -> tuple[list[Array], tuple[Array, Array]]:
        is_first, places, steps = points
        if len(places) == 1:
            values, sides = jax.tree.map(lambda each: each[None], evaluate(places[0], steps[0]))
        else:
            values, sides = jax.vmap(evaluate)(places, steps)
        start = [jnp.where(is_first, side[0], known) for side, known in zip(sides, start, strict=True)]
        differs = [
            jnp.any((side != known[None]).reshape(len(places), -1), axis=1)
            for side, known in zip(sides, start, strict=True)
        ]
        return start, (values, jnp.any(jnp.stack([jnp.zeros(len(places), bool), *differs]), axis=0))

    shapes = jax.eval_shape(evaluate, places[0, 0], steps[0, 0])[1]
    nothing = [jnp.zeros(shape.shape, shape.dtype) for shape in shapes]
    return lax.scan(chunk, nothing, (is_first, places, steps))[1]


def _side_by_side(problem: Problem, num_places: int) -> int:
    """Say how many evaluations to run at once: a convolution with many kernels at once leaves XLA's fast path."""
    if problem.network.has_convolution or any(layer.inner for layer in problem.network.layers):
        return 1
    return max(1, min(64, CHUNK_NUMBERS // num_places))

"""The times of all programs, gathered into curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jax.flatten_util import ravel_pytree

from descentlab.labs.backprop_cost.measure._case import Case
from descentlab.labs.backprop_cost.measure._stack import Stack
from descentlab.labs.backprop_cost.measure._timed import (
    Batches,
    ByWeights,
    Curve,
    Repeats,
    Scaling,
    Timed,
    WeightwiseGradient,
)
from descentlab.labs.backprop_cost.measure._weightwise import Way, WeightwiseLoop
from descentlab.labs.backprop_cost.measure._work import Work, count_work

Key = tuple[str, int | Stack]
"""Name of what a program computes, and its size: a batch, a stack, or 0 for the step of the network itself."""
Seconds = Mapping[Key, Repeats]


@dataclass(frozen=True, eq=False)
class Plans:
    """All programs that were timed.

    Attributes:
        batches: Sizes of the network's batch, in rising order.
        stacks: Stacks of equal dense layers by the symbol of the size that grows, in rising order.
        loops: Loops that compute the network's gradient one weight at a time.
        counts: Number of repetitions of each program in one measurement.
        gradient: Gradient of the network on a batch of its usual size.
    """

    batches: tuple[int, ...]
    stacks: Mapping[str, list[Stack]]
    loops: Mapping[Way, WeightwiseLoop]
    counts: Mapping[Key, int]
    gradient: Any


def gather(case: Case, plans: Plans, seconds: Seconds) -> Timed:
    """Put the times of all programs into curves.

    Args:
        case: Training step of the network.
        plans: Programs that were timed.
        seconds: Seconds of each program by round.

    Returns:
        All times.
    """
    work = count_work(case.network, case.optimizer, case.batch_size)
    sizes = np.array(plans.batches, np.int64)
    batches = Batches(sizes, *(_curve(seconds, kind, plans.batches) for kind in ("forward", "gradient", "called")))
    scalings = [_by_examples(work, batches), *(_by_stacks(symbol, plans, seconds) for symbol in plans.stacks)]
    return Timed(
        batch_size=case.batch_size,
        batches=batches,
        update=seconds["update", 0],
        scalings=tuple(scalings),
        differences=_weightwise("difference", work, plans, seconds),
        chain_rule=_weightwise("chain rule", work, plans, seconds) if "chain rule" in plans.loops else None,
        by_weights=_by_weights(plans, seconds),
    )


def _curve(seconds: Seconds, kind: str, sizes: tuple[int | Stack, ...]) -> Curve:
    return np.array([seconds[kind, size] for size in sizes])


def _by_examples(work: Work, batches: Batches) -> Scaling:
    return Scaling(
        symbol="N",
        meaning="examples in the batch",
        fixed="the network as it is",
        textbook=1.0,
        sizes=batches.sizes,
        multiply_adds=batches.sizes * (work.forward + work.backward),
        seconds=batches.gradient,
    )


def _by_stacks(symbol: str, plans: Plans, seconds: Seconds) -> Scaling:
    stacks = plans.stacks[symbol]
    first = stacks[0]
    sizes, meaning, fixed, textbook = {
        "d": (
            [stack.inputs for stack in stacks],
            "weights per neuron",
            f"one layer of {first.neurons} neurons, N = {first.examples}",
            1.0,
        ),
        "L": (
            [stack.layers for stack in stacks],
            "layers",
            f"{first.neurons} neurons per layer with {first.inputs} weights each, N = {first.examples}",
            1.0,
        ),
        "w": (
            [stack.neurons for stack in stacks],
            "neurons per layer and weights per neuron",
            f"two layers, N = {first.examples}",
            2.0,
        ),
    }[symbol]
    work = np.array([stack.multiply_adds for stack in stacks], np.int64)
    times = _curve(seconds, symbol, tuple(stacks))
    return Scaling(symbol, meaning, fixed, textbook, np.array(sizes, np.int64), work, times)


def _weightwise(way: Way, work: Work, plans: Plans, seconds: Seconds) -> WeightwiseGradient:
    loop = plans.loops[way]
    taken = loop.visited(plans.counts[way, 0])
    derivatives = np.asarray(loop.run(len(taken)), np.float64)[taken]
    backprop = np.asarray(ravel_pytree(plans.gradient)[0], np.float64)[taken]
    length = float(np.linalg.norm(backprop))
    error = float(np.linalg.norm(derivatives - backprop)) / length if length else float("nan")
    return WeightwiseGradient(work.num_params, len(taken), seconds[way, 0], error)


def _by_weights(plans: Plans, seconds: Seconds) -> ByWeights:
    stacks = [stack for stack in plans.stacks["w"] if ("difference", stack) in seconds]
    num_params = np.array([stack.num_params for stack in stacks], np.int64)
    taken = np.minimum([plans.counts["difference", stack] for stack in stacks], num_params)
    seconds_each = np.median(_curve(seconds, "difference", tuple(stacks)), axis=1)
    backprop = np.median(_curve(seconds, "w", tuple(stacks)), axis=1)
    return ByWeights(num_params, taken, backprop, seconds_each * num_params)

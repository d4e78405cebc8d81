"""From what each program took to what that says of the network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jax.flatten_util import ravel_pytree

from descentlab.labs.backprop_cost.measure._case import Case
from descentlab.labs.backprop_cost.measure._one_weight import OneWeight, Way
from descentlab.labs.backprop_cost.measure._stack import Stack
from descentlab.labs.backprop_cost.measure._timed import Batches, ByWeights, Curve, OneByOne, Repeats, Scaling, Timed
from descentlab.labs.backprop_cost.measure._work import Work, count_work

Key = tuple[str, int | Stack]
"""What a program computes, and its size: a batch, or a stack; 0 for the network's own step."""
Seconds = Mapping[Key, Repeats]


@dataclass(frozen=True, eq=False)
class Plans:
    """What was timed.

    Attributes:
        batches: Sizes of the network's batch, rising.
        stacks: Equal dense layers by what grows, rising.
        loops: The network's gradient one weight at a time.
        counts: How often each program ran in one measurement.
        gradient: The gradient of the network's own batch.
    """

    batches: tuple[int, ...]
    stacks: Mapping[str, list[Stack]]
    loops: Mapping[Way, OneWeight]
    counts: Mapping[Key, int]
    gradient: Any


def gather(case: Case, plans: Plans, seconds: Seconds) -> Timed:
    """Put what each program took into curves.

    Args:
        case: The network in training.
        plans: What was timed.
        seconds: What each program took, by round.

    Returns:
        The times.
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
        differences=_one_by_one("difference", work, plans, seconds),
        chain_rule=_one_by_one("chain rule", work, plans, seconds) if "chain rule" in plans.loops else None,
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
            "weights a neuron",
            f"one layer of {first.neurons} neurons, N = {first.examples}",
            1.0,
        ),
        "L": (
            [stack.layers for stack in stacks],
            "layers",
            f"{first.neurons} neurons a layer with {first.inputs} weights each, N = {first.examples}",
            1.0,
        ),
        "w": (
            [stack.neurons for stack in stacks],
            "neurons a layer and weights a neuron",
            f"two layers, N = {first.examples}",
            2.0,
        ),
    }[symbol]
    work = np.array([stack.multiply_adds for stack in stacks], np.int64)
    times = _curve(seconds, symbol, tuple(stacks))
    return Scaling(symbol, meaning, fixed, textbook, np.array(sizes, np.int64), work, times)


def _one_by_one(way: Way, work: Work, plans: Plans, seconds: Seconds) -> OneByOne:
    loop = plans.loops[way]
    taken = loop.visited(plans.counts[way, 0])
    found = np.asarray(loop.run(len(taken)), np.float64)[taken]
    ours = np.asarray(ravel_pytree(plans.gradient)[0], np.float64)[taken]
    length = float(np.linalg.norm(ours))
    error = float(np.linalg.norm(found - ours)) / length if length else float("nan")
    return OneByOne(work.num_params, len(taken), seconds[way, 0], error)


def _by_weights(plans: Plans, seconds: Seconds) -> ByWeights:
    stacks = [stack for stack in plans.stacks["w"] if ("difference", stack) in seconds]
    num_params = np.array([stack.num_params for stack in stacks], np.int64)
    taken = np.minimum([plans.counts["difference", stack] for stack in stacks], num_params)
    one = np.median(_curve(seconds, "difference", tuple(stacks)), axis=1)
    backprop = np.median(_curve(seconds, "w", tuple(stacks)), axis=1)
    return ByWeights(num_params, taken, backprop, one * num_params)

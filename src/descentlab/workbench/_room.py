"""Checks that a training fits into this machine's memory, made before anything of its size is drawn."""

import math
import os

from descentlab.core import SpecError
from descentlab.networks import Network
from descentlab.training import Plan

COPIES = 8
"""Copies of the weights in memory: weights, gradients, two of the optimizer, start, best, a float64 draw (two)."""


STUDY_COPIES = 3
"""Copies of a study's curves in memory: put together, judged, and while they are written to disk (measured: 2.5)."""

ATLAS_BYTES = 1_000
"""Bytes of memory for each network of a map: its numbers by block, put together, and as a table with words."""

MAX_STEPS = 2**28
"""Largest number of steps of one training: the learning rate of each step is laid out before the first."""


def check_room(plan: Plan, epochs: int) -> None:
    """Check that a training fits into the machine's memory, and that it has not too many steps.

    Raises:
        SpecError: If it does not; the message gives the numbers.
    """
    if epochs * plan.steps_per_epoch > MAX_STEPS:
        raise SpecError(
            f"epochs={epochs:,} of {plan.steps_per_epoch:,} steps each are more than the {MAX_STEPS:,} steps that a "
            f"training may have: use at most {MAX_STEPS // plan.steps_per_epoch:,} epochs"
        )
    has = _memory_bytes()
    count = count_weights(plan.network)
    needs = 4 * plan.lanes * (COPIES * count + plan.batch_size * _largest_output(plan.network))
    if has is not None and needs > has:
        raise SpecError(
            f"the network has {count:,} weights, and a step on {plan.batch_size:,} examples takes about "
            f"{needs / 2**30:,.0f} GiB, where this machine has {has / 2**30:,.0f}: make its layers or the batch smaller"
        )


def check_study_room(curve_bytes: int, num_networks: int) -> None:
    """Check that the curves of a study fit into the machine's memory.

    Raises:
        SpecError: If they do not; the message gives the numbers.
    """
    has = _memory_bytes()
    needs = STUDY_COPIES * curve_bytes
    if has is not None and needs > has:
        raise SpecError(
            f"the curves of {num_networks:,} networks take about {needs / 2**30:,.1f} GiB, where this machine has "
            f"{has / 2**30:,.0f}: use fewer values, seeds or epochs"
        )


def check_atlas_room(num_networks: int) -> None:
    """Check that a map fits into the machine's memory.

    Raises:
        SpecError: If it does not; the message gives the numbers.
    """
    has = _memory_bytes()
    needs = ATLAS_BYTES * num_networks
    if has is not None and needs > has:
        raise SpecError(
            f"a map of {num_networks:,} networks takes about {needs / 2**30:,.1f} GiB of memory, where this machine "
            f"has {has / 2**30:,.0f}: use fewer values a side (1024 x 1024 take {ATLAS_BYTES * 2**20 / 2**30:.1f} GiB)"
        )


def count_weights(network: Network) -> int:
    """Count the weights without drawing them: each layer's multiply-adds over the positions that share its weights."""
    return sum(layer.multiply_adds // math.prod(layer.output_shape[:-1]) for layer in network.layers)


def _largest_output(network: Network) -> int:
    return max(math.prod(layer.output_shape) for layer in network.layers)


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None

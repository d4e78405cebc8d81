"""Whether a network can be held in this machine's memory, asked before anything of its size is drawn."""

import math
import os

from descentlab.core import SpecError
from descentlab.networks import Network
from descentlab.training import Plan

COPIES = 8
"""Of the weights: themselves, their gradients, two of the optimizer's, the start, the best, and a draw in float64."""


STUDY_COPIES = 3
"""Of a study's curves: as they come, put together, and on their way to disk."""

ATLAS_BYTES = 1_000
"""Of memory for each network of a map: its numbers as they come, put together, and as a table with words."""

MAX_STEPS = 2**28
"""Steps of one training: the rate of each is laid out before the first."""


def check_room(plan: Plan, epochs: int) -> None:
    """Refuse a training that would take more memory than the machine has.

    Raises:
        SpecError: If it would; the message says how much.
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
    """Refuse a study whose curves would take more memory than the machine has.

    Raises:
        SpecError: If they would; the message says how much.
    """
    has = _memory_bytes()
    needs = STUDY_COPIES * curve_bytes
    if has is not None and needs > has:
        raise SpecError(
            f"the curves of {num_networks:,} networks take about {needs / 2**30:,.1f} GiB, where this machine has "
            f"{has / 2**30:,.0f}: use fewer values, seeds or epochs"
        )


def check_atlas_room(num_networks: int) -> None:
    """Refuse a map that would take more memory than the machine has, or more networks than a study may have.

    Raises:
        SpecError: If it would; the message says how much.
    """
    has = _memory_bytes()
    needs = ATLAS_BYTES * num_networks
    if has is not None and needs > has:
        raise SpecError(
            f"a map of {num_networks:,} networks takes about {needs / 2**30:,.1f} GiB of memory, where this machine "
            f"has {has / 2**30:,.0f}: use fewer values a side (1024 x 1024 take {ATLAS_BYTES * 2**20 / 2**30:.1f} GiB)"
        )


def count_weights(network: Network) -> int:
    """Count the weights without drawing them: a layer's multiply-adds by the places that share its weights."""
    return sum(layer.multiply_adds // math.prod(layer.output_shape[:-1]) for layer in network.layers)


def _largest_output(network: Network) -> int:
    return max(math.prod(layer.output_shape) for layer in network.layers)


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None

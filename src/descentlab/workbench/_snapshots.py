"""The epochs after which the weights are kept, so that a report can show how the network developed."""

from descentlab.data import Dataset
from descentlab.spec import Experiment
from descentlab.training import Plan

MAX_SNAPSHOTS = 12
MAX_NUMBERS = 2_000_000
"""Largest count of numbers in all snapshots of all members together; if there would be more, none are kept."""


def snapshot_epochs(experiment: Experiment, dataset: Dataset, plan: Plan) -> frozenset[int]:
    """Choose epochs that are close together at the start, where most changes: 0, 1, 2, 4, ... and the last.

    Snapshots are kept for small networks on a table, whose boundary can be drawn in a plane.
    """
    num_params = sum(row.num_params for row in plan.network.table())
    powers = {2**power for power in range(20) if 2**power < experiment.epochs}
    chosen = {0, *sorted(powers)[-MAX_SNAPSHOTS:], experiment.epochs}
    fits = num_params * len(chosen) * experiment.num_seeds <= MAX_NUMBERS
    return frozenset(chosen) if len(dataset.input_shape) == 1 and fits else frozenset()

"""The schedule's factor on the learning rate beside the points of a curve."""

import numpy as np
from jaxtyping import Float

from descentlab.optimizers import schedule_factors
from descentlab.spec import ConstantSpec, Experiment
from descentlab.training._state import Member, member_schedule


def rate_factors(
    experiment: Experiment, steps_per_epoch: int, member: Member | None = None
) -> Float[np.ndarray, " points"]:
    """Return the factor of the first step, then that of the last step of each epoch.

    Args:
        experiment: Experiment with the schedule.
        steps_per_epoch: Number of updates in an epoch.
        member: Member that may have numbers of the schedule of its own; None for the experiment's.
    """
    if isinstance(experiment.schedule, ConstantSpec):
        return np.ones(experiment.epochs + 1)
    schedule = experiment.schedule if member is None else member_schedule(experiment.schedule, member)
    factors = schedule_factors(schedule, num_epochs=experiment.epochs, steps_per_epoch=steps_per_epoch)
    return np.concatenate([factors[:1, 0], factors[:, -1]]) if factors.size else np.ones(1)

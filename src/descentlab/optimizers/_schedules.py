"""Learning-rate schedules as one factor per step, computed on the host: another schedule never compiles again."""

import numpy as np
from jaxtyping import Float

from descentlab.spec import ConstantSpec, CosineSpec, OneCycleSpec, ScheduleSpec, StepSpec, WarmUpSpec


def schedule_factors(spec: ScheduleSpec, *, num_epochs: int, steps_per_epoch: int) -> Float[np.ndarray, "epochs steps"]:
    """Compute the factor of the learning rate at each step.

    Args:
        spec: Description of the schedule.
        num_epochs: Number of epochs of the whole training.
        steps_per_epoch: Number of steps in each epoch.

    Returns:
        Factors in [0, 1] by epoch and step.

    Example:
        >>> from descentlab.spec import CosineSpec
        >>> schedule_factors(CosineSpec(), num_epochs=2, steps_per_epoch=1).round(2).tolist()
        [[1.0], [0.5]]
    """
    total = num_epochs * steps_per_epoch
    step = np.arange(total)
    match spec:
        case ConstantSpec():
            factors = np.ones(total)
        case CosineSpec():
            factors = spec.final_share + (1 - spec.final_share) * _half_cosine(step / total)
        case OneCycleSpec():
            factors = _one_cycle(spec, step, total)
        case StepSpec():
            factors = spec.factor ** (step // (spec.every_epochs * steps_per_epoch))
        case WarmUpSpec():
            factors = np.minimum(1.0, (step + 1) / (spec.epochs * steps_per_epoch))
    return factors.reshape(num_epochs, steps_per_epoch)


def _half_cosine(progress: Float[np.ndarray, " steps"]) -> Float[np.ndarray, " steps"]:
    return 0.5 * (1 + np.cos(np.pi * progress))


def _one_cycle(spec: OneCycleSpec, step: np.ndarray, total: int) -> Float[np.ndarray, " steps"]:
    up = max(1.0, spec.peak_at * total)
    rising = 1 + (spec.start_share - 1) * _half_cosine(np.minimum(step / up, 1.0))
    down = np.clip((step - up) / max(1.0, total - up), 0.0, 1.0)
    falling = spec.final_share + (1 - spec.final_share) * _half_cosine(down)
    return np.where(step < up, rising, falling)

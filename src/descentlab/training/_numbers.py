"""The numbers in which the members of one compiled program may differ, and their names."""

from collections.abc import Collection

from descentlab.core import SpecError, unknown_name
from descentlab.networks import Network
from descentlab.optimizers import RATE_OF, numeric_fields
from descentlab.spec import AugmentSpec, Experiment

SCALE = "initial_scale"
SCALE_OF = f"{SCALE}."
DROPOUT = "dropout"
SMOOTHING = "label_smoothing"
SCHEDULE_OF = "schedule."
SHIFT, ROTATE = "augment.shift", "augment.rotate"


def adjustable_numbers(experiment: Experiment, network: Network) -> dict[str, float]:
    """Return the numbers in which the members of one program may differ, with the experiment's value of each.

    These are the optimizer's fields, the penalties, the learning rate of a single layer (`learning_rate.hidden`), the
    factor of the initial weights of all layers or of one (`initial_scale`, `initial_scale.hidden`), the share of values
    that dropout hides (`dropout`), the share of label smoothing (`label_smoothing`), the schedule's shares and factors
    (`schedule.final_share`), and how far training pictures are moved (`augment.shift`, `augment.rotate`) where they
    are.

    Args:
        experiment: What the members have in common.
        network: The experiment's network.

    Returns:
        Values by name.
    """
    optimizer = experiment.optimizer
    scales = network.initial_scales()
    rates = network.dropout_rates()
    return {
        **numeric_fields(optimizer),
        "l1": optimizer.l1,
        "l2": optimizer.l2,
        **{f"{RATE_OF}{name}": optimizer.learning_rate for name in scales},
        **({SCALE: next(iter(scales.values()))} if scales else {}),
        **{f"{SCALE_OF}{name}": scale for name, scale in scales.items()},
        **({DROPOUT: next(iter(rates.values()))} if rates else {}),
        SMOOTHING: experiment.label_smoothing,
        **{f"{SCHEDULE_OF}{name}": value for name, value in experiment.schedule if isinstance(value, float)},
        **_augment_numbers(experiment.augment),
    }


def _augment_numbers(augment: AugmentSpec | None) -> dict[str, float]:
    return {} if augment is None or augment.is_idle else {SHIFT: augment.shift, ROTATE: augment.rotate}


def hyper_names(experiment: Experiment, network: Network, varied: Collection[str]) -> tuple[str, ...]:
    """Return the names of the numbers that the program reads: those of the optimizer, and those that vary.

    Raises:
        SpecError: If a name in `varied` is unknown.
    """
    known = adjustable_numbers(experiment, network)
    for name in varied:
        if name not in known:
            raise SpecError(unknown_name("hyperparameter", name, known))
    # Initial scales and schedules are applied on the host, before the program runs.
    inside = [name for name in varied if name != SCALE and not name.startswith((SCALE_OF, SCHEDULE_OF))]
    smoothing = [SMOOTHING] if experiment.label_smoothing else []
    names = [*numeric_fields(experiment.optimizer), *_augment_numbers(experiment.augment), *smoothing, *inside]
    return tuple(dict.fromkeys(names))

"""What a reader must know to trust a curvature."""

from descentlab import sharpness
from descentlab.labs.curvature._measured import Curvature
from descentlab.spec import Experiment, MomentumSpec, NesterovSpec, every_layer


def notes_of(curvature: Curvature, num_members: int) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers, of one of so many networks."""
    rule = curvature.experiment.optimizer
    notes = [
        f"The limit of {rule.kind} is {sharpness.LIMIT_FORMULAS[rule.kind]}"
        + (f" with momentum {rule.momentum:g}" if isinstance(rule, MomentumSpec | NesterovSpec) else "")
        + ", exact on a quadratic and with the gradient of all examples."
    ]
    if sharpness.is_preconditioned(rule):
        notes.append(
            f"{rule.kind} divides each weight's step by the root of its mean squared gradient. Its limit is that of "
            "the Hessian divided in the same way; do not compare it with the plain sharpness."
        )
    if curvature.steps_per_epoch > 1:
        notes.append(
            f"It was trained on batches, {curvature.steps_per_epoch:,} steps an epoch. The limit is that of descent on "
            "the whole training loss; the noise of batches usually keeps the sharpness below it."
        )
    if curvature.num_examples < curvature.num_train:
        notes.append(
            f"The loss is the mean over {curvature.num_examples:,} of {curvature.num_train:,} training examples, drawn "
            "once; --examples takes more."
        )
    notes += _unlike_training(curvature.experiment)
    if rule.clip_norm is not None:
        notes.append("Gradients were clipped; the limit holds where they are shorter than that.")
    if any(trace.diverged_at is not None for trace in curvature.traces) and curvature.spectrum is None:
        notes.append("Every training diverged, so there is no end whose spectrum could be measured.")
    if num_members > 1:
        notes.append(f"The run has {num_members} networks; this is one of them (--member).")
    return tuple(notes)


def _unlike_training(experiment: Experiment) -> list[str]:
    """Say in what the loss is that of training, and in what it is not."""
    notes = []
    layers = every_layer(experiment.model)
    if any(layer.dropout_rate is not None for layer in layers):
        notes.append("Dropout is off, as in evaluation.")
    if experiment.class_weights != "none":
        notes.append("Every class counts the same in the loss, as in training.")
    if experiment.label_smoothing:
        notes.append(f"Labels are smoothed by {experiment.label_smoothing:g} in the loss, as in training.")
    if experiment.augment is not None and not experiment.augment.is_idle:
        notes.append("The loss is that of the pictures as they are; training varied them at random.")
    if any(layer.keeps_statistics for layer in layers):
        notes.append("Batch norm uses its running statistics, as in evaluation; training used those of each batch.")
    return notes

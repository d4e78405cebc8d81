"""What a curvature shows, in sentences: the finding first, then what a reader must know to trust it."""

from descentlab import sharpness
from descentlab.labs.curvature._result import Curvature, share_words
from descentlab.sharpness import SharpnessTrace
from descentlab.spec import Experiment, MomentumSpec, NesterovSpec, every_layer
from descentlab.workbench._run import Run

WARNING = "a rate above the limit at the start is a warning, not a verdict"
THROWN = "with a loss no lower than at the start: it was thrown there, and flat is not good"


def describe(found: Curvature) -> tuple[str, ...]:
    """Say what a curvature shows."""
    told = [_edge(found)] if len(found.traces) > 1 else []
    told += [_one(one) for one in found.traces]
    stops = [one for one in found.traces if one.stop is not None]
    if len(stops) == 1 and stops[0].stop is not None:
        told.append(stops[0].stop.sentence)
    if found.escape is not None:
        told += found.escape.sentences()
    return tuple(told)


def _edge(found: Curvature) -> str:
    at_edge = [one for one in found.traces if one.is_at_edge]
    num = len(found.traces)
    rates = ", ".join(f"{one.learning_rate:g}" for one in at_edge)
    if not at_edge:
        return f"At none of the {num} rates did the sharpness settle within 2% of its limit."
    which = f"all {num} rates" if len(at_edge) == num else f"{len(at_edge)} of {num} rates ({rates})"
    return f"At {which} training settled at the edge of stability: its sharpness within 2% of the limit."


def _one(one: SharpnessTrace) -> str:
    told = f"Rate {one.learning_rate:g}: "
    if not len(one.epochs):
        return f"{told}the loss was never a number."
    what = "sharpness divided as the rule divides each step" if one.is_divided else "sharpness"
    begin = float(one.shares[0])
    if one.diverged_at is not None:
        is_known = begin == begin  # noqa: PLR0124 - NaN where the rule had divided nothing yet
        why = f"; its {what} began at {begin:.3g} of the limit {one.limits[0]:.4g}" if is_known else ""
        return f"{told}diverged at step {one.diverged_at:,}{why}."
    last = float(one.shares[-1])
    if last != last:  # noqa: PLR0124
        return f"{told}the sharpness ended at {one.largest[-1]:.4g}; how the rule divides its steps is not known there."
    told += f"the {what} ended at {one.measured[-1]:.4g}, {share_words(last)} of its limit {one.limit:.4g}"
    if one.is_at_edge:
        told += ": at the edge of stability"
    elif last > 1.0 + sharpness.NEAR:
        told += ", which full-batch descent with that rate would leave"
    if begin > 1.0 + sharpness.NEAR and one.settled_share <= 1.0 + sharpness.NEAR and not one.is_divided:
        told += f". It began at {begin:.3g} of the limit and moved to a flatter place"
        told += f": {WARNING}" if one.loss[-1] < one.loss[0] else f", {THROWN}"
    return f"{told}."


def notes_of(found: Curvature, run: Run | None) -> tuple[str, ...]:
    """Say what a reader must know to trust the numbers."""
    experiment = found.experiment
    rule = experiment.optimizer
    notes = [
        f"The limit of {rule.kind} is {sharpness.LIMIT_FORMULAS[rule.kind]}"
        + (f" with momentum {rule.momentum:g}" if isinstance(rule, MomentumSpec | NesterovSpec) else "")
        + ", exact on a quadratic and with the gradient of all examples."
    ]
    if sharpness.is_preconditioned(rule):
        notes.append(
            f"{rule.kind} divides each weight's step by the root of its mean squared gradient. Its limit is one of the "
            "Hessian divided likewise; the plain sharpness is not to be held against it."
        )
    if found.steps_per_epoch > 1:
        notes.append(
            f"It was trained on batches, {found.steps_per_epoch:,} steps an epoch. The limit is that of descent on the "
            "whole training loss; the noise of batches usually keeps the sharpness below it."
        )
    if found.num_examples < found.num_train:
        notes.append(
            f"The loss is the mean over {found.num_examples:,} of {found.num_train:,} training examples, drawn once; "
            "--examples takes more."
        )
    notes += _unlike_training(experiment)
    if rule.clip_norm is not None:
        notes.append("Gradients were clipped; the limit holds where they are shorter than that.")
    if any(one.diverged_at is not None for one in found.traces) and found.spectrum is None:
        notes.append("Every training diverged, so there is no end whose spectrum could be measured.")
    if run is not None and run.num_members > 1:
        notes.append(f"The run has {run.num_members} networks; this is one of them (--member).")
    return tuple(notes)


def _unlike_training(experiment: Experiment) -> list[str]:
    """Say in what the loss is that of training, and in what it is not."""
    notes = []
    layers = every_layer(experiment.model)
    if any(layer.purpose == "drop" for layer in layers):
        notes.append("Dropout is off, as in evaluation.")
    if experiment.class_weights != "none":
        notes.append("Every class counts the same in the loss, as in training.")
    if experiment.augment is not None and not experiment.augment.is_idle:
        notes.append("The loss is that of the pictures as they are; training varied them at random.")
    if any(layer.keeps_statistics for layer in layers):
        notes.append("Batch norm uses its running statistics, as in evaluation; training used each batch's own.")
    return notes

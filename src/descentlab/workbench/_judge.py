"""The judgement on a member of a training, from its history and, where they decide, its stuck units."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from descentlab.data import Dataset
from descentlab.judgement import Judgement, TrainingCurves, judge_training
from descentlab.spec import Experiment
from descentlab.studies import STUCK_EXAMPLES, stuck_share
from descentlab.training import Plan, Trained, precision_of, rate_factors
from descentlab.workbench._constant import constant_losses


def judge_member(
    experiment: Experiment,
    plan: Plan,
    trained: Trained,
    history: Mapping[str, np.ndarray],
    dataset: Dataset,
    *,
    diverged_at: int | None,
    has_stopped_early: bool,
) -> Judgement:
    """Judge the training of a member.

    Args:
        experiment: The experiment that was trained.
        plan: The network and its objective.
        trained: Weights after training.
        history: Measurements at each epoch, from epoch 0 on, by name.
        dataset: Data of the member.
        diverged_at: Step at which the loss stopped being a number or rose for good, or None.
        has_stopped_early: Whether early stopping ended the training.

    Returns:
        The outcome with its evidence.
    """
    train_loss = history["train_loss"]
    constant, held_out_constant = constant_losses(plan.objective, dataset, looks_at_test=False)
    curves = TrainingCurves(
        train_loss,
        held_out_loss=history.get("validation_loss"),
        gradient_norm=history.get("gradient_norm"),
        diverged_at=None if diverged_at is None else _broken_epoch(train_loss),
        constant_loss=constant,
        held_out_constant_loss=held_out_constant,
        stuck_kind="dead units" if plan.network.has_dying_units else "saturated units",
        rate_factors=rate_factors(experiment, plan.steps_per_epoch)[: len(train_loss)],
        has_stopped_early=has_stopped_early,
    )
    judgement = judge_training(curves)
    if "stuck units" not in judgement.missing:
        return judgement
    # To measure them compiles a program, which a training that went well does not need.
    with precision_of(plan.precision):
        few = dataset.inputs[dataset.train[:STUCK_EXAMPLES]]
        share = stuck_share(plan, trained.params, trained.statistics, few)
    return judge_training(replace(curves, stuck_share=share))


def _broken_epoch(train_loss: np.ndarray) -> int | None:
    """Return the first epoch whose loss was no number; None if the loss ran away and still is one."""
    broken = np.flatnonzero(~np.isfinite(train_loss))
    return int(broken[0]) if broken.size else None

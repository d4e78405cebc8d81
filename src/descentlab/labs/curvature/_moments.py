"""The moments of a finished run: the draw it began with, the weights it kept on the way, and its last."""

from typing import Any

import numpy as np

from descentlab import sharpness
from descentlab.data import Dataset
from descentlab.sharpness import NetworkLoss, TrainingPoint
from descentlab.spec import Experiment
from descentlab.training import Plan, precision_of
from descentlab.workbench import Run, Watcher, follow, moment_at

AGAIN_S = 60.0
"""A run that took no longer is trained again for what its rule remembered, which a run does not keep."""


def run_moments(
    run: Run,
    member: int,
    experiment: Experiment,
    plan: Plan,
    *,
    dataset: Dataset,
    loss: NetworkLoss,
    watcher: Watcher,
) -> tuple[list[TrainingPoint], int | None]:
    """Describe a run's network at every epoch that is known of it.

    Where the rule divides each weight's step by a number of its own, those numbers come from training the run again, if
    that took at most a minute; else those of its end alone, estimated from the squared gradients of batches there.

    Args:
        run: A finished run.
        member: Which network of several seeds.
        experiment: The experiment of that network alone.
        plan: Its plan.
        dataset: Its data.
        loss: The training loss.
        watcher: What is called while it goes on.

    Returns:
        The moments, and the step at which it diverged.
    """
    rate = experiment.optimizer.learning_rate
    known = _known(run, member, experiment, plan)
    diverged_at = _of_member(run.metrics.get("diverged_at"), member)
    divisors: dict[int, Any] = {}
    if sharpness.is_preconditioned(experiment.optimizer) and diverged_at is None:
        divisors = _divisors(run, experiment, plan, dataset=dataset, loss=loss, known=known, watcher=watcher)
    moments = [
        moment_at(experiment, plan, rate, epoch, weights, divisor=divisors.get(epoch))
        for epoch, weights in sorted(known.items())
    ]
    return moments, diverged_at


def _known(run: Run, member: int, experiment: Experiment, plan: Plan) -> dict[int, tuple[Any, Any]]:
    params, statistics = run.weights(member)
    last = _of_member(run.metrics.get("best_epoch"), member) or _of_member(run.metrics.get("epochs"), member)
    weights_at = {0: (plan.network.draw(experiment.seed), plan.network.start_statistics())}
    weights_at |= _kept(run, member, params, statistics)
    # After early stopping the run's own weights are those of its best epoch, and what was kept later is left out.
    end = experiment.epochs if last is None else last
    return {**{epoch: weights for epoch, weights in weights_at.items() if epoch < end}, end: (params, statistics)}


def _kept(run: Run, member: int, params: Any, statistics: Any) -> dict[int, tuple[Any, Any]]:
    kept = run.folder.load_snapshots(run.weight_shapes())
    if kept is None:
        return {}

    def at(index: int, like: Any) -> dict[str, dict[str, np.ndarray]]:
        return {
            layer: {role: kept.tensors[f"{layer}/{role}"][index, member] for role in roles}
            for layer, roles in like.items()
        }

    return {int(epoch): (at(index, params), at(index, statistics)) for index, epoch in enumerate(kept.epochs)}


def _of_member(values: Any, member: int) -> int | None:
    value = values[member] if isinstance(values, list) and member < len(values) else values
    return value if isinstance(value, int) else None


def _divisors(
    run: Run,
    experiment: Experiment,
    plan: Plan,
    *,
    dataset: Dataset,
    loss: NetworkLoss,
    known: dict[int, tuple[Any, Any]],
    watcher: Watcher,
) -> dict[int, Any]:
    seconds = run.metrics.get("seconds", {}).get("train", np.inf) / run.num_members
    if seconds <= AGAIN_S:
        rates = [experiment.optimizer.learning_rate]
        _, [(_, moments)] = follow(experiment, dataset, rates, epochs=frozenset(known), watcher=watcher)
        return {moment.epoch: moment.divisor for moment in moments}
    end = max(known)
    params, statistics = known[end]
    with precision_of(plan.precision):
        moment = sharpness.estimate_second_moment(
            loss, params, statistics, batch_size=plan.batch_size, dtype=plan.precision
        )
    return {end: sharpness.preconditioner(experiment.optimizer, moment, step=max(1, end * plan.steps_per_epoch))}

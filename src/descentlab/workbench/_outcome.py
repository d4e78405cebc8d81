"""The outcome of a training: measured, put into words, and written to the run."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import PartName
from descentlab.data import Dataset, are_mostly_blank
from descentlab.evaluation import (
    ClassMetrics,
    LabelMetrics,
    Repeats,
    describe_imbalance,
    describe_scores,
    over_seeds,
    repeats_over,
)
from descentlab.judgement import BLANK_PICTURES, Judgement, describe_ascent, describe_training, find_runaway
from descentlab.runs import RunFolder
from descentlab.spec import DividedSpec, Experiment
from descentlab.training import Plan, Population, Trained
from descentlab.workbench._examples import Examples
from descentlab.workbench._judge import judge_member
from descentlab.workbench._measure import PartResult, judged_part, measure_parts
from descentlab.workbench._symptoms import symptom_columns

UNSHUFFLED = "The examples are not shuffled (shuffle=false): every epoch takes them in the order of the data."


@dataclass(frozen=True)
class MemberOutcome:
    """One member, trained and measured.

    Attributes:
        seed: Seed of the member.
        trained: Weights and curves after training.
        parts: Metrics and predictions by part of the data.
        history: Measurements at each epoch, from epoch 0 on, by name.
        diverged_at: Step at which the loss stopped being a number or rose for good, or None.
    """

    seed: int
    trained: Trained
    parts: dict[PartName, PartResult]
    history: dict[str, np.ndarray]
    diverged_at: int | None


@dataclass(frozen=True)
class LossCurves:
    """The loss curves of a population.

    Attributes:
        epochs: Number of the epoch after which each point was measured.
        train_loss: Mean training loss; NaN after a member has ended.
        stopped_early: Whether early stopping ended a member.
    """

    epochs: Int[np.ndarray, " epochs"]
    train_loss: Float[np.ndarray, "members epochs"]
    stopped_early: Bool[np.ndarray, " members"]


@dataclass(frozen=True)
class TrainingOutcome:
    """A population, trained and measured.

    Attributes:
        members: Outcome of each member, one a seed.
        curves: Loss curves of all members.
        judgements: Judgement on each member's training.
        sentences: Outcome in words.
        metrics: Metrics as plain values, in the form of `metrics.json` and `--json`.
    """

    members: tuple[MemberOutcome, ...]
    curves: LossCurves
    judgements: tuple[Judgement, ...]
    sentences: tuple[str, ...]
    metrics: dict[str, Any]


def judge(experiment: Experiment, plan: Plan, population: Population, examples: Examples) -> TrainingOutcome:
    """Measure every member, and describe the outcome.

    Args:
        experiment: The experiment that was trained.
        plan: The network and its objective.
        population: The trained members.
        examples: The data by seed.

    Returns:
        The outcome; `metrics` has no times yet.
    """
    members = tuple(
        _judge_member(plan, member.seed, trained, examples)
        for member, trained in zip(population.members, population.trained, strict=True)
    )
    curves = _curves(plan, members)
    judgements = tuple(
        judge_member(
            experiment,
            plan,
            member.trained,
            member.history,
            examples.of(member.seed),
            diverged_at=member.diverged_at,
            has_stopped_early=bool(stopped),
        )
        for member, stopped in zip(members, curves.stopped_early, strict=True)
    )
    judged = judged_part(members[0].parts)
    over = repeats_over(experiment.split.folds)
    if are_mostly_blank(examples.of(experiment.seed)):
        what_became: tuple[str, ...] = (BLANK_PICTURES,)
    else:
        what_became = _describe_training(experiment, members, curves, judgements, judged, over)
    sentences = (
        *describe_scores([member.parts[judged].metrics for member in members], part=judged, over=over),
        *what_became,
    )
    if experiment.class_weights == "none" and (unequal := _imbalance(members, examples.of(experiment.seed), judged)):
        sentences = (*sentences, unequal)
    metrics: dict[str, Any] = {}
    for part in members[0].parts:
        each = [{"seed": member.seed, **member.parts[part].metrics.to_json()} for member in members]
        metrics[part] = each[0] if len(each) == 1 else over_seeds(each, over)
        metrics[part].pop("seed", None)
    metrics["outcome"] = list(sentences)
    metrics["judgements"] = [
        {"seed": member.seed, **judgement.to_json()} for member, judgement in zip(members, judgements, strict=True)
    ]
    metrics["notes"] = list(examples.of(experiment.seed).notes)
    if not experiment.shuffle and plan.steps_per_epoch > 1:
        metrics["notes"].append(UNSHUFFLED)
    if experiment.split.folds is not None:
        metrics["notes"].append(_describe_folds(experiment))
    metrics["seeds"] = [member.seed for member in members]
    metrics["epochs"] = [len(member.history["epoch"]) - 1 for member in members]
    metrics["diverged_at"] = [member.diverged_at for member in members]
    if plan.patience:
        metrics["best_epoch"] = [member.trained.best_epoch for member in members]
    return TrainingOutcome(members, curves, judgements, sentences, metrics)


def _describe_training(
    experiment: Experiment,
    members: tuple[MemberOutcome, ...],
    curves: LossCurves,
    judgements: tuple[Judgement, ...],
    part: PartName,
    over: Repeats,
) -> tuple[str, ...]:
    if experiment.optimizer.maximize:
        return (describe_ascent(curves.train_loss),)
    metrics = [member.parts[part].metrics for member in members]
    return describe_training(
        judgements,
        curves.stopped_early.tolist(),
        num_epochs=int(curves.epochs[-1]),
        learning_rate=experiment.optimizer.learning_rate,
        member_word=over.word,
        is_perfect=all(isinstance(each, ClassMetrics | LabelMetrics) and each.accuracy == 1.0 for each in metrics),
    )


def _describe_folds(experiment: Experiment) -> str:
    num_folds = experiment.split.folds
    if experiment.num_seeds < (num_folds or 0):
        return (
            f"Tested on {experiment.num_seeds} of {num_folds} folds; train with num_seeds={num_folds} to test on all."
        )
    ordered = isinstance(experiment.data, DividedSpec) and experiment.data.time is not None
    each = "each is learned from the rows before it" if ordered else "each example is tested once"
    return (
        f"{num_folds} folds: {each}. The intervals over folds allow for training sets that overlap (Nadeau and Bengio)."
    )


def _imbalance(members: tuple[MemberOutcome, ...], dataset: Dataset, part: PartName) -> str | None:
    metrics = [member.parts[part].metrics for member in members]
    classes = [each for each in metrics if isinstance(each, ClassMetrics)]
    if not classes or dataset.weights is not None:
        return None
    counts = np.bincount(dataset.targets[dataset.train], minlength=len(dataset.classes))
    return describe_imbalance(counts, classes, part=part)


def _judge_member(plan: Plan, seed: int, trained: Trained, examples: Examples) -> MemberOutcome:
    dataset = examples.of(seed)
    parts = measure_parts(plan, trained.params, trained.statistics, dataset)
    curve_parts = ("train", "validation") if plan.num_validation else ("train",)
    statistics = cast(plan.network.start_statistics(), plan.precision)
    start = measure_parts(plan, trained.initial_params, statistics, dataset, parts=curve_parts)
    history = _history(trained, {str(part): start[part] for part in curve_parts})
    runaway = find_runaway(history["train_loss"])
    diverged_at = trained.diverged_at
    if diverged_at is None and runaway is not None:
        diverged_at = runaway * plan.steps_per_epoch
    return MemberOutcome(seed, trained, parts, history, diverged_at)


def cast(arrays: Mapping[str, Mapping[str, np.ndarray]], precision: str) -> dict[str, dict[str, np.ndarray]]:
    """Convert arrays by layer and role to a precision."""
    return {layer: {role: array.astype(precision) for role, array in roles.items()} for layer, roles in arrays.items()}


def _history(trained: Trained, start: dict[str, PartResult]) -> dict[str, np.ndarray]:
    """Put the metrics before the first step in front of the traced values."""
    history = {"epoch": np.arange(len(trained.trace["train_loss"]) + 1)}
    for name, values in trained.trace.items():
        part, _, measure = name.partition("_")
        result = start.get(part)
        known = getattr(result.metrics, measure, None) if result else None
        history[name] = np.concatenate([[np.nan if known is None else known], values.astype(np.float64)])
    return history


def _curves(plan: Plan, members: tuple[MemberOutcome, ...]) -> LossCurves:
    length = max(len(member.history["epoch"]) for member in members)
    nothing = np.full(length, np.nan)

    def padded(name: str) -> np.ndarray:
        rows = [member.history.get(name, nothing) for member in members]
        return np.stack([np.concatenate([row, nothing[: length - len(row)]]) for row in rows])

    has_stopped = [
        bool(plan.patience) and member.trained.best_epoch is not None
        and len(member.history["epoch"]) - 1 - member.trained.best_epoch >= plan.patience
        for member in members
    ]  # fmt: skip
    return LossCurves(
        epochs=np.arange(length),
        train_loss=padded("train_loss"),
        stopped_early=np.array(has_stopped),
    )


def save(folder: RunFolder, outcome: TrainingOutcome) -> None:
    """Write snapshots, history, symptoms and weights; the metrics, which mark a run as finished, are written later."""
    members = outcome.members
    epochs = sorted(members[0].trained.snapshots)
    if epochs and all(sorted(member.trained.snapshots) == epochs for member in members):
        folder.save_snapshots(np.array(epochs), _stack_snapshots(members, epochs))
    folder.save_history(history_columns(members))
    symptoms = symptom_columns([member.seed for member in members], [member.trained for member in members])
    if symptoms is not None:
        folder.save_symptoms(symptoms)
    weights = [flat_weights(member.trained.params, member.trained.statistics) for member in members]
    folder.save_weights({name: np.stack([each[name] for each in weights]) for name in weights[0]})


def _stack_snapshots(members: tuple[MemberOutcome, ...], epochs: list[int]) -> dict[str, np.ndarray]:
    kept = [[member.trained.snapshots[epoch] for epoch in epochs] for member in members]
    rows = [[flat_weights(each["params"], each["statistics"]) for each in row] for row in kept]
    return {
        name: np.stack([np.stack([row[place][name] for row in rows]) for place in range(len(epochs))])
        for name in rows[0][0]
    }


def flat_weights(params: Any, statistics: Any) -> dict[str, np.ndarray]:
    """Return arrays under the names of the weights file, such as `hidden/weight`."""
    both = (*params.items(), *statistics.items())
    return {f"{layer}/{role}": array for layer, roles in both for role, array in roles.items()}


def history_columns(members: tuple[MemberOutcome, ...]) -> dict[str, np.ndarray]:
    """Return the history as a long table: one row for each member and epoch."""
    lengths = [len(member.history["epoch"]) for member in members]
    columns = {
        "member": np.repeat(np.arange(len(members)), lengths),
        "seed": np.repeat([member.seed for member in members], lengths),
    }
    for name in members[0].history:
        columns[name] = np.concatenate([member.history[name] for member in members])
    return columns


def with_seconds(outcome: TrainingOutcome, seconds: dict[str, float], begin: float) -> TrainingOutcome:
    """Add times to the metrics, with the total from `begin` to now."""
    total = {**seconds, "total": time.perf_counter() - begin}
    return replace(outcome, metrics={**outcome.metrics, "seconds": {name: round(s, 4) for name, s in total.items()}})

"""A trained and measured population laid out as plain data for its page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from descentlab import results
from descentlab.core import PartName
from descentlab.data import Dataset
from descentlab.evaluation import (
    CLASS_SCORES,
    LABEL_SCORES,
    REAL_METRICS,
    AnyMetrics,
    ClassMetrics,
    LabelMetrics,
    Metric,
    RealMetrics,
    Repeats,
    SeveralRealMetrics,
    clip,
    mean_and_deviation,
    reliability_bins,
    repeats_over,
    softmax_account,
)
from descentlab.judgement import Judgement
from descentlab.runs import RunFolder
from descentlab.spec import AugmentSpec, Experiment, PointsData, to_toml
from descentlab.training import Plan, precision_of
from descentlab.workbench._answers import PartPredictions
from descentlab.workbench._measure import PartResult, judged_part
from descentlab.workbench._outcome import MemberOutcome, TrainingOutcome
from descentlab.workbench._plane import boundary

CALIBRATION_FROM = 100
"""Examples from which on the calibration is drawn: of fewer, its ten bins show little but chance."""


def build_report(
    folder: RunFolder,
    experiment: Experiment,
    plan: Plan,
    outcome: TrainingOutcome,
    dataset: Dataset,
    *,
    features: tuple[str, str] | None = None,
    examples: bool = True,
) -> results.TrainingReport:
    """Lay out all that the page of a training shows, of its first member where there are several.

    Args:
        folder: The run, for where it was made.
        experiment: What was trained.
        plan: The network and its objective.
        outcome: What came of it.
        dataset: The first member's data.
        features: The two features whose plane is shown; by default the most telling.
        examples: Whether the page shows examples of the data. Without them it holds no row and no picture of it.

    Returns:
        Plain data for `descentlab.results.render`.
    """
    first = outcome.members[0]
    part = judged_part(first.parts)
    result = first.parts[part]
    is_classes = bool(dataset.classes)
    answers = PartPredictions(dataset, result)
    over = repeats_over(experiment.split.folds)
    page = results.TrainingReport(
        title=_title(experiment, plan, dataset),
        task=dataset.task,
        outcome=outcome.sentences,
        facts=_facts(folder, experiment, plan, outcome, dataset),
        experiment_toml=to_toml(experiment),
        layers=plan.network.table(),
        history=_history(plan, outcome),
        metrics={
            name: _scores([member.parts[name].metrics for member in outcome.members], over) for name in first.parts
        },
        baseline_name=_baseline_name(result),
        members=_members(outcome, part) if len(outcome.members) > 1 else (),
        shown_seed=first.seed if len(outcome.members) > 1 else None,
        confusion=answers.confusion(part) if is_classes else None,
        mistakes=answers.mistakes(),
        predictions=answers.predictions(part) if dataset.task_kind == "numbers" else (),
        boundary=_boundary(plan, first, dataset, features),
        account=_account(plan, answers, result) if is_classes else None,
        calibration=_calibration(result, dataset, part)
        if is_classes and len(result.rows) >= CALIBRATION_FROM
        else None,
        weights=dataset.weights_column,
    )
    return page if examples else _without_examples(page, experiment)


def _without_examples(page: results.TrainingReport, experiment: Experiment) -> results.TrainingReport:
    data = experiment.data
    if isinstance(data, PointsData):  # the description holds the points themselves
        experiment = experiment.model_copy(update={"data": data.model_copy(update={"points": ()})})
    return replace(
        page,
        experiment_toml=to_toml(experiment),
        confusion=None if page.confusion is None else replace(page.confusion, examples=()),
        mistakes=(),
        predictions=(),
        boundary=None if page.boundary is None else page.boundary.without_points(),
        account=None,
    )


def _title(experiment: Experiment, plan: Plan, dataset: Dataset) -> str:
    """Name the page by its data and its network, as "iris: a 4-8-3 network"."""
    weighing = [spec.weighs == "all inputs" for spec in experiment.model]
    if all(is_dense or spec.purpose == "lay out" for spec, is_dense in zip(experiment.model, weighing, strict=True)):
        widths = [layer.num_channels for layer, is_dense in zip(plan.network.layers, weighing, strict=True) if is_dense]
        return f"{dataset.name}: a {'-'.join(map(str, (math.prod(dataset.input_shape), *widths)))} network"
    kind = "convolutional " if plan.network.has_convolution else ""
    return f"{dataset.name}: a {kind}network of {len(plan.network.layers)} layers"


def _facts(
    folder: RunFolder, experiment: Experiment, plan: Plan, outcome: TrainingOutcome, dataset: Dataset
) -> results.Facts:
    row = results.Row
    shape = " x ".join(str(side) for side in dataset.input_shape)
    shown = [row("inputs", f"{shape}{' pixels' if dataset.is_pictures else ' features'}")]
    if dataset.classes:
        names = ", ".join(dataset.classes[:12]) + (", ..." if len(dataset.classes) > 12 else "")
        shown.append(row("classes", f"{len(dataset.classes)}: {names}"))
    else:
        num = len(dataset.target_names)
        kind = "labels" if dataset.task_kind == "labels" else "targets" if num else "target"
        shown.append(row(kind, f"{num}: {dataset.target_name}" if num else dataset.target_name or "target"))
    if dataset.weights is not None:
        low, high = float(dataset.weights.min()), float(dataset.weights.max())
        shown.append(row("weights", f"{dataset.weights_column}: from {low:.4g} to {high:.4g}"))
    if dataset.checksum:
        shown.append(row("checksum of the bytes", dataset.checksum))
    environment = folder.environment()
    machine = environment.get("machine", {})
    packages = environment.get("packages", {})
    versions = ", ".join(
        f"{name} {packages[name]}" for name in ("descentlab", "gradlab", "jax", "optax") if name in packages
    )
    return results.Facts(
        data=dataset.name,
        parts={name: len(dataset.part(name)) for name in ("train", "validation", "test") if len(dataset.part(name))},
        data_rows=tuple(shown),
        notes=dataset.notes,
        settings=tuple(_settings(experiment, plan)),
        seconds=outcome.metrics.get("seconds", {}),
        environment=(
            row("made", str(environment.get("created", ""))),
            row("machine", f"{machine.get('processor', '')}, {machine.get('cores', '?')} cores"),
            row("devices", ", ".join(environment.get("devices", []))),
            row("software", f"Python {environment.get('python', '')}, {versions}"),
        ),
    )


def _settings(experiment: Experiment, plan: Plan) -> list[results.Row]:
    row = results.Row
    numbers = experiment.optimizer.model_dump(exclude={"kind", "learning_rate", "maximize"}, exclude_none=True)
    others = ", ".join(f"{name} {value:g}" for name, value in numbers.items() if value or name in plan.hyper_names)
    rows = [
        row("loss", f"{plan.objective.title}; {_head_words(plan)}"),
        row("optimizer", experiment.optimizer.title + (f" ({others})" if others else "")),
        row("learning rate", f"{experiment.optimizer.learning_rate:g}, {experiment.schedule.kind}"),
        row("batch size", f"{plan.batch_size:,} examples, {plan.steps_per_epoch:,} steps an epoch"),
        row("epochs", f"{experiment.epochs:,} (an epoch is one pass over the {plan.num_train:,} training examples)"),
        row("order", _order_words(experiment, plan)),
        row("initial weights", _initial_words(plan)),
        row("seed", f"{experiment.seed}" + (f" to {experiment.seed + experiment.num_seeds - 1}"
                                            if experiment.num_seeds > 1 else "")),
    ]  # fmt: skip
    if experiment.label_smoothing:
        rows.append(row("label smoothing", f"{experiment.label_smoothing:g} of the training loss is of any label"))
    if experiment.class_weights != "none":
        rows.append(row("class weights", f"{experiment.class_weights}: every class counts the same in training"))
    if plan.augment is not None:
        rows.append(row("training pictures", _augment_words(plan.augment)))
    if experiment.early_stopping:
        stopping = experiment.early_stopping
        rows.append(row("early stopping", f"by validation {stopping.metric}, patience {stopping.patience} epochs"))
    return rows


def _order_words(experiment: Experiment, plan: Plan) -> str:
    if plan.steps_per_epoch == 1:
        return "all training examples in every step"
    return "drawn anew in every epoch" if experiment.shuffle else "not shuffled: as the data has it, in every epoch"


def _initial_words(plan: Plan) -> str:
    """Say from what each layer starts, or once from what all start."""
    by_layer = {layer.name: words for layer in plan.network.every_layer if (words := layer.initial_values)}
    if len(set(by_layer.values())) == 1:
        return next(iter(by_layer.values()))
    return "; ".join(f"{name}: {words}" for name, words in by_layer.items())


def _head_words(plan: Plan) -> str:
    head = plan.objective.head
    number = f"{head.outputs} logit passes" if head.outputs == 1 else f"{head.outputs} logits pass"
    summed = "; summed over a batch" if plan.objective.over_batch == "sum" else ""
    return f"{number} through {head.activation}{summed}"


def _augment_words(augment: AugmentSpec) -> str:
    words = [
        f"shifted by up to {augment.shift:g} pixels" if augment.shift else "",
        f"rotated by up to {augment.rotate:g} degrees" if augment.rotate else "",
        "every other one mirrored" if augment.flip == "horizontal" else "",
    ]
    return "varied at random: " + ", ".join(word for word in words if word)


def _history(plan: Plan, outcome: TrainingOutcome) -> results.History:
    curves = outcome.curves

    def stacked(name: str) -> np.ndarray | None:
        if name not in outcome.members[0].history:
            return None
        rows = np.full(curves.train_loss.shape, np.nan)
        for place, member in enumerate(outcome.members):
            values = member.history[name]
            rows[place, : len(values)] = values
        return rows

    best = outcome.members[0].trained.best_epoch
    return results.History(
        epochs=curves.epochs,
        train_loss=curves.train_loss,
        validation_loss=stacked("validation_loss"),
        train_accuracy=stacked("train_accuracy"),
        validation_accuracy=stacked("validation_accuracy"),
        loss_name=plan.objective.title,
        chosen_epoch=best if len(outcome.members) == 1 else None,
    )


def _scores(measured: Sequence[AnyMetrics], over: Repeats) -> results.PartScores:
    """Bring the scores of one part, of each network, to the form that the page shows."""
    each = ((metric.name, _score(metric, measured, over)) for metric in measured[0].declared)
    scores = {name: score for name, score in each if score is not None}
    classes = tuple(_class_scores(each) for each in zip(*map(_rows_of, measured), strict=True))
    effective = [each.weighting.num_effective for each in measured if each.weighting is not None]
    num_effective = float(np.mean(effective)) if effective else None
    return results.PartScores(measured[0].num_examples, scores, classes, num_effective)


@dataclass(frozen=True)
class _ScoreRow:
    """Scores of one class, label or target, by the names that a reader is shown."""

    name: str
    values: Mapping[str, float | None]
    support: int | None


def _rows_of(measured: AnyMetrics) -> Sequence[_ScoreRow]:
    def values(metrics: Sequence[Metric], each: Any) -> dict[str, float | None]:
        return {metric.title: getattr(each, metric.name) for metric in metrics}

    match measured:
        case ClassMetrics():
            return [_ScoreRow(each.name, values(CLASS_SCORES, each), each.support) for each in measured.by_class]
        case LabelMetrics():
            return [_ScoreRow(each.name, values(LABEL_SCORES, each), each.support) for each in measured.by_label]
        case SeveralRealMetrics():
            shown = [metric for metric in REAL_METRICS if metric.name != "loss"]
            rows = zip(measured.names, measured.each, strict=True)
            return [
                _ScoreRow(name, {**values(shown, each), "RMSE of the baseline": each.baseline_rmse}, None)
                for name, each in rows
            ]
        case RealMetrics():
            return []


def _score(metric: Metric, measured: Sequence[AnyMetrics], over: Repeats) -> results.Score | None:
    """Take one network's score, or the mean over several; None where it is not defined."""
    values = [value for each in measured if (value := getattr(each, metric.name)) is not None]
    baseline = float(np.mean([getattr(each, metric.baseline) for each in measured])) if metric.baseline else None
    if len(measured) == 1:
        interval = getattr(measured[0], metric.interval) if metric.interval else None
        return results.Score(float(values[0]), _finite(interval), None, baseline, metric.title) if values else None
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return None
    mean, deviation, interval = mean_and_deviation(finite, over)
    return results.Score(mean, clip(interval, metric.bounds), deviation, baseline, metric.title)


def _finite(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return interval if interval is not None and np.isfinite(interval).all() else None


def _class_scores(scores: Sequence[_ScoreRow]) -> results.ClassScores:
    """Join the scores of one class, label or target over the networks: means of what is defined."""
    values: dict[str, float | None] = {}
    for title in scores[0].values:
        known = [value for each in scores if (value := each.values[title]) is not None]
        values[title] = float(np.mean(known)) if known else None
    supports = [each.support for each in scores if each.support is not None]
    return results.ClassScores(scores[0].name, values, float(np.mean(supports)) if supports else None)


def _baseline_name(result: PartResult) -> str:
    match result.metrics:
        case ClassMetrics():
            return f"always the most frequent class, {result.metrics.baseline_class}"
        case LabelMetrics():
            return "always the more frequent answer for each label"
        case RealMetrics():
            return "always the training mean"
        case SeveralRealMetrics():
            return "always the training mean of each target"


def _members(outcome: TrainingOutcome, part: PartName) -> tuple[results.Member, ...]:
    rows = []
    for member, judgement in zip(outcome.members, outcome.judgements, strict=True):
        metrics = member.parts[part].metrics
        leading = metrics.declared[0]
        values = {f"{part} loss": metrics.loss, f"{part} {leading.title}": getattr(metrics, leading.name)}
        rows.append(results.Member(member.seed, values, member.diverged_at, _words(judgement)))
    return tuple(rows)


def _words(judgement: Judgement) -> str:
    return f"{judgement.outcome}, over-fitting" if judgement.fit == "over-fitting" else judgement.outcome


def _boundary(
    plan: Plan,
    member: MemberOutcome,
    dataset: Dataset,
    features: tuple[str, str] | None,
) -> results.Boundary2D | None:
    trained = member.trained
    last = (len(member.history["epoch"]) - 1, trained.params, trained.statistics)
    kept = [(epoch, both["params"], both["statistics"]) for epoch, both in sorted(trained.snapshots.items())]
    snapshots = [snapshot for snapshot in kept if snapshot[0] < last[0]] + [last]
    with precision_of(plan.precision):
        return boundary(plan, dataset, snapshots, features=features)


def _calibration(result: PartResult, dataset: Dataset, part: PartName) -> results.Calibration | None:
    outputs = result.inference.outputs.astype(np.float64)
    if not np.all(np.isfinite(outputs)):
        return None
    predicted = outputs.argmax(axis=1)
    weights = None if dataset.weights is None else dataset.weights[result.rows]
    bins = reliability_bins(outputs.max(axis=1), predicted == dataset.targets[result.rows], weights)
    return results.Calibration(
        confidence=np.array([np.nan if each.confidence is None else each.confidence for each in bins], np.float64),
        accuracy=np.array([np.nan if each.accuracy is None else each.accuracy for each in bins], np.float64),
        counts=np.array([each.count for each in bins]),
        part=part,
    )


def _account(plan: Plan, answers: PartPredictions, result: PartResult) -> results.OutputAccount | None:
    """Account for one prediction: the most doubtful of the part, since a sure one shows little."""
    outputs = result.inference.outputs
    if not np.all(np.isfinite(outputs)) or not np.all(np.isfinite(result.inference.logits)):
        return None
    count = len(answers.dataset.classes)
    if plan.objective.num_outputs not in (count, 1 if count == 2 else count):
        # The page explains a logit for each class, or one for two classes.
        return None
    place = int(np.argmin(outputs.max(axis=1)))
    logits = result.inference.logits[place].astype(np.float64)
    probabilities = tuple(float(value) for value in outputs[place])
    shift, head = 0.0, plan.objective.head
    if head.facts.is_joint and len(logits) > 1:
        account = softmax_account(logits)
        terms, total, shift = account.exponentials, account.total, account.largest
        probabilities = tuple(float(value) for value in account.probabilities)
    else:
        terms = np.asarray(head.of(jnp.asarray(result.inference.logits[place])), np.float64)
        total = float(terms.sum())
    return results.OutputAccount(
        example=answers.example(place),
        classes=answers.dataset.classes,
        head=results.OutputHead(head.facts.title, head.facts.is_joint, head.facts.is_identity),
        logits=tuple(float(value) for value in logits),
        terms=tuple(float(value) for value in terms),
        total=total,
        probabilities=probabilities,
        shift=shift,
    )

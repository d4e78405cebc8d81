"""The outcome of a training in words: its scores, how sure they are, and what to try next."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import ShapeError
from descentlab.evaluation._classes import ClassMetrics
from descentlab.evaluation._curves import (
    NOT_LEARNING_FALL,
    UNDER_TRAINED_FALL,
    CurveReading,
    Verdict,
    end_length,
    read_curves,
)
from descentlab.evaluation._intervals import SEEDS, Interval, Repeats, mean_and_deviation
from descentlab.evaluation._labels import LabelMetrics
from descentlab.evaluation._reals import RealMetrics
from descentlab.evaluation._several_reals import SeveralRealMetrics
from descentlab.evaluation._weights import Weighting

AnyMetrics = ClassMetrics | RealMetrics | LabelMetrics | SeveralRealMetrics
"""Metrics of one part, by what the network predicts."""

WIDE_INTERVAL = 0.1
"""A sentence warns of few examples if the interval of the accuracy is wider than this."""


BLANK_PICTURES = (
    "Most of the training pictures are blank or nearly so, as the network reads them, so there is next to nothing to "
    "learn: look at the files and at the scale of their pixels first (files of 16 bits: `--set data.depth=12`)."
)


@dataclass(frozen=True)
class LossCurves:
    """The loss curves of a population.

    Attributes:
        epochs: Number of the epoch after which each point was measured.
        train_loss: Mean training loss; NaN after a member has ended.
        validation_loss: Mean validation loss; NaN after a member has ended, and all NaN if there is no such part.
        has_diverged: Whether the trainer stopped a member because it diverged.
        stopped_early: Whether early stopping ended a member.
    """

    epochs: Int[np.ndarray, " epochs"]
    train_loss: Float[np.ndarray, "members epochs"]
    validation_loss: Float[np.ndarray, "members epochs"]
    has_diverged: Bool[np.ndarray, " members"]
    stopped_early: Bool[np.ndarray, " members"]

    def readings(self) -> tuple[CurveReading, ...]:
        """Judge each member by its curves."""
        return tuple(
            read_curves(train, validation, has_diverged=bool(diverged))
            for train, validation, diverged in zip(
                self.train_loss, self.validation_loss, self.has_diverged, strict=True
            )
        )


def describe_outcome(
    metrics: Sequence[AnyMetrics],
    curves: LossCurves,
    *,
    part: str = "test",
    learning_rate: float | None = None,
    goes_up: bool = False,
    over: Repeats = SEEDS,
    are_blank: bool = False,
) -> tuple[str, ...]:
    """Describe the outcome in words, with intervals, and say what to try next according to the curves.

    Args:
        metrics: Metrics of each member on the part, one member a seed.
        curves: Loss curves of the members.
        part: Name of the part.
        learning_rate: Learning rate of the training, from which advice computes the next to try.
        goes_up: Whether the training went up the loss on purpose, so that no advice on lowering it fits.
        over: What the members differ in: their seeds, or the folds of a cross-validation.
        are_blank: Whether most of the pictures are blank, so that there is nothing to learn and no other advice fits.

    Returns:
        Sentences, each complete in itself: the score, how much of it is luck, the baseline, the training.

    Raises:
        ShapeError: If there are no metrics, or not as many as curves.
    """
    if not metrics or len(metrics) != len(curves.train_loss):
        raise ShapeError(
            f"got metrics of {len(metrics)} members and curves of {len(curves.train_loss)}: give both for each member"
        )
    scores = [*_describe_scores(metrics, part, over), *_describe_weighting(metrics, part)]
    if goes_up:
        return (*scores, _describe_ascent(curves))
    if are_blank:
        return (*scores, BLANK_PICTURES)
    is_perfect = all(isinstance(member, ClassMetrics | LabelMetrics) and member.accuracy == 1.0 for member in metrics)
    return (*scores, *_describe_training(curves, is_perfect=is_perfect, learning_rate=learning_rate))


def _describe_scores(metrics: Sequence[AnyMetrics], part: str, over: Repeats) -> list[str]:
    classes = [member for member in metrics if isinstance(member, ClassMetrics)]
    reals = [member for member in metrics if isinstance(member, RealMetrics)]
    labels = [member for member in metrics if isinstance(member, LabelMetrics)]
    several = [member for member in metrics if isinstance(member, SeveralRealMetrics)]
    if labels:
        return _describe_labels(labels, part, over)
    if several:
        return _describe_several(several, part, over)
    return _describe_accuracy(classes, part, over) if classes else _describe_errors(reals, part, over)


def _describe_labels(metrics: Sequence[LabelMetrics], part: str, over: Repeats) -> list[str]:
    first, num = metrics[0], len(metrics)
    if num == 1:
        low, high = first.accuracy_ci95
        verdict = "is better" if first.is_better_than_baseline else "is not shown to be better"
        return [
            f"For {first.accuracy:.1%} of the {first.num_examples:,} {part} examples all {len(first.by_label)} labels "
            f"are predicted correctly; 95% interval {low:.1%} to {high:.1%}.",
            f"Of single labels {first.hamming_loss:.1%} are wrong (Hamming loss); always giving each label's more "
            f"frequent answer gets {first.baseline_hamming_loss:.1%} wrong.",
            f"The network {verdict} than that baseline, which has all labels right for {first.baseline_accuracy:.1%}.",
        ]
    name = "share of examples with all labels right"
    sentences = _describe_spread(name, [member.accuracy for member in metrics], part, first.num_examples, over)
    wrong = sum(member.hamming_loss for member in metrics) / num
    level = sum(member.baseline_accuracy for member in metrics) / num
    gains = [member.accuracy - member.baseline_accuracy for member in metrics]
    baseline = f"always giving each label's more frequent answer, which reaches {level:.3f}"
    return [
        *sentences,
        f"Of single labels {wrong:.1%} are wrong (Hamming loss).",
        _describe_gain(gains, baseline, over),
    ]


def _describe_several(metrics: Sequence[SeveralRealMetrics], part: str, over: Repeats) -> list[str]:
    first, num = metrics[0], len(metrics)
    r2 = [member.r2 for member in metrics if member.r2 is not None]
    sentences = []
    if num == 1 and first.r2 is not None and first.r2_ci95 is not None:
        sentences.append(
            f"R² is {first.r2:.3f} on average over the {len(first.names)} targets, on the {part} part: the share of "
            f"variance explained; 95% interval {_span(first.r2_ci95)}."
        )
    elif len(r2) > 1:
        sentences += _describe_spread("R² (mean of targets)", r2, part, first.num_examples, over)
    errors = [
        f"{name} {sum(each.rmse for each in parts) / num:.4g} ({sum(each.baseline_rmse for each in parts) / num:.4g})"
        for name, parts in zip(first.names, zip(*(member.each for member in metrics), strict=True), strict=True)
    ]
    sentences.append(
        f"Typical {part} error (RMSE) of each target in its unit, and in brackets that of always predicting its "
        f"training mean: {', '.join(errors)}."
    )
    num_better = sum(member.is_better_than_baseline for member in metrics)
    if num_better == num:
        return sentences
    whose = "It is" if num == 1 else f"{num - num_better} of {num} {over.word} are"
    return [*sentences, f"{whose} not shown to be better than the baseline."]


def _describe_accuracy(metrics: Sequence[ClassMetrics], part: str, over: Repeats) -> list[str]:
    first, num = metrics[0], len(metrics)
    if num == 1:
        low, high = first.accuracy_ci95
        by = "" if first.weighting is None else f" by the weights in '{first.weighting.column}'"
        sentences = [
            f"{part.capitalize()} accuracy {first.accuracy:.3f}{by}: {first.num_right:,} of {first.num_examples:,} "
            f"examples are predicted correctly; 95% interval {low:.3f} to {high:.3f}."
        ]
        if high - low > WIDE_INTERVAL:
            sentences.append(
                f"{first.num_examples:,} examples are few: another {part} part could show anything from {low:.3f} to "
                f"{high:.3f}. `--seeds 20` shows how much of it is luck."
            )
        verdict = "is better" if first.is_better_than_baseline else "is not shown to be better"
        baseline = f"always predicting '{first.baseline_class}' reaches {first.baseline_accuracy:.3f}"
        return [*sentences, f"The network {verdict} than the baseline: {baseline}."]
    sentences = _describe_spread("accuracy", [member.accuracy for member in metrics], part, first.num_examples, over)
    gains = [member.accuracy - member.baseline_accuracy for member in metrics]
    level = sum(member.baseline_accuracy for member in metrics) / num
    baseline = f"always predicting the most frequent class, which reaches {level:.3f}"
    return [*sentences, _describe_gain(gains, baseline, over)]


def _describe_weighting(metrics: Sequence[AnyMetrics], part: str) -> list[str]:
    weightings = [member.weighting for member in metrics if member.weighting is not None]
    if not weightings:
        return []
    column, num = weightings[0].column, sum(each.num_effective for each in weightings) / len(weightings)
    on_average = " on average over the seeds" if len(weightings) > 1 else ""
    words = Weighting(column, num).words
    return [
        f"Every score counts examples by their weight in '{column}': the {metrics[0].num_examples:,} examples of the "
        f"{part} part {words}{on_average}."
    ]


def _describe_spread(name: str, values: Sequence[float], part: str, num_examples: int, over: Repeats) -> list[str]:
    mean, deviation, interval = mean_and_deviation(values, over)
    if deviation is None or interval is None:
        return [f"{part.capitalize()} {name} {mean:.3f}."]
    return [
        f"{part.capitalize()} {name} {mean:.3f} ± {deviation:.3f}: mean and standard deviation over {len(values)} "
        f"{over.word}; the mean's 95% interval is {_span((interval[0], min(1.0, interval[1])))}.",
        f"Single {over.word} ranged from {min(values):.3f} to {max(values):.3f}: one run, tested on {num_examples:,} "
        "examples, could have shown any of these.",
    ]


def _describe_gain(gains: Sequence[float], baseline: str, over: Repeats) -> str:
    mean, _, interval = mean_and_deviation(gains, over)
    if interval is None or interval[0] <= 0.0:
        return f"It is not shown to be better than {baseline}."
    return f"That is {mean:.3f} above {baseline} (95% interval of the gain {_span(interval)})."


def _describe_errors(metrics: Sequence[RealMetrics], part: str, over: Repeats) -> list[str]:
    first, num = metrics[0], len(metrics)
    r2 = [member.r2 for member in metrics if member.r2 is not None]
    rmse = sum(member.rmse for member in metrics) / num
    baseline = sum(member.baseline_rmse for member in metrics) / num
    size = f"The typical {part} error (RMSE) is {rmse:.4g} in the target's unit"
    if num == 1 and first.rmse_ci95 is not None:
        size += f", 95% interval {first.rmse_ci95[0]:.4g} to {first.rmse_ci95[1]:.4g}"
    sentences = [f"{size}; always predicting the training mean gives {baseline:.4g}."]
    if num == 1 and first.r2 is not None and first.r2_ci95 is not None:
        sentences.append(f"R² is {first.r2:.3f}: the share of variance explained; 95% interval {_span(first.r2_ci95)}.")
    elif len(r2) > 1:
        sentences += _describe_spread("R²", r2, part, first.num_examples, over)
    num_better = sum(member.is_better_than_baseline for member in metrics)
    if num_better == num:
        return sentences
    whose = "It is" if num == 1 else f"{num - num_better} of {num} {over.word} are"
    return [*sentences, f"{whose} not shown to be better than the baseline."]


def _describe_training(curves: LossCurves, *, is_perfect: bool, learning_rate: float | None) -> list[str]:
    readings = curves.readings()
    sentences = []
    if np.any(curves.stopped_early):
        ends = [curves.epochs[reading.lowest_at] for reading in _chosen(readings, curves.stopped_early)]
        sentences.append(
            f"Early stopping ended {_how_many(len(ends), len(readings))} when the validation loss no longer fell; the "
            f"weights kept are those of epoch {int(np.median(ends))}{' in the median' if len(ends) > 1 else ''}."
        )
    going_on = _chosen(readings, ~curves.stopped_early)
    return [*sentences, *_advise(going_on, curves, is_perfect=is_perfect, learning_rate=learning_rate)]


def _advise(
    readings: list[CurveReading], curves: LossCurves, *, is_perfect: bool, learning_rate: float | None
) -> list[str]:
    """Write a sentence on the members that diverged, and one on the verdict of most others."""
    by_verdict: dict[Verdict, list[CurveReading]] = {}
    for reading in readings:
        by_verdict.setdefault(reading.verdict, []).append(reading)
    diverged = by_verdict.pop("diverged", [])
    sentences = [_advise_diverged(diverged, curves, learning_rate)] if diverged else []
    if is_perfect or not by_verdict:
        return sentences
    verdict, group = max(by_verdict.items(), key=lambda item: len(item[1]))
    if 2 * len(group) > len(readings):
        return [*sentences, _ADVICE[verdict](group, curves, learning_rate)]
    counts = ", ".join(f"{len(group)} {verdict}" for verdict, group in by_verdict.items())
    return [*sentences, f"The seeds' curves differ: {counts}."]


def _describe_ascent(curves: LossCurves) -> str:
    """Say how far a reversed gradient has taken the loss, in the median over the members."""
    first = float(np.median(curves.train_loss[:, 0]))
    last = [row[np.isfinite(row)][-1] for row in curves.train_loss if np.isfinite(row).any()]
    how = f"from {first:.4g} to {float(np.median(last)):.4g}" if last else "beyond all numbers"
    return (
        "The gradient is reversed (`optimizer.maximize`): each step goes up the loss, and training took the loss of "
        f"{_how_many(len(curves.train_loss), len(curves.train_loss))} {how}."
    )


def _chosen(readings: Sequence[CurveReading], which: Bool[np.ndarray, " members"]) -> list[CurveReading]:
    return [reading for reading, is_chosen in zip(readings, which, strict=True) if is_chosen]


def _advise_diverged(readings: list[CurveReading], curves: LossCurves, rate: float | None) -> str:
    which = _how_many(len(readings), len(curves.train_loss))
    return f"Diverged: the loss of {which} ran away. Try a lower learning rate{_next_rate(rate, 0.1)}."


def _advise_not_learning(readings: list[CurveReading], curves: LossCurves, rate: float | None) -> str:
    which, change = _how_many(len(readings), len(curves.train_loss)), _median_change(readings)
    direction, factor = ("lower", 0.1) if change > NOT_LEARNING_FALL else ("higher", 10.0)
    return (
        f"Learned next to nothing: the training loss of {which} changed by {change:+.1%} in all. Try a {direction} "
        f"learning rate{_next_rate(rate, factor)}."
    )


def _advise_over_fitted(readings: list[CurveReading], curves: LossCurves, _: float | None) -> str:
    which, change = _how_many(len(readings), len(curves.train_loss)), _median_change(readings)
    lowest = int(np.median([curves.epochs[reading.lowest_at] for reading in readings]))
    return (
        f"Over-fitted: the validation loss of {which} was lowest near epoch {lowest} and ended {change:.0%} above it, "
        "while the training loss fell on. Try early stopping (`--set early_stopping.patience=10`), weight decay "
        "(`--set optimizer.l2=0.001`), or more examples."
    )


def _advise_under_trained(readings: list[CurveReading], curves: LossCurves, rate: float | None) -> str:
    which, num_epochs = _how_many(len(readings), len(curves.train_loss)), int(curves.epochs[-1])
    return (
        f"Under-trained: over the last {_end_epochs(curves)} epochs the loss of {which} still fell by "
        f"{-_median_change(readings):.0%}. Train longer (`--set epochs={2 * num_epochs}`) or try a higher learning "
        f"rate{_next_rate(rate, 3.0)}."
    )


def _describe_settled(readings: list[CurveReading], curves: LossCurves, _: float | None) -> str:
    which, change = _how_many(len(readings), len(curves.train_loss)), _median_change(readings)
    amount = f"{change:+.1%}" if abs(change) >= 0.001 else "less than 0.1%"
    if change < -UNDER_TRAINED_FALL:
        share = float(np.median([reading.share_of_fall for reading in readings]))
        amount += f" (only {share:.1%} of all that it fell)"
    return (
        f"Settled: over the last {_end_epochs(curves)} epochs the loss of {which} changed by {amount}, so "
        "more epochs of the same promise little."
    )


def _describe_too_short(_: list[CurveReading], curves: LossCurves, __: float | None) -> str:
    num = int(curves.epochs[-1]) if len(curves.epochs) else 0
    return f"{num} epoch{'' if num == 1 else 's'} of training are too few to say from the losses how it went."


_ADVICE: dict[Verdict, Callable[[list[CurveReading], LossCurves, float | None], str]] = {
    "not-learning": _advise_not_learning,
    "over-fitted": _advise_over_fitted,
    "under-trained": _advise_under_trained,
    "settled": _describe_settled,
    "too-short": _describe_too_short,
}


def _next_rate(rate: float | None, factor: float) -> str:
    return f" (`--set optimizer.learning_rate={_one_digit(rate * factor)}`)" if rate else ""


def _one_digit(value: float) -> str:
    return f"{float(f'{value:.0e}'):g}"


def _end_epochs(curves: LossCurves) -> int:
    """Return the number of epochs in the end of the curves, whose first point may be from before training."""
    end = curves.epochs[-end_length(len(curves.epochs)) :]
    return len(end) - int(end[0] == 0)


def _median_change(readings: list[CurveReading]) -> float:
    changes = [reading.change for reading in readings if not math.isnan(reading.change)]
    return float(np.median(changes)) if changes else 0.0


def _how_many(count: int, num: int) -> str:
    return "the network" if num == 1 else f"{count} of {num} seeds"


def _span(interval: Interval) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"

"""The outcome of a training in words: what the numbers say, how sure they are, and what to try."""

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
from descentlab.evaluation._intervals import Interval, mean_and_deviation
from descentlab.evaluation._reals import RealMetrics

WIDE_INTERVAL = 0.1
"""An accuracy whose interval is wider than this is said to rest on few examples."""


@dataclass(frozen=True)
class Curves:
    """The loss curves of a population.

    Attributes:
        epochs: After which epoch each point was taken.
        train_loss: Mean training loss; NaN where a member was no longer trained.
        validation_loss: The same of the validation part; all NaN where there is none.
        has_diverged: Which members the trainer gave up.
        stopped_early: Which members early stopping ended.
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
    metrics: Sequence[ClassMetrics] | Sequence[RealMetrics],
    curves: Curves,
    *,
    part: str = "test",
    learning_rate: float | None = None,
) -> tuple[str, ...]:
    """Say in words what came out, with intervals, and what to try next by the evidence of the curves.

    Args:
        metrics: What each member reached on the part, a member per seed.
        curves: How each came there.
        part: The name of the part.
        learning_rate: The rate that was used, from which advice names the next to try.

    Returns:
        Sentences, each whole in itself: the score, how much of it is luck, the baseline, the training.

    Raises:
        ShapeError: If there are no metrics, or not as many as curves.
    """
    if not metrics or len(metrics) != len(curves.train_loss):
        raise ShapeError(f"there are metrics of {len(metrics)} members and curves of {len(curves.train_loss)}")
    classes = [one for one in metrics if isinstance(one, ClassMetrics)]
    reals = [one for one in metrics if isinstance(one, RealMetrics)]
    scores = _describe_accuracy(classes, part) if classes else _describe_errors(reals, part)
    is_perfect = bool(classes) and all(one.accuracy == 1.0 for one in classes)
    return (*scores, *_describe_training(curves, is_perfect=is_perfect, learning_rate=learning_rate))


def _describe_accuracy(metrics: Sequence[ClassMetrics], part: str) -> list[str]:
    first, num = metrics[0], len(metrics)
    if num == 1:
        low, high = first.accuracy_ci95
        sentences = [
            f"{part.capitalize()} accuracy {first.accuracy:.3f}: {first.num_right:,} of {first.num_examples:,} "
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
    sentences = _describe_spread("accuracy", [one.accuracy for one in metrics], part, first.num_examples)
    gains = [one.accuracy - one.baseline_accuracy for one in metrics]
    level = sum(one.baseline_accuracy for one in metrics) / num
    return [*sentences, _describe_gain(gains, f"always predicting the most frequent class, which reaches {level:.3f}")]


def _describe_spread(name: str, values: Sequence[float], part: str, num_examples: int) -> list[str]:
    mean, deviation, interval = mean_and_deviation(values)
    if deviation is None or interval is None:
        return [f"{part.capitalize()} {name} {mean:.3f}."]
    return [
        f"{part.capitalize()} {name} {mean:.3f} ± {deviation:.3f}: mean and standard deviation over {len(values)} "
        f"seeds; the mean's 95% interval is {_span((interval[0], min(1.0, interval[1])))}.",
        f"Single seeds ranged from {min(values):.3f} to {max(values):.3f}: one run, tested on {num_examples:,} "
        "examples, could have shown any of these.",
    ]


def _describe_gain(gains: Sequence[float], baseline: str) -> str:
    mean, _, interval = mean_and_deviation(gains)
    if interval is None or interval[0] <= 0.0:
        return f"It is not shown to be better than {baseline}."
    return f"That is {mean:.3f} above {baseline} (95% interval of the gain {_span(interval)})."


def _describe_errors(metrics: Sequence[RealMetrics], part: str) -> list[str]:
    first, num = metrics[0], len(metrics)
    r2 = [one.r2 for one in metrics if one.r2 is not None]
    rmse = sum(one.rmse for one in metrics) / num
    baseline = sum(one.baseline_rmse for one in metrics) / num
    size = f"The typical {part} error (RMSE) is {rmse:.4g} in the target's unit"
    if num == 1 and first.rmse_ci95 is not None:
        size += f", 95% interval {first.rmse_ci95[0]:.4g} to {first.rmse_ci95[1]:.4g}"
    sentences = [f"{size}; always predicting the training mean gives {baseline:.4g}."]
    if num == 1 and first.r2 is not None and first.r2_ci95 is not None:
        sentences.append(f"R² is {first.r2:.3f}: the share of variance explained; 95% interval {_span(first.r2_ci95)}.")
    elif len(r2) > 1:
        sentences += _describe_spread("R²", r2, part, first.num_examples)
    num_better = sum(one.is_better_than_baseline for one in metrics)
    if num_better == num:
        return sentences
    whose = "It is" if num == 1 else f"{num - num_better} of {num} seeds are"
    return [*sentences, f"{whose} not shown to be better than the baseline."]


def _describe_training(curves: Curves, *, is_perfect: bool, learning_rate: float | None) -> list[str]:
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
    readings: list[CurveReading], curves: Curves, *, is_perfect: bool, learning_rate: float | None
) -> list[str]:
    """Tell of every loss of control, and else of what is true of most."""
    by_verdict: dict[Verdict, list[CurveReading]] = {}
    for reading in readings:
        by_verdict.setdefault(reading.verdict, []).append(reading)
    diverged = by_verdict.pop("diverged", [])
    sentences = [_advise_diverged(diverged, curves, learning_rate)] if diverged else []
    if is_perfect or not by_verdict:
        return sentences
    verdict, found = max(by_verdict.items(), key=lambda item: len(item[1]))
    if 2 * len(found) > len(readings):
        return [*sentences, _ADVICE[verdict](found, curves, learning_rate)]
    counts = ", ".join(f"{len(found)} {verdict}" for verdict, found in by_verdict.items())
    return [*sentences, f"The seeds' curves differ: {counts}."]


def _chosen(readings: Sequence[CurveReading], which: Bool[np.ndarray, " members"]) -> list[CurveReading]:
    return [reading for reading, is_chosen in zip(readings, which, strict=True) if is_chosen]


def _advise_diverged(found: list[CurveReading], curves: Curves, rate: float | None) -> str:
    which = _how_many(len(found), len(curves.train_loss))
    return f"Diverged: the loss of {which} ran away. Try a lower learning rate{_next_rate(rate, 0.1)}."


def _advise_not_learning(found: list[CurveReading], curves: Curves, rate: float | None) -> str:
    which, change = _how_many(len(found), len(curves.train_loss)), _median_change(found)
    direction, factor = ("lower", 0.1) if change > NOT_LEARNING_FALL else ("higher", 10.0)
    return (
        f"Learned next to nothing: the training loss of {which} changed by {change:+.1%} in all. Try a {direction} "
        f"learning rate{_next_rate(rate, factor)}."
    )


def _advise_over_fitted(found: list[CurveReading], curves: Curves, _: float | None) -> str:
    which, change = _how_many(len(found), len(curves.train_loss)), _median_change(found)
    lowest = int(np.median([curves.epochs[reading.lowest_at] for reading in found]))
    return (
        f"Over-fitted: the validation loss of {which} was lowest near epoch {lowest} and ended {change:.0%} above it, "
        "while the training loss fell on. Try early stopping (`--set early_stopping.patience=10`), weight decay "
        "(`--set optimizer.l2=0.001`), or more examples."
    )


def _advise_under_trained(found: list[CurveReading], curves: Curves, rate: float | None) -> str:
    which, num_epochs = _how_many(len(found), len(curves.train_loss)), int(curves.epochs[-1])
    return (
        f"Under-trained: over the last {_end_epochs(curves)} epochs the loss of {which} still fell by "
        f"{-_median_change(found):.0%}. Train longer (`--set epochs={2 * num_epochs}`) or try a higher learning "
        f"rate{_next_rate(rate, 3.0)}."
    )


def _describe_settled(found: list[CurveReading], curves: Curves, _: float | None) -> str:
    which, change = _how_many(len(found), len(curves.train_loss)), _median_change(found)
    amount = f"{change:+.1%}" if abs(change) >= 0.001 else "less than 0.1%"
    if change < -UNDER_TRAINED_FALL:
        share = float(np.median([reading.share_of_fall for reading in found]))
        amount += f" (only {share:.1%} of all that it fell)"
    return (
        f"Settled: over the last {_end_epochs(curves)} epochs the loss of {which} changed by {amount}, so "
        "more epochs of the same promise little."
    )


def _describe_too_short(_: list[CurveReading], curves: Curves, __: float | None) -> str:
    num = int(curves.epochs[-1]) if len(curves.epochs) else 0
    return f"{num} epoch{'' if num == 1 else 's'} of training are too few to say from the losses how it went."


_ADVICE: dict[Verdict, Callable[[list[CurveReading], Curves, float | None], str]] = {
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


def _end_epochs(curves: Curves) -> int:
    """Return how many epochs of training the end of the curves tells of; its first point may be from before them."""
    end = curves.epochs[-end_length(len(curves.epochs)) :]
    return len(end) - int(end[0] == 0)


def _median_change(found: list[CurveReading]) -> float:
    changes = [reading.change for reading in found if not math.isnan(reading.change)]
    return float(np.median(changes)) if changes else 0.0


def _how_many(found: int, num: int) -> str:
    return "the network" if num == 1 else f"{found} of {num} seeds"


def _span(interval: Interval) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"

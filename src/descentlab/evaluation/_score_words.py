"""The scores of a training in words, and how sure they are."""

from collections.abc import Sequence

from descentlab.core import ShapeError
from descentlab.evaluation._classes import ClassMetrics
from descentlab.evaluation._intervals import SEEDS, Interval, Repeats, mean_and_deviation
from descentlab.evaluation._labels import LabelMetrics
from descentlab.evaluation._reals import RealMetrics
from descentlab.evaluation._several_reals import SeveralRealMetrics
from descentlab.evaluation._weights import Weighting

AnyMetrics = ClassMetrics | RealMetrics | LabelMetrics | SeveralRealMetrics
"""Metrics of one part, by what the network predicts."""

WIDE_INTERVAL = 0.1
"""A sentence warns of few examples if the interval of the accuracy is wider than this."""


def describe_scores(metrics: Sequence[AnyMetrics], *, part: str = "test", over: Repeats = SEEDS) -> tuple[str, ...]:
    """Describe the scores of a training in words, with intervals.

    Args:
        metrics: Metrics of each member on the part, one member a seed.
        part: Name of the part.
        over: What the members differ in: their seeds, or the folds of a cross-validation.

    Returns:
        Sentences, each complete in itself: the score, how much of it is luck, the baseline.

    Raises:
        ShapeError: If there are no metrics.
    """
    if not metrics:
        raise ShapeError("got no metrics to describe: give those of at least one member")
    return (*_describe_by_kind(metrics, part, over), *_describe_weighting(metrics, part))


def _describe_by_kind(metrics: Sequence[AnyMetrics], part: str, over: Repeats) -> list[str]:
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


def _span(interval: Interval) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"

"""The metrics of each part as a table, with intervals and the naive baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from descentlab.core import PART_WORDS
from descentlab.results._content import TrainingReport
from descentlab.results._csv import Download, download
from descentlab.results._intervals import IntervalChart, interval_chart
from descentlab.results._measured import ClassScores, PartScores, Score, best_part
from descentlab.results._numbers import count, fixed


@dataclass(frozen=True)
class MetricRow:
    """One metric; its cells are in the order of the table's parts."""

    name: str
    title: str
    cells: tuple[Score | None, ...]
    baseline: str


@dataclass(frozen=True)
class ClassRow:
    """The metrics of one class, in the order of the table's columns."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class MetricsView:
    parts: tuple[tuple[str, str], ...]
    rows: tuple[MetricRow, ...]
    chart: IntervalChart | None
    class_columns: tuple[str, ...]
    classes: tuple[ClassRow, ...]
    saved: Download


def metrics_view(report: TrainingReport) -> MetricsView | None:
    """Lay out the section of metrics; None if nothing was measured."""
    parts = tuple(name for name in PART_WORDS if name in report.metrics)
    names = _in_order([report.metrics[part] for part in parts])
    if not names:
        return None
    judged = best_part(report.metrics) or parts[-1]
    scores = {part: report.metrics[part].scores for part in parts}
    rows = tuple(
        MetricRow(
            name,
            next(report.metrics[part].title(name) for part in parts if name in scores[part]),
            tuple(scores[part].get(name) for part in parts),
            scores[judged][name].baseline_text if name in scores[judged] else "",
        )
        for name in names
    )
    headers = tuple((PART_WORDS[part], _sizes(report.metrics[part])) for part in parts)
    columns, classes = _class_rows(report.metrics[judged].classes)
    return MetricsView(headers, rows, interval_chart(report, judged), columns, classes, _saved(report.metrics))


def _sizes(scores: PartScores) -> str:
    effective = "" if scores.num_effective is None else f", effective {scores.num_effective:,.4g}"
    return f"n = {count(scores.num_examples)}{effective}"


def _in_order(parts: Sequence[PartScores]) -> tuple[str, ...]:
    """Order the names as the part that has most of them does; a score may not be defined for a part."""
    fullest_first = sorted(parts, key=lambda part: -len(part.scores))
    return tuple(dict.fromkeys(name for part in fullest_first for name in part.scores))


def _class_rows(classes: tuple[ClassScores, ...]) -> tuple[tuple[str, ...], tuple[ClassRow, ...]]:
    if not classes:
        return (), ()
    names, has_support = tuple(classes[0].values), classes[0].support is not None
    rows = tuple(
        ClassRow(
            scores.name,
            (
                *("–" if (value := scores.values[name]) is None else fixed(value) for name in names),
                *(() if scores.support is None else (_size(scores.support),)),
            ),
        )
        for scores in classes
    )
    return (*names, *(("examples",) if has_support else ())), rows


def _size(support: float) -> str:
    return count(int(support)) if float(support).is_integer() else fixed(support)


def _saved(metrics: Mapping[str, PartScores]) -> Download:
    rows = (
        (part, name, score.value, *(score.interval or ("", "")), _or_blank(score.deviation), _or_blank(score.baseline))
        for part, measured in metrics.items()
        for name, score in measured.scores.items()
    )
    return download("metrics.csv", ("part", "metric", "value", "ci95_low", "ci95_high", "sd", "baseline"), rows)


def _or_blank(value: float | None) -> float | str:
    return "" if value is None else value

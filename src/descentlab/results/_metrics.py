"""The metrics of each part as a table, with intervals and the naive baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from descentlab.results._content import TrainingReport
from descentlab.results._csv import Download, download
from descentlab.results._intervals import IntervalChart, interval_chart
from descentlab.results._measured import (
    PART_TITLES,
    TITLES,
    Measured,
    best_part,
    metric_title,
    read_measured,
    read_part,
)
from descentlab.results._numbers import count

CLASS_TITLES = {"f1": "F1", "support": "examples"}


@dataclass(frozen=True)
class MetricRow:
    """One metric over the parts, `cells` in the order of the table's parts."""

    name: str
    title: str
    cells: tuple[Measured | None, ...]
    baseline: str


@dataclass(frozen=True)
class ClassRow:
    """One class's own metrics, in the order of the table's columns."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class MetricsView:
    """The section of metrics."""

    parts: tuple[tuple[str, str], ...]
    rows: tuple[MetricRow, ...]
    chart: IntervalChart | None
    class_columns: tuple[str, ...]
    classes: tuple[ClassRow, ...]
    saved: Download


def metrics_view(report: TrainingReport) -> MetricsView | None:
    """Lay out the section of metrics; None where nothing was measured."""
    parts = tuple(name for name in PART_TITLES if report.metrics.get(name))
    found = {name: read_part(report.metrics[name]) for name in parts}
    names = _in_order({metric for part in found.values() for metric in part})
    if not names:
        return None
    told = best_part(report.metrics) or parts[-1]
    rows = tuple(_row(name, [found[part].get(name) for part in parts], found[told].get(name)) for name in names)
    headers = tuple((PART_TITLES[part], _size(report.metrics[part])) for part in parts)
    columns, classes = _class_rows(report.metrics[told].get("per_class"))
    return MetricsView(headers, rows, interval_chart(report, found, told), columns, classes, _saved(found))


def _in_order(names: set[str]) -> list[str]:
    known = list(TITLES)
    return sorted(names, key=lambda name: (known.index(name) if name in TITLES else len(known), name))


def _size(part: Mapping[str, Any]) -> str:
    num = read_measured(part.get("n"), None, None)
    return f"n = {count(round(num.value))}" if num else ""


def _row(name: str, cells: list[Measured | None], told: Measured | None) -> MetricRow:
    return MetricRow(name, metric_title(name), tuple(cells), told.baseline_text if told else "")


def _class_rows(entries: object) -> tuple[tuple[str, ...], tuple[ClassRow, ...]]:
    if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in entries):
        return (), ()
    columns = [key for key in (entries[0] if entries else {}) if key not in ("class", "name")]
    rows = (ClassRow(str(entry.get("class", entry.get("name", ""))), _class_cells(entry, columns)) for entry in entries)
    return tuple(CLASS_TITLES.get(column) or column.replace("_", " ") for column in columns), tuple(rows)


def _class_cells(entry: Mapping[str, Any], columns: list[str]) -> tuple[str, ...]:
    found = [read_measured(entry.get(column), None, None) for column in columns]
    whole = [isinstance(entry.get(column), int) for column in columns]
    cells = zip(found, whole, strict=True)
    return tuple("–" if one is None else count(int(one.value)) if is_whole else one.text for one, is_whole in cells)


def _saved(found: dict[str, dict[str, Measured]]) -> Download:
    rows = (
        (part, name, cell.value, *(cell.interval or ("", "")), _or_blank(cell.deviation), _or_blank(cell.baseline))
        for part, metrics in found.items()
        for name, cell in metrics.items()
    )
    return download("metrics.csv", ("part", "metric", "value", "ci95_low", "ci95_high", "sd", "baseline"), rows)


def _or_blank(value: float | None) -> float | str:
    return "" if value is None else value

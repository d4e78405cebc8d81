"""The metrics of each part as a table, with intervals and the naive baseline, and as dots on a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.reports._content import TrainingReport
from gradlab.reports._csv import Download, download
from gradlab.reports._numbers import count, fixed
from gradlab.reports._scales import Scale, Tick, linear_scale

PART_TITLES = {"train": "training", "validation": "validation", "test": "test"}
TITLES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_precision": "precision, mean of classes",
    "macro_recall": "recall, mean of classes",
    "macro_f1": "F1, mean of classes",
    "roc_auc": "ROC-AUC",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "loss": "loss",
    "log_loss": "log loss (nats)",
    "brier": "Brier score",
    "brier_score": "Brier score",
    "calibration_error": "calibration error",
    "expected_calibration_error": "calibration error",
}
"""Known metrics in the order in which they are shown; others follow under their own names."""


CLASS_TITLES = {"f1": "F1", "support": "examples"}
PILE = 34.0
"""Height of the tallest pile of members' dots."""


@dataclass(frozen=True)
class Measured:
    """One metric of one part.

    Attributes:
        value: The value, or the mean over members.
        interval: Its 95% interval.
        deviation: Standard deviation over members.
        baseline: The naive baseline's value.
    """

    value: float
    interval: tuple[float, float] | None = None
    deviation: float | None = None
    baseline: float | None = None

    @property
    def text(self) -> str:
        """The value in words."""
        return fixed(self.value)

    @property
    def interval_text(self) -> str:
        """The interval in words; empty where there is none."""
        return f"{fixed(self.interval[0])} – {fixed(self.interval[1])}" if self.interval else ""

    @property
    def deviation_text(self) -> str:
        """The deviation in words; empty for one network."""
        return "" if self.deviation is None else f"sd {fixed(self.deviation)}"

    @property
    def baseline_text(self) -> str:
        """The baseline in words."""
        return "" if self.baseline is None else fixed(self.baseline)


@dataclass(frozen=True)
class MetricRow:
    """One metric over the parts, `cells` in the order of the table's parts."""

    name: str
    title: str
    cells: tuple[Measured | None, ...]
    baseline: str


@dataclass(frozen=True)
class Dots:
    """One line of the interval figure: places on its axis."""

    title: str
    text: str
    y: float
    value: float
    low: float | None
    high: float | None
    members: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class IntervalChart:
    """The leading metric of each part with its interval, its members and the baseline."""

    title: str
    height: float
    scale: Scale
    ticks: tuple[Tick, ...]
    dots: tuple[Dots, ...]
    baseline: float | None
    baseline_text: str


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


def read_part(part: Mapping[str, Any]) -> dict[str, Measured]:
    """Read one part's metrics from the form that `--json` has; what is not a metric is passed over."""
    baseline = part.get("baseline")
    naive = baseline if isinstance(baseline, Mapping) else {}
    found = {}
    for name, entry in part.items():
        if name in ("n", "baseline") or name.startswith("num_") or name.endswith("ci95"):
            continue
        measured = _measured(entry, _interval(part.get(f"{name}_ci95")), _real(naive.get(name)))
        if measured is not None:
            found[name] = measured
    leading = leading_metric(found)
    if leading and found[leading].interval is None and _interval(part.get("ci95")):
        old = found[leading]
        found[leading] = Measured(old.value, _interval(part.get("ci95")), old.deviation, old.baseline)
    return found


def leading_metric(found: Mapping[str, Measured]) -> str | None:
    """Name the metric by which the run is judged, to which a lone `ci95` belongs."""
    return next((name for name in ("accuracy", "rmse", "loss") if name in found), None)


def best_part(metrics: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Name the part that says most of new examples: test, else validation, else training."""
    return next((part for part in ("test", "validation", "train") if metrics.get(part)), None)


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
    return MetricsView(headers, rows, _chart(report, found, told), columns, classes, _saved(found))


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    return float(value)


def _interval(value: object) -> tuple[float, float] | None:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    low, high = _real(value[0]), _real(value[1])
    return None if low is None or high is None else (low, high)


def _measured(entry: object, interval: tuple[float, float] | None, baseline: float | None) -> Measured | None:
    if isinstance(entry, Mapping):
        value = _real(entry.get("mean", entry.get("value")))
        own = _interval(entry.get("ci95")) or interval
        return None if value is None else Measured(value, own, _real(entry.get("sd")), baseline)
    value = _real(entry)
    return None if value is None else Measured(value, interval, None, baseline)


def _in_order(names: set[str]) -> list[str]:
    known = list(TITLES)
    return sorted(names, key=lambda name: (known.index(name) if name in TITLES else len(known), name))


def _title(name: str) -> str:
    return TITLES.get(name, name.replace("_", " "))


def _size(part: Mapping[str, Any]) -> str:
    num = _measured(part.get("n"), None, None)
    return f"n = {count(round(num.value))}" if num else ""


def _row(name: str, cells: list[Measured | None], told: Measured | None) -> MetricRow:
    return MetricRow(name, _title(name), tuple(cells), told.baseline_text if told else "")


def _class_rows(entries: object) -> tuple[tuple[str, ...], tuple[ClassRow, ...]]:
    if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in entries):
        return (), ()
    columns = [key for key in (entries[0] if entries else {}) if key not in ("class", "name")]
    rows = (ClassRow(str(entry.get("class", entry.get("name", ""))), _class_cells(entry, columns)) for entry in entries)
    return tuple(CLASS_TITLES.get(column) or column.replace("_", " ") for column in columns), tuple(rows)


def _class_cells(entry: Mapping[str, Any], columns: list[str]) -> tuple[str, ...]:
    found = [_measured(entry.get(column), None, None) for column in columns]
    whole = [isinstance(entry.get(column), int) for column in columns]
    cells = zip(found, whole, strict=True)
    return tuple("–" if one is None else count(int(one.value)) if is_whole else one.text for one, is_whole in cells)


def _chart(report: TrainingReport, found: dict[str, dict[str, Measured]], told: str) -> IntervalChart | None:
    name = leading_metric(found[told])
    rows = [(part, found[part][name]) for part in found if name in found[part]] if name else []
    rows = [(part, cell) for part, cell in rows if np.isfinite(cell.value)]
    if not rows or name is None:
        return None
    members = {part: _member_values(report, part, name) for part, _ in rows}
    baseline = found[told][name].baseline
    values = [v for part, cell in rows for v in (cell.value, *(cell.interval or ()), *members[part])]
    values += [] if baseline is None else [baseline]
    scale = linear_scale(
        np.array(values, np.float64), start=96.0, end=464.0, holds=(1.0,) if name == "accuracy" else (0.0,)
    )
    dots, top = [], 38.0
    for part, cell in rows:
        dots.append(_dots(part, cell, members[part], scale, top))
        top += 72.0 if members[part] else 38.0
    place = None if baseline is None else scale.at(baseline)
    return IntervalChart(_title(name), top, scale, scale.ticks(), tuple(dots), place, found[told][name].baseline_text)


def _member_values(report: TrainingReport, part: str, name: str) -> tuple[float, ...]:
    key = f"{part} {_title(name)}"
    values = [member.values[key] for member in report.members if key in member.values]
    return tuple(value for value in values if np.isfinite(value))


def _dots(part: str, cell: Measured, members: tuple[float, ...], scale: Scale, y: float) -> Dots:
    low, high = (scale.at(edge) for edge in cell.interval) if cell.interval else (None, None)
    return Dots(
        PART_TITLES[part],
        cell.text,
        y,
        scale.at(cell.value),
        low,
        high,
        _piled([scale.at(value) for value in members], y + 14.0),
    )


def _piled(places: list[float], top: float) -> tuple[tuple[float, float], ...]:
    """Pile dots that would hide each other, downwards and at most `PILE` deep."""
    columns = [round(place / 5.0) for place in places]
    deepest = max((columns.count(column) for column in set(columns)), default=1)
    step = min(5.0, PILE / max(deepest - 1, 1))
    return tuple((place, top + step * columns[:k].count(columns[k])) for k, place in enumerate(places))


def _saved(found: dict[str, dict[str, Measured]]) -> Download:
    rows = (
        (part, name, cell.value, *(cell.interval or ("", "")), _or_blank(cell.deviation), _or_blank(cell.baseline))
        for part, metrics in found.items()
        for name, cell in metrics.items()
    )
    return download("metrics.csv", ("part", "metric", "value", "ci95_low", "ci95_high", "sd", "baseline"), rows)


def _or_blank(value: float | None) -> float | str:
    return "" if value is None else value

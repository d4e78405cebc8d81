"""The main metric of each part as a dot on a line, with its interval, the members and the naive baseline."""

from dataclasses import dataclass

import numpy as np

from descentlab.core import PART_WORDS
from descentlab.results._content import TrainingReport
from descentlab.results._measured import Score, leading_metric
from descentlab.results._scales import Scale, Tick, linear_scale

PILE = 34.0
"""Height of the tallest pile of dots, in the units of the figure."""


@dataclass(frozen=True)
class Dots:
    """One line of the figure: the places of its dot, its interval and its members."""

    title: str
    text: str
    y: float
    value: float
    low: float | None
    high: float | None
    members: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class IntervalChart:
    """The figure with everything that its template draws."""

    title: str
    height: float
    scale: Scale
    ticks: tuple[Tick, ...]
    dots: tuple[Dots, ...]
    baseline: float | None
    baseline_text: str


def interval_chart(report: TrainingReport, judged: str) -> IntervalChart | None:
    """Lay out the figure.

    Args:
        report: Contents of the training page.
        judged: Part of the data by which the run is judged; its scores choose the metric.

    Returns:
        The figure; None if the main metric was not measured.
    """
    scores = {part: measured.scores for part, measured in report.metrics.items()}
    name = leading_metric(scores[judged])
    parts = [part for part in PART_WORDS if part in scores and name in scores[part]] if name else []
    rows = [(part, scores[part][name]) for part in parts] if name else []
    rows = [(part, cell) for part, cell in rows if np.isfinite(cell.value)]
    if not rows or name is None:
        return None
    members = {part: _member_values(report, part, name) for part, _ in rows}
    baseline = scores[judged][name].baseline
    baseline = baseline if baseline is not None and np.isfinite(baseline) else None
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
    return IntervalChart(
        report.metrics[judged].title(name),
        top,
        scale,
        scale.ticks(),
        tuple(dots),
        place,
        scores[judged][name].baseline_text,
    )


def _member_values(report: TrainingReport, part: str, name: str) -> tuple[float, ...]:
    key = f"{part} {report.metrics[part].title(name)}"
    values = [member.values[key] for member in report.members if key in member.values]
    return tuple(value for value in values if np.isfinite(value))


def _dots(part: str, cell: Score, members: tuple[float, ...], scale: Scale, y: float) -> Dots:
    low, high = (scale.at(edge) for edge in cell.interval) if cell.interval else (None, None)
    return Dots(
        PART_WORDS[part],
        cell.text,
        y,
        scale.at(cell.value),
        low,
        high,
        _piled([scale.at(value) for value in members], y + 14.0),
    )


def _piled(places: list[float], top: float) -> tuple[tuple[float, float], ...]:
    """Pile up dots that would cover each other, downwards and at most `PILE` deep."""
    columns = [round(place / 5.0) for place in places]
    deepest = max((columns.count(column) for column in set(columns)), default=1)
    step = min(5.0, PILE / max(deepest - 1, 1))
    return tuple((place, top + step * columns[:k].count(columns[k])) for k, place in enumerate(places))

"""The charts of a page: lines, bands and points over one axis, with marks, shaded ranges and the numbers as CSV."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.results._csv import Download, download
from descentlab.results._numbers import count, number
from descentlab.results._part_content import Chart, Series
from descentlab.results._scales import Scale, Tick, linear_scale, log_scale, thin, tight_scale

LEFT, RIGHT, TOP, BOTTOM = 52.0, 392.0, 26.0, 228.0
MAX_DRAWN = 400
"""Most points that are drawn along a curve: on paper the eye cannot distinguish more."""
MAX_SAVED = 5_000
NUM_TONES = 6
PIXELS_PER_LETTER = 7.0
LABEL_HEIGHT = 14.0
NUM_LABEL_ROWS = 6
TITLE = 13.0
"""Baseline of the title of the vertical axis."""
MAX_COUNT = 1e9
"""Whole numbers below it are written with all digits, as epochs are."""


@dataclass(frozen=True)
class DrawnSeries:
    """One series as it is drawn.

    Attributes:
        name: Name in the legend.
        style: Classes of CSS that draw it.
        path: Line as an SVG path; empty for points.
        band: Outline of the band around the line; empty if there is none.
        dots: Places of the points; of a line, those without neighbours, which the line would not show.
    """

    name: str
    style: str
    path: str
    band: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class DrawnMark:
    """A straight line across the chart, with its label."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class DrawnBand:
    """A shaded range of x."""

    x: float
    width: float
    label: str
    tone: str


@dataclass(frozen=True)
class Panel:
    """The chart on one kind of vertical axis."""

    y: Scale
    y_ticks: tuple[Tick, ...]
    series: tuple[DrawnSeries, ...]
    marks: tuple[DrawnMark, ...]


@dataclass(frozen=True)
class ChartView:
    """A chart with everything that its template draws.

    Attributes:
        key: Name of the chart inside the page.
        chart: Declaration of the chart.
        x: Scale of the horizontal axis.
        x_ticks: Numbers below the horizontal axis.
        panels: The chart on each vertical axis, linear or logarithmic, between which a reader may switch.
        starts_on: Kind of the vertical axis that is shown first.
        bands: Shaded ranges.
        reading: Numbers that the page's script shows under the pointer.
        saved: The numbers as a file, or None.
        notes: Lines below the chart.
    """

    key: str
    chart: Chart
    x: Scale
    x_ticks: tuple[Tick, ...]
    panels: tuple[Panel, ...]
    starts_on: str
    bands: tuple[DrawnBand, ...]
    reading: dict[str, object]
    saved: Download | None
    notes: tuple[str, ...]


def chart_view(chart: Chart, key: str) -> ChartView | None:
    """Lay out a chart.

    Args:
        chart: Declaration of the chart.
        key: Name of the chart inside the page.

    Returns:
        Everything that the template draws; None if the chart has no finite point.
    """
    x_values = np.concatenate([np.zeros(0), *(series.x[np.isfinite(series.y)] for series in chart.series)]).astype(
        np.float64
    )
    edges = [edge for series in chart.series for edge in (series.y, series.low, series.high) if edge is not None]
    y_values = np.concatenate([np.zeros(0), *edges]).astype(np.float64)
    marks_x = [mark.x for mark in chart.marks if mark.x is not None]
    marks_y = [mark.y for mark in chart.marks if mark.y is not None]
    x = _x_scale(chart, np.append(x_values, marks_x))
    scales = _y_scales(chart, np.append(y_values, marks_y))
    if x is None or not scales or not len(x_values):
        return None
    panels = tuple(
        Panel(y, y.ticks(), tuple(_draw(series, x, y) for series in chart.series), tuple(_marks(chart, x, y)))
        for y in scales
    )
    starts_on = "log" if chart.y_log and panels[-1].y.kind == "log" else panels[0].y.kind
    return ChartView(
        key=key,
        chart=chart,
        x=x,
        x_ticks=_named_ticks(chart.x_names, x) if chart.x_names else x.ticks(),
        panels=panels,
        starts_on=starts_on,
        bands=tuple(_bands(chart, x)),
        reading=_reading(chart, x, panels),
        saved=_saved(chart) if chart.is_saved else None,
        notes=_notes(chart, x_values, y_values),
    )


def _x_scale(chart: Chart, values: Float[np.ndarray, " values"]) -> Scale | None:
    if not np.isfinite(values).any():
        return None
    if chart.x_log:
        return log_scale(values, start=LEFT, end=RIGHT)
    scale = tight_scale if chart.x_is_tight else linear_scale
    return scale(values, start=LEFT, end=RIGHT)


def _y_scales(chart: Chart, values: Float[np.ndarray, " values"]) -> list[Scale]:
    """Return the vertical axes: linear, logarithmic, or one of each that a reader may switch between."""
    if not np.isfinite(values).any():
        return []
    linear = linear_scale(values, start=BOTTOM, end=TOP, holds=chart.y_holds)
    logarithmic = log_scale(values, start=BOTTOM, end=TOP) if chart.y_log or chart.has_switch else None
    if chart.has_switch:
        return [linear] if logarithmic is None else [linear, logarithmic]
    return [linear] if not chart.y_log else [] if logarithmic is None else [logarithmic]


def _named_ticks(names: tuple[str, ...], x: Scale) -> tuple[Tick, ...]:
    """Write the names of 1, 2, 3, ... below the axis; where not all fit, only every second, third, ... name."""
    fit = max(int((RIGHT - LEFT) / (PIXELS_PER_LETTER * (max(map(len, names)) + 1))), 2)
    step = max(-(-(len(names) - 1) // (fit - 1)), 1)
    return tuple(Tick(x.at(float(k + 1)), names[k]) for k in range(0, len(names), step))


def _notes(chart: Chart, x: np.ndarray, y: np.ndarray) -> tuple[str, ...]:
    lost = int(chart.y_log and not chart.has_switch and (y[np.isfinite(y)] <= 0.0).sum()) + int(
        chart.x_log and (x <= 0.0).sum()
    )
    notes = [chart.note] if chart.note else []
    if lost:
        notes.append(f"{lost} values at or below 0 have no place on a logarithmic axis.")
    return tuple(notes)


def _draw(series: Series, x: Scale, y: Scale) -> DrawnSeries:
    kept = thin(len(series.x), MAX_DRAWN)
    across, up = x.place(series.x[kept]), y.place(series.y[kept])
    style = f"tone{series.tone % NUM_TONES}" + (" dashed" if series.style == "dashed" else "")
    is_known = np.isfinite(across) & np.isfinite(up)
    if series.style == "points":
        dots = tuple(
            (float(a), float(b)) for a, b in zip(across[is_known].round(1), up[is_known].round(1), strict=True)
        )
        return DrawnSeries(series.name, style, "", "", dots)
    runs = [
        run
        for run in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(is_known)) + 1)
        if len(run) and is_known[run[0]]
    ]
    path = "".join(_line(across[run], up[run]) for run in runs if len(run) > 1)
    lone = tuple((round(float(across[run[0]]), 1), round(float(up[run[0]]), 1)) for run in runs if len(run) == 1)
    band = ""
    if series.low is not None and series.high is not None:
        band = _band(across, _low_places(series.low[kept], y), y.place(_reach(series.high[kept], y)), runs)
    return DrawnSeries(series.name, style, path, band, lone)


def _low_places(low: np.ndarray, y: Scale) -> np.ndarray:
    """Place the lower edge of a band; on a logarithmic axis, an edge at or below 0 is drawn at the bottom."""
    is_below = np.isfinite(low) & (low <= 0.0) & (y.kind == "log")
    return np.where(is_below, BOTTOM, y.place(low))


def _reach(high: np.ndarray, y: Scale) -> np.ndarray:
    """Draw the upper edge of a band at the top of the paper where it is not finite."""
    return np.where(np.isfinite(high), high, y.high)


def _line(across: np.ndarray, up: np.ndarray) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(across, up, strict=True))


def _band(across: np.ndarray, low: np.ndarray, high: np.ndarray, runs: list[np.ndarray]) -> str:
    outlines = []
    for run in runs:
        known = run[np.isfinite(low[run]) & np.isfinite(high[run])]
        if len(known) > 1:
            there = [f"{across[k]:.1f} {high[k]:.1f}" for k in known]
            back = [f"{across[k]:.1f} {low[k]:.1f}" for k in known[::-1]]
            outlines.append("M" + "L".join([*there, *back]) + "Z")
    return "".join(outlines)


def _marks(chart: Chart, x: Scale, y: Scale) -> list[DrawnMark]:
    """Draw the marks, each label at the first of its places where it covers no other label and no axis title."""
    taken = [(4.0, 4.0 + PIXELS_PER_LETTER * len(chart.y_label), TITLE)]
    drawn = []
    for mark in chart.marks:
        if mark.x is not None:
            at = x.at(mark.x)
            side, anchor = (-4.0, "end") if at > (LEFT + RIGHT) / 2 else (4.0, "start")
            rows = TOP - 6.0 + LABEL_HEIGHT * np.arange(NUM_LABEL_ROWS)
            ends, label_x = (at, TOP, at, BOTTOM), at + side
        elif mark.y is not None:
            at = y.at(mark.y)
            rows = np.array([at - 5.0, at + LABEL_HEIGHT - 2.0])
            ends, label_x, anchor = (LEFT, at, RIGHT, at), RIGHT, "end"
        else:
            continue
        if np.isfinite(at):
            label_y = _free_row(mark.label, label_x, anchor, rows, taken)
            drawn.append(DrawnMark(*ends, mark.label, label_x, label_y, anchor))
    return drawn


def _free_row(
    label: str, at: float, anchor: str, rows: Float[np.ndarray, " rows"], taken: list[tuple[float, float, float]]
) -> float:
    """Take the first row that is free for a label, or the first if none is.

    Args:
        label: Text of the label.
        at: Where it starts, or ends if its anchor is "end".
        anchor: The text's anchor.
        rows: Baselines that it may have.
        taken: Start, end and baseline of the labels so far; the label is added.

    Returns:
        The label's baseline.
    """
    width = PIXELS_PER_LETTER * len(label)
    start = at - width if anchor == "end" else at
    free = [
        row
        for row in rows
        if all(abs(row - up) >= LABEL_HEIGHT or start >= right or start + width <= left for left, right, up in taken)
    ]
    row = float([*free, rows[0]][0])
    taken.append((start, start + width, row))
    return row


def _bands(chart: Chart, x: Scale) -> list[DrawnBand]:
    drawn = []
    for band in chart.bands:
        low, high = (x.at(min(max(value, x.low), x.high)) for value in (band.low, band.high))
        if np.isfinite([low, high]).all() and high >= low:
            drawn.append(DrawnBand(round(low, 1), round(max(high - low, 2.0), 1), band.label, band.tone))
    return drawn


def _reading(chart: Chart, x: Scale, panels: tuple[Panel, ...]) -> dict[str, object]:
    """Prepare the numbers that the page shows under the pointer: those of all series at each x.

    In a chart with one vertical axis, heights are places on the paper; in a chart with two, they are the values.
    """
    every = np.unique(np.concatenate([series.x[thin(len(series.x), MAX_DRAWN)] for series in chart.series]))
    every = every[np.isfinite(x.place(every))]
    every = every[thin(len(every), MAX_DRAWN)]
    lines = []
    for series, drawn in zip(chart.series, panels[0].series, strict=True):
        place_of = dict(zip(series.x.tolist(), range(len(series.x)), strict=True))
        places = [place_of.get(float(value)) for value in every]
        values = np.array([np.nan if place is None else float(series.y[place]) for place in places])
        lines.append(
            {
                "name": series.name,
                "style": drawn.style,
                "y": _heights(values, panels),
                "text": [_words(series, place) for place in places],
            }
        )
    return {
        "x": [round(float(value), 1) for value in x.place(every)],
        "labels": [_label(chart, float(value)) for value in every],
        "lines": lines,
        "isPlaced": len(panels) == 1,
    }


def _heights(values: Float[np.ndarray, " points"], panels: tuple[Panel, ...]) -> list[float | None]:
    first, *others = panels
    if others:
        return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]
    return [round(float(height), 1) if np.isfinite(height) else None for height in first.y.place(values)]


def _words(series: Series, place: int | None) -> str:
    """Write a value with its band."""
    if place is None or np.isnan(series.y[place]):
        return "–"
    if np.isinf(series.y[place]):
        return "not finite"
    value = number(float(series.y[place]))
    if series.low is None or series.high is None:
        return value
    return f"{value} ({number(float(series.low[place]))} to {number(float(series.high[place]))})"


def _label(chart: Chart, value: float) -> str:
    if chart.x_names:
        return chart.x_names[round(value) - 1]
    return count(int(value)) if value.is_integer() and abs(value) < MAX_COUNT else number(value, digits=4)


def _saved(chart: Chart) -> Download:
    names = ["series", chart.x_label, chart.y_label, "low", "high"]
    rows = (
        (series.name, f"{series.x[k]:.6g}", f"{series.y[k]:.6g}", *(
            "" if edge is None else f"{edge[k]:.6g}" for edge in (series.low, series.high)
        ))
        for series in chart.series
        for k in thin(len(series.x), MAX_SAVED)
    )  # fmt: skip
    return download("chart.csv", names, rows)

"""Charts and pictures of a declared result as a Matplotlib figure, drawn from the same declaration as the page."""

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from descentlab.core import SpecError, unknown_name
from descentlab.results._colours import class_colour, hex_of, lighten, score_colours, winner_colours
from descentlab.results._content import Boundary2D, Confusion, History
from descentlab.results._declaration import Declaration
from descentlab.results._history import accuracy_chart, loss_chart
from descentlab.results._map import DIVERGING
from descentlab.results._part_content import Bars, BoundaryRow, Chart, Fields, Map, Picture, Series, Tiles

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

INK, SOFT, LINE = "#1c2025", "#5a626c", "#deded8"
TONES = ("#0877bd", "#b35800", "#24292f", "#3f8f4f", "#7b4fa3", "#a03648")
"""Colours of the series, the same as in report.css for the light scheme."""
RANGES = {"good": "#0877bd", "bad": "#b35800", "neutral": SOFT}
WIDTH, HEIGHT = 4.8, 3.4
MOST_TILES = 64
MOST_CLASSES = 20
"""With more classes than this the cells of a confusion matrix are too small for numbers."""


def plot(declaration: Declaration, title: str | None = None) -> "matplotlib.figure.Figure":
    """Draw all charts and pictures of a result, or the one with a given title.

    Args:
        declaration: Declaration of the result.
        title: Title of the chart or picture to draw. Default: all of them.

    Returns:
        The figure. It is independent of pyplot, so that nothing has to be closed.

    Raises:
        SpecError: If there is no chart or picture, or none of that title.
    """
    parts = [part for section in declaration.sections for part in section.parts]
    return plot_parts(parts, title, f"{declaration.laboratory} of {declaration.title}")


def plot_training(
    history: History, confusion: Confusion | None, title: str | None, name: str
) -> "matplotlib.figure.Figure":
    """Draw the curves of a training and its confusion matrix.

    Args:
        history: Losses and accuracies by epoch.
        confusion: Confusion matrix; None for regression.
        title: Title of the chart to draw. Default: all of them.
        name: Name of the run, for the error message.

    Returns:
        The figure.

    Raises:
        SpecError: If there is no chart, or none of that title.
    """
    return plot_parts([loss_chart(history), accuracy_chart(history), confusion], title, name)


def plot_parts(parts: Iterable[Any], title: str | None, name: str) -> "matplotlib.figure.Figure":
    """Draw those parts that are charts or pictures, or the one with a given title; see `plot`."""
    from matplotlib.figure import Figure

    parts = [part for part in parts if type(part) in PAINTERS]
    if title is not None:
        if title not in [part.title for part in parts]:
            raise SpecError(unknown_name("title", title, [part.title for part in parts]))
        parts = [part for part in parts if part.title == title]
    if not parts:
        raise SpecError(f"{name} has no chart or picture to draw")
    columns = min(2, len(parts))
    rows = math.ceil(len(parts) / columns)
    figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained", dpi=150)
    for part, field in zip(parts, figure.subfigures(rows, columns, squeeze=False).flat, strict=False):
        field.suptitle(part.title, size=10, color=INK)
        PAINTERS[type(part)](field, part)
    return figure


def _axes(field: Any, x_label: str = "", y_label: str = "") -> "matplotlib.axes.Axes":
    axes = field.add_subplot()
    axes.tick_params(colors=SOFT, labelsize=8)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(SOFT)
    axes.set_xlabel(x_label, color=INK, size=8.5)
    axes.set_ylabel(y_label, color=INK, size=8.5)
    return axes


def _chart(field: Any, chart: Chart) -> None:
    axes = _axes(field, chart.x_label, chart.y_label)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    for band in chart.bands:
        axes.axvspan(band.low, band.high, color=RANGES[band.tone], alpha=0.12, linewidth=0.0, label=band.label)
    for mark in chart.marks:
        for place, draw in ((mark.x, axes.axvline), (mark.y, axes.axhline)):
            if place is not None:
                draw(place, color=SOFT, linewidth=1.0, linestyle=":", label=mark.label)
    for series in chart.series:
        _series(axes, series)
    axes.set_xscale("log" if chart.x_log else "linear")
    axes.set_yscale("log" if chart.y_log else "linear")
    if chart.x_names:
        axes.set_xticks(range(1, len(chart.x_names) + 1), chart.x_names, rotation=30, ha="right")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=7.5)


def _series(axes: "matplotlib.axes.Axes", series: Series) -> None:
    colour = TONES[series.tone % len(TONES)]
    if series.low is not None and series.high is not None:
        axes.fill_between(series.x, series.low, series.high, color=colour, alpha=0.18, linewidth=0.0)
    if series.style == "points":
        axes.plot(series.x, series.y, "o", color=colour, markersize=3.5, markerfacecolor="none", label=series.name)
    else:
        line = "--" if series.style == "dashed" else "-"
        axes.plot(series.x, series.y, line, color=colour, linewidth=1.6, label=series.name)


def _map(field: Any, drawn: Map) -> None:
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap, LogNorm

    axes = _axes(field, drawn.x_label, drawn.y_label)
    options: dict[str, Any] = {"shading": "nearest", "rasterized": True}
    known = drawn.values[np.isfinite(drawn.values)]
    if drawn.names:
        colours = ListedColormap([class_colour(k) for k in range(len(drawn.names))])
        options |= {"cmap": colours, "vmin": -0.5, "vmax": len(drawn.names) - 0.5}
    elif drawn.scale == "diverging":
        reach = float(np.abs(known).max(initial=0.0)) or 1.0
        colours = LinearSegmentedColormap.from_list("diverging", np.array(DIVERGING) / 255.0)
        options |= {"cmap": colours, "vmin": -reach, "vmax": reach}
    elif drawn.scale == "log" and (known > 0.0).any():
        options |= {"norm": LogNorm(float(known[known > 0.0].min()), float(known.max()))}
    mesh = axes.pcolormesh(drawn.x, drawn.y, np.ma.masked_invalid(drawn.values), **options)
    if drawn.contours:
        axes.contour(drawn.x, drawn.y, drawn.values, levels=sorted(drawn.contours), colors="white", linewidths=0.6)
    for path in drawn.paths:
        axes.plot(*path.points.T, color=TONES[path.tone % len(TONES)], linewidth=1.4, label=path.name)
    if drawn.points is not None and len(drawn.points):
        axes.plot(*drawn.points.T, "x", color="white", markersize=5)
    axes.set_xscale("log" if drawn.x_log else "linear")
    axes.set_yscale("log" if drawn.y_log else "linear")
    if drawn.y_down:
        axes.invert_yaxis()
    bar = field.colorbar(mesh, ax=axes, label=drawn.value_label)
    if drawn.names:
        bar.set_ticks(range(len(drawn.names)), labels=drawn.names)
    if drawn.paths:
        axes.legend(frameon=False, fontsize=7.5)


def _bars(field: Any, bars: Bars) -> None:
    axes = _axes(field, bars.head[-1])
    places = np.arange(len(bars.values))
    axes.barh(places, bars.values, color=[TONES[0] if value >= 0.0 else TONES[1] for value in bars.values])
    axes.set_yticks(places, [row[0] for row in bars.rows])
    axes.invert_yaxis()
    axes.axvline(0.0, color=SOFT, linewidth=0.8)


def _pictures(field: Any, captions: list[str], pictures: list[np.ndarray], *, is_signed: list[bool]) -> None:
    columns = max(1, min(8, math.ceil(math.sqrt(len(pictures)))))
    rows = math.ceil(len(pictures) / columns)
    grid = field.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, caption, picture, has_sign in zip(grid.flat, captions, pictures, is_signed, strict=False):
        reach = float(np.nanmax(np.abs(picture), initial=0.0)) or 1.0
        options: dict[str, Any] = {"cmap": "RdBu", "vmin": -reach, "vmax": reach} if has_sign else {"cmap": "gray"}
        axes.imshow(picture, interpolation="nearest", **options)
        axes.set_title(caption, size=6.5, color=SOFT)


def _tiles(field: Any, tiles: Tiles) -> None:
    shown = tiles.tiles[:MOST_TILES]
    pictures = [tile.values if tile.values.ndim == 2 else _rescaled(tile.values) for tile in shown]
    _pictures(field, [tile.caption for tile in shown], pictures, is_signed=[tile.scale == "signed" for tile in shown])


def _rescaled(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    return (values - low) / ((high - low) or 1.0)


def _fields(field: Any, fields: Fields) -> None:
    _pictures(field, list(fields.names), list(fields.values), is_signed=[True] * len(fields.values))


def _picture(field: Any, picture: Picture) -> None:
    _pictures(field, [""], [picture.pixels.astype(np.uint8)], is_signed=[False])


def _boundaries(field: Any, row: BoundaryRow) -> None:
    grid = field.subplots(1, len(row.boundaries), squeeze=False)
    for axes, name, boundary in zip(grid.flat, row.names, row.boundaries, strict=True):
        axes.set_title(name, size=8, color=INK)
        _boundary(axes, boundary)


def _boundary(axes: "matplotlib.axes.Axes", boundary: Boundary2D) -> None:
    values = boundary.values[-1]
    colours = score_colours(values) if boundary.winners is None else winner_colours(boundary.winners[-1], values)
    half_x, half_y = ((ends[-1] - ends[0]) / max(len(ends) - 1, 1) / 2 for ends in (boundary.x, boundary.y))
    extent = (
        float(boundary.x[0] - half_x),
        float(boundary.x[-1] + half_x),
        float(boundary.y[0] - half_y),
        float(boundary.y[-1] + half_y),
    )
    axes.imshow(lighten(colours), extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    if boundary.winners is None and values.min() < 0.0 < values.max():
        axes.contour(boundary.x, boundary.y, values, levels=[0.0], colors=INK, linewidths=0.9)
    train, test = (
        _point_colours(targets, is_class=bool(boundary.classes))
        for targets in (boundary.train_targets, boundary.test_targets)
    )
    axes.scatter(*boundary.train_points.T, s=12, c=train, edgecolors="white", linewidths=0.5)
    axes.scatter(*boundary.test_points.T, s=10, c="white", edgecolors=test, linewidths=1.0)
    axes.set(xlabel=boundary.axis_names[0], ylabel=boundary.axis_names[1], xlim=extent[:2], ylim=extent[2:])
    for k, name in enumerate(boundary.classes):
        axes.scatter([], [], s=14, color=class_colour(k), label=name)
    axes.scatter([], [], s=12, c=SOFT, label="training point")
    axes.scatter([], [], s=10, c="white", edgecolors=SOFT, linewidths=1.0, label="test point")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=7.0)


def _confusion(field: Any, confusion: Confusion) -> None:
    axes, counts, classes = _axes(field, "predicted", "true"), confusion.counts, confusion.classes
    # Each cell is tinted by its share of the true class.
    axes.imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0.0, vmax=1.6)
    axes.set_xticks(range(len(classes)), classes, rotation="horizontal" if max(map(len, classes)) < 4 else "vertical")
    axes.set_yticks(range(len(classes)), classes)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if len(classes) <= MOST_CLASSES:
        for true, predicted in np.argwhere(counts > 0):
            axes.text(predicted, true, f"{counts[true, predicted]:,}", ha="center", va="center", color=INK, size=8)


def _point_colours(targets: np.ndarray, *, is_class: bool) -> list[str]:
    if is_class:
        return [class_colour(int(target)) for target in targets]
    return [hex_of(colour) for colour in score_colours(targets.astype(np.float64))]


PAINTERS: dict[type, Callable[[Any, Any], None]] = {
    Chart: _chart,
    Map: _map,
    Bars: _bars,
    Tiles: _tiles,
    Fields: _fields,
    Picture: _picture,
    BoundaryRow: _boundaries,
    Confusion: _confusion,
}
"""Function that draws each kind of part; tables and steps are not drawn."""

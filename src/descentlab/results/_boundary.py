"""The predictions of a network over a plane, epoch by epoch, with the training points on top."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped, UInt8

from descentlab.results._colours import class_colour, hex_of, lighten, score_colours, winner_colours
from descentlab.results._content import Boundary2D
from descentlab.results._contour import class_margins, zero_lines
from descentlab.results._csv import Download, download
from descentlab.results._marks import dots_path
from descentlab.results._png import png_uri
from descentlab.results._scales import Scale, Tick, thin

SIDE = 400.0
MAX_POINTS = 1000
MAX_SAVED = 50


@dataclass(frozen=True)
class Cloud:
    """Points of one colour, as one SVG path."""

    colour: str
    path: str


@dataclass(frozen=True)
class Snapshot:
    """The plane at one epoch.

    Attributes:
        epoch: Number of epochs trained.
        field: Colours of the plane, as a picture.
        border: Line along which the prediction changes its class or sign, as an SVG path.
    """

    epoch: int
    field: str
    border: str


@dataclass(frozen=True)
class LegendEntry:
    colour: str
    text: str


@dataclass(frozen=True)
class BoundaryView:
    """The section of the plane; places are in a square of `SIDE`."""

    side: float
    snapshots: tuple[Snapshot, ...]
    columns: int
    last: Snapshot
    train: tuple[Cloud, ...]
    test: tuple[Cloud, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    axis_names: tuple[str, str]
    legend: tuple[LegendEntry, ...]
    meaning: str
    is_graded: bool
    num_train: int
    num_test: int
    fields: Download
    points: Download


def boundary_view(boundary: Boundary2D) -> BoundaryView | None:
    """Lay out the plane at several epochs; None if there is no epoch."""
    if not len(boundary.epochs):
        return None
    x, y = Scale(*_ends(boundary.x), 0.0, SIDE), Scale(*_ends(boundary.y), SIDE, 0.0)
    snapshots = tuple(_snapshot(boundary, k, x, y) for k in range(len(boundary.epochs)))
    return BoundaryView(
        SIDE,
        snapshots[:-1],
        _columns(len(snapshots) - 1),
        snapshots[-1],
        _clouds(boundary, boundary.train_points, boundary.train_targets, x, y),
        _clouds(boundary, boundary.test_points, boundary.test_targets, x, y),
        x.ticks(),
        y.ticks(),
        boundary.axis_names,
        tuple(LegendEntry(class_colour(k), name) for k, name in enumerate(boundary.classes)),
        boundary.meaning,
        boundary.winners is None,
        len(boundary.train_points),
        len(boundary.test_points),
        _saved_fields(boundary),
        _saved_points(boundary),
    )


def _columns(num: int) -> int:
    """Choose the number of pictures in a row, at most six, so that all rows are about equally long."""
    return math.ceil(num / math.ceil(num / 6)) if num else 1


def _ends(grid: Float[np.ndarray, " points"]) -> tuple[float, float]:
    """Return the outer edges of the squares whose centres the grid gives."""
    half = float(grid[-1] - grid[0]) / max(len(grid) - 1, 1) / 2.0 or 0.5
    return float(grid[0]) - half, float(grid[-1]) + half


def _snapshot(boundary: Boundary2D, k: int, x: Scale, y: Scale) -> Snapshot:
    values = boundary.values[k]
    # A picture's first line is its top, the grid's first its bottom.
    places = x.place(boundary.x), y.place(boundary.y)
    if boundary.winners is None:
        colours, border = score_colours(values[::-1]), zero_lines(values, *places)
    else:
        winners = boundary.winners[k]
        colours = winner_colours(winners[::-1], values[::-1])
        border = "".join(zero_lines(margin, *places) for margin in class_margins(winners, values))
    return Snapshot(int(boundary.epochs[k]), png_uri(lighten(colours)), border)


def _point_colours(boundary: Boundary2D, targets: Shaped[np.ndarray, " points"]) -> UInt8[np.ndarray, "points 3"]:
    if boundary.classes:
        ids = targets.astype(np.int64)
        return winner_colours(ids, np.ones(len(ids)))
    # The eye can distinguish nine steps of colour, and few colours keep the page small.
    return score_colours(np.round(targets.astype(np.float64) * 4.0) / 4.0)


def _clouds(
    boundary: Boundary2D,
    points: Float[np.ndarray, "points 2"],
    targets: Shaped[np.ndarray, " points"],
    x: Scale,
    y: Scale,
) -> tuple[Cloud, ...]:
    if not len(points):
        return ()
    kept = thin(len(points), MAX_POINTS)
    across, up = x.place(points[kept, 0]), y.place(points[kept, 1])
    colours = np.array([hex_of(colour) for colour in _point_colours(boundary, targets[kept])])
    return tuple(Cloud(str(c), dots_path(across[colours == c], up[colours == c])) for c in np.unique(colours))


def _saved_fields(boundary: Boundary2D) -> Download:
    """Save the fields on a grid of at most `MAX_SAVED` lines: all of them would be most of the page."""
    rows, columns = thin(len(boundary.y), MAX_SAVED), thin(len(boundary.x), MAX_SAVED)
    score = "score" if boundary.winners is None else "probability"
    epochs = [int(epoch) for epoch in boundary.epochs]
    header = [*boundary.axis_names, *(f"{score}_epoch_{epoch}" for epoch in epochs)]
    if boundary.winners is not None:
        header += [f"class_epoch_{epoch}" for epoch in epochs]
    places = ((j, i) for j in rows for i in columns)
    return download("plane.csv", header, (_field_row(boundary, int(j), int(i)) for j, i in places))


def _field_row(boundary: Boundary2D, j: int, i: int) -> list[str]:
    values = [f"{value:.3g}" for value in boundary.values[:, j, i]]
    winners = [] if boundary.winners is None else [boundary.classes[int(k)] for k in boundary.winners[:, j, i]]
    return [f"{boundary.x[i]:.4g}", f"{boundary.y[j]:.4g}", *values, *winners]


def _saved_points(boundary: Boundary2D) -> Download:
    parts = (
        ("train", boundary.train_points, boundary.train_targets),
        ("test", boundary.test_points, boundary.test_targets),
    )
    rows = (
        (part, f"{a:.5g}", f"{b:.5g}", boundary.classes[int(target)] if boundary.classes else f"{target:.5g}")
        for part, points, targets in parts
        for (a, b), target in zip(points, targets, strict=True)
    )
    return download("points.csv", ("part", *boundary.axis_names, "class" if boundary.classes else "target"), rows)

"""The tables of `landscape`."""

from collections.abc import Iterable

import numpy as np

from descentlab.core import PART_WORDS, Estimate
from descentlab.labs.landscape._measured import Between, ByPart, Curve, Landscape, Plane
from descentlab.results import Cell, Column, Table, TableForm, Tables

"""Words for the parts of the data."""

AS_THEY_ARE, MATCHED = "as they are", "units matched"
RANDOM, SHARPEST, START, BETWEEN = "random", "sharpest", "from the start", "between networks"
"""Kinds of lines."""

LOSSES = tuple(
    Column(f"{part}_loss", meaning=f"Mean {word} loss.", format="number") for part, word in PART_WORDS.items()
)
ACCURACIES = tuple(
    Column(f"{part}_accuracy", meaning=f"Share of {word} examples that are right.", format="percent")
    for part, word in PART_WORDS.items()
)

SHAPES = TableForm(
    "shapes",
    "What each line shows",
    (
        Column("line", meaning="Name of the line."),
        Column("kind", meaning="What the line goes along.", is_hidden=True),
        Column("start", "from", "First place on the line.", format="setting"),
        Column("end", "to", "Last place on the line.", format="setting"),
        Column("lowest", meaning="Lowest training loss.", format="number", digits=4),
        Column("lowest_at", "at", "Place of the lowest training loss; the network is at 0.", format="setting"),
        Column("held_out_lowest_at", "held-out lowest at", "Place of the lowest loss on the part not trained on.",
               format="setting", is_detail=True),
        Column("highest", meaning="Highest training loss.", format="number", digits=4),
        Column("is_convex", "looks convex", "Whether the loss bends up at each inner point.", format="flag"),
        Column("bends_down_at", "bends down at", "Where it bends down most.", format="setting", is_detail=True),
        Column("curvature", meaning="Second derivative at the network, per squared unit of weight.", format="number"),
        Column("rise", meaning="Largest rise on the way.", format="number", is_hidden=True),
        Column("is_monotone", meaning="Whether the loss never rises on the way.", format="flag", is_hidden=True),
        Column("num_missing", meaning="Places where the loss is no number.", format="count", is_hidden=True),
    ),
    note="Of the training loss, rounding apart.",
    is_printed=True,
)  # fmt: skip
NETWORK = TableForm(
    "network",
    "The network itself",
    (
        Column("part", meaning="Part of the data."),
        Column("loss", meaning="Mean loss.", format="number"),
        Column("accuracy", meaning="Share of examples that are right.", format="percent"),
        Column("examples", meaning="Examples that the loss is averaged over.", format="count"),
        Column("available", meaning="Examples that the part has.", format="count"),
    ),
)
MEASUREMENT = TableForm(
    "measurement",
    "What was measured",
    (
        Column("weights", meaning="Numbers that the network has learned.", format="count"),
        Column("normalization", meaning="What of a direction has the length of the weights."),
        Column("span", meaning="How far lines reach to each side, in lengths of the weights.", format="setting"),
        Column("length", meaning="Length of the weights.", format="number"),
        Column("sharpness", meaning="Largest eigenvalue of the Hessian.", format="number"),
        Column("cosine", meaning="Cosine of the angle between the random plane's directions.", format="number"),
        Column("multiplied", meaning="Layer whose weights are multiplied in the rewritten network."),
        Column("divided", meaning="Layer whose weights are divided by the same number."),
        Column("factor", meaning="That number.", format="setting"),
        Column("first", meaning="Network at the first end of the line between two."),
        Column("second", meaning="Network at its other end."),
        Column("num_moved", "moved units", "Units that came to another place by matching.", format="count"),
        Column("num_units", "hidden units", "Hidden units that were matched.", format="count"),
    ),
    is_single=True,
)
BARRIERS = TableForm(
    "barriers",
    "Barriers",
    (
        Column("barrier", "", "Which line, and which part of the data."),
        Column("units", meaning="Whether hidden units are matched.", is_hidden=True),
        Column("part", meaning="Part of the data.", is_hidden=True),
        Column("first_loss", meaning="Loss of the first network.", format="number"),
        Column("second_loss", meaning="Loss of the second network.", format="number"),
        Column("height", "barrier", "Loss above the line between the two, with its interval.", format="number"),
        Column("at", "at t", "Place of the barrier.", format="setting"),
        Column("loss", meaning="Loss at that place.", format="number", is_hidden=True),
        Column("is_real", "real", "Whether the interval lies above 0, and the height above rounding.", format="flag"),
        Column("accuracy_drop", "accuracy lost", "Fall below the line between the two.", format="percent"),
        Column("distance", meaning="Between the two, as a share of their mean length.", format="number"),
        Column("examples", meaning="Examples behind the interval.", format="count", is_hidden=True),
    ),
    note="Interval: 95%, over the examples, at the t where the loss is highest above the line.",
)
LINES = TableForm(
    "lines",
    "The lines",
    (
        Column("line", meaning="Name of the line."),
        Column("at", meaning="Place on it.", format="setting"),
        *LOSSES,
        *ACCURACIES,
    ),
)
PLANES = TableForm(
    "planes",
    "The planes",
    (
        Column("plane", meaning="Along two random directions, or along the components of training's path."),
        Column("x", meaning="Place along the first direction.", format="number"),
        Column("y", meaning="Place along the second direction.", format="number"),
        *LOSSES,
        *ACCURACIES,
    ),
)
PATH = TableForm(
    "path",
    "The path of training",
    (
        Column("epoch", meaning="Epochs done.", format="count"),
        Column("x", meaning="Place along the first component.", format="number"),
        Column("y", meaning="Place along the second component.", format="number"),
        Column("distance_off", meaning="Distance from the plane.", format="number"),
        Column("distance_from_end", meaning="Distance from the last network.", format="number"),
        Column("loss", meaning="Training loss on the path.", format="number"),
        Column("loss_of_shadow", meaning="Training loss at the nearest point of the plane.", format="number"),
    ),
)
PATH_PLANE = TableForm(
    "path_plane",
    "The plane of the path",
    (
        Column("share", meaning="Share of the path's variance that two components hold.", format="percent"),
        Column("random_walks", meaning="The same of random walks, with the range of 95% of them.", format="percent"),
        Column("is_repeated", "trained again", "Whether the path is that of a second training.", format="flag"),
    ),
    is_single=True,
)
COMPONENTS = TableForm(
    "components",
    "Share of the variance by component",
    (
        Column("component", meaning="Number of the component.", format="count"),
        Column("share", meaning="Share of the path's variance that it holds.", format="percent"),
        Column("random_walks", meaning="The same of random walks, with the range of 95% of them.", format="percent"),
    ),
)
REWRITTEN = TableForm(
    "rewritten",
    "The same network, written in two ways",
    (
        Column("at", meaning="Place on the line.", format="setting"),
        Column("plain", meaning="Training loss along a plain direction.", format="number"),
        Column("plain_rewritten", meaning="The same of the rewritten network.", format="number"),
        Column("normalised", meaning="Training loss along a filter-normalised direction.", format="number"),
        Column("normalised_rewritten", meaning="The same of the rewritten network.", format="number"),
    ),
)


def fill_tables(landscape: Landscape) -> Tables:
    """Lay out what was measured."""
    paths = [plane for plane in landscape.planes if plane.path is not None]
    return Tables(
        (
            _shapes(landscape),
            _network(landscape),
            _measurement(landscape),
            *(() if landscape.crossing is None else (_barriers(landscape),)),
            _lines(landscape),
            *((_planes(landscape.planes),) if landscape.planes else ()),
            *(table for plane in paths for table in _path(plane)),
            *_rewritten(landscape),
        )
    )


def _shapes(landscape: Landscape) -> Table:
    rows = [_shape(curve, landscape) for curve in landscape.curves()]
    held_out = landscape.held_out
    names = [column.name for column in SHAPES.columns if held_out or column.name != "held_out_lowest_at"]
    return SHAPES.fill_columns({name: [row[name] for row in rows] for name in names})


def _shape(curve: Curve, landscape: Landscape) -> dict[str, Cell]:
    loss = curve.loss["train"]
    return {
        **vars(curve.reading),
        "line": curve.name,
        "kind": _kind(curve, landscape),
        "start": float(curve.at[0]),
        "end": float(curve.at[-1]),
        "held_out_lowest_at": None if landscape.held_out is None else _lowest_at(curve, landscape.held_out),
        "highest": float(np.max(np.where(np.isnan(loss), np.inf, loss))),
        "curvature": curve.curvature,
        "num_missing": int((~np.isfinite(loss)).sum()),
    }


def _kind(curve: Curve, landscape: Landscape) -> str:
    if any(curve is line for line in landscape.lines.random):
        return RANDOM
    return SHARPEST if curve is landscape.lines.sharpest else START if curve is landscape.from_start else BETWEEN


def _lowest_at(curve: Curve, part: str) -> float | None:
    values = np.where(np.isfinite(curve.loss[part]), curve.loss[part], np.nan)
    return float(curve.at[int(np.nanargmin(values))]) if np.isfinite(values).any() else None


def _network(landscape: Landscape) -> Table:
    has_accuracy = bool(landscape.accuracy)
    columns = {
        "part": list(landscape.loss),
        "loss": list(landscape.loss.values()),
        **({"accuracy": list(landscape.accuracy.values())} if has_accuracy else {}),
        "examples": list(landscape.num_examples.values()),
        "available": list(landscape.num_available.values()),
    }
    return NETWORK.fill_columns(columns)


def _measurement(landscape: Landscape) -> Table:
    writing, crossing, lines = landscape.writing, landscape.crossing, landscape.lines
    cosine = next((plane.cosine for plane in landscape.planes if plane.kind == "random"), None)
    values: dict[str, Cell] = {
        "weights": landscape.num_params,
        "normalization": landscape.normalization,
        "span": landscape.span,
        "length": lines.length,
    }
    values |= {} if lines.sharpness is None else {"sharpness": lines.sharpness}
    values |= {} if cosine is None else {"cosine": cosine}
    if writing is not None:
        values |= {"multiplied": writing.multiplied, "divided": writing.divided, "factor": writing.factor}
    if crossing is not None:
        first, second = crossing.plain.names
        values |= {"first": first, "second": second, "num_moved": crossing.num_moved, "num_units": crossing.num_units}
    return MEASUREMENT.fill_columns({name: [value] for name, value in values.items()})


def _barriers(landscape: Landscape) -> Table:
    crossing = landscape.crossing
    assert crossing is not None
    ways = [(AS_THEY_ARE, crossing.plain), *([(MATCHED, crossing.matched)] if crossing.matched else [])]
    return BARRIERS.fill([_barrier(units, way, part) for units, way in ways for part in way.barriers])


def _barrier(units: str, way: Between, part: str) -> tuple[Cell, ...]:
    barrier = way.barriers[part]
    low, high = (np.nan, np.nan) if barrier.ci95 is None else barrier.ci95
    height = Estimate(barrier.height, low, high)
    name = f"{units}, {PART_WORDS[part]}"
    place = (*barrier.ends, height, barrier.at, barrier.loss, barrier.is_real)
    return (name, units, part, *place, way.accuracy_drop.get(part), way.distance, barrier.num_examples)


def _lines(landscape: Landscape) -> Table:
    curves = landscape.curves()
    return LINES.fill_columns(
        {
            "line": np.concatenate([np.full(len(curve.at), curve.name, dtype=object) for curve in curves]),
            "at": np.concatenate([curve.at for curve in curves]),
            **_columns("loss", [curve.loss for curve in curves]),
            **_columns("accuracy", [curve.accuracy for curve in curves]),
        }
    )


def _planes(planes: Iterable[Plane]) -> Table:
    planes = tuple(planes)
    grids = [np.meshgrid(plane.x, plane.y) for plane in planes]
    return PLANES.fill_columns(
        {
            "plane": np.concatenate([np.full(plane.loss["train"].size, plane.kind, dtype=object) for plane in planes]),
            "x": np.concatenate([x.ravel() for x, _ in grids]),
            "y": np.concatenate([y.ravel() for _, y in grids]),
            **_columns("loss", [plane.loss for plane in planes]),
            **_columns("accuracy", [plane.accuracy for plane in planes]),
        }
    )


def _columns(name: str, values: list[ByPart]) -> dict[str, np.ndarray]:
    """Join measurements of several lines or planes to one column for each part."""
    return {f"{part}_{name}": np.concatenate([each[part].ravel() for each in values]) for part in values[0]}


def _path(plane: Plane) -> tuple[Table, ...]:
    path, losses = plane.path, plane.path_loss
    assert path is not None
    assert losses is not None
    walks = [
        Estimate(float(mean), float(low), float(high))
        for mean, (low, high) in zip(path.walk_shares, path.walk_ranges, strict=True)
    ]
    walks_of = [walks[place] if place < len(walks) else None for place in range(len(path.shares))]
    rows = zip(range(1, len(path.shares) + 1), map(float, path.shares), walks_of, strict=True)
    return (
        PATH.fill_columns(
            {
                "epoch": path.epochs,
                "x": path.places[:, 0],
                "y": path.places[:, 1],
                "distance_off": path.distances,
                "distance_from_end": path.lengths,
                "loss": losses[0],
                "loss_of_shadow": losses[1],
            }
        ),
        PATH_PLANE.fill([(path.share, Estimate(*path.walk_totals), plane.is_repeated)]),
        COMPONENTS.fill(list(rows)),
    )


def _rewritten(landscape: Landscape) -> tuple[Table, ...]:
    writing = landscape.writing
    if writing is None:
        return ()
    names = ("at", "plain", "plain_rewritten", "normalised", "normalised_rewritten")
    values = (writing.at, *writing.plain, *writing.normalised)
    return (REWRITTEN.fill_columns(dict(zip(names, values, strict=True))),)

"""The page of a landscape: lines, planes, the path, the line to another network, and why directions are normalised."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from descentlab import results
from descentlab.labs.landscape._charts import STEP, is_wide, known_only, values_of, way_charts
from descentlab.labs.landscape._planes import path_plane, random_plane
from descentlab.labs.landscape._result import Between, Crossing, Curve, Landscape, Lines, Writing
from descentlab.labs.landscape._words import PARTS
from descentlab.results import Chart, Page, Part, Row, Section, Series, WordTable

WHY = "Why directions are normalised"
SCALED = {
    "filter": "A direction is random numbers, each filter of it as long as the network's own (Li et al., 2018), so "
    "that a step means the same for large and small weights.",
    "layer": "A direction is random numbers, each layer's array of it as long as the network's own.",
    "none": "A direction is random numbers in one scale for all layers.",
}


def build_page(found: Landscape) -> Page:
    """Lay out the page of a landscape."""
    sections = [] if found.crossing is None else [_crossing(found.crossing)]
    sections += [_lines(found), _start(found)]
    sections += [random_plane(plane) if plane.path is None else path_plane(plane) for plane in found.planes]
    if found.writing is not None:
        sections.append(_writing(found.writing))
    sections.append(Section("Every line", (), (_every_line(found),)))
    return Page(
        title=f"{found.name}: landscape of the loss"
        if found.crossing is None
        else f"{' and '.join(found.crossing.plain.names)}: landscape of the loss",
        kind="Landscape",
        outcome=found.sentences,
        figures=_figures(found),
        sections=tuple(sections),
        facts=_facts(found),
        notes=found.notes,
    )


def _figures(found: Landscape) -> tuple[Row, ...]:
    rows = [Row(f"{PARTS[part]} loss", results.number(value)) for part, value in found.loss.items()]
    if found.crossing is not None:
        barriers = found.crossing.plain.barriers
        rows += [Row(f"barrier, {PARTS[part]}", results.number(one.height)) for part, one in barriers.items()]
    elif found.lines.sharpness is not None:
        rows.append(Row("sharpness", results.number(found.lines.sharpness)))
    # Four stand in a row.
    return tuple([*rows, Row("weights", f"{found.num_params:,}")][:4])


def _facts(found: Landscape) -> tuple[Row, ...]:
    experiment = found.experiment
    examples = ", ".join(
        f"{num:,} of {found.num_available[part]:,} {PARTS[part]}" for part, num in found.num_examples.items()
    )
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("loss", f"{experiment.loss.kind}, on {examples} examples"),
        Row("directions", f"{found.normalization}-normalised" if found.normalization != "none" else "not normalised"),
        Row("weights", f"{found.num_params:,}, in {experiment.precision}"),
        Row("networks found or trained in", results.seconds(found.seconds.get("train", np.nan))),
        Row("measured in", results.seconds(found.seconds.get("measure", np.nan))),
        Row(
            "files", "result.json and " + ", ".join(f"{name}.parquet" for name in found.tables()) + " beside this page"
        ),
    )


def _lines(found: Landscape) -> Section:
    lines = found.lines
    parts: list[Part] = []
    if lines.random:
        parts = [_band_chart(lines, "loss"), _each_chart(lines)]
    if lines.sharpest is not None:
        parts.append(_sharpest_chart(lines, lines.sharpest))
    if lines.random and lines.random[0].accuracy:
        parts.append(_band_chart(lines, "accuracy"))
    why = "" if found.writing is None else f" “{WHY}” below shows what comes of it otherwise."
    told = [f"The loss at the trained weights plus so much of a direction. {SCALED[found.normalization]}{why}"]
    if lines.sharpest is not None:
        told.append(
            "The sharpest direction is the one in which the loss bends most, the Hessian's first eigenvector. A random "
            "direction has next to nothing of it."
        )
    return Section("Lines through the network", tuple(told), tuple(parts))


def _band_chart(lines: Lines, what: str) -> Chart:
    at = lines.random[0].at
    series, every = [], []
    for tone, part in enumerate(values_of(lines.random[0], what)):
        values = np.stack([known_only(values_of(curve, what)[part]) for curve in lines.random])
        every.append(values)
        series.append(
            Series(
                f"{PARTS[part]}, median of {len(values)}" if len(values) > 1 else PARTS[part],
                at,
                _of_columns(np.nanmedian, values),
                _of_columns(np.nanmin, values),
                _of_columns(np.nanmax, values),
                style="dashed" if tone else "line",
                tone=tone,
            )
        )
    return Chart(
        f"{what.capitalize()} along random directions",
        STEP,
        what,
        tuple(series),
        y_log=what == "loss" and is_wide(every),
        note="The band goes from the lowest to the highest of the directions." if len(lines.random) > 1 else "",
    )


def _of_columns(
    reduce: Callable[..., np.ndarray], values: Float[np.ndarray, "lines points"]
) -> Float[np.ndarray, " points"]:
    """Reduce each column that has a number; NaN where it has none."""
    found = np.full(values.shape[1], np.nan)
    has_number = np.isfinite(values).any(axis=0)
    if has_number.any():
        found[has_number] = reduce(values[:, has_number], axis=0)
    return found


def _each_chart(lines: Lines) -> Chart:
    series = tuple(
        Series(curve.name, curve.at, known_only(curve.loss["train"]), tone=tone)
        for tone, curve in enumerate(lines.random)
    )
    return Chart("Training loss along each of them", STEP, "loss", series, y_log=is_wide([line.y for line in series]))


def _sharpest_chart(lines: Lines, sharpest: Curve) -> Chart:
    series = [Series("sharpest direction", sharpest.at, known_only(sharpest.loss["train"]), tone=2)]
    if lines.random:
        values = np.stack([known_only(curve.loss["train"]) for curve in lines.random])
        series.append(Series("random, median", sharpest.at, _of_columns(np.nanmedian, values), tone=0))
    return Chart(
        "The sharpest direction beside random ones",
        STEP,
        "training loss",
        tuple(series),
        y_log=is_wide([line.y for line in series]),
        note="Both with steps of the same length.",
    )


def _start(found: Landscape) -> Section:
    told = (
        "The straight line from the weights that training began with. Training itself takes another way; where the "
        "loss falls steadily on the line, nothing would have been in the way (Goodfellow et al., 2015).",
    )
    charts = way_charts([("on the way", found.from_start)], "0: initial, 1: trained", has_chord=False)
    return Section("From the start straight to the end", told, tuple(charts))


def _writing(writing: Writing) -> Section:
    told = (
        f"The same network, written in two ways: in the second, weights and biases of `{writing.multiplied}` are "
        f"multiplied by {writing.factor:g} and the weights of `{writing.divided}` divided by it. What it computes is "
        "the same for every input, and so is its loss; a picture of the loss should be, too.",
        "Along a plain random direction it is not, since a step that is large for one layer is small for the other. "
        "Along a filter-normalised one, the two curves lie on each other.",
    )
    charts = []
    for title, pair in (
        ("Along a plain direction", writing.plain),
        ("Along a filter-normalised one", writing.normalised),
    ):
        series = (
            Series("as it was trained", writing.at, known_only(pair[0])),
            Series("rewritten", writing.at, known_only(pair[1]), style="dashed", tone=1),
        )
        charts.append(Chart(title, STEP, "training loss", series, y_log=is_wide([line.y for line in series])))
    return Section(WHY, told, tuple(charts))


def _crossing(crossing: Crossing) -> Section:
    plain, matched = crossing.plain, crossing.matched
    curves = [("as they are", plain.curve)]
    ways = [("as they are", plain)]
    if matched is not None:
        curves.append(("with units matched", matched.curve))
        ways.append(("units matched", matched))
    told = (
        "The loss at (1 - t) times the first network's weights plus t times the second's. The barrier is how far it "
        "rises above the straight line between its ends, drawn dashed. Without one, two networks are said to be "
        "linearly connected; with one, there may still be a way between them that is not straight.",
        "Hidden units have no order: a network has as many equal copies as there are orders of its units, and two "
        "trainings find copies in different ones. Matching (Ainsworth et al., 2022) looks for the copy of the second "
        "that is nearest to the first; where an activation is odd, as tanh, units may be turned round for it, too.",
    )
    label = f"t (0: {plain.names[0]}, 1: {plain.names[1]})"
    charts = way_charts(curves, label, has_chord=True)
    return Section("From one network to the other", told, (*charts, _barrier_table(ways)))


def _barrier_table(ways: Sequence[tuple[str, Between]]) -> WordTable:
    rows = tuple(
        (
            f"{title}, {PARTS[part]}",
            " and ".join(results.number(end) for end in barrier.ends),
            results.number(barrier.height),
            "" if barrier.ci95 is None else f"{results.number(barrier.ci95[0])} to {results.number(barrier.ci95[1])}",
            "" if barrier.at is None else f"{barrier.at:g}",
            f"{100.0 * between.accuracy_drop[part]:.1f}" if part in between.accuracy_drop else "",
            results.number(between.distance),
        )
        for title, between in ways
        for part, barrier in between.barriers.items()
    )
    return WordTable(
        "Barriers",
        ("", "losses of the two", "barrier", "95% interval", "at t", "accuracy lost", "distance"),
        rows,
        note="Interval: over the examples, at the t where the loss is highest above the line. Accuracy lost: in "
        "points, below the line between its ends. Distance: between the two, as a share of the mean of their lengths.",
    )


def _every_line(found: Landscape) -> WordTable:
    held_out = found.held_out
    rows = tuple(
        (
            curve.name,
            results.number(curve.reading.lowest),
            f"{curve.reading.lowest_at:g}",
            *([] if held_out is None else [_lowest_at(curve, held_out)]),
            results.number(float(np.max(np.where(np.isnan(curve.loss["train"]), np.inf, curve.loss["train"])))),
            "yes" if curve.reading.is_convex else f"no, bends down at {curve.reading.bends_down_at:g}",
            "" if curve.curvature is None else results.number(curve.curvature),
        )
        for curve in found.curves()
    )
    held = () if held_out is None else (f"{PARTS[held_out]} loss lowest at",)
    head = ("line", "lowest training loss", "at", *held, "highest", "looks convex", "curvature")
    return WordTable(
        "What each line shows",
        head,
        rows,
        note="Looks convex: the training loss bends up at each inner point, rounding apart. Curvature: second "
        "derivative of the training loss at the network, per squared unit of weight.",
    )


def _lowest_at(curve: Curve, part: str) -> str:
    values = known_only(curve.loss[part])
    return f"{curve.at[int(np.nanargmin(values))]:g}" if np.isfinite(values).any() else ""

"""The page of `landscape`: lines, planes, the path, the line to another network, and why directions are normalised."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from descentlab.core import PART_WORDS
from descentlab.labs.landscape._charts import STEP, is_wide, known_only, values_of, way_charts
from descentlab.labs.landscape._measured import Crossing, Curve, Landscape, Lines, Writing
from descentlab.labs.landscape._planes import path_plane, random_plane
from descentlab.results import Chart, Part, Row, Section, Series, Table, Tables, number, seconds

WHY = "Why directions are normalised"
SCALED = {
    "filter": "A direction is random numbers, each filter of it as long as the network's own (Li et al., 2018), so "
    "that a step means the same for large and small weights.",
    "layer": "A direction is random numbers, each layer's array of it as long as the network's own.",
    "none": "A direction is random numbers in one scale for all layers.",
}


def title_of(landscape: Landscape) -> str:
    """Name the network, or the two."""
    names = (landscape.name,) if landscape.crossing is None else landscape.crossing.plain.names
    return f"{' and '.join(names)}: landscape of the loss"


def lay_out(landscape: Landscape, tables: Tables) -> tuple[Section, ...]:
    """Return the sections of the page."""
    sections = [] if landscape.crossing is None else [_crossing(landscape.crossing, tables["barriers"])]
    sections += [_lines(landscape), _start(landscape)]
    sections += [random_plane(plane) if plane.path is None else path_plane(plane) for plane in landscape.planes]
    if landscape.writing is not None:
        sections.append(_writing(landscape.writing))
    return (*sections, Section("Every line", (), (tables["shapes"],)))


def key_figures(landscape: Landscape) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    rows = [Row(f"{PART_WORDS[part]} loss", number(value)) for part, value in landscape.loss.items()]
    if landscape.crossing is not None:
        barriers = landscape.crossing.plain.barriers
        rows += [Row(f"barrier, {PART_WORDS[part]}", number(barrier.height)) for part, barrier in barriers.items()]
    elif landscape.lines.sharpness is not None:
        rows.append(Row("sharpness", number(landscape.lines.sharpness)))
    # Four stand in a row.
    return tuple([*rows, Row("weights", f"{landscape.num_params:,}")][:4])


def facts_of(landscape: Landscape, tables: Tables, wall_times_s: Mapping[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    experiment, normalization = landscape.experiment, landscape.normalization
    examples = ", ".join(
        f"{num:,} of {landscape.num_available[part]:,} {PART_WORDS[part]}"
        for part, num in landscape.num_examples.items()
    )
    return (
        Row("experiment", f"{experiment.name}, seed {experiment.seed}, {experiment.epochs:,} epochs"),
        Row("loss", f"{experiment.loss.kind}, on {examples} examples"),
        Row("directions", "not normalised" if normalization == "none" else f"{normalization}-normalised"),
        Row("weights", f"{landscape.num_params:,}, in {experiment.precision}"),
        Row("networks opened or trained in", seconds(wall_times_s["train"])),
        Row("measured in", seconds(wall_times_s["measure"])),
        Row("files", f"result.json and {', '.join(f'{name}.parquet' for name in tables)} beside this page"),
    )


def _lines(landscape: Landscape) -> Section:
    lines = landscape.lines
    parts: list[Part] = []
    if lines.random:
        parts = [_band_chart(lines, "loss"), _each_chart(lines)]
    if lines.sharpest is not None:
        parts.append(_sharpest_chart(lines, lines.sharpest))
    if lines.random and lines.random[0].accuracy:
        parts.append(_band_chart(lines, "accuracy"))
    why = "" if landscape.writing is None else f" “{WHY}” below shows what comes of it otherwise."
    words = [f"The loss at the trained weights plus so much of a direction. {SCALED[landscape.normalization]}{why}"]
    if lines.sharpest is not None:
        words.append(
            "The sharpest direction is the one in which the loss bends most, the Hessian's first eigenvector. A random "
            "direction has next to nothing of it."
        )
    return Section("Lines through the network", tuple(words), tuple(parts))


def _band_chart(lines: Lines, what: str) -> Chart:
    at = lines.random[0].at
    series, every = [], []
    for tone, part in enumerate(values_of(lines.random[0], what)):
        values = np.stack([known_only(values_of(curve, what)[part]) for curve in lines.random])
        every.append(values)
        series.append(
            Series(
                f"{PART_WORDS[part]}, median of {len(values)}" if len(values) > 1 else PART_WORDS[part],
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
    reduced = np.full(values.shape[1], np.nan)
    has_number = np.isfinite(values).any(axis=0)
    if has_number.any():
        reduced[has_number] = reduce(values[:, has_number], axis=0)
    return reduced


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


def _start(landscape: Landscape) -> Section:
    words = (
        "The straight line from the weights that training began with. Training itself takes another way; where the "
        "loss falls steadily on the line, nothing would have been in the way (Goodfellow et al., 2015).",
    )
    charts = way_charts([("on the way", landscape.from_start)], "0: initial, 1: trained", has_chord=False)
    return Section("From the start straight to the end", words, tuple(charts))


def _writing(writing: Writing) -> Section:
    words = (
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
    return Section(WHY, words, tuple(charts))


def _crossing(crossing: Crossing, barriers: Table) -> Section:
    plain, matched = crossing.plain, crossing.matched
    curves = [("as they are", plain.curve)]
    if matched is not None:
        curves.append(("with units matched", matched.curve))
    words = (
        "The loss at (1 - t) times the first network's weights plus t times the second's. The barrier is how far it "
        "rises above the straight line between its ends, drawn dashed. Without one, two networks are said to be "
        "linearly connected; with one, there may still be a way between them that is not straight.",
        "Hidden units have no order: a network has as many equal copies as there are orders of its units, and two "
        "trainings find copies in different ones. Matching (Ainsworth et al., 2022) looks for the copy of the second "
        "that is nearest to the first; where an activation is odd, as tanh, units may be turned round for it, too.",
    )
    label = f"t (0: {plain.names[0]}, 1: {plain.names[1]})"
    charts = way_charts(curves, label, has_chord=True)
    return Section("From one network to the other", words, (*charts, barriers))

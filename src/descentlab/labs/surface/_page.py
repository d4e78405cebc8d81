"""The page of `surface`: map and paths, basins, shares by rate, momentum, noise and restarts, and the minima."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.surface import measure
from descentlab.labs.surface._design import ADAPTIVE
from descentlab.labs.surface._ends import NAMED_MINIMA, where
from descentlab.labs.surface._maps import basin_maps, path_figures, relief_figure
from descentlab.labs.surface._measured import Descents
from descentlab.labs.surface._tables import SHARES
from descentlab.results import Chart, Mark, Part, Row, Section, Series, Tables, number, seconds

RATE, SHARE = "learning rate", "share of the starts"
"""Labels of axes."""
MOST_MARKS = 4
TONES = (1, 0, 2, 3, 4)
"""Colours of the page, in the order in which maps colour classes: orange before blue."""
KINDS = {column.name: column.head for column in SHARES.columns[6:]}
"""Kinds of ends that a chart shows, by the columns that have their shares."""


def lay_out(descents: Descents, tables: Tables) -> tuple[Section, ...]:
    """Return the sections of the page."""
    sections = [_relief(descents, tables), _basins(descents, tables)]
    if descents.survey.best:
        sections.append(_shares(descents, tables))
    if "minima" in tables:
        sections.append(_limits(descents, tables))
    return tuple(sections)


def key_figures(descents: Descents) -> tuple[Row, ...]:
    """Return the numbers at the head of the page."""
    survey, usual = descents.survey, descents.usual
    rows = [Row("minima in the domain", f"{len(survey.minima):,}")]
    if survey.best:
        hits, local = (float(is_in(survey, usual).mean()) for is_in in (measure.is_in_global, measure.is_in_local))
        rows += [Row("ended in a global one", f"{hits:.1%}"), Row("in another one", f"{local:.1%}")]
    return (*rows, Row("usual rate", f"{usual.setting.learning_rate:g}"))


def facts_of(descents: Descents, tables: Tables, wall_times_s: Mapping[str, float]) -> tuple[Row, ...]:
    """Return where the numbers come from."""
    surface, request, usual = descents.survey.surface, descents.design.request, descents.usual.setting
    domain = ", ".join(
        f"{name} from {low:g} to {high:g}" for name, (low, high) in zip(surface.variables, surface.domain, strict=True)
    )
    rule = request.rule if request.rule in ADAPTIVE else f"{request.rule}, momentum {usual.momentum:g}"
    return (
        Row("formula", surface.formula),
        Row("domain", domain),
        *([Row("source", surface.source)] if surface.source else []),
        Row("optimizer", f"{rule}, rate {usual.learning_rate:g}, noise {usual.noise:g}"),
        Row("starts", f"{request.starts:,}, {request.steps:,} steps each, seed {request.seed}"),
        Row("precision", "float64"),
        Row("time", seconds(wall_times_s["total"])),
        Row("files", f"result.json and {', '.join(f'{name}.parquet' for name in tables)} beside this page"),
    )


def _relief(descents: Descents, tables: Tables) -> Section:
    surface = descents.survey.surface
    words = [f"The loss is `{surface.formula}`."]
    if surface.about:
        words.append(f"{surface.about[0].upper()}{surface.about[1:]}.")
    words.append(
        "The same starts at three rates: a low one follows the slope down into the basin in which it began; a high one "
        "leaps over ridges, and cannot come to rest where the surface bends more than the rate allows."
    )
    others = [tables["others"]] if "others" in tables else []
    parts = (relief_figure(descents.survey), *path_figures(descents), *others)
    return Section("The surface, and paths over it", tuple(words), parts)


def _basins(descents: Descents, tables: Tables) -> Section:
    if descents.survey.surface.dimensions == 1:
        words = (
            "Each row is a rate, each column a start: its colour says where it ended. At low rates the basins meet at "
            "the maxima between them; at high ones a small change of the start decides."
        )
    else:
        words = (
            "Each point is a start: its colour says where it ended. At a low rate the basins are those of the slope "
            "itself; at a high one they break up, and where no minimum can hold a start, none has a basin."
        )
    is_named = 1 < len(descents.survey.minima) <= NAMED_MINIMA
    parts = (*basin_maps(descents), *([_minimum_chart(descents)] if is_named else []), tables["ends"])
    return Section("Basins: where each start ended", (words,), parts)


def _minimum_chart(descents: Descents) -> Chart:
    rates = np.array([outcome.setting.learning_rate for outcome in descents.by_rate])
    shares = [[measure.share_of(each.fates == k) for each in descents.by_rate] for k in range(NAMED_MINIMA)]
    minima = zip(descents.survey.minima, shares, TONES, strict=False)
    lines = tuple(_line(f"{place.kind} at {where(place)}", rates, line, tone) for place, line, tone in minima)
    return Chart("Share that ends in each minimum", RATE, SHARE, lines, x_log=True, marks=_limit_marks(descents))


def _shares(descents: Descents, tables: Tables) -> Section:
    rows = {name: [row for row in tables["shares"].rows() if row["varied"] == name] for name in descents.sweeps}
    parts: list[Part] = [_rate_chart(descents, rows["learning_rate"])]
    if len(rows.get("momentum", ())) > 1:
        parts.append(Chart("By momentum", "momentum", SHARE, _lines("momentum", rows["momentum"])))
    if len(rows["noise"]) > 1:
        parts.append(_noise_chart(descents, rows["noise"]))
    if len(tables["restarts"]) > 1:
        parts.append(_restart_chart(tables))
    parts += [tables["gains"]] if "gains" in tables else []
    words = (
        "One number is changed at a time, from the same starts. Bands are 95% intervals over the starts. Restarts take "
        "the lowest end of several starts; the same descents show it, so no more of them are run."
    )
    return Section("What changes the share that ends in the global minimum", (words,), tuple(parts))


def _line(name: str, x: np.ndarray, shares: Sequence[Estimate], tone: int) -> Series:
    value, low, high = np.array([(share.value, share.low, share.high) for share in shares]).T
    return Series(name, x, value, low, high, tone=tone)


def _lines(varied: str, rows: Sequence[Any]) -> tuple[Series, ...]:
    """Draw where starts ended, in at most five kinds of ends; kinds without a start are left out."""
    x = np.array([row[varied] for row in rows])
    first, *others = [
        _line(label, x, [row[kind] for row in rows], tone)
        for (kind, label), tone in zip(KINDS.items(), TONES, strict=True)
    ]
    shown = [line for line in others if line.y.any()]
    if not shown:
        # A share of 1 everywhere needs another line beside it, or the axis would show nothing but its interval.
        hits = [row["global"] for row in rows]
        missed = [Estimate(*(round(1.0 - part, 12) for part in (hit.value, hit.high, hit.low))) for hit in hits]
        shown = [_line("anywhere else", x, missed, TONES[1])]
    return (first, *shown)


def _rate_chart(descents: Descents, rows: Sequence[Any]) -> Chart:
    return Chart(
        "By the learning rate",
        RATE,
        SHARE,
        _lines("learning_rate", rows),
        x_log=True,
        marks=_limit_marks(descents),
        note=f"The usual rate is {descents.usual.setting.learning_rate:g}. Upright lines: the largest rates that "
        "minima allow.",
    )


def _limit_marks(descents: Descents) -> tuple[Mark, ...]:
    """Mark the limits of the minima: all where they are few and apart, else the smallest and the largest."""
    rates = [outcome.setting.learning_rate for outcome in descents.by_rate]
    limits = {float(f"{descents.limit_of(place):.3g}") for place in descents.survey.minima if place.eigenvalues}
    shown = sorted(limit for limit in limits if math.isfinite(limit) and rates[0] < limit < 2.0 * rates[-1])
    if len(shown) > MOST_MARKS:
        shown = [shown[0], shown[-1]]
    # Labels that would lie on each other are left to the table below.
    is_apart = all(high > 1.6 * low for low, high in itertools.pairwise(shown))
    return tuple(Mark(f"limit {limit:g}" if is_apart or k == 0 else "", x=limit) for k, limit in enumerate(shown))


def _noise_chart(descents: Descents, rows: Sequence[Any]) -> Chart:
    return Chart(
        "By noise in the gradient",
        "standard deviation of the noise",
        SHARE,
        _lines("noise", [row for row in rows if row["noise"] > 0.0]),
        x_log=True,
        marks=tuple(Mark("without noise", y=row["global"].value) for row in rows if row["noise"] == 0.0),
        note=f"The gradient's usual size on this surface is {number(descents.survey.gauge.gradient)}. Level line: the "
        "share in a global minimum without noise.",
    )


def _restart_chart(tables: Tables) -> Chart:
    restarts = tables["restarts"]
    numbers = np.asarray(restarts.column("restarts"), np.float64)
    return Chart(
        "By restarts",
        "starts of which the lowest end is taken",
        "share that ends in a global minimum",
        (_line("best of so many starts", numbers, list(restarts.column("share")), TONES[0]),),
    )


def _limits(descents: Descents, tables: Tables) -> Section:
    rule = descents.design.request.rule
    if rule in ADAPTIVE:
        words = f"{rule} divides each step by the size of past gradients: it has no limit that the surface alone gives."
    else:
        formula = {
            "sgd": "2 (1 + b) / L, with momentum b",
            "nesterov": "2 (1 + b) / ((1 + 2 b) L), with momentum b",
        }[rule]
        words = (
            f"Close to a minimum the loss is a quadratic, on which a descent comes nearer only while the rate is below "
            f"{formula} and L the largest eigenvalue of the Hessian. So a sharp minimum lets go of starts at a rate at "
            "which a flat one still holds them. That is derived, not fitted; the table shows what was measured."
        )
    return Section("The largest rate that each minimum allows", (words,), (tables["minima"],))

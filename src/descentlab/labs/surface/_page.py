"""The page of a surface: its map with paths, basins, shares by rate, momentum, noise and restarts, and its minima."""

import itertools
import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool

from descentlab import results
from descentlab.labs.surface import measure as surfaces
from descentlab.labs.surface._design import ADAPTIVE
from descentlab.labs.surface._maps import basin_maps, minus, path_figures, relief_figure
from descentlab.labs.surface._result import NAMED_MINIMA, SurfaceResult, ends_by_name, level, where
from descentlab.labs.surface._words import above_limits
from descentlab.labs.surface.measure import NEAR, Fate, Outcome, Place, Share
from descentlab.results import Chart, Mark, Page, Row, Section, Series, WordTable

MOST_ROWS = 40
MOST_OTHERS = 10
MOST_MARKS = 4
TONES = (1, 0, 2, 3, 4)
"""Of the page, in the order in which maps colour classes: orange before blue."""

IsSo = Callable[[Outcome], Bool[np.ndarray, " starts"]]


def build_page(result: SurfaceResult) -> Page:
    """Lay out the page of a surface."""
    surface = result.found.surface
    sections = [_relief(result), _basins(result)]
    if result.found.best:
        sections.append(_shares(result))
    if result.found.minima:
        sections.append(_limits(result))
    return Page(
        title=f"{surface.name}: descent from {result.design.wish.starts:,} starts",
        kind="Surface",
        outcome=result.sentences,
        figures=_figures(result),
        sections=tuple(sections),
        facts=_facts(result),
        notes=result.notes,
    )


def _figures(result: SurfaceResult) -> tuple[Row, ...]:
    found = result.found
    rows = [Row("minima in the domain", f"{len(found.minima):,}")]
    if found.best:
        hits = surfaces.share_of(surfaces.is_in_global(found, result.usual))
        local = float(surfaces.is_in_local(found, result.usual).mean())
        rows += [Row("ended in a global one", f"{hits.value:.1%}"), Row("in another one", f"{local:.1%}")]
    return (*rows, Row("usual rate", f"{result.usual.setting.learning_rate:g}"))


def _facts(result: SurfaceResult) -> tuple[Row, ...]:
    surface, wish, usual = result.found.surface, result.design.wish, result.usual.setting
    domain = ", ".join(
        f"{name} from {low:g} to {high:g}" for name, (low, high) in zip(surface.variables, surface.domain, strict=True)
    )
    rows = [Row("formula", surface.formula), Row("domain", domain)]
    rows += [Row("source", surface.source)] if surface.source else []
    rule = wish.rule if wish.rule in ADAPTIVE else f"{wish.rule}, momentum {usual.momentum:g}"
    return (
        *rows,
        Row("optimizer", f"{rule}, rate {usual.learning_rate:g}, noise {usual.noise:g}"),
        Row("starts", f"{wish.starts:,}, {wish.steps:,} steps each, seed {wish.seed}"),
        Row("precision", "float64"),
        Row("time", results.seconds((result.seconds or {}).get("total", math.nan))),
        Row("files", "result.json, starts.parquet, basins.parquet, shares.parquet, relief.parquet beside this page"),
    )


def _relief(result: SurfaceResult) -> Section:
    found = result.found
    told = [f"The loss is `{found.surface.formula}`."]
    if found.surface.about:
        told.append(f"{found.surface.about[0].upper()}{found.surface.about[1:]}.")
    told.append(
        "The same starts at three rates: a low one follows the slope down into the basin in which it began; a high one "
        "leaps over ridges, and cannot come to rest where the surface bends more than the rate allows."
    )
    others = [place for place in found.places if not place.is_low]
    parts = [relief_figure(found), *path_figures(result), *([_others_table(others)] if others else [])]
    return Section("The surface, and paths over it", tuple(told), tuple(parts))


def _others_table(others: list[Place]) -> WordTable:
    rows = tuple(
        (place.kind, minus(where(place)), results.number(place.value), _numbers(place.eigenvalues))
        for place in others[:MOST_OTHERS]
    )
    note = f"The first {MOST_OTHERS} of {len(others):,}; all are in result.json." if len(others) > MOST_OTHERS else ""
    return WordTable(
        "Where else the gradient vanishes", ("kind", "at", "loss", "eigenvalues of the Hessian"), rows, note=note
    )


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(results.number(value, digits=4) for value in values)


def _basins(result: SurfaceResult) -> Section:
    if result.found.surface.dimensions == 1:
        told = (
            "Each row is a rate, each column a start: its colour says where it ended. At low rates the basins meet at "
            "the maxima between them; at high ones a small change of the start decides.",
        )
    else:
        told = (
            "Each point is a start: its colour says where it ended. At a low rate the basins are those of the slope "
            "itself; at a high one they break up, and where no minimum can hold a start, none has a basin.",
        )
    is_named = 1 < len(result.found.minima) <= NAMED_MINIMA
    parts = [*basin_maps(result), *([_minimum_chart(result)] if is_named else []), _ends_table(result)]
    return Section("Basins: where each start ended", told, tuple(parts))


def _ends_table(result: SurfaceResult) -> WordTable:
    rows = []
    for name, is_so in ends_by_name(result.found, result.usual):
        share = surfaces.share_of(is_so)
        rows.append((minus(name), f"{int(is_so.sum()):,}", f"{share.value:.1%}", _span(share)))
    return WordTable(
        f"Of {result.design.wish.starts:,} starts drawn at random, at rate {result.usual.setting.learning_rate:g}",
        ("ended", "starts", "share", "95% interval"),
        tuple(rows),
        note=_rules(result),
    )


def _rules(result: SurfaceResult) -> str:
    """Say by which rules an end got its name, of those that are there."""
    rules = {
        Fate.OSCILLATING: "Oscillating: over the last tenth of the steps it moved to and fro about one middle, by as "
        "much at the end as before.",
        Fate.PLATEAU: "On a plateau: gradient and curvature are small beside the surface's usual ones.",
        Fate.MOVING: "Still moving: none of these.",
        Fate.LEFT: "Left the domain: it ended outside.",
        Fate.DIVERGED: "Diverged: it went beyond 1,000 widths of the domain.",
    }
    every = (result.usual, *result.by_rate)
    told = [text for fate, text in rules.items() if any((one.fates == fate).any() for one in every)]
    return " ".join([f"In a minimum: within {NEAR:.1%} of the domain's width of it for the last tenth.", *told])


def _span(share: Share) -> str:
    return f"{100.0 * share.ci95[0]:.1f} to {100.0 * share.ci95[1]:.1f}%"


def _shares(result: SurfaceResult) -> Section:
    charts = [_rate_chart(result)]
    if len(result.by_momentum) > 1:
        charts.append(_sweep_chart(result, "momentum", "momentum", result.by_momentum))
    if len(result.by_noise) > 1:
        charts.append(_noise_chart(result))
    if len(result.restarts) > 1:
        charts.append(_restart_chart(result))
    told = (
        "One number is changed at a time, from the same starts. Bands are 95% intervals over the starts. Restarts take "
        "the lowest end of several starts, which the same descents tell: no more of them are run.",
    )
    return Section("What changes the share that ends in the global minimum", told, tuple(charts))


def _line(name: str, x: np.ndarray, outcomes: tuple[Outcome, ...], is_so: IsSo, tone: int) -> Series:
    found = [surfaces.share_of(is_so(outcome)) for outcome in outcomes]
    value = np.array([share.value for share in found])
    low, high = np.array([share.ci95 for share in found]).T
    return Series(name, x, value, low, high, tone=tone)


def _lines(result: SurfaceResult, x: np.ndarray, outcomes: tuple[Outcome, ...]) -> tuple[Series, ...]:
    """Draw where starts ended, in at most five kinds of ends; kinds without a start are left out."""
    found = result.found
    kinds: list[tuple[str, IsSo]] = [
        ("in a global minimum", lambda one: surfaces.is_in_global(found, one)),
        ("in another minimum", lambda one: surfaces.is_in_local(found, one)),
        ("oscillating", lambda one: one.fates == Fate.OSCILLATING),
        ("diverged or left the domain", lambda one: np.isin(one.fates, [Fate.DIVERGED, Fate.LEFT, Fate.UNDEFINED])),
    ]
    is_known: IsSo = lambda one: np.any([is_so(one) for _, is_so in kinds], axis=0)
    every = [*kinds, ("still moving, or on a plateau or saddle", lambda one: ~is_known(one))]
    lines = [_line(name, x, outcomes, is_so, TONES[k]) for k, (name, is_so) in enumerate(every)]
    seen = [line for line in lines[1:] if line.y.any()]
    # A share of 1 everywhere needs another line beside it, or the axis would show nothing but its interval.
    return (lines[0], *(seen or [_line("anywhere else", x, outcomes, lambda one: ~kinds[0][1](one), TONES[1])]))


def _rate_chart(result: SurfaceResult) -> Chart:
    rates = np.array([outcome.setting.learning_rate for outcome in result.by_rate])
    return Chart(
        "By the learning rate",
        "learning rate",
        "share of the starts",
        _lines(result, rates, result.by_rate),
        x_log=True,
        marks=_limit_marks(result),
        note=f"The usual rate is {result.usual.setting.learning_rate:g}. Upright lines: the largest rates that minima "
        "allow.",
    )


def _limit_marks(result: SurfaceResult) -> tuple[Mark, ...]:
    """Mark the limits of the minima: all where they are few and apart, else the smallest and the largest."""
    rates = [outcome.setting.learning_rate for outcome in result.by_rate]
    limits = {float(f"{result.limit_of(place):.3g}") for place in result.found.minima if place.eigenvalues}
    shown = sorted(limit for limit in limits if math.isfinite(limit) and rates[0] < limit < 2.0 * rates[-1])
    if len(shown) > MOST_MARKS:
        shown = [shown[0], shown[-1]]
    # Labels that would lie on each other are left to the table below.
    is_apart = all(high > 1.6 * low for low, high in itertools.pairwise(shown))
    return tuple(Mark(f"limit {limit:g}" if is_apart or k == 0 else "", x=limit) for k, limit in enumerate(shown))


def _sweep_chart(result: SurfaceResult, name: str, label: str, outcomes: tuple[Outcome, ...]) -> Chart:
    x = np.array([getattr(outcome.setting, name) for outcome in outcomes])
    return Chart(f"By {label}", label, "share of the starts", _lines(result, x, outcomes))


def _noise_chart(result: SurfaceResult) -> Chart:
    noisy = tuple(outcome for outcome in result.by_noise if outcome.setting.noise > 0.0)
    x = np.array([outcome.setting.noise for outcome in noisy])
    without = [outcome for outcome in result.by_noise if outcome.setting.noise == 0.0]
    marks = tuple(Mark("without noise", y=float(surfaces.is_in_global(result.found, one).mean())) for one in without)
    return Chart(
        "By noise in the gradient",
        "standard deviation of the noise",
        "share of the starts",
        _lines(result, x, noisy),
        x_log=True,
        marks=marks,
        note=f"The gradient's usual size on this surface is {results.number(result.found.gauge.gradient)}. Level line: "
        "the share in a global minimum without noise.",
    )


def _restart_chart(result: SurfaceResult) -> Chart:
    x = np.arange(1.0, len(result.restarts) + 1)
    value = np.array([share.value for share in result.restarts])
    low, high = np.array([share.ci95 for share in result.restarts]).T
    return Chart(
        "By restarts",
        "starts of which the lowest end is taken",
        "share that ends in a global minimum",
        (Series("best of so many starts", x, value, low, high, tone=TONES[0]),),
    )


def _limits(result: SurfaceResult) -> Section:
    wish = result.design.wish
    if wish.rule in ADAPTIVE:
        told = (
            f"{wish.rule} divides each step by the size of past gradients: it has no limit that the surface alone "
            "gives."
        )
    else:
        formula = {
            "sgd": "2 (1 + b) / L, with momentum b",
            "nesterov": "2 (1 + b) / ((1 + 2 b) L), with momentum b",
        }[wish.rule]
        told = (
            f"Close to a minimum the loss is a quadratic, on which a descent comes nearer only while the rate is below "
            f"{formula} and L the largest eigenvalue of the Hessian. So a sharp minimum lets go of starts at a rate at "
            "which a flat one still holds them. That is derived, not fitted; the table shows what was measured."
        )
    return Section("The largest rate that each minimum allows", (told,), (_minimum_table(result),))


def _minimum_chart(result: SurfaceResult) -> Chart:
    rates = np.array([outcome.setting.learning_rate for outcome in result.by_rate])
    lines = tuple(
        _line(minus(f"{place.kind} at {where(place)}"), rates, result.by_rate, _is_at(number), TONES[number])
        for number, place in enumerate(result.found.minima)
    )
    return Chart(
        "Share that ends in each minimum",
        "learning rate",
        "share of the starts",
        lines,
        x_log=True,
        marks=_limit_marks(result),
    )


def _is_at(number: int) -> IsSo:
    return lambda outcome: outcome.fates == number


def _minimum_table(result: SurfaceResult) -> WordTable:
    minima = result.found.minima
    rows = []
    for number, place in enumerate(minima[:MOST_ROWS]):
        limit = result.limit_of(place)
        held = [one.setting.learning_rate for one in result.by_rate if (one.fates == number).any()]
        ended, tried = above_limits(result, [(number, place)])
        rows.append(
            (
                minus(where(place)) + ("" if place.kind == "minimum" else f", {place.kind}"),
                results.number(level(result.found, place), digits=4),
                "yes" if place.is_global else "no",
                _numbers(place.eigenvalues),
                results.number(limit, digits=4) if math.isfinite(limit) and limit > 0.0 else "",
                f"{max(held):g}" if held else "",
                f"{ended:,} of {tried:,}" if tried else "",
                f"{float((result.usual.fates == number).mean()):.1%}",
            )
        )
    notes = [f"The lowest {MOST_ROWS} of {len(minima):,}."] if len(minima) > MOST_ROWS else []
    notes.append(
        "Held starts up to: the largest rate tried at which starts ended in it. Above the limit: descents at rates "
        "beyond it that ended in it. Usual rate: share of the starts."
    )
    if any(place.kind == "kink" for place in minima):
        notes.append("A kink has no eigenvalues, and no rate at which a descent settles in it.")
    return WordTable(
        "The minima",
        ("at", "loss", "global", "eigenvalues", "rate limit", "held starts up to", "above the limit", "usual rate"),
        tuple(rows),
        note=" ".join(notes),
    )

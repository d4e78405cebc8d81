"""Drawings of a surface: its relief, paths over it, and the basins of its minima."""

import numpy as np
from jaxtyping import Float

from descentlab.labs.surface._ends import NAMED_MINIMA, end_ids, end_names, minus
from descentlab.labs.surface._measured import Descents, Paths
from descentlab.labs.surface.measure import Outcome, Survey
from descentlab.results import Chart, Map, Part, Path2D, Series

NUM_CONTOURS = 11
MANY = 20
"""Number of minima above which a mark on each, and contours around it at every level, would hide the paths."""
CONTOURS_OF_MANY = 2
STEEP = 5.0
"""A surface is drawn on a logarithmic scale if its highest point is so many times above the median."""
LEAP = 0.01
"""Share of the domain's width; a path with longer steps is drawn only as far as each of its steps is known."""
NO_VALUE = 10
"""The last of `end_names`, which is left blank on a map."""
PANELS = ("low rate", "usual rate", "high rate")


def relief_figure(survey: Survey) -> Part:
    """Draw the loss: a map with its minima, or a curve."""
    if survey.surface.dimensions == 2:
        return _relief_map(survey, "The loss")
    (x,) = survey.gauge.axes
    values = _drawable(survey.gauge.values[0])
    clouds = {
        "global minimum": [place for place in survey.places if place.is_global],
        "other minimum": [place for place in survey.places if place.is_low and not place.is_global],
        "maximum or inflection": [place for place in survey.places if not place.is_low and place.kind != "plateau"],
    }
    series = [Series("loss", x, values)]
    for tone, (name, places) in enumerate(clouds.items(), start=1):
        if places:
            at = sorted((place.point[0], place.value) for place in places)
            points, heights = np.array(at).T
            series.append(Series(name, points, heights, style="points", tone=tone))
    return Chart("The loss", "x", "loss", tuple(series))


def _relief_map(survey: Survey, title: str, paths: tuple[Path2D, ...] = (), note: str = "") -> Map:
    x, y = survey.gauge.axes
    values = _drawable(survey.gauge.values)
    lowest = min([float(np.nanmin(values)), *(place.value for place in survey.minima)])
    heights = values - lowest
    middle = float(np.nanmedian(heights))
    is_log = float(np.nanmax(heights)) > STEEP * middle > 0.0
    shown = np.maximum(heights, 1e-3 * middle) if is_log else heights
    is_crowded = len(survey.minima) > MANY
    count = CONTOURS_OF_MANY if is_crowded else NUM_CONTOURS
    levels = np.nanquantile(shown, np.linspace(0.0, 1.0, count + 2)[1:-1])
    marked, crosses = (survey.best, "global minima") if is_crowded else (survey.minima, "minima")
    points = np.array([place.point for place in marked]).reshape(-1, 2)
    return Map(
        title,
        "x",
        "y",
        x,
        y,
        shown,
        "loss above its lowest",
        scale="log" if is_log else "linear",
        contours=tuple(np.unique(levels).tolist()),
        paths=paths,
        points=points,
        note=note or f"Crosses: {crosses}. Between two contours lies 1/{count + 1} of the domain.",
    )


def path_figures(descents: Descents) -> list[Part]:
    """Draw a few descents at each of three rates."""
    draw = _path_map if descents.survey.surface.dimensions == 2 else _path_chart
    return [draw(descents, name, paths) for name, paths in zip(PANELS, descents.paths, strict=True)]


def _title(name: str, paths: Paths) -> str:
    return f"{name[0].upper()}{name[1:]}, {paths.setting.learning_rate:g}"


def _path_map(descents: Descents, name: str, paths: Paths) -> Map:
    drawn = tuple(
        Path2D(_from(track[0]), track, tone=k)
        for k, track in enumerate(_visible(descents, paths, k) for k in range(paths.points.shape[1]))
    )
    note = "A dot is a start, a ring where the path ends or leaves the domain; a path that keeps leaping is cut off."
    return _relief_map(descents.survey, _title(name, paths), drawn, note)


def _visible(descents: Descents, paths: Paths, number: int) -> Float[np.ndarray, "points dims"]:
    """Return the part of a path that can be drawn: to the domain's edge, and without lines over omitted steps."""
    low, high = np.array(descents.survey.surface.domain).T
    track = paths.points[: _last_known(descents, paths, number) + 1, number]
    is_outside = ((track < low) | (track > high)).any(axis=-1)
    return np.clip(track[: int(np.argmax(is_outside)) + 1] if is_outside.any() else track, low, high)


def _last_known(descents: Descents, paths: Paths, number: int) -> int:
    """Return the last moment to draw of a path: where it leaps, the last one before steps were omitted."""
    track = paths.points[:, number]
    gaps = np.diff(paths.steps) > 1
    dense = int(np.argmax(gaps)) if gaps.any() else len(track) - 1
    is_leaping = np.abs(track[dense] - track[dense - 1]).max() > LEAP * descents.survey.surface.width
    return dense if is_leaping else len(track) - 1


def _from(point: Float[np.ndarray, " dims"]) -> str:
    return minus(f"from ({', '.join(f'{value:.2g}' for value in point)})")


def _path_chart(descents: Descents, name: str, paths: Paths) -> Chart:
    ((low, high),) = descents.survey.surface.domain
    steps = np.array(paths.steps, np.float64)
    later = steps > 0.0
    margin = 0.1 * (high - low)
    lines = []
    for k in range(paths.points.shape[1]):
        x = paths.points[:, k, 0]
        is_known = np.arange(len(x)) <= _last_known(descents, paths, k)
        shown = np.where((x >= low - margin) & (x <= high + margin) & is_known, x, np.nan)
        lines.append(Series(minus(f"from {x[0]:.2g}"), steps[later], shown[later], tone=k))
    is_whole = all(np.isfinite(line.y).all() for line in lines)
    note = "" if is_whole else "A line ends where its path leaves the domain; one that keeps leaping is cut off."
    return Chart(_title(name, paths), "step", "x", tuple(lines), x_log=True, note=note)


def basin_maps(descents: Descents) -> list[Part]:
    """Draw the end of each start of a grid."""
    survey, basins = descents.survey, descents.basins
    if survey.surface.dimensions == 1:
        rates = np.array([outcome.setting.learning_rate for outcome in basins.outcomes])
        ends = np.stack([_ends(survey, outcome) for outcome in basins.outcomes])
        return [
            Map(
                "Where each start ended, by the rate", "start x", "learning rate", basins.axes[0], rates, ends, "end",
                names=end_names(survey), y_log=True, note=_blank(ends),
            )
        ]  # fmt: skip
    x, y = basins.axes
    maps: list[Part] = []
    for name, outcome in zip(PANELS, basins.outcomes, strict=True):
        ends = _ends(survey, outcome).reshape(len(y), len(x))
        title = f"{name[0].upper()}{name[1:]}, {outcome.setting.learning_rate:g}"
        maps.append(Map(title, "start x", "start y", x, y, ends, "end", names=end_names(survey), note=_blank(ends)))
    if len(survey.minima) > NAMED_MINIMA:
        maps.append(_depth_map(descents))
    return maps


def _ends(survey: Survey, outcome: Outcome) -> np.ndarray:
    ids = end_ids(survey, outcome).astype(np.float64)
    return np.where(ids == NO_VALUE, np.nan, ids)


def _blank(ends: np.ndarray) -> str:
    return "Blank: the formula has no value there, or led to where it has none." if np.isnan(ends).any() else ""


def _depth_map(descents: Descents) -> Map:
    """Draw the loss at each end at the usual rate, where there are too many minima for a colour each."""
    x, y = descents.basins.axes
    usual = descents.basins.outcomes[1]
    lows = [number for number, place in enumerate(descents.survey.places) if place.is_low]
    values = np.full(usual.fates.shape, np.nan) if usual.values is None else usual.values
    values = np.where(np.isin(usual.fates, lows), values, np.nan).reshape(len(y), len(x))
    return Map(
        f"Loss of the minimum where each start ended, at {usual.setting.learning_rate:g}", "start x", "start y", x, y,
        values, "loss", note="Blank: it ended in no minimum." if np.isnan(values).any() else "",
    )  # fmt: skip


def _drawable(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)

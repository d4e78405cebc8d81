"""A value over two axes as a picture, with a legend of its colours, contour lines, paths and points."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from descentlab.results._colours import class_colour
from descentlab.results._contour import zero_lines
from descentlab.results._csv import Download, download
from descentlab.results._numbers import number
from descentlab.results._part_content import Map
from descentlab.results._png import png_uri
from descentlab.results._scales import Scale, Tick

SIDE = 400.0
MAX_SAVED = 20_000
MAX_PATH_POINTS = 300

VIRIDIS = (
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129), (92, 200, 99),
    (170, 220, 50), (253, 231, 37),
)  # fmt: skip
"""Nine colours of Matplotlib's viridis; every reader, also a colour-blind one, sees even steps (Smith, 2015)."""
DIVERGING = ((8, 88, 158), (99, 170, 214), (241, 242, 243), (249, 188, 115), (179, 88, 0))


@dataclass(frozen=True)
class DrawnPath:
    name: str
    style: str
    path: str
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class LegendPart:
    colour: str
    text: str


@dataclass(frozen=True)
class MapView:
    """A map with everything that its template draws; places are in a square of `SIDE`."""

    key: str
    map: Map
    side: float
    picture: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    contours: tuple[str, ...]
    paths: tuple[DrawnPath, ...]
    points: tuple[tuple[float, float], ...]
    legend: tuple[LegendPart, ...]
    gradient: str
    ends: tuple[str, str]
    saved: Download | None
    is_fine: bool


def map_view(heatmap: Map, key: str) -> MapView | None:
    """Lay out a map.

    Args:
        heatmap: Declaration of the map.
        key: Name of the map inside the page.

    Returns:
        Everything that the template draws; None if no cell has a value.
    """
    known = heatmap.values[np.isfinite(heatmap.values)]
    if not known.size:
        return None
    x = _axis(heatmap.x, 0.0, SIDE, is_log=heatmap.x_log)
    y = _axis(heatmap.y, *((0.0, SIDE) if heatmap.y_down else (SIDE, 0.0)), is_log=heatmap.y_log)
    colours = _class_colours(heatmap) if heatmap.names else _value_colours(heatmap, known)
    low, high = _limits(heatmap, known)
    present = sorted({int(value) for value in known}) if heatmap.names else []
    return MapView(
        key=key,
        map=heatmap,
        side=SIDE,
        picture=png_uri(colours if heatmap.y_down else colours[::-1]),
        x_ticks=x.ticks(),
        y_ticks=y.ticks(),
        contours=tuple(_contours(heatmap, x, y)),
        paths=tuple(_paths(heatmap, x, y)),
        points=_points(heatmap, x, y),
        legend=tuple(LegendPart(class_colour(k), heatmap.names[k]) for k in present),
        gradient=", ".join(f"rgb{colour}" for colour in (DIVERGING if heatmap.scale == "diverging" else VIRIDIS)),
        ends=(number(low), number(high)),
        saved=_saved(heatmap) if heatmap.values.size <= MAX_SAVED else None,
        is_fine=heatmap.values.shape[1] > SIDE / 2,
    )


def _axis(centres: Float[np.ndarray, " cells"], start: float, end: float, *, is_log: bool) -> Scale:
    """Make a scale on which the cells with these centres fill the side evenly."""
    values = np.log(centres) if is_log else centres.astype(np.float64)
    half = float(values[-1] - values[0]) / max(len(values) - 1, 1) / 2.0 or 0.5
    low, high = float(values[0]) - half, float(values[-1]) + half
    if is_log:
        return Scale(float(np.exp(low)), float(np.exp(high)), start, end, "log")
    return Scale(low, high, start, end)


def _limits(heatmap: Map, known: np.ndarray) -> tuple[float, float]:
    if heatmap.scale == "diverging":
        reach = float(np.abs(known).max()) or 1.0
        return -reach, reach
    if heatmap.scale == "log" and (known > 0.0).any():
        known = known[known > 0.0]
    return float(known.min()), float(known.max())


def _value_colours(heatmap: Map, known: np.ndarray) -> UInt8[np.ndarray, "rows columns 4"]:
    low, high = _limits(heatmap, known)
    values = heatmap.values.astype(np.float64)
    if heatmap.scale == "log" and low > 0.0:
        values = np.log(values, out=np.full(values.shape, np.nan), where=values > 0.0)
        low, high = float(np.log(low)), float(np.log(high))
    shares = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    anchors = np.array(DIVERGING if heatmap.scale == "diverging" else VIRIDIS, np.float64)
    places = np.linspace(0.0, 1.0, len(anchors))
    filled = np.nan_to_num(shares)
    channels = [np.interp(filled, places, anchors[:, k]) for k in range(3)]
    opaque = np.where(np.isfinite(shares), 255.0, 0.0)
    return np.stack([*channels, opaque], axis=-1).round().astype(np.uint8)


def _class_colours(heatmap: Map) -> UInt8[np.ndarray, "rows columns 4"]:
    palette = np.array([_rgb(class_colour(k)) for k in range(len(heatmap.names))], np.uint8)
    ids = np.nan_to_num(heatmap.values, nan=0.0).astype(np.int64)
    opaque = np.where(np.isfinite(heatmap.values), 255, 0).astype(np.uint8)
    return np.concatenate([palette[ids], opaque[..., None]], axis=-1)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _contours(heatmap: Map, x: Scale, y: Scale) -> list[str]:
    if heatmap.names:
        return []
    across, up = x.place(heatmap.x), y.place(heatmap.y)
    return [zero_lines(heatmap.values.astype(np.float64) - level, across, up) for level in heatmap.contours]


def _paths(heatmap: Map, x: Scale, y: Scale) -> list[DrawnPath]:
    drawn = []
    for path in heatmap.paths:
        kept = path.points
        if len(kept) > MAX_PATH_POINTS:
            kept = kept[np.unique(np.linspace(0, len(kept) - 1, MAX_PATH_POINTS).round().astype(np.int64))]
        across, up = x.place(kept[:, 0]), y.place(kept[:, 1])
        is_known = np.isfinite(across) & np.isfinite(up)
        places = np.stack([across[is_known], up[is_known]], axis=1).round(1)
        if len(places):
            line = "M" + "L".join(f"{a} {b}" for a, b in places)
            ends = [(float(places[k][0]), float(places[k][1])) for k in (0, -1)]
            drawn.append(DrawnPath(path.name, f"tone{path.tone % 6}", line, ends[0], ends[1]))
    return drawn


def _points(heatmap: Map, x: Scale, y: Scale) -> tuple[tuple[float, float], ...]:
    if heatmap.points is None:
        return ()
    places = np.stack([x.place(heatmap.points[:, 0]), y.place(heatmap.points[:, 1])], axis=1)
    return tuple((float(a), float(b)) for a, b in places.round(1) if np.isfinite([a, b]).all())


def _saved(heatmap: Map) -> Download:
    def word(value: float) -> str:
        if not np.isfinite(value):
            return ""
        return heatmap.names[int(value)] if heatmap.names else f"{value:.6g}"

    rows = (
        (f"{heatmap.x[i]:.6g}", f"{heatmap.y[j]:.6g}", word(float(heatmap.values[j, i])))
        for j in range(len(heatmap.y))
        for i in range(len(heatmap.x))
    )
    return download("map.csv", (heatmap.x_label, heatmap.y_label, heatmap.value_label), rows)

"""Curves over the epochs: of one network a line, of a population its mean and a band."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.results._content import History
from descentlab.results._numbers import number
from descentlab.results._scales import Scale, Tick, linear_scale, log_scale

# The figure is about as wide as it is shown beside another, so that its text keeps its size.
LEFT, RIGHT, TOP, BOTTOM = 44.0, 392.0, 26.0, 228.0
MAX_DRAWN = 400
"""More points than this along a curve cannot be told apart on paper."""

Curve = Float[np.ndarray, "members epochs"]


@dataclass(frozen=True)
class Line:
    """One drawn curve.

    Attributes:
        style: Which of the page's styles draws it.
        path: The line, as an SVG path.
        band: The outline of the band around it; empty for one network.
        dots: Points without neighbours, which a line would not show.
    """

    style: str
    path: str
    band: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """The same curves on one kind of vertical axis."""

    y: Scale
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Series:
    """One curve's numbers, for drawing and for reading out: mean, and the band's edges of a population."""

    name: str
    style: str
    mean: Float[np.ndarray, " drawn"]
    low: Float[np.ndarray, " drawn"] | None
    high: Float[np.ndarray, " drawn"] | None


@dataclass(frozen=True)
class Chart:
    """A figure of curves with everything that its template draws.

    Attributes:
        key: Names the figure inside the page.
        title: What is drawn.
        panels: On a linear axis, and on a logarithmic one where that makes sense.
        starts_on: Which of them is seen first.
        x: The epochs' axis.
        x_ticks: Its numbers.
        series: The curves' numbers.
        epochs: Which epochs are drawn.
        chosen: Place of the epoch whose weights were kept.
    """

    key: str
    title: str
    panels: tuple[Panel, ...]
    starts_on: Literal["linear", "log"]
    x: Scale
    x_ticks: tuple[Tick, ...]
    series: tuple[Series, ...]
    epochs: Int[np.ndarray, " drawn"]
    chosen: float | None

    @property
    def has_band(self) -> bool:
        """Whether the curves are means over a population."""
        return any(series.low is not None for series in self.series)

    @property
    def reading(self) -> dict[str, object]:
        """What the page's script reads out under the pointer."""
        lines = [
            {"name": s.name, "style": s.style, "text": _texts(s), "y": [_plain(v) for v in s.mean]} for s in self.series
        ]
        places = [round(float(v), 1) for v in self.x.place(self.epochs.astype(np.float64))]
        return {"epochs": self.epochs.tolist(), "x": places, "lines": lines}


def loss_chart(history: History) -> Chart | None:
    """Draw the losses; None where no epoch was trained."""
    pairs = (("training", history.train_loss), ("validation", history.validation_loss))
    return _chart("loss", history.loss_name, pairs, history, has_log=True)


def accuracy_chart(history: History) -> Chart | None:
    """Draw the accuracies; None where there are none."""
    pairs = (("training", history.train_accuracy), ("validation", history.validation_accuracy))
    return _chart("accuracy", "accuracy (share correct)", pairs, history, has_log=False)


def steady_members(history: History) -> Bool[np.ndarray, " members"]:
    """Say which members never left the finite numbers; all of them, if none stayed."""
    steady = np.isfinite(history.train_loss).all(axis=1)
    return np.asarray(steady if steady.any() else ~steady)


def thin(num: int, most: int) -> Int[np.ndarray, " kept"]:
    """Choose at most so many of a row of things, evenly, the first and the last among them."""
    return np.unique(np.linspace(0, num - 1, min(num, most)).round().astype(np.int64))


def _chart(
    key: str, title: str, pairs: tuple[tuple[str, Curve | None], ...], history: History, *, has_log: bool
) -> Chart | None:
    kept, drawn = steady_members(history), thin(len(history.epochs), MAX_DRAWN) if len(history.epochs) else np.arange(0)
    series = tuple(_series(name, curve[kept][:, drawn]) for name, curve in pairs if curve is not None)
    if not series or not len(drawn):
        return None
    epochs = history.epochs[drawn]
    x = _epoch_scale(epochs)
    levels = np.concatenate([level for s in series for level in (s.mean, s.low, s.high) if level is not None])
    # An accuracy is read against 0 and 1; a loss against 0.
    linear = linear_scale(levels, start=BOTTOM, end=TOP, holds=(0.0,) if has_log else (1.0,))
    logarithmic = log_scale(levels, start=BOTTOM, end=TOP) if has_log else None
    scales = tuple(scale for scale in (linear, logarithmic) if scale is not None)
    panels = tuple(
        Panel(y, y.ticks(), tuple(_line(s, x.place(epochs.astype(np.float64)), y) for s in series)) for y in scales
    )
    chosen = None if history.chosen_epoch is None else x.at(float(history.chosen_epoch))
    starts_on = "log" if logarithmic is not None and _hides_its_end(levels) else "linear"
    return Chart(key, title, panels, starts_on, x, x.ticks(6), series, epochs, chosen)


def _epoch_scale(epochs: Int[np.ndarray, " drawn"]) -> Scale:
    first, last = float(epochs[0]), float(epochs[-1])
    if first == last:
        first, last = first - 1.0, last + 1.0
    return Scale(0.0 if 0.0 < first <= 0.05 * last else first, last, LEFT, RIGHT)


def _hides_its_end(levels: Float[np.ndarray, " levels"]) -> bool:
    """Whether one huge value would press all others flat onto the axis."""
    finite = np.abs(levels[np.isfinite(levels)])
    return bool(finite.size and finite.max() > 50.0 * np.median(finite))


def _series(name: str, curve: Curve) -> Series:
    style = name
    if len(curve) == 1:
        return Series(name, style, curve[0].astype(np.float64), None, None)
    wide = np.where(np.isfinite(curve), curve, np.nan).astype(np.float64)
    known = np.isfinite(wide).any(axis=0)
    mean, low, high = (np.full(wide.shape[1], np.nan) for _ in range(3))
    mean[known] = np.nanmean(wide[:, known], axis=0)
    low[known], high[known] = np.nanquantile(wide[:, known], [0.1, 0.9], axis=0)
    return Series(name, style, mean, low, high)


def _line(series: Series, x: Float[np.ndarray, " drawn"], scale: Scale) -> Line:
    y = scale.place(series.mean)
    band = ""
    if series.low is not None and series.high is not None:
        floor = max(scale.start, scale.end)
        # On a logarithmic axis a band may reach down to zero, which lies below the paper.
        low = np.where(np.isnan(scale.place(series.low)) & np.isfinite(y), floor, scale.place(series.low))
        band = _outline(x, low, scale.place(series.high))
    return Line(series.style, _path(x, y), band, _lonely(x, y))


def _runs(known: Bool[np.ndarray, " points"]) -> list[slice]:
    """Find the stretches without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [slice(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _points(x: Float[np.ndarray, " points"], y: Float[np.ndarray, " points"]) -> str:
    return "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _path(x: Float[np.ndarray, " points"], y: Float[np.ndarray, " points"]) -> str:
    return "".join(f"M{_points(x[run], y[run])}" for run in _runs(np.isfinite(y)))


def _outline(
    x: Float[np.ndarray, " points"], low: Float[np.ndarray, " points"], high: Float[np.ndarray, " points"]
) -> str:
    parts = []
    for run in _runs(np.isfinite(low) & np.isfinite(high)):
        there, back = np.concatenate([x[run], x[run][::-1]]), np.concatenate([high[run], low[run][::-1]])
        parts.append(f"M{_points(there, back)}Z")
    return "".join(parts)


def _lonely(x: Float[np.ndarray, " points"], y: Float[np.ndarray, " points"]) -> tuple[tuple[float, float], ...]:
    alone = [run.start for run in _runs(np.isfinite(y)) if run.stop - run.start == 1]
    return tuple((round(float(x[k]), 1), round(float(y[k]), 1)) for k in alone)


def _texts(series: Series) -> list[str]:
    texts = [number(float(value)) if np.isfinite(value) else "not finite" for value in series.mean]
    if series.low is None or series.high is None:
        return texts
    rows = zip(texts, series.mean, series.low, series.high, strict=True)
    return [
        f"{text} ({number(float(lo))} to {number(float(hi))})" if np.isfinite(m) else text for text, m, lo, hi in rows
    ]


def _plain(value: float) -> float | None:
    return float(f"{value:.5g}") if np.isfinite(value) else None

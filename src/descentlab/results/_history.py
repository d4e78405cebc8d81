"""The curves of a training: charts over the epochs, and their numbers as a table and as a file."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.results._chart import ChartView, chart_view
from descentlab.results._content import History
from descentlab.results._csv import Download, download
from descentlab.results._numbers import number
from descentlab.results._part_content import Chart, Mark, Series
from descentlab.results._scales import thin

MAX_ROWS = 60
MAX_CELLS = 200_000
"""Most numbers in the page's CSV file; the run's Parquet file has all epochs of even a very long training."""


@dataclass(frozen=True)
class CurvesView:
    """The section of curves.

    Attributes:
        parts: Charts, as the template `part_figures.html` takes them.
        columns: Header of the table.
        rows: Rows of the table, for some evenly spaced epochs.
        saved: Numbers as a file.
        num_members: Number of networks.
        num_diverged: Number of networks whose training loss did not stay finite.
        is_thinned: Whether the file leaves out epochs.
    """

    parts: tuple[dict[str, object], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    saved: Download
    num_members: int
    num_diverged: int
    is_thinned: bool


def _part_of(view: ChartView) -> dict[str, object]:
    return {"kind": "chart", "view": view}


def curves_view(history: History, seeds: tuple[int, ...]) -> CurvesView | None:
    """Lay out the section of curves; None if no epoch was trained."""
    drawn = {"loss": loss_chart(history), "accuracy": accuracy_chart(history)}
    views = [chart_view(chart, key) for key, chart in drawn.items() if chart is not None]
    if not any(chart is not None for chart in drawn.values()):
        return None
    columns = {name: curve for name, curve in _curves(history).items() if curve is not None}
    members = len(history.train_loss)
    kept = thin(len(history.epochs), max(MAX_CELLS // (members * len(columns)), 2))
    return CurvesView(
        tuple(_part_of(view) for view in views if view is not None),
        ("epoch", *(name.replace("_", " ") for name in columns)),
        _rows(history, columns),
        _saved(history.epochs, columns, kept, seeds),
        members,
        int((~np.isfinite(history.train_loss).all(axis=1)).sum()),
        len(kept) < len(history.epochs),
    )


def loss_chart(history: History) -> Chart | None:
    """Declare the chart of the losses; None if no epoch was trained."""
    curves = {"training": history.train_loss, "validation": history.validation_loss}
    series = _series(history, curves)
    if not series:
        return None
    levels = np.concatenate([level for line in series for level in (line.y, line.low, line.high) if level is not None])
    return Chart(
        history.loss_name, "epoch", "", series, y_log=_hides_its_end(levels), marks=_marks(history),
        x_is_tight=True, y_holds=(0.0,), has_switch=True, is_saved=False,
    )  # fmt: skip


def accuracy_chart(history: History) -> Chart | None:
    """Declare the chart of the accuracies; None if there are none."""
    curves = {"training": history.train_accuracy, "validation": history.validation_accuracy}
    series = _series(history, curves)
    if not series:
        return None
    return Chart(
        "accuracy (share correct)", "epoch", "", series, marks=_marks(history), x_is_tight=True, y_holds=(1.0,),
        is_saved=False,
    )  # fmt: skip


def steady_members(history: History) -> Bool[np.ndarray, " members"]:
    """Return which members have a finite training loss at every epoch; if none has, all of them."""
    steady = np.isfinite(history.train_loss).all(axis=1)
    return np.asarray(steady if steady.any() else ~steady)


def _marks(history: History) -> tuple[Mark, ...]:
    return () if history.chosen_epoch is None else (Mark("weights kept", x=float(history.chosen_epoch)),)


def _hides_its_end(levels: Float[np.ndarray, " levels"]) -> bool:
    """Whether, on a linear axis, one huge value would leave no room for the others."""
    finite = np.abs(levels[np.isfinite(levels)])
    return bool(finite.size and finite.max() > 50.0 * np.median(finite))


def _series(history: History, curves: dict[str, Float[np.ndarray, "members epochs"] | None]) -> tuple[Series, ...]:
    if not len(history.epochs):
        return ()
    kept, epochs = steady_members(history), history.epochs.astype(np.float64)
    return tuple(
        _draw_members(name, epochs, curve[kept], tone)
        for tone, (name, curve) in enumerate(curves.items())
        if curve is not None
    )


def _draw_members(
    name: str, epochs: Float[np.ndarray, " epochs"], curve: Float[np.ndarray, "members epochs"], tone: int
) -> Series:
    """Return the curve of one network, or the mean of several with a band from their 10th to 90th percentile."""
    if len(curve) == 1:
        return Series(name, epochs, curve[0].astype(np.float64), tone=tone)
    wide = np.where(np.isfinite(curve), curve, np.nan).astype(np.float64)
    known = np.isfinite(wide).any(axis=0)
    mean, low, high = (np.full(wide.shape[1], np.nan) for _ in range(3))
    mean[known] = np.nanmean(wide[:, known], axis=0)
    low[known], high[known] = np.nanquantile(wide[:, known], [0.1, 0.9], axis=0)
    return Series(name, epochs, mean, low, high, tone=tone)


def _curves(history: History) -> dict[str, Float[np.ndarray, "members epochs"] | None]:
    return {
        "train_loss": history.train_loss,
        "validation_loss": history.validation_loss,
        "train_accuracy": history.train_accuracy,
        "validation_accuracy": history.validation_accuracy,
    }


def _rows(history: History, columns: dict[str, Float[np.ndarray, "members epochs"]]) -> tuple[tuple[str, ...], ...]:
    shown, kept = thin(len(history.epochs), MAX_ROWS), steady_members(history)
    with np.errstate(invalid="ignore"):
        means = [curve[kept].astype(np.float64).mean(axis=0) for curve in columns.values()]
    return tuple((str(history.epochs[k]), *(number(float(mean[k]), digits=4) for mean in means)) for k in shown)


def _saved(
    epochs: Int[np.ndarray, " epochs"],
    columns: dict[str, Float[np.ndarray, "members epochs"]],
    kept: Int[np.ndarray, " kept"],
    seeds: tuple[int, ...],
) -> Download:
    members = len(next(iter(columns.values())))
    lead = ("epoch",) if members == 1 else ("seed" if seeds else "member", "epoch")
    names = seeds or tuple(range(members))
    rows = (
        (*((names[m],) if members > 1 else ()), int(epochs[k]), *(f"{curve[m, k]:.6g}" for curve in columns.values()))
        for m in range(members)
        for k in kept
    )
    return download("history.csv", (*lead, *columns), rows)

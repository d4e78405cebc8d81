"""The curves' numbers as a table to read and a file to save."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.results._content import History
from descentlab.results._csv import Download, download
from descentlab.results._curves import Chart, accuracy_chart, loss_chart, steady_members, thin
from descentlab.results._numbers import number

MAX_ROWS = 60
MAX_CELLS = 200_000
"""A run of a million epochs has its Parquet file for the rest."""


@dataclass(frozen=True)
class CurvesView:
    """The section of curves.

    Attributes:
        charts: The figures.
        columns: Header of the table.
        rows: The table, thinned to what a person reads.
        saved: The file with all of it.
        num_members: How many networks.
        num_diverged: How many of them left the finite numbers.
        is_thinned: Whether the file leaves epochs out.
    """

    charts: tuple[Chart, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    saved: Download
    num_members: int
    num_diverged: int
    is_thinned: bool


def curves_view(history: History, seeds: tuple[int, ...]) -> CurvesView | None:
    """Lay out the section of curves; None where no epoch was trained."""
    charts = tuple(chart for chart in (loss_chart(history), accuracy_chart(history)) if chart is not None)
    if not charts:
        return None
    columns = {name: curve for name, curve in _curves(history).items() if curve is not None}
    members = len(history.train_loss)
    kept = thin(len(history.epochs), max(MAX_CELLS // (members * len(columns)), 2))
    return CurvesView(
        charts,
        ("epoch", *(name.replace("_", " ") for name in columns)),
        _rows(history, columns),
        _saved(history.epochs, columns, kept, seeds),
        members,
        int((~np.isfinite(history.train_loss).all(axis=1)).sum()),
        len(kept) < len(history.epochs),
    )


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

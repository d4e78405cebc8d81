"""Told values against true ones, and what is left over."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import PART_WORDS
from descentlab.results._content import Predictions
from descentlab.results._csv import Download, download
from descentlab.results._marks import dots_path
from descentlab.results._numbers import count
from descentlab.results._scales import Scale, Tick, linear_scale, thin

MAX_DOTS = 2000
MAX_SAVED = 20_000
BOX = (48.0, 392.0, 24.0, 330.0)
"""Left, right, top and bottom of the drawn field."""


@dataclass(frozen=True)
class Scatter:
    """A cloud of points and one straight line that a perfect network would keep to."""

    key: str
    title: str
    x_title: str
    y_title: str
    x: Scale
    y: Scale
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    dots: str
    ideal: tuple[float, float, float, float]


@dataclass(frozen=True)
class RegressionView:
    """The section of told and true values."""

    part: str
    num: str
    charts: tuple[Scatter, ...]
    num_dots: str
    is_thinned: bool
    saved: Download


def regression_view(predictions: Predictions) -> RegressionView | None:
    """Lay out the section; None where there is no example."""
    num = len(predictions.true)
    if not num:
        return None
    drawn, saved = thin(num, MAX_DOTS), thin(num, MAX_SAVED)
    true, told = predictions.true.astype(np.float64), predictions.predicted.astype(np.float64)
    rows = ((f"{true[k]:.6g}", f"{told[k]:.6g}", f"{told[k] - true[k]:.6g}") for k in saved)
    return RegressionView(
        PART_WORDS[predictions.part],
        count(num),
        (_told(predictions.target, true[drawn], told[drawn]), _residuals(predictions.target, true[drawn], told[drawn])),
        count(len(drawn)),
        len(drawn) < num,
        download("predictions.csv", ("true", "predicted", "residual"), rows),
    )


def _told(target: str, true: Float[np.ndarray, " points"], told: Float[np.ndarray, " points"]) -> Scatter:
    left, right, top, bottom = BOX
    x = linear_scale(np.concatenate([true, told]), start=left, end=right)
    y = Scale(x.low, x.high, bottom, top)
    dots = dots_path(x.place(true), y.place(told))
    titles = ("predicted against true", f"true {target}", f"predicted {target}")
    return Scatter("predicted", *titles, x, y, x.ticks(), y.ticks(), dots, (left, bottom, right, top))


def _residuals(target: str, true: Float[np.ndarray, " points"], told: Float[np.ndarray, " points"]) -> Scatter:
    left, right, top, bottom = BOX
    x = linear_scale(true, start=left, end=right)
    y = linear_scale(told - true, start=bottom, end=top, holds=(0.0,))
    dots = dots_path(x.place(true), y.place(told - true))
    titles = ("residuals", f"true {target}", "predicted − true")
    return Scatter("residuals", *titles, x, y, x.ticks(), y.ticks(), dots, (left, y.at(0.0), right, y.at(0.0)))

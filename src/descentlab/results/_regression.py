"""Predicted values against true values, and the residuals."""

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
    """A cloud of points, and the straight line on which the points of a perfect network would lie."""

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
    """Predicted and true values of one target."""

    target: str
    part: str
    num: str
    charts: tuple[Scatter, ...]
    num_dots: str
    is_thinned: bool
    saved: Download


def regression_view(predictions: Predictions) -> RegressionView | None:
    """Lay out the section; None if there is no example."""
    num = len(predictions.true)
    if not num:
        return None
    drawn, saved = thin(num, MAX_DOTS), thin(num, MAX_SAVED)
    true, predicted = predictions.true.astype(np.float64), predictions.predicted.astype(np.float64)
    rows = ((f"{true[k]:.6g}", f"{predicted[k]:.6g}", f"{predicted[k] - true[k]:.6g}") for k in saved)
    return RegressionView(
        predictions.target,
        PART_WORDS[predictions.part],
        count(num),
        (
            _against_true(predictions.target, true[drawn], predicted[drawn]),
            _residuals(predictions.target, true[drawn], predicted[drawn]),
        ),
        count(len(drawn)),
        len(drawn) < num,
        download("predictions.csv", ("true", "predicted", "residual"), rows),
    )


def _against_true(target: str, true: Float[np.ndarray, " points"], predicted: Float[np.ndarray, " points"]) -> Scatter:
    left, right, top, bottom = BOX
    x = linear_scale(np.concatenate([true, predicted]), start=left, end=right)
    y = Scale(x.low, x.high, bottom, top)
    dots = dots_path(x.place(true), y.place(predicted))
    titles = ("predicted against true", f"true {target}", f"predicted {target}")
    return Scatter("predicted", *titles, x, y, x.ticks(), y.ticks(), dots, (left, bottom, right, top))


def _residuals(target: str, true: Float[np.ndarray, " points"], predicted: Float[np.ndarray, " points"]) -> Scatter:
    left, right, top, bottom = BOX
    x = linear_scale(true, start=left, end=right)
    y = linear_scale(predicted - true, start=bottom, end=top, holds=(0.0,))
    dots = dots_path(x.place(true), y.place(predicted - true))
    titles = ("residuals", f"true {target}", "predicted − true")
    return Scatter("residuals", *titles, x, y, x.ticks(), y.ticks(), dots, (left, y.at(0.0), right, y.at(0.0)))

"""The kind of point at which training ended, judged by the loss around it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.sharpness._lanczos import Extremes
from descentlab.sharpness._network_loss import WeightPoint

StopKind = Literal["minimum", "saddle", "plateau", "not stationary"]

RADIUS = 0.01
"""Radius around a point within which the loss is measured, as a share of the length of the weights."""
NOTABLE = 1e-3
"""A change of the loss by less than this share of it, within the radius, does not count."""
TINY = 1e-10
"""A loss below this is 0 in single precision. No loss is below 0."""
HALVINGS = 10


@dataclass(frozen=True)
class Surroundings:
    """Changes of the loss within a radius around a point, as shares of the loss there.

    Attributes:
        loss: Loss at the point.
        gradient_norm: Length of the gradient at the point.
        radius: Length of the longest step.
        downhill: Largest fall of the loss along the negative gradient, over some step lengths.
        bent: Largest fall of the loss along the direction of the smallest eigenvalue, either way.
        rise: Rise of the loss at the radius along the direction of the largest eigenvalue.
        on_others: Whether the changes were measured on other examples than those that gave the directions.
    """

    loss: float
    gradient_norm: float
    radius: float
    downhill: float
    bent: float
    rise: float
    on_others: bool = False


@dataclass(frozen=True)
class Stop:
    """The point at which training ended.

    Attributes:
        kind: Kind of point.
        around: Changes of the loss around the point.
    """

    kind: StopKind
    around: Surroundings


def look_around(place: WeightPoint, ends: Extremes, *, others: WeightPoint | None = None) -> Surroundings:
    """Measure how the loss changes around a point, down its gradient and along both ends of its spectrum.

    Args:
        place: The point.
        ends: Both ends of the spectrum there, with their directions.
        others: The same weights with the loss of other examples. A step down the gradient of a sample lowers the loss
            of that sample even if the gradient of all examples is zero; it does not lower that of other examples.

    Returns:
        The changes.
    """
    slope = place.gradient()
    norm = float(np.linalg.norm(slope))
    radius = RADIUS * float(np.linalg.norm(np.asarray(place.flat, np.float64)))
    measured = others or place
    here = measured.loss()
    scale = max(abs(here), TINY)

    def along(direction: Float[np.ndarray, " params"]) -> Callable[[float], float]:
        return lambda distance: measured.loss(distance * direction) - here

    downhill = _best_gain(along(-slope / norm), radius) if norm > 0.0 and np.isfinite(norm) else 0.0
    bent = max(_best_gain(along(sign * ends.downward), radius) for sign in (1.0, -1.0))
    rise = max(along(sign * ends.upward)(radius) for sign in (1.0, -1.0))
    return Surroundings(
        loss=place.loss(),
        gradient_norm=norm,
        radius=radius,
        downhill=downhill / scale,
        bent=bent / scale,
        rise=max(rise, 0.0) / scale,
        on_others=others is not None,
    )


def _best_gain(change: Callable[[float], float], radius: float) -> float:
    """Return the largest fall of the loss at the radius, half of it, a quarter, ...; 0 if the loss does not fall."""
    changes = [change(radius / 2.0**halving) for halving in range(HALVINGS)]
    return max(0.0, *(-value for value in changes if np.isfinite(value)), 0.0)


def judge_stop(ends: Extremes, around: Surroundings) -> Stop:
    """Judge the kind of point at which training ended, from its gradient and the ends of its spectrum.

    Within 1% of the length of the weights, and with a thousandth of the loss as the least change that counts, it is

    - not stationary, if a step down the gradient lowers the loss that much;
    - else a saddle, if a step along the direction of the smallest eigenvalue does, and that eigenvalue is below 0;
    - else a plateau, if the loss does not rise that much even along the direction of the largest eigenvalue;
    - else a minimum, as far as these measurements show.

    A loss that is 0 to within rounding is a global minimum, since no loss is below 0.

    Args:
        ends: Both ends of the Hessian's spectrum.
        around: Changes of the loss around the point.

    Returns:
        The kind of point. Few real networks stop at minima: most stops are not stationary, and nearly all have a few
        directions of negative curvature among very many.

    References:
        Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex optimization"
        (2014).
        Alain, Le Roux and Manzagol, "Negative eigenvalues of the Hessian in deep neural networks" (2018).
    """
    if around.loss < TINY:
        return Stop("minimum", around)
    if around.downhill > NOTABLE:
        return Stop("not stationary", around)
    if is_bent_down(ends.smallest, ends.largest) and around.bent > NOTABLE:
        return Stop("saddle", around)
    return Stop("plateau" if around.rise <= NOTABLE else "minimum", around)


def is_bent_down(smallest: float, largest: float) -> bool:
    """Return whether the estimate of the smallest eigenvalue proves, in spite of rounding, that it is below 0.

    The smallest eigenvalue is never above its estimate.
    """
    rounding = 16.0 * float(np.finfo(np.float32).eps) * max(abs(largest), abs(smallest))
    return smallest + rounding < 0.0

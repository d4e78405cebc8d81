"""The curvature along one training, beside the optimizer's limit of stability."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from descentlab.sharpness._lanczos import Extremes, find_extremes
from descentlab.sharpness._network_loss import NetworkLoss
from descentlab.sharpness._stability import divided_product, stability_limit
from descentlab.sharpness._stop import Stop
from descentlab.spec import AnyOptimizerSpec

NEAR = 0.02
"""A sharpness within 2% of the limit counts as being at the limit."""
SETTLED = 0.1
"""The sharpness is judged over the last tenth of a training, since it oscillates at the limit."""


@dataclass(frozen=True, eq=False)
class TrainingPoint:
    """A network at one point of its training.

    Attributes:
        epoch: Number of epochs done.
        rate: Current learning rate, including the factor of the schedule.
        params: Learned arrays by layer and role.
        statistics: Running statistics by layer and role.
        divisor: Number by which the optimizer divides each weight's step; None if it does not, or if it is unknown.
    """

    epoch: int
    rate: float
    params: Any
    statistics: Any
    divisor: Float[np.ndarray, " params"] | None = None


@dataclass(frozen=True, eq=False)
class SharpnessTrace:
    """The ends of the Hessian's spectrum along one training.

    Attributes:
        learning_rate: Learning rate, without the factor of the schedule.
        epochs: Epochs after which the curvature was measured.
        limits: Sharpness above which the optimizer is unstable at the current learning rate, at each epoch.
        largest: Largest eigenvalue at each epoch.
        largest_error: Bound of the error of `largest`.
        smallest: Smallest eigenvalue at each epoch.
        smallest_error: Bound of the error of `smallest`.
        divided: Largest eigenvalue of the Hessian divided by the optimizer's divisors; NaN if these are unknown.
        loss: Training loss at each epoch.
        gradient_norm: Length of the gradient at each epoch.
        is_divided: Whether the optimizer divides each weight's step by a different number, so that `divided` counts.
        diverged_at: Step at which the loss was no longer a number, or None.
        stop: Kind of point at which training ended; None if it diverged.
    """

    learning_rate: float
    epochs: Int[np.ndarray, " points"]
    limits: Float[np.ndarray, " points"]
    largest: Float[np.ndarray, " points"]
    largest_error: Float[np.ndarray, " points"]
    smallest: Float[np.ndarray, " points"]
    smallest_error: Float[np.ndarray, " points"]
    divided: Float[np.ndarray, " points"]
    loss: Float[np.ndarray, " points"]
    gradient_norm: Float[np.ndarray, " points"]
    is_divided: bool
    diverged_at: int | None = None
    stop: Stop | None = None

    @property
    def limit(self) -> float:
        """Limit of stability at the last epoch."""
        return float(self.limits[-1]) if len(self.limits) else float("nan")

    @property
    def measured(self) -> Float[np.ndarray, " points"]:
        """Sharpness that is compared with the limit: `divided` if `is_divided`, else `largest`."""
        return self.divided if self.is_divided else self.largest

    @property
    def shares(self) -> Float[np.ndarray, " points"]:
        """Sharpness as a share of the limit, at each epoch."""
        return self.measured / self.limits

    @property
    def settled_share(self) -> float:
        """Median of the shares over the last tenth of the epochs; with fewer than three such points, the last share."""
        if not len(self.epochs):
            return float("nan")
        late = self.shares[self.epochs >= (1.0 - SETTLED) * self.epochs[-1]]
        known = late[np.isfinite(late)]
        return float(np.median(known)) if len(known) > 2 else float(self.shares[-1])

    @property
    def is_at_edge(self) -> bool:
        """Whether training did not diverge, and its sharpness settled within 2% of the limit."""
        return self.diverged_at is None and abs(self.settled_share - 1.0) <= NEAR


def trace_sharpness(
    loss: NetworkLoss,
    moments: Sequence[TrainingPoint],
    optimizer: AnyOptimizerSpec,
    *,
    learning_rate: float,
    is_divided: bool,
    num_products: int,
    tolerance: float = 1e-3,
    last_tolerance: float = 1e-5,
    dtype: str = "float32",
    diverged_at: int | None = None,
) -> tuple[SharpnessTrace, Extremes | None]:
    """Measure the curvature at some points of one training.

    Args:
        loss: The training loss.
        moments: Points of the training in order of their epochs; from the first loss that is no number on they are
            left out.
        optimizer: The optimizer with its numbers.
        learning_rate: Learning rate, without the factor of the schedule.
        is_divided: Whether the optimizer divides each weight's step by a different number.
        num_products: Largest number of products with the Hessian at each point.
        tolerance: Tolerance of `find_extremes`.
        last_tolerance: Tolerance at the last point.
        dtype: Precision of the computation.
        diverged_at: Step at which the loss was no longer a number, or None.

    Returns:
        The trace, still without its stop, and both ends of the spectrum at its last point.
    """
    rows: list[tuple[float, ...]] = []
    last: Extremes | None = None
    for moment in moments:
        place = loss.place(moment.params, moment.statistics, dtype)
        value, norm = place.loss(), float(np.linalg.norm(place.gradient()))
        if not (np.isfinite(value) and np.isfinite(norm)):
            break

        allowed = last_tolerance if moment is moments[-1] else tolerance
        ends_of = functools.partial(find_extremes, num_steps=num_products, tolerance=allowed, dtype=dtype)
        last = ends_of(place.product, place.size)
        divided = np.nan
        if moment.divisor is not None:
            divided = ends_of(divided_product(place.product, moment.divisor), place.size).largest
        limit = stability_limit(optimizer, moment.rate)
        rows.append((limit, last.largest, last.largest_error, last.smallest, last.smallest_error, divided, value, norm))
    columns = np.array(rows, np.float64).reshape(-1, 8).T
    epochs = np.array([moment.epoch for moment in moments[: len(rows)]], np.int64)
    return SharpnessTrace(learning_rate, epochs, *columns, is_divided=is_divided, diverged_at=diverged_at), last

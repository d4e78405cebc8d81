"""The loss of one constant answer for every example; a network with a lower loss has learned something."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.objectives._losses import CLIPPED, AbsoluteError, BinaryCrossEntropy, CrossEntropy, Huber, SquaredError
from descentlab.objectives._objective import Objective

HALVINGS = 64
"""Of an interval, to 5e-20 of its length, which float64 does not tell apart."""


def best_constant_loss(
    objective: Objective,
    targets: Shaped[np.ndarray, "examples ..."],
    weights: Float[np.ndarray, " examples"] | None = None,
) -> float:
    """Compute the lowest mean loss that one answer for all examples can reach, of those that the head can give.

    For cross-entropy that answer is the share of each class, and the loss is its entropy; for squared error it is the
    mean target, and the loss is its variance; for absolute error it is the median.

    Args:
        objective: Objective whose loss is computed.
        targets: Class ids, labels or real targets of the training set.
        weights: Weight of each example; None counts every example once.

    Returns:
        The loss, in the unit of the objective.

    Example:
        >>> from descentlab.objectives import Task, build_objective
        >>> from descentlab.spec import CrossEntropySpec, HeadSpec
        >>> objective = build_objective(CrossEntropySpec(), HeadSpec(), Task("classes", 2))
        >>> round(best_constant_loss(objective, np.array([0, 1, 0, 1])), 4)
        0.6931
    """
    columns = _columns(objective, _coded(objective, targets), np.ones(len(targets)) if weights is None else weights)
    if isinstance(objective, CrossEntropy):
        return _cross_entropy(objective, np.array([column.mean for column in columns]))
    costs = [COSTS[type(objective)](objective, column) for column in columns]
    low, high = objective.head.facts.range
    if objective.head.facts.is_joint:
        answers = _share_one(costs)
    else:
        answers = [min(max(cost.lowest(), low), high) for cost in costs]
    total = sum(cost.at(answer) for cost, answer in zip(costs, answers, strict=True))
    # Every loss but cross-entropy, which is left above, reduces over its outputs.
    over: Any = objective
    return total if over.over_outputs == "sum" else total / len(costs)


@dataclass(frozen=True, eq=False)
class _Column:
    """The targets of one output: each value once, with its share of the examples."""

    values: Float[np.ndarray, " values"]
    shares: Float[np.ndarray, " values"]

    @property
    def mean(self) -> float:
        return float(self.shares @ self.values)


def _columns(
    objective: Objective, coded: Float[np.ndarray, "examples targets"], weights: Float[np.ndarray, " examples"]
) -> list[_Column]:
    """Lay out the targets that each answer is paired with, as `Objective.pair` pairs them."""
    outputs, width = objective.num_outputs, coded.shape[1]
    if outputs == 1 and width > 1:
        columns, weights = [coded.ravel()] * width, weights.repeat(width)
    elif width == 1:
        columns = [coded[:, 0]] * outputs
    else:
        columns = list(coded.T[:outputs])
    counted = [np.unique(column, return_inverse=True) for column in columns]
    masses = [np.bincount(place, weights=weights, minlength=len(values)) for values, place in counted]
    return [_Column(values, mass / mass.sum()) for (values, _), mass in zip(counted, masses, strict=True)]


def _coded(objective: Objective, targets: np.ndarray) -> Float[np.ndarray, "examples targets"]:
    real = np.asarray(targets, np.float64)
    real = real if real.ndim == 2 else real[:, None]
    if objective.task.kind == "numbers":
        return real
    if objective.task.kind == "classes" and objective.num_outputs > 1:
        real = (real == np.arange(objective.num_outputs)[None, :]).astype(np.float64)
    low, high = objective.head.codes
    return low + (high - low) * real


def _cross_entropy(objective: CrossEntropy, means: Float[np.ndarray, " outputs"]) -> float:
    """Return -Σ m_i ln a_i where a are the shares of the means, which any head can reach in proportion."""
    positive = np.maximum(means, 0.0)
    shares = positive / positive.sum() if positive.sum() > 0.0 else np.full(len(means), 1.0 / len(means))
    if not objective.is_fused:
        shares = np.clip(shares, CLIPPED, 1.0 - CLIPPED)
    counts = means != 0.0
    with np.errstate(divide="ignore"):
        return float(-np.sum(means[counts] * np.log(shares[counts])))


class _Cost(ABC):
    """The mean loss of one output as a convex function of its constant answer."""

    def __init__(self, objective: Any, column: _Column) -> None:
        """Keep the loss and the targets."""
        self.objective = objective
        self.column = column

    @abstractmethod
    def at(self, answer: float) -> float:
        """Return the mean loss of an answer."""

    @abstractmethod
    def slope(self, answer: float) -> float:
        """Return a derivative of the mean loss, one of several at a corner."""

    def lowest(self) -> float:
        """Return the answer of the lowest loss."""
        values = self.column.values
        return _where_slope_reaches(0.0, self.slope, float(values.min()), float(values.max()))

    def mean(self, values: Float[np.ndarray, " values"]) -> float:
        """Average over the examples."""
        return float(self.column.shares @ values)


class _SquaredCost(_Cost):
    def at(self, answer: float) -> float:
        return self.objective.factor * self.mean((answer - self.column.values) ** 2)

    def slope(self, answer: float) -> float:
        return 2.0 * self.objective.factor * (answer - self.column.mean)

    def lowest(self) -> float:
        return self.column.mean


class _AbsoluteCost(_Cost):
    def at(self, answer: float) -> float:
        return self.mean(np.abs(answer - self.column.values))

    def slope(self, answer: float) -> float:
        return self.mean(np.sign(answer - self.column.values))

    def lowest(self) -> float:
        place = int(np.searchsorted(np.cumsum(self.column.shares), 0.5))
        return float(self.column.values[min(place, len(self.column.values) - 1)])


class _HuberCost(_Cost):
    def at(self, answer: float) -> float:
        distance, delta = np.abs(answer - self.column.values), self.objective.delta
        near = np.minimum(distance, delta)
        return self.mean(0.5 * near**2 + delta * (distance - near))

    def slope(self, answer: float) -> float:
        return self.mean(np.clip(answer - self.column.values, -self.objective.delta, self.objective.delta))


class _BinaryCost(_Cost):
    def at(self, answer: float) -> float:
        wanted, held = self.column.mean, self._held(answer)
        terms = ((wanted, held), (1.0 - wanted, 1.0 - held))
        with np.errstate(divide="ignore"):
            return float(-sum(share * np.log(part) for share, part in terms if share != 0.0))

    def slope(self, answer: float) -> float:
        wanted, held = self.column.mean, min(max(answer, CLIPPED), 1.0 - CLIPPED)
        return -wanted / held + (1.0 - wanted) / (1.0 - held)

    def lowest(self) -> float:
        return self._held(self.column.mean)

    def _held(self, answer: float) -> float:
        end = 0.0 if self.objective.is_fused else CLIPPED
        return min(max(answer, end), 1.0 - end)


COSTS: dict[type[Objective], Callable[[Any, _Column], _Cost]] = {
    AbsoluteError: _AbsoluteCost,
    BinaryCrossEntropy: _BinaryCost,
    Huber: _HuberCost,
    SquaredError: _SquaredCost,
}
"""By the loss; cross-entropy, whose outputs go together, has `_cross_entropy`."""


def _where_slope_reaches(level: float, slope: Callable[[float], float], low: float, high: float) -> float:
    """Bisect for the answer where a rising slope passes a level; an end of the interval if it does not."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if slope(middle) > level else (middle, high)
    return (low + high) / 2.0


def _share_one(costs: Sequence[_Cost]) -> list[float]:
    """Return the best answers among those that are not negative and sum to one.

    At the best ones every slope is the same, but for answers of 0 or 1 (Karush, Kuhn and Tucker). That slope is
    bisected for; answers that jump at it are shared between what they are before and after.
    """

    def at(level: float) -> np.ndarray:
        return np.array([_where_slope_reaches(level, cost.slope, 0.0, 1.0) for cost in costs])

    below, above = min(cost.slope(0.0) for cost in costs) - 1.0, max(cost.slope(1.0) for cost in costs) + 1.0
    for _ in range(HALVINGS):
        middle = (below + above) / 2.0
        below, above = (below, middle) if at(middle).sum() > 1.0 else (middle, above)
    least, most = at(below), at(above)
    spread = most.sum() - least.sum()
    share = min(max((1.0 - least.sum()) / spread, 0.0), 1.0) if spread > 0.0 else 0.0
    return [float(value) for value in least + share * (most - least)]

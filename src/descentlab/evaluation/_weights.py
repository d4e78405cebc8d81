"""Weights of examples: means that count them, and how many equal examples they are worth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from descentlab.core import ShapeError


@dataclass(frozen=True, eq=False)
class ExampleWeights:
    """How much each example of a part counts.

    Attributes:
        column: Name of the column that the weights come from.
        values: Weight of each example: finite, not negative, at least one above 0. Only their ratios matter.
    """

    column: str
    values: Float[np.ndarray, " examples"]

    def take(self, rows: Int[np.ndarray, " taken"]) -> "ExampleWeights":
        """Return the weights of some examples."""
        return ExampleWeights(self.column, self.values[rows])

    @property
    def weighting(self) -> "Weighting":
        """The column, and the number of equal examples that these are worth."""
        return Weighting(self.column, effective_size(self.values))


@dataclass(frozen=True)
class Weighting:
    """What a reader must know of weighted metrics.

    Attributes:
        column: Name of the column that the weights come from.
        num_effective: Effective number of examples: so many examples of equal weight are as informative.
    """

    column: str
    num_effective: float

    @property
    def words(self) -> str:
        """The effective number in words, as "count like 12.3 equal ones"."""
        return f"count like {self.num_effective:,.4g} equal ones"

    def to_json(self) -> dict[str, Any]:
        """Return the values under the names of `metrics.json`."""
        return {"column": self.column, "n_eff": self.num_effective}


def effective_size(weights: Float[np.ndarray, " examples"]) -> float:
    """Compute the effective number of examples, (sum w)² / sum w².

    The variance of a weighted mean of independent values of one variance is that of the plain mean of so many values.
    It is the number of examples where all weights are equal, and 1 where a single example has all the weight.

    Args:
        weights: Weight of each example, not negative.

    Returns:
        The number.

    Raises:
        ShapeError: If no weight is above 0.

    Example:
        >>> effective_size(np.array([1.0, 1.0, 2.0, 0.0]))
        2.6666666666666665

    References:
        Kish, "Survey Sampling" (1965), section 11.7.
    """
    largest = float(weights.max(initial=0.0))
    if not largest > 0.0:
        raise ShapeError("all examples to evaluate have weight 0; choose a part with weights above 0")
    shares = weights / largest  # so that no square overflows
    return float(np.sum(shares) ** 2 / np.sum(shares**2))


def weighted_mean(values: Shaped[np.ndarray, " examples"], weights: Float[np.ndarray, " examples"] | None) -> float:
    """Compute the mean of the examples by weight; an example of weight 0 is left out, whatever its value."""
    if weights is None:
        return float(np.mean(values, dtype=np.float64))
    counts = weights > 0.0
    return float(np.sum(weights[counts] * values[counts].astype(np.float64)) / np.sum(weights[counts]))

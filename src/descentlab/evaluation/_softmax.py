"""One prediction's way through softmax, each number told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError, SpecError, TextTable


@dataclass(frozen=True, eq=False)
class NaiveSoftmax:
    """What e^z / Σ e^z gives where nothing is taken off the logits first.

    Attributes:
        exponentials: e^(z/T); infinite from z/T = 709.8 on.
        total: Their sum.
        probabilities: NaN where infinity is divided by infinity, or 0 by 0.
    """

    exponentials: Float[np.ndarray, " classes"]
    total: float
    probabilities: Float[np.ndarray, " classes"]

    @property
    def works(self) -> bool:
        """Whether every exponential and every probability is a number."""
        return math.isfinite(self.total) and bool(np.all(np.isfinite(self.probabilities)))


@dataclass(frozen=True, eq=False)
class SoftmaxAccount:
    """How logits become probabilities: p_i = exp((z_i - m) / T) / sum_j exp((z_j - m) / T), with m the largest logit.

    Taking m off changes no probability, and keeps every exponential between 0 and 1, so that none overflows.

    Attributes:
        classes: A name per logit.
        logits: z.
        largest: m.
        shifted: (z - m) / T.
        exponentials: exp((z - m) / T).
        total: Their sum.
        probabilities: The exponentials over their sum.
        temperature: T: above 1 it evens the probabilities out, below 1 it sharpens them.
    """

    classes: tuple[str, ...]
    logits: Float[np.ndarray, " classes"]
    largest: float
    shifted: Float[np.ndarray, " classes"]
    exponentials: Float[np.ndarray, " classes"]
    total: float
    probabilities: Float[np.ndarray, " classes"]
    temperature: float = 1.0

    @property
    def log_probabilities(self) -> Float[np.ndarray, " classes"]:
        """Return ln p, from the logits: -800 stays -800 where p itself is too small to be told from 0."""
        return self.shifted - math.log(self.total)

    @property
    def jacobian(self) -> Float[np.ndarray, "classes classes"]:
        """∂p_i/∂z_j = p_i ([i = j] - p_j) / T."""
        p = self.probabilities
        return (np.diag(p) - np.outer(p, p)) / self.temperature

    @property
    def entropy(self) -> float:
        """-Σ p ln p in nats: 0 where one class has it all, ln n where all n are alike."""
        known = self.probabilities > 0.0
        return max(0.0, float(-np.sum(self.probabilities[known] * self.log_probabilities[known])))

    @property
    def naive(self) -> NaiveSoftmax:
        """What the formula gives without taking the largest logit off."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            exponentials = np.exp(self.logits / self.temperature)
            total = exponentials.sum()
            return NaiveSoftmax(exponentials, float(total), exponentials / total)

    def called(self, k: int) -> str:
        """Name a class in a sentence: its name, or `class 3` where that is its number."""
        name = self.classes[k]
        return f"class {name}" if name == str(k) else name

    def table(self) -> TextTable:
        """Return the account as a table of words, one class a row."""
        naive = self.naive
        columns = (self.logits, naive.exponentials, self.shifted, self.exponentials, self.probabilities)
        rows = tuple(
            (name, *(f"{value:.4g}" for value in values))
            for name, values in zip(self.classes, zip(*columns, strict=True), strict=True)
        )
        plain, shifted = ("z", "z - max") if self.temperature == 1.0 else ("z/T", "(z - max)/T")
        header = ("class", "logit z", f"exp({plain})", shifted, f"exp({shifted})", "probability")
        heat = "" if self.temperature == 1.0 else f"temperature T {self.temperature:g}; "
        title = (
            f"{heat}max {self.largest:.4g}; sum of exp({plain}) {naive.total:.4g}, of exp({shifted}) {self.total:.4g}"
        )
        return TextTable(header=header, rows=rows, title=title)

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def softmax_account(
    logits: Float[np.ndarray, " classes"], classes: Sequence[str] = (), *, temperature: float = 1.0
) -> SoftmaxAccount:
    """Take logits through softmax and keep every number on the way, in float64.

    Args:
        logits: One per class. Minus infinity is a class that is ruled out: its probability is 0.
        classes: The classes' names; default: their numbers.
        temperature: What the logits are divided by; above 0.

    Returns:
        The account.

    Raises:
        ShapeError: If there are no logits, one is not a number or infinite, all are ruled out, or names and logits
            differ in number.
        SpecError: If the temperature is not above 0.

    Example:
        >>> softmax_account(np.array([1000.0, 1000.0])).probabilities.tolist()
        [0.5, 0.5]
        >>> softmax_account(np.array([2.0, 1.0, 0.1])).probabilities.round(3).tolist()
        [0.659, 0.242, 0.099]

    References:
        Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990).
        Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network" (2015), for the temperature.
    """
    names = tuple(classes) or tuple(map(str, range(len(logits))))
    if not len(logits):
        raise ShapeError("softmax needs at least one logit and got none: name one per class, as 2 1 0.1")
    if len(names) != len(logits):
        raise ShapeError(f"softmax needs a logit per class; there are {len(logits)} logits and {len(names)} classes")
    _check_values(logits)
    if not (0.0 < temperature < math.inf):
        raise SpecError(
            f"temperature={temperature:g}: expected a number above 0. Towards 0 all probability goes to the largest "
            "logit; towards infinity, every class gets the same"
        )
    z = logits.astype(np.float64)
    largest = float(np.max(z))
    with np.errstate(over="ignore"):  # what is too far below the largest is 0 and nothing else
        shifted = (z - largest) / temperature
    exponentials = np.exp(shifted)
    total = float(np.sum(exponentials))
    return SoftmaxAccount(names, z, largest, shifted, exponentials, total, exponentials / total, temperature)


def _check_values(logits: Float[np.ndarray, " classes"]) -> None:
    shown = ", ".join(map(str, logits.tolist()))[:200]
    if np.any(np.isnan(logits)):
        raise ShapeError(
            f"softmax needs numbers; these are {shown}: one that is not a number makes every probability so. Look for "
            "where it came from: a learning rate that diverged, 0/0, or a gap in the data"
        )
    if np.any(logits == np.inf):
        raise ShapeError(f"softmax needs finite logits; these are {shown}: exp(inf)/exp(inf) is not defined")
    if np.all(logits == -np.inf):
        raise ShapeError(f"softmax needs at least one class not ruled out; these are {shown}: 0/0 is not defined")

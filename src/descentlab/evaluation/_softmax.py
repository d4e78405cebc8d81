"""Softmax of one prediction, with every number on the way from logits to probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError, SpecError, TextTable


@dataclass(frozen=True, eq=False)
class NaiveSoftmax:
    """Softmax computed as e^z / Σ e^z, without subtracting the largest logit first.

    Attributes:
        exponentials: Exponentials e^(z/T); infinite from z/T = 709.8 on.
        total: Sum of the exponentials.
        probabilities: Exponentials over their sum; NaN where infinity is divided by infinity, or 0 by 0.
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
    """The steps of softmax: p_i = exp((z_i - m) / T) / sum_j exp((z_j - m) / T), with m the largest logit.

    Subtracting m changes no probability, and keeps every exponential between 0 and 1, so that none overflows.

    Attributes:
        classes: Name of the class of each logit.
        logits: Logits z.
        largest: Largest logit m.
        shifted: Shifted logits (z - m) / T.
        exponentials: Exponentials exp((z - m) / T).
        total: Sum of the exponentials.
        probabilities: Exponentials over their sum.
        temperature: Temperature T: above 1 it makes the probabilities more equal, below 1 less equal.
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
        """Ln p, computed from the logits: -800 stays -800 even if p itself is rounded to 0."""
        return self.shifted - math.log(self.total)

    @property
    def jacobian(self) -> Float[np.ndarray, "classes classes"]:
        """Jacobian ∂p_i/∂z_j = p_i ([i = j] - p_j) / T."""
        p = self.probabilities
        return (np.diag(p) - np.outer(p, p)) / self.temperature

    @property
    def entropy(self) -> float:
        """Entropy -Σ p ln p in nats: 0 if one class has probability 1, ln n if all n classes have the same."""
        known = self.probabilities > 0.0
        return max(0.0, float(-np.sum(self.probabilities[known] * self.log_probabilities[known])))

    @property
    def naive(self) -> NaiveSoftmax:
        """Softmax computed without subtracting the largest logit."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            exponentials = np.exp(self.logits / self.temperature)
            total = exponentials.sum()
            return NaiveSoftmax(exponentials, float(total), exponentials / total)

    def called(self, k: int) -> str:
        """Return what a sentence calls a class: its name, or `class 3` if the name is only its number."""
        name = self.classes[k]
        return f"class {name}" if name == str(k) else name

    def table(self) -> TextTable:
        """Return the account as a table of words, one row a class."""
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
    """Compute softmax in float64 and keep every number on the way.

    Args:
        logits: One logit a class. Minus infinity rules a class out: its probability is 0.
        classes: Names of the classes; default: their numbers.
        temperature: Number above 0 by which the logits are divided.

    Returns:
        The account.

    Raises:
        ShapeError: If there are no logits, one is NaN or plus infinity, all are minus infinity, or names and logits
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
        raise ShapeError("softmax got no logits: give one per class, as 2 1 0.1")
    if len(names) != len(logits):
        raise ShapeError(f"softmax got {len(logits)} logits and {len(names)} classes: give one logit per class")
    _check_values(logits)
    if not (0.0 < temperature < math.inf):
        raise SpecError(
            f"temperature={temperature:g} is not a finite number above 0; give one. Near 0 the largest logit gets "
            "almost all the probability; with a very large temperature every class gets the same"
        )
    z = logits.astype(np.float64)
    largest = float(np.max(z))
    with np.errstate(over="ignore"):  # an exponential that underflows is rightly 0
        shifted = (z - largest) / temperature
    exponentials = np.exp(shifted)
    total = float(np.sum(exponentials))
    return SoftmaxAccount(names, z, largest, shifted, exponentials, total, exponentials / total, temperature)


def _check_values(logits: Float[np.ndarray, " classes"]) -> None:
    shown = ", ".join(map(str, logits.tolist()))[:200]
    if np.any(np.isnan(logits)):
        raise ShapeError(
            f"the logits {shown} hold NaN (not a number), which makes every probability NaN. Look for its cause: "
            "training that diverged, 0/0, or a missing value in the data"
        )
    if np.any(logits == np.inf):
        raise ShapeError(
            f"the logits {shown} hold infinity, and exp(inf)/exp(inf) is not defined: give finite numbers; only -inf "
            "is allowed, for a class that is ruled out"
        )
    if np.all(logits == -np.inf):
        raise ShapeError(f"the logits {shown} rule every class out, and 0/0 is not defined: give one finite logit")

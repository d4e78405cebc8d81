"""One prediction's way through softmax, each number told."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gradlab.core import ShapeError, Table


@dataclass(frozen=True, eq=False)
class SoftmaxAccount:
    """How logits become probabilities: p_i = exp(z_i - m) / sum_j exp(z_j - m), with m the largest logit.

    Taking m off changes no probability, and keeps every exponential between 0 and 1, so that none overflows.

    Attributes:
        classes: A name per logit.
        logits: z.
        largest: m.
        shifted: z - m.
        exponentials: exp(z - m).
        total: Their sum.
        probabilities: The exponentials over their sum.
    """

    classes: tuple[str, ...]
    logits: Float[np.ndarray, " classes"]
    largest: float
    shifted: Float[np.ndarray, " classes"]
    exponentials: Float[np.ndarray, " classes"]
    total: float
    probabilities: Float[np.ndarray, " classes"]

    def table(self) -> Table:
        """Return the account as a table of words, one class a row."""
        columns = (self.logits, self.shifted, self.exponentials, self.probabilities)
        rows = tuple(
            (name, *(f"{value:.4g}" for value in values))
            for name, values in zip(self.classes, zip(*columns, strict=True), strict=True)
        )
        header = ("class", "logit z", "z - max", "exp(z - max)", "probability")
        return Table(header=header, rows=rows, title=f"max {self.largest:.4g}; sum of exponentials {self.total:.4g}")

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def softmax_account(logits: Float[np.ndarray, " classes"], classes: Sequence[str] = ()) -> SoftmaxAccount:
    """Take logits through softmax and keep every number on the way, in float64.

    Args:
        logits: One per class, finite.
        classes: The classes' names; default: their numbers.

    Returns:
        The account.

    Raises:
        ShapeError: If there are no logits, one is not finite, or names and logits differ in number.

    Example:
        >>> softmax_account(np.array([1000.0, 1000.0])).probabilities.tolist()
        [0.5, 0.5]
    """
    names = tuple(classes) or tuple(map(str, range(len(logits))))
    if not len(logits) or len(names) != len(logits):
        raise ShapeError(f"softmax needs a logit per class; there are {len(logits)} logits and {len(names)} classes")
    if not np.all(np.isfinite(logits)):
        raise ShapeError(f"softmax needs finite logits; these are {', '.join(map(str, logits))[:200]}")
    z = logits.astype(np.float64)
    largest = float(np.max(z))
    exponentials = np.exp(z - largest)
    total = float(np.sum(exponentials))
    return SoftmaxAccount(names, z, largest, z - largest, exponentials, total, exponentials / total)

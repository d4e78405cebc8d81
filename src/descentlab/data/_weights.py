"""Weights of examples: how they are read, and what makes them unusable."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from descentlab.core import PARTS, DataError
from descentlab.data._names import in_line
from descentlab.data._split import Parts

WEIGHTS = "sample_weight"
"""Name of weights that are passed as an array."""


def check_weights(
    weights: Float[np.ndarray, " examples"], *, column: str, name: str, labels: Sequence[str], unit: str = "row"
) -> None:
    """Refuse weights that are not finite numbers from 0 up, or all 0.

    Args:
        weights: Weight of each example; NaN for a missing cell or a word.
        column: Name of their column.
        name: Name of the data.
        labels: Number of each row.
        unit: Word for what the labels count.

    Raises:
        DataError: If a weight is unusable; the message names the first.
    """
    is_bad = ~(np.isfinite(weights) & (weights >= 0.0))
    if is_bad.any():
        place = int(np.argmax(is_bad))
        what = "is missing or no number" if np.isnan(weights[place]) else f"is {weights[place]:g}"
        raise DataError(
            f"{name}: the weight '{in_line(column)}' {what} in {unit} {labels[place]}: expected a finite number "
            "from 0 up"
        )
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not 0.0 < total < np.inf:
        what = "all weights are 0" if total == 0.0 else "the weights have no finite sum"
        raise DataError(f"{name}: {what} in '{in_line(column)}': give some examples a weight above 0, such as 1")


def check_parts(weights: Float[np.ndarray, " examples"], parts: Parts, *, column: str, name: str) -> None:
    """Refuse a division in which all examples of a part have weight 0.

    Raises:
        DataError: If a part that has examples has no weight.
    """
    for part in PARTS:
        rows = getattr(parts, part)
        if len(rows) and not weights[rows].any():
            raise DataError(
                f"{name}: all {len(rows):,} examples of the {part} part have weight 0 in '{in_line(column)}': give "
                "some a weight above 0, or take another seed or split"
            )

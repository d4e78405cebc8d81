"""The examples that a network gets most wrong, which are those to look at."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Mistake:
    """One example predicted wrongly.

    Attributes:
        row: Which example, as a row of the data.
        label: Its class.
        predicted: The class it was told to be of.
        confidence: The probability given to that class.
        probability: The probability given to the right class.
    """

    row: int
    label: int
    predicted: int
    confidence: float
    probability: float


@dataclass(frozen=True)
class Miss:
    """One example whose real number was predicted with a large error.

    Attributes:
        row: Which example, as a row of the data.
        target: The truth, in its own unit.
        output: What was predicted.
    """

    row: int
    target: float
    output: float


def worst_mistakes(
    probabilities: Float[np.ndarray, "examples classes"],
    labels: Int[np.ndarray, " examples"],
    rows: Int[np.ndarray, " examples"],
    *,
    count: int,
    predicted: Int[np.ndarray, " examples"] | None = None,
) -> tuple[Mistake, ...]:
    """Find the wrongly predicted examples whose right class was given the least probability.

    Args:
        probabilities: One row an example.
        labels: The right class of each example.
        rows: Which row of the data each example is.
        count: How many to return at most.
        predicted: The class told for each example, where that is not the one of the greatest probability.

    Returns:
        The mistakes, the worst first; of equal ones the earlier row. Examples without numbers come before all.
    """
    told = np.argmax(probabilities, axis=1) if predicted is None else predicted
    examples = np.arange(len(labels))
    right = probabilities[examples, labels]
    wrong = np.flatnonzero((told != labels) | np.isnan(right))
    order = wrong[np.lexsort((rows[wrong], np.nan_to_num(right[wrong], nan=-1.0)))][:count]
    return tuple(
        Mistake(
            row=int(rows[i]),
            label=int(labels[i]),
            predicted=int(told[i]),
            confidence=float(probabilities[i, told[i]]),
            probability=float(right[i]),
        )
        for i in order
    )


def worst_misses(
    outputs: Float[np.ndarray, " examples"],
    targets: Float[np.ndarray, " examples"],
    rows: Int[np.ndarray, " examples"],
    *,
    count: int,
) -> tuple[Miss, ...]:
    """Find the examples whose real number was predicted with the largest errors.

    Args:
        outputs: What was predicted.
        targets: The truth, in the same unit.
        rows: Which row of the data each example is.
        count: How many to return at most.

    Returns:
        The misses, the worst first; of equal ones the earlier row. Outputs that are no numbers come before all.
    """
    errors = np.nan_to_num(np.abs(outputs.astype(np.float64) - targets), nan=np.inf)
    order = np.lexsort((rows, -errors))[:count]
    return tuple(Miss(row=int(rows[i]), target=float(targets[i]), output=float(outputs[i])) for i in order)

"""The examples with the largest errors, which are worth looking at."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Mistake:
    """One example predicted wrongly.

    Attributes:
        row: Row of the example in the data.
        label: Right class of the example.
        predicted: Predicted class.
        confidence: Probability given to the predicted class.
        probability: Probability given to the right class.
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
        row: Row of the example in the data.
        target: True number, in the target's unit.
        output: Predicted number, in the target's unit.
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
        probabilities: Predicted probabilities, one row an example.
        labels: Right class of each example.
        rows: Row of each example in the data.
        count: Largest number of mistakes to return.
        predicted: Predicted class of each example, if it is not that of the greatest probability.

    Returns:
        The mistakes, the worst first; equal ones by row. Examples whose probabilities are NaN come first of all.
    """
    answers = np.argmax(probabilities, axis=1) if predicted is None else predicted
    examples = np.arange(len(labels))
    right = probabilities[examples, labels]
    wrong = np.flatnonzero((answers != labels) | np.isnan(right))
    order = wrong[np.lexsort((rows[wrong], np.nan_to_num(right[wrong], nan=-1.0)))][:count]
    return tuple(
        Mistake(
            row=int(rows[i]),
            label=int(labels[i]),
            predicted=int(answers[i]),
            confidence=float(probabilities[i, answers[i]]),
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
        outputs: Predicted numbers.
        targets: True numbers, in the same unit.
        rows: Row of each example in the data.
        count: Largest number of misses to return.

    Returns:
        The misses, the worst first; equal ones by row. Outputs that are NaN come first of all.
    """
    errors = np.nan_to_num(np.abs(outputs.astype(np.float64) - targets), nan=np.inf)
    order = np.lexsort((rows, -errors))[:count]
    return tuple(Miss(row=int(rows[i]), target=float(targets[i]), output=float(outputs[i])) for i in order)

"""The effect of unequal classes on a network that counts every example the same."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from descentlab.evaluation._classes import ClassMetrics

UNEQUAL = 5.0
"""Examples of the most frequent class for each example of the rarest from which on a sentence speaks of it."""


def describe_imbalance(
    counts: Int[np.ndarray, " classes"], metrics: Sequence[ClassMetrics], *, part: str
) -> str | None:
    """Say that the classes are very unequal, and what share of the rarest and the most frequent is predicted correctly.

    Args:
        counts: Number of training examples by class.
        metrics: Metrics of each member on the part.
        part: Name of the part.

    Returns:
        A sentence, or None if the classes are not so unequal.
    """
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return None
    rarest, commonest = present[counts[present].argmin()], present[counts[present].argmax()]
    if counts[commonest] < UNEQUAL * counts[rarest]:
        return None
    names = [score.name for score in metrics[0].by_class]
    sentence = (
        f"The classes are unequal: the training part has {counts[commonest]:,} examples of '{names[commonest]}' and "
        f"{counts[rarest]:,} of '{names[rarest]}', and each example counts the same"
    )
    recalls = [_recall(metrics, int(place)) for place in (commonest, rarest)]
    if None not in recalls:
        sentence += f"; of the {part} part's, {recalls[0]:.0%} and {recalls[1]:.0%} are predicted correctly"
    return f"{sentence}. `--class-weights balanced` makes every class count the same."


def _recall(metrics: Sequence[ClassMetrics], place: int) -> float | None:
    recalls = [member.by_class[place].recall for member in metrics]
    known = [recall for recall in recalls if recall is not None]
    return float(np.mean(known)) if known else None

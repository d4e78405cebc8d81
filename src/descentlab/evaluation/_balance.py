"""What unequal classes do to a network that counts every example the same."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from descentlab.evaluation._classes import ClassMetrics

UNEQUAL = 5.0
"""From this many examples of the most frequent class for one of the rarest, a word is said about it."""


def describe_imbalance(
    counts: Int[np.ndarray, " classes"], metrics: Sequence[ClassMetrics], *, part: str
) -> str | None:
    """Say that the classes are very unequal, and what share of the rarest and of the most frequent is found.

    Args:
        counts: Training examples by class.
        metrics: What each member reached on the part.
        part: The name of the part.

    Returns:
        A sentence, or None where the classes are not so unequal.
    """
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return None
    rarest, commonest = present[counts[present].argmin()], present[counts[present].argmax()]
    if counts[commonest] < UNEQUAL * counts[rarest]:
        return None
    names = [score.name for score in metrics[0].by_class]
    told = (
        f"The classes are unequal: the training part has {counts[commonest]:,} examples of '{names[commonest]}' and "
        f"{counts[rarest]:,} of '{names[rarest]}', and each example counts the same"
    )
    found = [_recall(metrics, int(place)) for place in (commonest, rarest)]
    if None not in found:
        told += f"; of the {part} part's, {found[0]:.0%} and {found[1]:.0%} are predicted correctly"
    return f"{told}. `--class-weights balanced` makes every class count the same."


def _recall(metrics: Sequence[ClassMetrics], place: int) -> float | None:
    recalls = [one.by_class[place].recall for one in metrics]
    known = [recall for recall in recalls if recall is not None]
    return float(np.mean(known)) if known else None

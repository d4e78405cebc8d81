"""A network's credit for each held-out example, and estimates from credits over one network or several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from descentlab.core import Estimate
from descentlab.evaluation import Interval, mean_and_deviation, paired_share_difference, wilson_interval

Credits = Float[np.ndarray, " examples"]


@dataclass(frozen=True, eq=False)
class Judged:
    """Held-out examples of one network, and how it is judged on them or on changed copies.

    Attributes:
        inputs: The examples, as a `Dataset` holds them.
        real: The examples, as the network is given them.
        credit: Returns a credit for each of some inputs in the same order: 1 for the right class and 0 for a wrong one;
            for real numbers, credits whose mean is R².
        is_classes: Whether classes are predicted.
    """

    inputs: Shaped[np.ndarray, "examples *shape"]
    real: Float[np.ndarray, "examples *shape"]
    credit: Callable[[Shaped[np.ndarray, "examples *shape"]], Credits]
    is_classes: bool


@dataclass(frozen=True, eq=False)
class Estimates:
    """Numbers with their 95% intervals."""

    value: Float[np.ndarray, " places"]
    low: Float[np.ndarray, " places"]
    high: Float[np.ndarray, " places"]

    def cells(self) -> list[Estimate]:
        """Return them as cells of a table."""
        return [Estimate(*map(float, ends)) for ends in zip(self.value, self.low, self.high, strict=True)]


def estimate_accuracy(members: Sequence[Float[np.ndarray, "places examples"]]) -> Estimates:
    """Estimate accuracies, with Wilson's intervals over the examples of one network, or Student's over several.

    Args:
        members: For each network, credits of 0 or 1 at each place.

    Returns:
        An accuracy for each place.
    """
    if len(members) > 1:
        return _over_networks([credit.mean(axis=1) for credit in members], lowest=0.0)
    (credit,) = members
    num = credit.shape[1]
    ends = [wilson_interval(round(float(right)), num) for right in credit.sum(axis=1)]
    return _estimates([float(value) for value in credit.mean(axis=1)], ends)


def estimate_loss(
    before: Sequence[Credits], after: Sequence[Float[np.ndarray, "places repeats examples"]], *, is_classes: bool
) -> Estimates:
    """Estimate how much credit is lost, paired by example: over the examples of one network, or over several networks.

    Args:
        before: For each network, credits of the examples as they are.
        after: For each network, credits of the changed examples, several times each.
        is_classes: Whether credits are 0 or 1.

    Returns:
        The mean loss at each place; with Bonett and Price's interval for accuracies, else Student's.
    """
    lost = [credit[None] - changed.mean(axis=1) for credit, changed in zip(before, after, strict=True)]
    if len(lost) > 1:
        return _over_networks([each.mean(axis=1) for each in lost], lowest=-1.0 if is_classes else -np.inf)
    (only,) = lost
    if not is_classes:
        means = [mean_and_deviation(row.tolist()) for row in only]
        return _estimates([mean for mean, _, _ in means], [ends or (-np.inf, np.inf) for _, _, ends in means])
    # An example's mean over the repeats varies less than a single repeat.
    pairs = [
        paired_share_difference(float(np.maximum(row, 0.0).sum()), float(np.maximum(-row, 0.0).sum()), len(row))
        for row in only
    ]
    return _estimates([mean for mean, _ in pairs], [ends for _, ends in pairs])


def _over_networks(members: Sequence[np.ndarray], *, lowest: float) -> Estimates:
    means = [mean_and_deviation(list(map(float, values))) for values in np.stack(members, axis=1)]
    ends = [(max(lowest, ends[0]), min(1.0, ends[1])) for _, _, ends in means if ends is not None]
    return _estimates([mean for mean, _, _ in means], ends)


def _estimates(values: Sequence[float], ends: Sequence[Interval]) -> Estimates:
    return Estimates(np.array(values), np.array([low for low, _ in ends]), np.array([high for _, high in ends]))

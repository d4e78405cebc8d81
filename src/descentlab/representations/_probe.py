"""Linear probes: how much of a property can be read off a layer by weighing its units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import generator
from descentlab.evaluation import paired_share_difference, wilson_interval
from descentlab.representations._one_core import on_one_core

PENALTIES = tuple(float(10.0**power) for power in range(-6, 2))
"""Ridge penalties to choose from, as shares of the features' mean variance."""
NUM_RESAMPLES = 1_000

Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Property:
    """Something that is true of an example, which a layer may or may not show.

    Attributes:
        name: The name of the property.
        values: Class ids from 0, or vectors of reals.
        names: The names of the classes; empty for reals.
    """

    name: str
    values: Int[np.ndarray, " examples"] | Float[np.ndarray, "examples parts"]
    names: tuple[str, ...] = ()

    @property
    def is_classes(self) -> bool:
        """Whether it is one of several classes."""
        return bool(self.names)

    def targets(self) -> Float[np.ndarray, "examples parts"]:
        """Return what a probe is fitted to: a column a class, 1 for the true one, or the reals."""
        if self.is_classes:
            return np.eye(len(self.names))[self.values]
        return self.values.astype(np.float64)


@dataclass(frozen=True)
class Division:
    """Which examples a probe is fitted on, chosen by, and scored on: that many, one after the other."""

    fit: int
    choose: int
    score: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.fit + self.choose + self.score


@dataclass(frozen=True, eq=False)
class Reading:
    """How well one property is read off one layer.

    Attributes:
        score: Accuracy for classes, R² for reals, on the examples that are scored.
        chosen_score: The score on the examples by which the penalty was chosen.
        penalty: The penalty that read those best.
        credits: The part of each scored example in the score, which is their mean.
    """

    score: float
    chosen_score: float
    penalty: float
    credits: Float[np.ndarray, " scored"]


def ridge_path(
    features: Float[np.ndarray, "fit units"],
    targets: Float[np.ndarray, "fit parts"],
    penalties: tuple[float, ...],
) -> Float[np.ndarray, "penalties units parts"]:
    """Solve min |XW - Y|^2 + penalty * n * v * |W|^2 for many penalties at once, v the features' mean variance.

    Args:
        features: X, centred.
        targets: Y, centred.
        penalties: The penalties as shares.

    Returns:
        W for each.
    """
    gram = features.T @ features
    values, vectors = np.linalg.eigh(gram)
    turned = vectors.T @ (features.T @ targets)
    shrink = [1.0 / np.maximum(values + share * max(np.trace(gram), 1e-30) / len(gram), 1e-30) for share in penalties]
    return np.stack([vectors @ (turned * factors[:, None]) for factors in shrink])


@on_one_core
def read_properties(
    rows: Float[np.ndarray, "examples units"], wanted: Sequence[Property], division: Division
) -> tuple[Reading, ...]:
    """Fit a linear probe for each property by ridge regression, and score it on other examples.

    Classes are read by regression on one column a class; the largest tells. The penalty is the one that reads the
    middle part best.

    Args:
        rows: A layer's activations: the examples to fit, to choose by, to score, in this order.
        wanted: The properties to be read.
        division: The numbers of examples to fit, to choose by and to score.

    Returns:
        How well it went.

    References:
        Alain and Bengio, "Understanding intermediate layers using linear classifier probes" (2017).
    """
    rows = rows.astype(np.float64)
    fit, _, _ = _parts(division)
    centred = rows - rows[fit].mean(axis=0)
    targets = [each.targets() for each in wanted]
    middles = [target[fit].mean(axis=0) for target in targets]
    # One decomposition of the units' products serves every penalty and every property.
    columns = np.concatenate([target[fit] - middle for target, middle in zip(targets, middles, strict=True)], axis=1)
    weights = ridge_path(centred[fit], columns, PENALTIES)
    ends = np.cumsum([target.shape[1] for target in targets])[:-1]
    return tuple(
        _reading(centred, path, middle, each, division)
        for path, middle, each in zip(np.split(weights, ends, axis=2), middles, wanted, strict=True)
    )


def _parts(division: Division) -> tuple[slice, slice, slice]:
    begin = division.fit + division.choose
    return slice(0, division.fit), slice(division.fit, begin), slice(begin, division.total)


def _reading(
    centred: Float[np.ndarray, "examples units"],
    weights: Float[np.ndarray, "penalties units parts"],
    middle: Float[np.ndarray, " parts"],
    wanted: Property,
    division: Division,
) -> Reading:
    _, choose, score = _parts(division)
    targets = wanted.targets()
    chosen = [float(_credits(centred[choose] @ each + middle, targets[choose], wanted).mean()) for each in weights]
    best = int(np.argmax(chosen))
    gained = _credits(centred[score] @ weights[best] + middle, targets[score], wanted)
    return Reading(float(gained.mean()), chosen[best], PENALTIES[best], gained)


def chance(wanted: Property, division: Division) -> float:
    """Return what always giving the same answer scores: that of the most frequent class; 0 for reals."""
    if not wanted.is_classes:
        return 0.0
    counts = np.bincount(wanted.values[: division.fit].astype(np.int64), minlength=len(wanted.names))
    return float((wanted.values[division.fit + division.choose : division.total] == counts.argmax()).mean())


def by_class(wanted: Property, labels: Int[np.ndarray, " examples"], division: Division) -> Reading:
    """Return what knowing the class alone scores: the most frequent answer of each class, or its mean for reals.

    A layer that tells the classes apart reads this much of a property without having found it.

    Args:
        wanted: The property.
        labels: Class ids of the examples.
        division: The numbers of examples, as for a probe.

    Returns:
        A reading without a penalty.
    """
    fit, choose, score = _parts(division)
    targets = wanted.targets()
    means = np.tile(targets[fit].mean(axis=0), (int(labels.max()) + 1, 1))
    for label in np.unique(labels[fit]):
        means[label] = targets[fit][labels[fit] == label].mean(axis=0)
    chosen, gained = (_credits(means[labels[part]], targets[part], wanted) for part in (choose, score))
    return Reading(float(gained.mean()), float(chosen.mean()), 0.0, gained)


def _credits(
    answers: Float[np.ndarray, "examples parts"], targets: Float[np.ndarray, "examples parts"], wanted: Property
) -> Float[np.ndarray, " examples"]:
    if wanted.is_classes:
        return (answers.argmax(axis=1) == targets.argmax(axis=1)).astype(np.float64)
    # R² as a mean over examples: 1 - n * its squared error / the whole squared distance from the mean.
    spread = ((targets - targets.mean(axis=0)) ** 2).sum()
    return 1.0 - len(targets) * ((answers - targets) ** 2).sum(axis=1) / max(spread, 1e-30)


def score_interval(gained: Float[np.ndarray, " scored"], *, is_classes: bool) -> Interval:
    """Compute the 95% interval of a score over examples: Wilson's for accuracy, by bootstrap for R²."""
    if is_classes:
        return wilson_interval(int(gained.sum()), len(gained))
    return _bootstrap(gained)


def difference_interval(
    first: Float[np.ndarray, " scored"], second: Float[np.ndarray, " scored"], *, is_classes: bool
) -> tuple[float, Interval]:
    """Compute how much better the first reads the same examples than the second, with its 95% interval.

    For accuracies the interval is Bonett and Price's, which has a width where no example differs; for R² it is by
    bootstrap.
    """
    if is_classes:
        gained, lost = int((first > second).sum()), int((first < second).sum())
        return paired_share_difference(gained, lost, len(first))
    return float((first - second).mean()), _bootstrap(first - second)


def _bootstrap(values: Float[np.ndarray, " scored"]) -> Interval:
    rng = generator(0, "probe")
    means = np.array([values[rng.integers(0, len(values), len(values))].mean() for _ in range(NUM_RESAMPLES)])
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)

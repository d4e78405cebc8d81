"""Which plane a network in training is shown over."""

from collections.abc import Mapping

import numpy as np

from descentlab.data import Dataset
from descentlab.evaluation import InputPlane, lay_plane

GRID = 64
"""Points a side. Twice as many take four times as long to compute and to send, and look the same."""
EXTENT = 6.0
"""The plane of points in the plane reaches so far from the middle, as on TensorFlow Playground's page."""
MARGIN = 0.08
"""How far the plane of a table reaches beyond its examples, as a share of their range."""
SHOWN = 2_000
"""Examples that are drawn at most."""


def plane_of(dataset: Dataset, names: tuple[str, str] | None = None) -> InputPlane | None:
    """Choose the plane that a network is shown over.

    Args:
        dataset: The data.
        names: For a table, the two features that span it. Default: the one that tells most of the target, and of the
            others the one that tells most besides.

    Returns:
        The plane; None where there are no two numbers to span one.

    Raises:
        SpecError: If there is no such feature.
    """

    def choose(features: Mapping[str, int]) -> tuple[str, str]:
        return _least_alike(dataset, features)

    return lay_plane(dataset, names, choose=choose, num_ticks=GRID, margin=MARGIN, reach=EXTENT)


def _least_alike(dataset: Dataset, features: Mapping[str, int]) -> tuple[str, str]:
    names, columns = list(features), list(features.values())
    inputs = dataset.inputs[dataset.train][:, columns].astype(np.float64)
    targets = dataset.targets[dataset.train]
    telling = np.array([_told_share(values, targets, is_class=bool(dataset.classes)) for values in inputs.T])
    first = int(np.argmax(telling))
    shared = np.array([_correlation(inputs[:, first], values) for values in inputs.T])
    rest = telling * (1.0 - shared**2)
    rest[first] = -1.0
    return names[first], names[int(np.argmax(rest))]


def _told_share(values: np.ndarray, targets: np.ndarray, *, is_class: bool) -> float:
    """Return the share of a feature's variance between classes, or its squared correlation with a real target."""
    if not is_class:
        return _correlation(values, targets.astype(np.float64)) ** 2
    total = float(values.var())
    means = np.array([values[targets == label].mean() for label in np.unique(targets)])
    counts = np.array([(targets == label).sum() for label in np.unique(targets)])
    return float((counts * (means - values.mean()) ** 2).sum() / len(values) / total) if total > 0.0 else 0.0


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if one.std() == 0.0 or other.std() == 0.0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])

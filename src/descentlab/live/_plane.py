"""The plane over which a network in training is shown."""

from collections.abc import Mapping

import numpy as np

from descentlab.data import Dataset
from descentlab.evaluation import InputPlane, lay_plane

GRID = 64
"""Grid points along a side. Twice as many take four times as long to compute and to send, and look the same."""
EXTENT = 6.0
"""Distance from 0 that the plane of points in the plane reaches, as on TensorFlow Playground's page."""
MARGIN = 0.08
"""Margin of a table's plane around the examples, as a share of their range."""
SHOWN = 2_000
"""Largest number of examples that are drawn."""


def plane_of(dataset: Dataset, names: tuple[str, str] | None = None) -> InputPlane | None:
    """Choose the plane over which a network is shown.

    Args:
        dataset: The data.
        names: For a table, the two features that span the plane. Default: the feature that predicts the target best,
            and the one that adds most to it.

    Returns:
        The plane; None if no two columns of numbers can span one.

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
    telling = np.array([_explained_share(values, targets, is_class=bool(dataset.classes)) for values in inputs.T])
    first = int(np.argmax(telling))
    shared = np.array([_correlation(inputs[:, first], values) for values in inputs.T])
    rest = telling * (1.0 - shared**2)
    rest[first] = -1.0
    return names[first], names[int(np.argmax(rest))]


def _explained_share(values: np.ndarray, targets: np.ndarray, *, is_class: bool) -> float:
    """Return the share of a feature's variance between classes, or its squared correlation with a real target."""
    if not is_class:
        return _correlation(values, targets.astype(np.float64)) ** 2
    total = float(values.var())
    means = np.array([values[targets == label].mean() for label in np.unique(targets)])
    counts = np.array([(targets == label).sum() for label in np.unique(targets)])
    return float((counts * (means - values.mean()) ** 2).sum() / len(values) / total) if total > 0.0 else 0.0


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() == 0.0 or second.std() == 0.0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])

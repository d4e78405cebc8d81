"""The plane over which a network is shown: its points among the inputs, and the examples on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import SpecError, unknown_name
from descentlab.data import Dataset, PointsPreparation

Names = tuple[str, str]


@dataclass(frozen=True, eq=False)
class InputPlane:
    """A grid of points among a network's inputs.

    Attributes:
        inputs: Input of the network at each point, row by row from the lowest.
        names: Names of the horizontal and the vertical feature.
        ticks: Horizontal and vertical grid positions, rising, in the units of the features.
        places: Horizontal and vertical position of each example, in the same units.
        note: Sentence on the inputs that the plane leaves out; empty if it leaves none out.
    """

    inputs: Float[np.ndarray, "points features"]
    names: Names
    ticks: Float[np.ndarray, "2 ticks"]
    places: Float[np.ndarray, "examples 2"]
    note: str = ""


def spanning_features(dataset: Dataset) -> dict[str, int]:
    """Return the inputs that can span a plane: columns of numbers with more than two values.

    Args:
        dataset: The data.

    Returns:
        The inputs' positions by name, in order; none for points in the plane, whose plane is given, and for pictures.
    """
    return {
        dataset.feature_names[place]: place
        for place in dataset.preparation.input_units
        if _has_more_than_two_values(dataset.inputs[:, place])
    }


def lay_plane(
    dataset: Dataset,
    names: Names | None = None,
    *,
    choose: Callable[[Mapping[str, int]], Names | None],
    num_ticks: int,
    margin: float,
    reach: float | None = None,
) -> InputPlane | None:
    """Lay a plane through a network's inputs.

    Points in the plane are shown where they lie. Two columns of numbers of a table span its plane, in their units; all
    other inputs have their training mean.

    Args:
        dataset: The data.
        names: The two features that span the plane. Default: those that `choose` returns.
        choose: Called with the positions by name if there are three features or more; returns the names of two of
            them, or None for no plane.
        num_ticks: Number of grid points along a side.
        margin: Margin of the plane around the examples, as a share of their range.
        reach: For points in the plane, distance from 0 that it reaches instead, in each direction.

    Returns:
        The plane; None if no two columns of numbers can span one.

    Raises:
        SpecError: If the names span no plane.
    """
    if isinstance(dataset.preparation, PointsPreparation):
        return _over_points(dataset, names, num_ticks=num_ticks, margin=margin, reach=reach)
    features = spanning_features(dataset)
    if names is not None:
        _check(names, features)
    elif len(features) == 2:
        first, second = features
        names = first, second
    elif len(features) > 2:
        names = choose(features)
    return None if names is None else _over_table(dataset, names, features, num_ticks=num_ticks, margin=margin)


def _check(names: Names, features: Mapping[str, int]) -> None:
    if len(features) < 2:
        raise SpecError(
            f"'{names[0]}' and '{names[1]}' span no plane: it needs two columns of numbers with more than two values, "
            f"and the data has {len(features) or 'none'}"
        )
    for name in names:
        if name not in features:
            raise SpecError(unknown_name("numeric feature", name, features))
    if names[0] == names[1]:
        raise SpecError(f"'{names[0]}' was named twice, which spans no plane; name two different features")


def _over_points(
    dataset: Dataset, names: Names | None, *, num_ticks: int, margin: float, reach: float | None
) -> InputPlane:
    if names not in (None, ("x1", "x2")):
        raise SpecError(
            f"'{names[0]}' and '{names[1]}' span no plane: points in the plane are shown over x1 and x2; leave the "
            "features out"
        )
    places = np.stack([dataset.raw["x1"], dataset.raw["x2"]], axis=1).astype(np.float64)
    ends = places if reach is None else np.array([[-reach, -reach], [reach, reach]])
    ticks = _ticks(ends, num_ticks, margin if reach is None else 0.0)
    return InputPlane(dataset.preparation.apply(_grid(ticks)).inputs[:], ("x1", "x2"), ticks, places)


def _over_table(
    dataset: Dataset, names: Names, features: Mapping[str, int], *, num_ticks: int, margin: float
) -> InputPlane:
    columns = [features[name] for name in names]
    means, scales = np.array([dataset.preparation.input_units[column] for column in columns]).T
    places = dataset.inputs[:, columns].astype(np.float64) * scales + means
    ticks = _ticks(places, num_ticks, margin)
    middle = dataset.inputs[dataset.train].mean(axis=0, dtype=np.float64)
    inputs = np.tile(middle, (num_ticks**2, 1))
    inputs[:, columns] = (_grid(ticks) - means) / scales
    return InputPlane(inputs.astype(np.float32), names, ticks, places, _note(len(middle) - 2))


def _note(others: int) -> str:
    if others == 0:
        return ""
    left_out = f"the other {others} inputs" if others > 1 else "the other input"
    off_it = "an example may lie off it, and seem to stand on the wrong side"
    return f"A plane through the training mean of {left_out}: {off_it}."


def _ticks(places: Float[np.ndarray, "places 2"], num_ticks: int, margin: float) -> Float[np.ndarray, "2 ticks"]:
    low, high = places.min(axis=0), places.max(axis=0)
    room = margin * np.where(high > low, high - low, 1.0)
    return np.linspace(low - room, high + room, num_ticks, axis=1)


def _grid(ticks: Float[np.ndarray, "2 ticks"]) -> Float[np.ndarray, "points 2"]:
    return np.stack([side.ravel() for side in np.meshgrid(*ticks)], axis=1)


def _has_more_than_two_values(values: Float[np.ndarray, " examples"]) -> bool:
    return bool(((values > values.min()) & (values < values.max())).any())

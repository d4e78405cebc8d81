"""The plane that a network is shown over: where its points lie among the inputs, and the examples on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import SpecError, unknown_name
from descentlab.data import Dataset, PointsPreparation

Names = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Plane:
    """A grid of points among a network's inputs.

    Attributes:
        inputs: What the network sees at each point, row by row from the lowest.
        names: What runs across, and what runs up.
        ticks: The grid across and the grid up, rising, each in its own unit.
        places: Where each example lies, in the same units.
        note: What a person must know of it, a sentence; empty where nothing is left out.
    """

    inputs: Float[np.ndarray, "points features"]
    names: Names
    ticks: Float[np.ndarray, "2 ticks"]
    places: Float[np.ndarray, "examples 2"]
    note: str = ""


def spanning_features(dataset: Dataset) -> dict[str, int]:
    """Name the inputs that can span a plane: columns of numbers with more than two values.

    Args:
        dataset: The data.

    Returns:
        Their places by name, in order; none for points in the plane, whose plane is given, and for pictures.
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
) -> Plane | None:
    """Lay a plane through a network's inputs.

    Points in the plane are shown where they lie. Of a table two columns of numbers span the plane, in their own units;
    all other inputs stand at their training mean.

    Args:
        dataset: The data.
        names: The two features that span it. Default: those that are chosen.
        choose: Is given the places by name of three features or more, and names two of them, or None for no plane.
        num_ticks: Points a side.
        margin: How far the plane reaches beyond the examples, as a share of their range.
        reach: How far from the middle it reaches instead, for points in the plane.

    Returns:
        The plane; None where there are no two numbers to span one.

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
        raise SpecError(f"'{names[0]}' and '{names[1]}' span no plane: two columns of numbers are needed for one")
    for name in names:
        if name not in features:
            raise SpecError(unknown_name("numeric feature", name, features))
    if names[0] == names[1]:
        raise SpecError(f"'{names[0]}' twice spans no plane; name two features")


def _over_points(dataset: Dataset, names: Names | None, *, num_ticks: int, margin: float, reach: float | None) -> Plane:
    if names not in (None, ("x1", "x2")):
        raise SpecError(f"'{names[0]}' and '{names[1]}' span no plane: points in the plane are shown over x1 and x2")
    places = np.stack([dataset.raw["x1"], dataset.raw["x2"]], axis=1).astype(np.float64)
    ends = places if reach is None else np.array([[-reach, -reach], [reach, reach]])
    ticks = _ticks(ends, num_ticks, margin if reach is None else 0.0)
    return Plane(dataset.preparation.apply(_grid(ticks)).inputs[:], ("x1", "x2"), ticks, places)


def _over_table(dataset: Dataset, names: Names, features: Mapping[str, int], *, num_ticks: int, margin: float) -> Plane:
    columns = [features[name] for name in names]
    means, scales = np.array([dataset.preparation.input_units[column] for column in columns]).T
    places = dataset.inputs[:, columns].astype(np.float64) * scales + means
    ticks = _ticks(places, num_ticks, margin)
    middle = dataset.inputs[dataset.train].mean(axis=0, dtype=np.float64)
    inputs = np.tile(middle, (num_ticks**2, 1))
    inputs[:, columns] = (_grid(ticks) - means) / scales
    return Plane(inputs.astype(np.float32), names, ticks, places, _note(len(middle) - 2))


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

"""The special places of a surface: its minima, saddles and maxima, valleys, kinks and plateaus."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Int

from descentlab.labs.surface.measure._gauge import Gauge, measure
from descentlab.labs.surface.measure._kinks import compass, find_kinks
from descentlab.labs.surface.measure._newton import find_stationary
from descentlab.labs.surface.measure._surface import Surface, look_at, values_at

Kind = Literal["minimum", "kink", "valley", "saddle", "inflection", "maximum", "ridge", "plateau"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LOW_KINDS: tuple[Kind, ...] = ("minimum", "kink", "valley")
"""Kinds of places with nothing lower around them."""

NEAR = 1e-3
"""Share of the domain's width within which a descent has arrived."""
SAME = 1e-5
"""Share of the domain's width within which two points are the same place."""
FLAT = 1e-6
"""Share of the usual curvature below which an eigenvalue counts as zero."""
EQUAL = 1e-8
"""Share of the usual height within which two values are equal."""
CELLS = 2.0
"""Distance, in spacings of the search's starts, within which points of a valley belong together."""
POINTS_BETWEEN = 33
"""Points at which the straight line between two pieces of a valley is measured."""
NONE = np.zeros(0)


@dataclass(frozen=True, eq=False)
class Place:
    """A place where a descent comes to rest, or ought to.

    Attributes:
        kind: A `minimum`; a `kink`, a minimum without a gradient; a `valley`, a line or floor of points that are
            equally low; a `saddle`; an `inflection`, level but falling on one side; a `maximum`; a `ridge`, a
            line of points that are equally high; a `plateau`, flat and not low.
        point: The point; of a valley or a plateau, one of its points.
        value: Loss at the point.
        eigenvalues: Eigenvalues of the Hessian, rising; none of a kink.
        is_global: Whether it is a minimum and no other minimum is lower.
        reach: Distance in each variable within which a descent has arrived.
        members: All points of a valley, a ridge or a plateau; of all other kinds, the point alone.
    """

    kind: Kind
    point: tuple[float, ...]
    value: float
    eigenvalues: tuple[float, ...]
    is_global: bool
    reach: float
    members: Float[np.ndarray, "members dims"]

    @property
    def is_low(self) -> bool:
        """Whether nothing around the place is lower."""
        return self.kind in LOW_KINDS

    @property
    def sharpness(self) -> float:
        """Largest eigenvalue of the Hessian; NaN of a kink, which has none."""
        return self.eigenvalues[-1] if self.eigenvalues else float("nan")


@dataclass(frozen=True, eq=False)
class Survey:
    """The places of a surface.

    Attributes:
        surface: The surface.
        gauge: Usual sizes of the surface.
        places: All places: the minima, the lowest first, then the others.
        spacing: Distance between the starts of the search; details that are finer may have been missed.
    """

    surface: Surface
    gauge: Gauge
    places: tuple[Place, ...]
    spacing: float

    @property
    def minima(self) -> tuple[Place, ...]:
        """Minima, kinks and valleys, the lowest first."""
        return tuple(place for place in self.places if place.is_low)

    @property
    def best(self) -> tuple[Place, ...]:
        """The minima that are global in the domain."""
        return tuple(place for place in self.places if place.is_global)

    @property
    def is_lower_at_edge(self) -> bool:
        """Whether the domain's edge is lower than every place inside."""
        lowest = min((place.value for place in self.places), default=np.inf)
        return self.gauge.lowest_at_edge < lowest - EQUAL * self.gauge.height


def survey_surface(surface: Surface) -> Survey:
    """Find the places of a surface where the gradient vanishes, and the minima that have no gradient.

    Args:
        surface: The surface.

    Returns:
        The places. There may be others: the search is no proof.

    Raises:
        SpecError: If the formula has no value on its domain.

    Example:
        >>> from descentlab.labs.surface.measure import find_surface
        >>> [place.kind for place in survey_surface(find_surface("double-well")).places]
        ['minimum', 'minimum', 'maximum']
    """
    gauge = measure(surface)
    every = 1 if surface.dimensions == 1 else 3
    spacing = every * gauge.spacing
    side = len(gauge.axes[0])
    starts = gauge.points.reshape(-1, side, surface.dimensions)[::every, ::every].reshape(-1, surface.dimensions)
    points = find_stationary(surface, starts, usual_gradient=gauge.gradient, usual_curvature=gauge.curvature)
    search = _Search(surface, gauge, spacing)
    places = search.sort(_distinct(points, SAME * surface.width))
    if not surface.is_smooth:
        places += search.kinks(places)
    return Survey(surface, gauge, _finished(places, gauge, surface.width), spacing)


class _Search:
    """Says what kind of place each point of the search is."""

    def __init__(self, surface: Surface, gauge: Gauge, spacing: float) -> None:
        self._surface = surface
        self._gauge = gauge
        self._spacing = spacing

    def sort(self, points: Float[np.ndarray, "points dims"]) -> list[Place]:
        """Distinguish minima, saddles and maxima by the Hessian, and where that is flat by the values around."""
        if not len(points):
            return []
        local = look_at(self._surface, points)
        eigenvalues = np.linalg.eigvalsh(local.hessians)
        is_flat = (np.abs(eigenvalues) <= FLAT * self._gauge.curvature).any(axis=-1)
        places = [
            _place(_kind_by_hessian(eigenvalues[k]), points[k], float(local.values[k]), eigenvalues[k])
            for k in np.flatnonzero(~is_flat)
        ]
        return places + self._flat(points[is_flat], local.values[is_flat], eigenvalues[is_flat])

    def _flat(self, points: np.ndarray, values: np.ndarray, eigenvalues: np.ndarray) -> list[Place]:
        places = []
        for group in self._joined(points, values, _connected(points, CELLS * self._spacing)):
            first, value = points[group[0]], float(values[group[0]])
            around = self._around(points[group]) - value
            is_wide = np.ptp(points[group], axis=0).max() > NEAR * self._surface.width
            kind = _kind_by_values(around, is_wide=bool(is_wide))
            if kind == "saddle" and self._surface.dimensions == 1:
                kind = "inflection"
            if kind == "minimum" and self._is_kink(first, value):
                places.append(_place("kink", first, value))
            else:
                places.append(_place(kind, first, value, eigenvalues[group[0]], points[group]))
        return places

    def _joined(self, points: np.ndarray, values: np.ndarray, groups: list[np.ndarray]) -> list[np.ndarray]:
        """Join groups with a straight and level line between them, where the search left a gap in a valley."""
        joined: list[np.ndarray] = []
        for group in groups:
            near = [other for other in joined if self._is_level_between(points, values, other, group)]
            joined = [other for other in joined if not any(other is each for each in near)]
            joined.append(np.concatenate([*near, group]))
        return joined

    def _is_level_between(self, points: np.ndarray, values: np.ndarray, group: np.ndarray, other: np.ndarray) -> bool:
        level = EQUAL * self._gauge.height
        if abs(values[group[0]] - values[other[0]]) > level:
            return False
        gaps = np.abs(points[group][:, None] - points[other]).max(axis=-1)
        first, second = np.unravel_index(np.argmin(gaps), gaps.shape)
        shares = np.linspace(0.0, 1.0, POINTS_BETWEEN)[:, None]
        line = points[group[first]] * (1.0 - shares) + points[other[second]] * shares
        return bool((np.abs(values_at(self._surface, line) - values[group[0]]) <= level).all())

    def kinks(self, known: list[Place]) -> list[Place]:
        """Find minima without a gradient, in addition to the places that are known."""
        places: list[Place] = []
        lows = np.array([member for place in known if place.is_low for member in place.members])
        points = find_kinks(self._surface, self._gauge, lows.reshape(-1, self._surface.dimensions))
        for point in _distinct(points, SAME * self._surface.width):
            value = float(values_at(self._surface, point[None])[0])
            is_low = bool((self._around(point) >= value - EQUAL * self._gauge.height).all())
            if is_low and not self._is_known(point, value, [*known, *places]):
                places.append(_place("kink", point, value))
        return places

    def _is_known(self, point: np.ndarray, value: float, known: list[Place]) -> bool:
        for place in known:
            away = np.abs(place.members - point).max(axis=-1).min()
            is_level = abs(place.value - value) <= EQUAL * self._gauge.height
            if place.is_low and away <= (CELLS * self._spacing if is_level else NEAR * self._surface.width):
                return True
        return False

    def _around(self, points: np.ndarray, share: float = 1.0) -> np.ndarray:
        """Return the values close around some points."""
        circle = share * NEAR * self._surface.width * compass(self._surface.dimensions)
        return values_at(self._surface, (points[..., None, :] + circle).reshape(-1, self._surface.dimensions))

    def _is_kink(self, point: np.ndarray, value: float) -> bool:
        """Return whether the loss rises from a point in proportion to the distance, and not to its square or less."""
        far, near = (float(np.max(self._around(point, share) - value)) for share in (1.0, 0.5))
        return near > 0.0 and far / near < 2.0**1.5


def _place(
    kind: Kind,
    point: Float[np.ndarray, " dims"],
    value: float,
    eigenvalues: Float[np.ndarray, " eigenvalues"] = NONE,
    members: Float[np.ndarray, "members dims"] | None = None,
) -> Place:
    """Make a place whose reach, and whether it is global, are set when all places are known."""
    # Adding 0 makes 0 of -0.
    at = tuple(float(each) + 0.0 for each in point)
    around = point[None] if members is None else members
    return Place(kind, at, value + 0.0, tuple(map(float, eigenvalues)), is_global=False, reach=0.0, members=around)


def _kind_by_hessian(eigenvalues: Float[np.ndarray, " dims"]) -> Kind:
    if (eigenvalues > 0.0).all():
        return "minimum"
    return "maximum" if (eigenvalues < 0.0).all() else "saddle"


def _kind_by_values(around: Float[np.ndarray, " points"], *, is_wide: bool) -> Kind:
    """Name a flat place by how far the values around it are above its value."""
    largest = np.abs(around).max()
    rises, falls = (around > FLAT * largest).any(), (around < -FLAT * largest).any()
    if falls:
        return "saddle" if rises else "ridge" if is_wide else "maximum"
    if is_wide:
        return "valley" if rises else "plateau"
    return "minimum"


def _distinct(points: Float[np.ndarray, "points dims"], distance: float) -> Float[np.ndarray, "distinct dims"]:
    """Leave out points that repeat another point."""
    kept: list[np.ndarray] = []
    # First those that round to the same, which most do, and then those that only rounding keeps apart.
    left = points[np.sort(np.unique((points / distance).round(), axis=0, return_index=True)[1])]
    while len(left):
        is_same = np.abs(left - left[0]).max(axis=-1) <= distance
        kept.append(left[0])
        left = left[~is_same]
    return np.array(kept).reshape(-1, points.shape[-1])


def _connected(points: Float[np.ndarray, "points dims"], distance: float) -> list[Int[np.ndarray, " group"]]:
    """Group points that are joined by chains of short distances."""
    if len(points) < 2:
        return [np.arange(len(points))] if len(points) else []
    # A third of a second to import, which surfaces without flat places need not spend.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    pairs = KDTree(points).query_pairs(distance, p=np.inf, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(points), len(points)))
    count, labels = connected_components(links, directed=False)
    return [np.flatnonzero(labels == k) for k in range(count)]


def _finished(places: list[Place], gauge: Gauge, width: float) -> tuple[Place, ...]:
    """Set which minima are global and the reach of each place, and sort the places."""
    lowest = min((place.value for place in places if place.is_low), default=np.inf)
    points = np.array([place.point for place in places])
    finished = []
    for k, place in enumerate(places):
        away = np.abs(np.delete(points, k, axis=0) - points[k]).max(axis=-1) if len(places) > 1 else np.array([np.inf])
        is_global = place.is_low and place.value <= lowest + EQUAL * gauge.height
        finished.append(replace(place, is_global=bool(is_global), reach=float(min(NEAR * width, away.min() / 2.0))))
    # Minima by their value alone, other places by their kind first.
    return tuple(
        sorted(
            finished, key=lambda place: (not place.is_low, not place.is_low and KINDS.index(place.kind), place.value)
        )
    )

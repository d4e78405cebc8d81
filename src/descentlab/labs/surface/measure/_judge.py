"""The outcome of each descent, by rules that are applied in a fixed order."""

from enum import IntEnum
from functools import reduce

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.labs.surface.measure._descend import Ends
from descentlab.labs.surface.measure._surface import Local, Surface, look_at
from descentlab.labs.surface.measure._survey import EQUAL, NEAR, Survey

LEVEL = 1e-3
"""Share of the usual gradient below which a place is flat, if its curvature is small too."""
UNBENT = 1e-2
"""Share of the usual curvature below which a place is flat, if its gradient is small too."""
STILL = 1e-2
"""Share of the domain's width that a descent on a plateau moves at most while it is watched."""
CENTRED = 0.1
"""Share of its box by which the middle of an oscillation moves at most between the two halves of the watch."""
LASTING = 0.9
"""Least size of the second half's box of an oscillation, as a share of the first half's."""
MOST_PAIRS = 2**18
"""Most pairs of a descent and a place whose distances are in memory at the same time."""


class Fate(IntEnum):
    """Outcome of a descent that ended at no place of the survey; any other has the number of its place."""

    PLATEAU = -1
    MOVING = -2
    OSCILLATING = -3
    LEFT = -4
    DIVERGED = -5
    UNDEFINED = -6

    @property
    def words(self) -> str:
        """The fate in words."""
        return _WORDS[self]


_WORDS = {
    Fate.PLATEAU: "on a plateau",
    Fate.MOVING: "still moving",
    Fate.OSCILLATING: "oscillating",
    Fate.LEFT: "left the domain",
    Fate.DIVERGED: "diverged",
    Fate.UNDEFINED: "without a value",
}


def judge(survey: Survey, ends: Ends) -> tuple[Int[np.ndarray, " starts"], Float[np.ndarray, " starts"]]:
    """Name the outcome of each descent.

    Args:
        survey: The places of the surface.
        ends: Ends of the descents.

    Returns:
        The number of the place where each descent arrived, or its `Fate`; and the loss at its end.
    """
    surface, width = survey.surface, survey.surface.width
    local = look_at(surface, ends.points)
    fates = np.full(len(ends.points), int(Fate.MOVING), np.int16)
    low, high = ends.low.min(axis=0), ends.high.max(axis=0)
    moved = (high - low).max(axis=-1)
    fates[_is_oscillating(ends)] = Fate.OSCILLATING
    fates[_is_flat(survey, local) & (moved <= STILL * width)] = Fate.PLATEAU
    fates[_is_outside(surface, ends.points)] = Fate.LEFT
    nearest = _arrived(survey, low, high)
    fates[nearest >= 0] = nearest[nearest >= 0]
    for number, place in enumerate(survey.places):
        if len(place.members) > 1:
            fates[_is_on(survey, number, ends.points, local) & (moved <= NEAR * width)] = number
    has_died = ends.died_at >= 0
    fates[has_died] = Fate.DIVERGED
    has_slope = np.isfinite(local.gradients).all(axis=-1)
    fates[has_died & (np.isnan(local.values) | (np.isfinite(local.values) & ~has_slope))] = Fate.UNDEFINED
    return fates, local.values


def _is_outside(surface: Surface, points: Float[np.ndarray, "starts dims"]) -> Bool[np.ndarray, " starts"]:
    low, high = np.array(surface.domain).T
    margin = NEAR * surface.width
    return ((points < low - margin) | (points > high + margin)).any(axis=-1)


def _is_flat(survey: Survey, local: Local) -> Bool[np.ndarray, " starts"]:
    slopes = np.abs(local.gradients).max(axis=-1)
    bends = np.abs(local.hessians).max(axis=(-2, -1))
    return (slopes <= LEVEL * survey.gauge.gradient) & (bends <= UNBENT * survey.gauge.curvature)


def _is_oscillating(ends: Ends) -> Bool[np.ndarray, " starts"]:
    sizes = (ends.high - ends.low).max(axis=-1)
    middles = (ends.high + ends.low) / 2.0
    shift = np.abs(middles[1] - middles[0]).max(axis=-1)
    return (sizes[0] > 0.0) & (sizes[1] >= LASTING * sizes[0]) & (shift <= CENTRED * sizes[0])


def _arrived(
    survey: Survey, low: Float[np.ndarray, "starts dims"], high: Float[np.ndarray, "starts dims"]
) -> Int[np.ndarray, " starts"]:
    """Return the place whose reach holds the box of each descent; -1 for none."""
    arrived = np.full(len(low), -1, np.int64)
    if not survey.places:
        return arrived
    points = np.array([place.point for place in survey.places])
    reach = np.array([place.reach for place in survey.places])
    # Half of the distance to the next place bounds the reach, so only the place nearest to a box can hold it.
    small = np.flatnonzero((high - low).max(axis=-1) <= 2.0 * reach.max())
    for few in np.array_split(small, max(1, len(small) * len(points) // MOST_PAIRS)):
        middles = (low[few] + high[few]) / 2.0
        # One variable at a time, which takes a tenth of the time of a maximum over an axis of two.
        gaps = (np.abs(middles[:, k, None] - points[:, k]) for k in range(points.shape[1]))
        nearest = reduce(np.maximum, gaps).argmin(axis=-1)
        margin = reach[nearest, None]
        is_there = ((low[few] >= points[nearest] - margin) & (high[few] <= points[nearest] + margin)).all(axis=-1)
        arrived[few] = np.where(is_there, nearest, -1)
    return arrived


def _is_on(
    survey: Survey, number: int, points: Float[np.ndarray, "starts dims"], local: Local
) -> Bool[np.ndarray, " starts"]:
    """Return which points are on a valley or a plateau: level with it, and next to one of its points."""
    place = survey.places[number]
    is_on = np.abs(local.values - place.value) <= EQUAL * survey.gauge.height
    for k in np.flatnonzero(is_on):
        is_on[k] = np.abs(place.members - points[k]).max(axis=-1).min() <= 2.0 * survey.spacing
    return is_on

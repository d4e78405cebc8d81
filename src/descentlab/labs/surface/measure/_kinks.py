"""Minima that have no gradient, as that of |x|; the search compares values alone."""

import numpy as np
from jaxtyping import Bool, Float

from descentlab.labs.surface.measure._gauge import Gauge
from descentlab.labs.surface.measure._surface import Surface, values_at

MOST = 1_000
"""Most low points of the grid from which the search begins; the lowest ones are taken."""
DIRECTIONS = 16
"""Directions in the plane; a ridge that points between two of them stops the search too early."""
BESIDE = 1.5
"""Distance from a known minimum, in spacings of the grid, within which a low point belongs to it."""
HALVINGS = 34
"""Halvings of the distance, from the grid's spacing down to its ten-billionth."""
STEPS_PER_HALVING = 8


def find_kinks(
    surface: Surface, gauge: Gauge, known: Float[np.ndarray, "known dims"]
) -> Float[np.ndarray, "lows dims"]:
    """Search for minima without derivatives, from every point of the grid that is lower than its neighbours.

    In this compass search each point moves to the lowest of the points around it, at a distance that is halved when
    none is lower.

    Args:
        surface: The surface.
        gauge: The surface's values on the grid.
        known: Minima that need no search; low points of the grid next to them are left out.

    Returns:
        Points of the domain with nothing lower around them. Minima with a gradient may be among them.
    """
    points = gauge.points[_low_points(gauge.values).ravel()]
    for minimum in known:
        points = points[np.abs(points - minimum).max(axis=-1) > BESIDE * gauge.spacing]
    if not len(points):
        return points
    values = values_at(surface, points)
    points = points[np.argsort(values, kind="stable")][:MOST]
    best = values_at(surface, points)
    directions = compass(surface.dimensions)
    reach = gauge.spacing
    for _ in range(HALVINGS):
        for _ in range(STEPS_PER_HALVING):
            around = points[:, None, :] + reach * directions
            heights = values_at(surface, around.reshape(-1, surface.dimensions)).reshape(len(points), -1)
            heights = np.where(np.isfinite(heights), heights, np.inf)
            lowest = heights.argmin(axis=1)
            rows = np.arange(len(points))
            is_lower = heights[rows, lowest] < best
            if not is_lower.any():
                break
            points = np.where(is_lower[:, None], around[rows, lowest], points)
            best = np.where(is_lower, heights[rows, lowest], best)
        reach /= 2.0
    low, high = np.array(surface.domain).T
    return points[((points > low) & (points < high)).all(axis=-1)]


def compass(dimensions: int) -> Float[np.ndarray, "directions dims"]:
    """Return unit vectors in all directions."""
    if dimensions == 1:
        return np.array([[-1.0], [1.0]])
    angles = 2.0 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def _low_points(values: Float[np.ndarray, "rows columns"]) -> Bool[np.ndarray, "rows columns"]:
    # The edge has none: beyond it a lower neighbour is assumed.
    known = np.where(np.isfinite(values), values, np.inf)
    is_line = len(values) == 1
    wide = np.pad(known, [(0, 0) if is_line else (1, 1), (1, 1)], constant_values=-np.inf)
    rows, columns = values.shape
    shifts = [(j, i) for j in ((0,) if is_line else (0, 1, 2)) for i in (0, 1, 2)]
    around = np.stack([wide[j : j + rows, i : i + columns] for j, i in shifts])
    return np.isfinite(known) & (known <= around.min(axis=0)) & (known < around.max(axis=0))

"""Usual height, slope and curvature of a surface; what is small on it is small beside these."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from descentlab.core import SpecError
from descentlab.labs.surface.measure._surface import Surface, look_at

SIDE = {1: 4097, 2: 201}
"""Number of grid points along each variable, by the number of variables."""
KEPT = 0.99
"""Share of the grid's points that count for the sizes, so that a pole does not make all else look flat."""


@dataclass(frozen=True, eq=False)
class Gauge:
    """A surface on an even grid over its domain, and its usual sizes there.

    Attributes:
        axes: The grid's places along each variable.
        values: Loss by y and x (one row if there is no y); not finite where the formula has no value.
        height: Height above the lowest value that nine tenths of the values stay below.
        gradient: Root mean square length of the gradient, the steepest hundredth left out.
        curvature: Root mean square of the Hessian's largest entry, the most bent hundredth left out.
    """

    axes: tuple[Float[np.ndarray, " _"], ...]
    values: Float[np.ndarray, "rows columns"]
    height: float
    gradient: float
    curvature: float

    @property
    def points(self) -> Float[np.ndarray, "points dims"]:
        """The grid's points, in the order of the flattened values."""
        return np.stack(np.meshgrid(*self.axes, indexing="xy"), axis=-1).reshape(-1, len(self.axes))

    @property
    def spacing(self) -> float:
        """The largest distance between neighbours along a variable."""
        return max(float(axis[1] - axis[0]) for axis in self.axes)

    @property
    def lowest_at_edge(self) -> float:
        """The lowest value on the domain's edge."""
        return float(np.nanmin(np.where(_is_edge(self.values), _known(self.values), np.inf)))


def measure(surface: Surface) -> Gauge:
    """Measure a surface on a grid over its domain.

    Args:
        surface: The surface.

    Returns:
        The surface's values and sizes.

    Raises:
        SpecError: If the formula has no value at any point of the grid.

    Example:
        >>> from descentlab.labs.surface.measure import make_surface
        >>> round(measure(make_surface("x^2")).curvature, 3)
        2.0
    """
    side = SIDE[surface.dimensions]
    axes = tuple(np.linspace(low, high, side) for low, high in surface.domain)
    points = np.stack(np.meshgrid(*axes, indexing="xy"), axis=-1).reshape(-1, surface.dimensions)
    local = look_at(surface, points)
    known = local.values[np.isfinite(local.values)]
    if not known.size:
        shown = ",".join(f"{low:g}:{high:g}" for low, high in surface.domain)
        raise SpecError(
            f"the formula '{surface.name[:60]}' has no value on its domain {shown}; name another by --domain"
        )
    slopes = np.hypot(local.gradients[:, 0], local.gradients[:, -1] if surface.dimensions == 2 else 0.0)
    bends = np.abs(local.hessians).max(axis=(-2, -1))
    height = float(np.quantile(known, 0.9) - known.min())
    return Gauge(axes, local.values.reshape(-1, side), height, _usual(slopes), _usual(bends))


def _usual(sizes: Float[np.ndarray, " points"]) -> float:
    known = sizes[np.isfinite(sizes)]
    if not known.size:
        return 0.0
    kept = known[known <= np.quantile(known, KEPT)]
    largest = float(kept.max())
    # Scaled, so that squares neither vanish nor overflow.
    return largest * float(np.sqrt(np.mean((kept / largest) ** 2))) if largest > 0.0 else 0.0


def _known(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.inf)


def _is_edge(values: Float[np.ndarray, "rows columns"]) -> Bool[np.ndarray, "rows columns"]:
    edge = np.zeros(values.shape, bool)
    edge[:, [0, -1]] = True
    if len(values) > 1:
        edge[[0, -1]] = True
    return edge

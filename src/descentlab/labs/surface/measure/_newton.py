"""Points where the gradient vanishes, by Newton's method from many starts at once."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from descentlab.labs.surface.measure._surface import Surface, local_of
from descentlab.training import precision_of

DOWNHILL = 150
"""Steps at first that lead downhill only."""
STEPS = 300
"""Steps of each search. A step to a minimum as flat as x^8 covers an eighth of the distance."""
LONGEST = 0.02
"""Longest step, as a share of the domain's width: a longer one would leap over what is near."""
ARRIVED = 1e-9
"""Share of the domain's width; a search has arrived if its last step is shorter."""
VANISHES = 1e-6
"""Share of the usual gradient below which a gradient counts as zero."""


def find_stationary(
    surface: Surface, starts: Float[np.ndarray, "starts dims"], *, usual_gradient: float, usual_curvature: float
) -> Float[np.ndarray, "ends dims"]:
    """Search for points of the domain where the gradient vanishes.

    Newton's step H^-1 g is taken as (H^2 + tiny)^-1 H g, which also goes the shortest way to a line of such points,
    where H has no inverse. It leads to saddles and maxima as readily as to minima. A second search from the same
    starts begins with steps |H|^-1 g, which lead downhill, so that minima and valleys are not missed.

    Args:
        surface: The surface.
        starts: Points of the domain from which the searches begin.
        usual_gradient: Usual length of the surface's gradient.
        usual_curvature: Usual size of the surface's Hessian.

    Returns:
        The points at which searches arrived, most of them many times.

    References:
        Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex optimization"
        (2014), for |H|.
    """
    unit = 1.0 / usual_curvature if usual_curvature > 0.0 else 1.0
    with precision_of("float64"):
        searches = [_search(surface, starts, unit, downhill) for downhill in (0, DOWNHILL)]
        ends, last, gradients = (np.concatenate([np.asarray(part[k]) for part in searches]) for k in range(3))
    low, high = np.array(surface.domain).T
    margin = ARRIVED * surface.width
    has_arrived = (
        np.isfinite(ends).all(axis=-1)
        & (last <= ARRIVED * surface.width)
        & (np.abs(gradients).max(axis=-1) <= VANISHES * usual_gradient)
        & ((ends >= low - margin) & (ends <= high + margin)).all(axis=-1)
    )
    return ends[has_arrived]


@partial(jax.jit, static_argnums=0)
def _search(surface: Surface, starts: Array, unit: Array, downhill: Any) -> tuple[Array, Array, Array]:
    longest = LONGEST * surface.width

    def body(step: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        points, _ = state
        _, gradients, hessians = local_of(surface, points)
        # Behind a barrier, for XLA would square before it scales, and overflow.
        scaled = jax.lax.optimization_barrier((unit * gradients, unit * hessians))
        steps = _newton_steps(*scaled, is_downhill=step < downhill)
        lengths = jnp.sqrt((steps**2).sum(axis=-1))
        steps = steps * jnp.minimum(1.0, longest / jnp.maximum(lengths, 1e-300))[:, None]
        return points - steps, lengths

    points, last = jax.lax.fori_loop(0, STEPS, body, (starts, jnp.full(len(starts), jnp.inf)))
    return points, last, local_of(surface, points)[1]


def _newton_steps(gradients: Array, hessians: Array, *, is_downhill: Array) -> Array:
    """Solve (H^2 + tiny) step = H g in one or two dimensions, or (H^2 + tiny)^(1/2) step = g."""
    square = (hessians[..., :, :, None] * hessians[..., None, :, :]).sum(axis=-2)
    tiny = 1e-14 * jnp.trace(square, axis1=-2, axis2=-1) + 1e-300
    right = (hessians * gradients[..., None, :]).sum(axis=-1)
    if gradients.shape[-1] == 1:
        whole = square[..., 0, :] + tiny[..., None]
        return jnp.where(is_downhill, gradients / jnp.sqrt(whole), right / whole)
    a, b, d = square[..., 0, 0] + tiny, square[..., 0, 1], square[..., 1, 1] + tiny
    det = jnp.maximum(a * d - b * b, 1e-300)
    # The root of a matrix M of two rows is (M + sqrt(det M)) / sqrt(trace M + 2 sqrt(det M)).
    side = jnp.sqrt(det)
    size = jnp.sqrt(a + d + 2.0 * side)
    rooted = _solved((a + side) / size, b / size, (d + side) / size, gradients)
    return jnp.where(is_downhill, rooted, _solved(a, b, d, right))


def _solved(a: Array, b: Array, d: Array, right: Array) -> Array:
    """Solve a symmetric system of two rows, a and b above b and d."""
    det = jnp.maximum(a * d - b * b, 1e-300)
    return jnp.stack([(d * right[..., 0] - b * right[..., 1]) / det, (a * right[..., 1] - b * right[..., 0]) / det], -1)

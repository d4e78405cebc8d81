"""Where the gradient vanishes, by Newton's method from many starts at once."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from gradlab.surfaces._surface import Surface, local_of
from gradlab.training import precision_of

STEPS = 300
"""A minimum as flat as x^8 is neared by an eighth of the way a step."""
LONGEST = 0.02
"""Share of the domain's width that a step may have: a longer one would leap over what is near."""
ARRIVED = 1e-9
"""Share of the domain's width; a search whose last step is shorter has arrived."""
VANISHES = 1e-6
"""Share of the usual gradient below which a gradient counts as none."""


def find_stationary(
    surface: Surface, starts: Float[np.ndarray, "starts dims"], *, usual_gradient: float, usual_curvature: float
) -> Float[np.ndarray, "found dims"]:
    """Search for points of the domain where the gradient vanishes.

    Newton's step H^-1 g is taken as (H^2 + tiny)^-1 H g, which also goes the shortest way to a line of such points,
    where H has no inverse. It leads to saddles and maxima as readily as to minima.

    Args:
        surface: The surface.
        starts: From where, in the domain.
        usual_gradient: Beside which a gradient is small.
        usual_curvature: Of which the tiny number is a part.

    Returns:
        The points found, most of them many times.
    """
    unit = 1.0 / usual_curvature if usual_curvature > 0.0 else 1.0
    with precision_of("float64"):
        found, last, gradients = (np.asarray(each) for each in _search(surface, jnp.asarray(starts), jnp.asarray(unit)))
    low, high = np.array(surface.domain).T
    margin = ARRIVED * surface.width
    is_found = (
        np.isfinite(found).all(axis=-1)
        & (last <= ARRIVED * surface.width)
        & (np.abs(gradients).max(axis=-1) <= VANISHES * usual_gradient)
        & ((found >= low - margin) & (found <= high + margin)).all(axis=-1)
    )
    return found[is_found]


@partial(jax.jit, static_argnums=0)
def _search(surface: Surface, starts: Array, unit: Array) -> tuple[Array, Array, Array]:
    longest = LONGEST * surface.width

    def body(_: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        points, _ = state
        _, gradients, hessians = local_of(surface, points)
        # Behind a barrier, for XLA would square before it scales, and overflow.
        steps = _newton_steps(*jax.lax.optimization_barrier((unit * gradients, unit * hessians)))
        lengths = jnp.sqrt((steps**2).sum(axis=-1))
        steps = steps * jnp.minimum(1.0, longest / jnp.maximum(lengths, 1e-300))[:, None]
        return points - steps, lengths

    points, last = jax.lax.fori_loop(0, STEPS, body, (starts, jnp.full(len(starts), jnp.inf)))
    return points, last, local_of(surface, points)[1]


def _newton_steps(gradients: Array, hessians: Array) -> Array:
    """Solve (H^2 + tiny) step = H g in one or two dimensions."""
    square = (hessians[..., :, :, None] * hessians[..., None, :, :]).sum(axis=-2)
    right = (hessians * gradients[..., None, :]).sum(axis=-1)
    tiny = 1e-14 * jnp.trace(square, axis1=-2, axis2=-1) + 1e-300
    if gradients.shape[-1] == 1:
        return right / (square[..., 0, :] + tiny[..., None])
    a, b, d = square[..., 0, 0] + tiny, square[..., 0, 1], square[..., 1, 1] + tiny
    det = jnp.maximum(a * d - b * b, 1e-300)
    return jnp.stack([(d * right[..., 0] - b * right[..., 1]) / det, (a * right[..., 1] - b * right[..., 0]) / det], -1)

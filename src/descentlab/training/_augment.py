"""Training pictures are moved at random, differently in each step."""

import zlib

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, PRNGKeyArray

from descentlab.distortions import move

_PURPOSE = zlib.crc32(b"augment pictures")
"""Sets the draw apart from those of dropout layers, whose names have no blanks."""


def augment(
    pictures: Float[Array, "batch height width channels"],
    key: PRNGKeyArray,
    *,
    shift: Float[Array, ""] | float,
    rotate: Float[Array, ""] | float,
    flip: str,
) -> Float[Array, "batch height width channels"]:
    """Move each picture at random.

    Shifts and angles are uniform between minus and plus the largest one that is allowed.

    Args:
        pictures: A batch.
        key: Random key of the step.
        shift: Largest shift, in pixels.
        rotate: Largest angle, in degrees.
        flip: "horizontal" mirrors every picture with probability 1/2.

    Returns:
        The moved pictures.
    """
    of_shifts, of_flips = jax.random.split(jax.random.fold_in(key, _PURPOSE))
    count = pictures.shape[0]
    draws = jax.random.uniform(of_shifts, (3, count), pictures.dtype, -1.0, 1.0)
    is_flipped = jax.random.bernoulli(of_flips, 0.5, (count,)) & jnp.asarray(flip == "horizontal")
    return move(pictures, shift * draws[0], shift * draws[1], rotate * draws[2], is_flipped)

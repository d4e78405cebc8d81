"""Training pictures are moved at random, differently in each step."""

import zlib

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, PRNGKeyArray

from descentlab.distortions import move
from descentlab.spec import AugmentSpec

_PURPOSE = zlib.crc32(b"augment pictures")
"""Sets the draw apart from those of dropout layers, whose names have no blanks."""


def augment(
    spec: AugmentSpec, pictures: Float[Array, "batch height width channels"], key: PRNGKeyArray
) -> Float[Array, "batch height width channels"]:
    """Move each picture at random.

    Shifts and angles are uniform between minus and plus the largest one that is allowed. Every picture is mirrored
    with probability 1/2 if `spec.flip` asks for it.

    Args:
        spec: Largest shift and largest angle, and whether pictures are mirrored.
        pictures: A batch.
        key: Random key of the step.

    Returns:
        The moved pictures.
    """
    of_shifts, of_flips = jax.random.split(jax.random.fold_in(key, _PURPOSE))
    count = pictures.shape[0]
    draws = jax.random.uniform(of_shifts, (3, count), pictures.dtype, -1.0, 1.0)
    is_flipped = jax.random.bernoulli(of_flips, 0.5, (count,)) & jnp.asarray(spec.flip == "horizontal")
    return move(pictures, spec.shift * draws[0], spec.shift * draws[1], spec.rotate * draws[2], is_flipped)

"""Noise and contrast of pictures."""

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, PRNGKeyArray


def add_noise(
    pictures: Float[Array, "batch height width channels"], key: PRNGKeyArray, sd: float | Float[Array, ""]
) -> Float[Array, "batch height width channels"]:
    """Add an independent normal draw to every value, and clip the result to 0 and 1.

    Args:
        pictures: Pictures with values from 0 to 1.
        key: Key that draws the noise.
        sd: Standard deviation of the draws; black to white is 1.

    Returns:
        The noisy pictures.
    """
    return jnp.clip(pictures + sd * jax.random.normal(key, pictures.shape, pictures.dtype), 0.0, 1.0)


def change_contrast(
    pictures: Float[Array, "batch height width channels"], factor: float | Float[Array, ""]
) -> Float[Array, "batch height width channels"]:
    """Multiply the distance of each value from its picture's mean, and clip the result to 0 and 1.

    Args:
        pictures: Pictures with values from 0 to 1.
        factor: Factor of the contrast: 0 makes a picture uniform, 1 leaves it as it is, more makes it stronger.

    Returns:
        The changed pictures.
    """
    mean = jnp.mean(pictures, axis=(1, 2, 3), keepdims=True)
    return jnp.clip(mean + factor * (pictures - mean), 0.0, 1.0)

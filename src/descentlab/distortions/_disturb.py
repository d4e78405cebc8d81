"""Pictures made noisy, or paler and harsher."""

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, PRNGKeyArray


def add_noise(
    pictures: Float[Array, "batch height width channels"], key: PRNGKeyArray, sd: float | Float[Array, ""]
) -> Float[Array, "batch height width channels"]:
    """Add a normal draw of its own to every value, and keep what comes within 0 and 1.

    Args:
        pictures: Pictures with values from 0 to 1.
        key: Draws the noise.
        sd: The draws' standard deviation; black to white is 1.

    Returns:
        The noisy pictures.
    """
    return jnp.clip(pictures + sd * jax.random.normal(key, pictures.shape, pictures.dtype), 0.0, 1.0)


def change_contrast(
    pictures: Float[Array, "batch height width channels"], factor: float | Float[Array, ""]
) -> Float[Array, "batch height width channels"]:
    """Multiply each picture's distance from its own mean, and keep what comes within 0 and 1.

    Args:
        pictures: Pictures with values from 0 to 1.
        factor: 0 leaves a picture all of its mean, 1 leaves it as it is, and more makes it harsher.

    Returns:
        The changed pictures.
    """
    mean = jnp.mean(pictures, axis=(1, 2, 3), keepdims=True)
    return jnp.clip(mean + factor * (pictures - mean), 0.0, 1.0)

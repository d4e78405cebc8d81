"""Pictures as PNG files in data URIs."""

import base64
import io

import numpy as np
from jaxtyping import UInt8

from descentlab.core import ShapeError


def png_uri(picture: UInt8[np.ndarray, "height width *channels"]) -> str:
    """Encode a picture for the `src` of an image.

    Args:
        picture: Grey picture `(height, width)`, or picture with 1, 3 or 4 channels.

    Returns:
        A data URI.

    Raises:
        ShapeError: If the picture has another number of channels.
    """
    return "data:image/png;base64," + base64.b64encode(encode_png(picture)).decode()


def encode_png(picture: UInt8[np.ndarray, "height width *channels"]) -> bytes:
    """Encode a picture as the bytes of a PNG file; arguments and errors are those of `png_uri`."""
    from PIL import Image

    if picture.ndim not in (2, 3) or picture.shape[2:] not in ((), (1,), (3,), (4,)):
        raise ShapeError(
            f"a picture of shape {picture.shape} cannot be drawn; give (height, width) or 1, 3, 4 channels"
        )
    pixels = picture[..., 0] if picture.shape[2:] == (1,) else picture
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()

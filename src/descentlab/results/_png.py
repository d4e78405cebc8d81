"""Pictures inside the page, as PNG files in data URIs. A PNG needs no more than zlib."""

import base64
import struct
import zlib

import numpy as np
from jaxtyping import UInt8

from descentlab.core import ShapeError

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""PNG's number for grey, colour, and colour with transparency, by channels (ISO/IEC 15948, table 11.1)."""


def png_uri(picture: UInt8[np.ndarray, "height width *channels"]) -> str:
    """Encode a picture for the `src` of an image.

    Args:
        picture: Grey `(height, width)` or with 1, 3 or 4 channels.

    Returns:
        A data URI.

    Raises:
        ShapeError: If the picture has another number of channels.
    """
    return "data:image/png;base64," + base64.b64encode(encode_png(picture)).decode()


def encode_png(picture: UInt8[np.ndarray, "height width *channels"]) -> bytes:
    """Encode a picture as the bytes of a PNG file; arguments and errors as `png_uri`."""
    height, width, *channels = picture.shape
    depth = channels[0] if len(channels) == 1 else 1
    if len(channels) > 1 or depth not in _COLOUR_TYPES:
        raise ShapeError(
            f"a picture of shape {picture.shape} cannot be drawn; give (height, width) or 1, 3, 4 channels"
        )
    # Every line begins with its filter's number: 0, none.
    lines = np.zeros((height, 1 + width * depth), np.uint8)
    lines[:, 1:] = picture.reshape(height, width * depth)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[depth], 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

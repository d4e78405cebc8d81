"""IDX, the format of MNIST: a header with the shape, then bytes."""

import gzip
import math
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from descentlab.core import DataError

GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08
MAX_GZIP_RATIO = 1_032
"""Largest number of bytes that one byte of gzip can become; a larger claim is refused before memory is allocated."""


def is_idx(path: Path) -> bool:
    """Recognise an IDX file by its name."""
    return "ubyte" in path.name or ".idx" in path.name


def read_idx(path: Path) -> UInt8[np.ndarray, "*shape"]:
    """Read an IDX file of bytes, plain or compressed with gzip.

    Args:
        path: Path of the file.

    Returns:
        The array that the header describes.

    Raises:
        DataError: If it is not an IDX file of bytes, or holds more or fewer bytes than its header claims.
    """
    try:
        with path.open("rb") as raw:
            is_gzip = raw.read(2) == GZIP_MAGIC
        limit = path.stat().st_size * (MAX_GZIP_RATIO if is_gzip else 1)
        with gzip.open(path) if is_gzip else path.open("rb") as stream:
            shape = _read_shape(stream.read, path.name)
            size = math.prod(shape)
            if size > limit:
                raise DataError(f"{path.name} claims to hold {size:,} bytes and cannot: it is damaged or cut off")
            data = stream.read(size + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{path.name} is damaged or cut off ({error}): delete it, so that it is downloaded again"
        ) from error
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from error
    if len(data) != size:
        actual = "more" if len(data) > size else f"{len(data):,}"
        raise DataError(f"{path.name} claims to hold {size:,} bytes and holds {actual}: it is damaged or cut off")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _read_shape(read: Callable[[int], bytes], name: str) -> tuple[int, ...]:
    magic = read(4)
    if len(magic) < 4 or magic[:3] != bytes([0, 0, UNSIGNED_BYTE]) or not 1 <= magic[3] <= 4:
        raise DataError(
            f"{name} is not an IDX file of bytes: it begins with {magic.hex(' ') or 'nothing'}, not 00 00 08"
        )
    sides = read(4 * magic[3])
    if len(sides) < 4 * magic[3]:
        raise DataError(f"{name} is cut off in its header")
    return tuple(int(side) for side in np.frombuffer(sides, ">u4"))

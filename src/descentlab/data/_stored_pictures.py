"""Pictures that stay in their files until they are asked for."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped, UInt8

from descentlab.core import DataError
from descentlab.data._picture_files import Progress, check_pictures, read_pictures


class StoredPictures:
    """Pictures in the manner of an array of uint8, `(pictures, height, width, channels)`, whose rows lie on disk.

    An index gives what the same index of an array would: one picture for a number, some for a slice, an array of
    numbers or one of booleans. Several threads may ask at once.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, paths: Sequence[Path], height: int, width: int, channels: int) -> None:
        """Name the pictures.

        Args:
            paths: Their files.
            height: Rows of pixels that they are brought to.
            width: Columns of pixels.
            channels: 1 for gray, 3 for colour.
        """
        self._paths = tuple(paths)
        self.shape = (len(self._paths), height, width, channels)

    @property
    def nbytes(self) -> int:
        """Bytes that all of them would take in memory."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, rows: Any) -> UInt8[np.ndarray, "..."]:
        chosen = np.arange(len(self))[rows]
        pixels = self._read(np.atleast_1d(chosen).ravel())
        return pixels.reshape(*np.shape(chosen), *self.shape[1:])

    def some(self, rows: Int[np.ndarray, " rows"]) -> "StoredPictures":
        """Return some of the pictures, still in their files."""
        return StoredPictures([self._paths[row] for row in rows], *self.shape[1:])

    def _read(self, rows: np.ndarray) -> UInt8[np.ndarray, "rows height width channels"]:
        paths = [self._paths[row] for row in rows]
        pixels, reasons = read_pictures(paths, *self.shape[1:])
        for path, why in zip(paths, reasons, strict=True):
            if why is not None:
                raise DataError(f"'{path}' can no longer be read: {why}; bring it back as it was")
        return pixels


Pictures = UInt8[np.ndarray, "pictures height width channels"] | StoredPictures


def open_pictures(
    paths: Sequence[Path],
    height: int,
    width: int,
    channels: int,
    *,
    in_memory: int,
    on_progress: Progress | None = None,
) -> tuple[Pictures, list[str | None]]:
    """Read pictures, or only check them where they are to stay on disk.

    Args:
        paths: Their files.
        height: Rows of pixels that they are brought to.
        width: Columns of pixels.
        channels: 1 for gray, 3 for colour.
        in_memory: Bytes beyond which they stay on disk.
        on_progress: See `read_pictures`.

    Returns:
        Those that can be read, and for each file None or why it cannot be.
    """
    shape = (height, width, channels)
    if len(paths) * math.prod(shape) <= in_memory:
        pixels, reasons = read_pictures(paths, *shape, on_progress=on_progress)
        return (pixels if not any(reasons) else pixels[[why is None for why in reasons]]), reasons
    reasons = check_pictures(paths, *shape, on_progress=on_progress)
    return StoredPictures([path for path, why in zip(paths, reasons, strict=True) if why is None], *shape), reasons


def take_rows(
    inputs: Shaped[np.ndarray, "examples ..."] | StoredPictures, rows: Int[np.ndarray, " rows"]
) -> Shaped[np.ndarray, "rows ..."] | StoredPictures:
    """Return some rows of a data set's inputs; stored pictures stay in their files."""
    return inputs.some(rows) if isinstance(inputs, StoredPictures) else inputs[rows]

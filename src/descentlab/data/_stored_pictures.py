"""Pictures that stay in their files until they are needed."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped, UInt8

from descentlab.core import DataError
from descentlab.data._picture_depth import PixelDepth
from descentlab.data._picture_files import check_pictures, read_pictures
from descentlab.data._progress import OnProgress


class StoredPictures:
    """Pictures on disk that behave like an array of uint8 of shape `(pictures, height, width, channels)`.

    An index returns what the same index of an array would: one picture for a number, several for a slice, an array of
    numbers or an array of booleans. Several threads may read at the same time.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self, paths: Sequence[Path], height: int, width: int, channels: int, *, depth: PixelDepth | None = None
    ) -> None:
        """Keep the paths of the pictures.

        Args:
            paths: Paths of the files.
            height: Height in pixels that they are resized to.
            width: Width in pixels that they are resized to.
            channels: 1 for gray, 3 for colour.
            depth: See `read_pictures`.
        """
        self._paths = tuple(paths)
        self._depth = depth
        self.shape = (len(self._paths), height, width, channels)

    @property
    def nbytes(self) -> int:
        """Number of bytes that all pictures would take in memory."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, rows: Any) -> UInt8[np.ndarray, "..."]:
        chosen = np.arange(len(self))[rows]
        pixels = self._read(np.atleast_1d(chosen).ravel())
        return pixels.reshape(*np.shape(chosen), *self.shape[1:])

    def some(self, rows: Int[np.ndarray, " rows"]) -> "StoredPictures":
        """Return some of the pictures, still in their files."""
        return StoredPictures([self._paths[row] for row in rows], *self.shape[1:], depth=self._depth)

    def _read(self, rows: np.ndarray) -> UInt8[np.ndarray, "rows height width channels"]:
        paths = [self._paths[row] for row in rows]
        pixels, reasons = read_pictures(paths, *self.shape[1:], depth=self._depth)
        for path, why in zip(paths, reasons, strict=True):
            if why is not None:
                raise DataError(f"'{path}' can no longer be read: {why}; restore the file")
        return pixels


Pictures = UInt8[np.ndarray, "pictures height width channels"] | StoredPictures


def open_pictures(
    paths: Sequence[Path],
    height: int,
    width: int,
    channels: int,
    *,
    in_memory: int,
    depth: PixelDepth | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[Pictures, list[str | None]]:
    """Read pictures into memory, or only check them if they are too many and stay on disk.

    Args:
        paths: Paths of the files.
        height: Height in pixels that they are resized to.
        width: Width in pixels that they are resized to.
        channels: 1 for gray, 3 for colour.
        in_memory: Largest number of bytes to read into memory.
        depth: See `read_pictures`.
        on_progress: See `read_pictures`.

    Returns:
        The readable pictures, and for each file None or the reason why it cannot be read.
    """
    shape = (height, width, channels)
    if len(paths) * math.prod(shape) <= in_memory:
        pixels, reasons = read_pictures(paths, *shape, depth=depth, on_progress=on_progress)
        return (pixels if not any(reasons) else pixels[[why is None for why in reasons]]), reasons
    reasons = check_pictures(paths, *shape, depth=depth, on_progress=on_progress)
    readable = [path for path, why in zip(paths, reasons, strict=True) if why is None]
    return StoredPictures(readable, *shape, depth=depth), reasons


def take_rows(
    inputs: Shaped[np.ndarray, "examples ..."] | StoredPictures, rows: Int[np.ndarray, " rows"]
) -> Shaped[np.ndarray, "rows ..."] | StoredPictures:
    """Return some rows of the inputs; stored pictures stay in their files."""
    return inputs.some(rows) if isinstance(inputs, StoredPictures) else inputs[rows]

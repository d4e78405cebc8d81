"""Preparation of pictures: one size and one number of channels, as whole numbers."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from jaxtyping import Shaped
from pydantic import Field, model_validator

from descentlab.core import DataError, MissingDataError
from descentlab.data._arrays import Arrays
from descentlab.data._dataset import Prepared
from descentlab.data._idx_files import is_idx, read_idx
from descentlab.data._names import counted, quoted
from descentlab.data._picture_depth import PixelDepth
from descentlab.data._picture_listing import list_pictures
from descentlab.data._picture_novelty import PictureLook, describe_far_pictures
from descentlab.data._preparation import BasePreparation
from descentlab.data._spellings import match_names
from descentlab.data._stored_pictures import StoredPictures, open_pictures
from descentlab.data._table import WordColumn
from descentlab.data._tables import to_array
from descentlab.data._target import Target

IN_MEMORY = 10**9
"""Largest size in bytes of new pictures that are read at once."""

Side = Annotated[int, Field(ge=1, le=4096)]


class PicturePreparation(BasePreparation):
    """The form of the pictures that the network reads.

    Attributes:
        height: Height in pixels.
        width: Width in pixels.
        channels: 1 for gray, 3 for colour.
        levels: Brightest value of a pixel; None if pictures are real numbers that need no preparation.
        is_scaled: Whether the network reads pixels from 0 to 1; else from 0 to `levels`.
        depth: Black and white in files of more than 8 bits; None for the upper 8 of 16 bits.
        look: What the training pictures look like; None in a run that did not keep it.
    """

    kind: Literal["pictures"] = "pictures"
    height: Side
    width: Side
    channels: Annotated[int, Field(ge=1, le=4096)]
    levels: Annotated[int, Field(ge=1, le=255)] | None = 255
    is_scaled: bool = True
    depth: PixelDepth | None = None
    look: PictureLook | None = None

    @model_validator(mode="after")
    def _check_look(self) -> "PicturePreparation":
        if self.look is not None and not self.look.fits(self.height, self.width):
            raise ValueError("the look of the training pictures is that of another size")
        return self

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return (self.height, self.width, self.channels)

    @property
    def input_scale(self) -> float:
        """Factor of the pixels."""
        return self.brightness_scale if self.is_scaled else 1.0

    @property
    def brightness_scale(self) -> float:
        """Factor that brings pixels to 0 to 1."""
        return 1.0 if self.levels is None else 1.0 / self.levels

    def apply(self, source: Any) -> Prepared:
        """Prepare new pictures, and compare their look with that of the training pictures.

        Args:
            source: The path of a picture, a list of paths, an IDX file, a folder (targets are read if the pictures are
                in subfolders named by class), an array (pictures, height, width[, channels]) or of flat pictures, of
                whole numbers up to `levels` or real numbers from 0 to 1, or `Arrays` with targets.

        Returns:
            The pictures; broken ones are left out and named in the notes.

        Raises:
            DataError: If nothing can be read, or if arrays have another size.
        """
        prepared = self._read(source)
        if self.look is None:
            return prepared
        return replace(prepared, far=describe_far_pictures(prepared.inputs, self.look, self.brightness_scale))

    def _read(self, source: Any) -> Prepared:
        if isinstance(source, Arrays):
            inputs = self._from_array(to_array(source.X, "X"))
            answers = source.answers(len(inputs))
            targets, notes = self.target.encode_all(answers) if answers is not None else (None, ())
            weights = source.weights(len(inputs), self.weights) if self.weights else None
            mass = None if weights is None else weights.to_numbers().values
            return Prepared(inputs, targets, _rows(len(inputs)), notes, mass)
        if isinstance(source, str | Path):
            return self._from_path(Path(source).expanduser())
        if isinstance(source, Sequence) and source and all(isinstance(path, str | Path) for path in source):
            paths = [Path(path) for path in source]
            return self._from_files(paths, [str(path) for path in paths])
        inputs = self._from_array(to_array(source, "X"))
        return Prepared(inputs, None, _rows(len(inputs)))

    def _from_path(self, path: Path) -> Prepared:
        if not path.exists():
            raise MissingDataError(f"there is no '{path}': expected a picture, or a folder of pictures")
        if path.is_file() and is_idx(path):
            inputs = self._from_array(read_idx(path))
            return Prepared(inputs, None, _rows(len(inputs)))
        if path.is_file():
            return self._from_files([path], [path.name])
        listing = list_pictures(path)
        if not listing.paths:
            raise DataError(" ".join([f"there are no pictures in '{path}' that can be read.", *listing.notes()]))
        names = [file.relative_to(path).as_posix() for file in listing.paths]
        prepared = self._from_files(listing.paths, names)
        return replace(prepared, notes=(*listing.notes(), *prepared.notes))

    def _from_files(self, paths: Sequence[Path], labels: Sequence[str]) -> Prepared:
        in_memory = IN_MEMORY if self.levels == 255 else sys.maxsize  # stored pictures have 255 levels
        pictures, reasons = open_pictures(
            paths, self.height, self.width, self.channels, in_memory=in_memory, depth=self.depth
        )
        broken = [f"{label} ({why})" for label, why in zip(labels, reasons, strict=True) if why is not None]
        good = [place for place, why in enumerate(reasons) if why is None]
        if not good:
            raise DataError(f"no picture could be read: {broken[0]}")
        inputs = pictures if isinstance(pictures, StoredPictures) else self._from_bytes(pictures)
        notes = [f"Skipped {counted(len(broken), 'broken picture')}: {quoted(broken)}."] if broken else []
        targets, more = self._folder_targets([Path(labels[place]).parent.name for place in good])
        kept = tuple(labels[place] for place in good)
        return Prepared(inputs, targets, kept, (*notes, *more))

    def _folder_targets(self, folders: Sequence[str]) -> tuple[Shaped[np.ndarray, " pictures"] | None, tuple[str, ...]]:
        is_loose = isinstance(self.target, Target) and self.target.merges
        if not match_names(sorted(set(folders)), self.target.classes, is_loose=is_loose):
            return None, ()
        words = tuple(dict.fromkeys(folders))
        codes = np.array([words.index(folder) for folder in folders], np.int32)
        return self.target.encode_all([WordColumn(self.target.column, codes, words)])

    def _from_bytes(self, pixels: np.ndarray) -> Shaped[np.ndarray, "pictures height width channels"]:
        if self.levels == 255:
            return pixels
        if self.levels is None:
            return (pixels / np.float32(255)).astype(np.float32)
        return np.rint(pixels * (self.levels / 255)).astype(np.uint8)

    def _from_array(self, array: np.ndarray) -> Shaped[np.ndarray, "pictures height width channels"]:
        shape = self.input_shape
        if array.dtype.kind not in "biuf" or array.size == 0:
            raise DataError(f"X is an array of {array.dtype} with shape {array.shape}: expected pictures as numbers")
        fits = array.shape[1:] in (shape, shape[:2] if self.channels == 1 else shape, (int(np.prod(shape)),))
        if not fits:
            raise DataError(f"X has shape {array.shape}: expected (pictures, {', '.join(map(str, shape))})")
        pictures = array.reshape(len(array), *shape)
        if self.levels is None:
            return pictures.astype(np.float32)
        return pictures if pictures.dtype == np.uint8 and self.levels == 255 else self._whole(pictures)

    def _whole(self, pictures: np.ndarray) -> Shaped[np.ndarray, "pictures height width channels"]:
        low, high = float(pictures.min()), float(pictures.max())
        is_share = pictures.dtype.kind == "f" and high <= 1.0
        if not (low >= 0.0 and high <= (1.0 if is_share else self.levels or 255)):
            raise DataError(
                f"X has values from {low:g} to {high:g}: expected 0 to {self.levels}, or real numbers from 0 to 1"
            )
        return np.rint(pictures * (self.levels if is_share and self.levels else 1)).astype(np.uint8)


def _rows(count: int) -> tuple[str, ...]:
    return tuple(str(row) for row in range(1, count + 1))

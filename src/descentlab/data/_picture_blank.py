"""Blank pictures, from which nothing can be learned."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from descentlab.core import DataError
from descentlab.data._dataset import Dataset
from descentlab.data._names import counted, quoted
from descentlab.data._picture_novelty import BLANK, MAX_LOOKS, AnyPictures, look_at

SHOWN = 3
FAINT = 8.0 / 255.0
"""Standard deviation of the pixels below which a picture is nearly blank, as 12 bits read as 16 are."""

SCALE = "look at the files, and whether their pixels have another scale (files of 16 bits: data.depth=12)"


def are_mostly_blank(dataset: Dataset) -> bool:
    """Determine whether most of up to 500 training pictures are blank or nearly so, and alike."""
    if not dataset.is_pictures:
        return False
    rows = _some(dataset.train)
    _, contrasts, levels = look_at(dataset.inputs, rows, dataset.preparation.brightness_scale)
    return _are_alike(contrasts < FAINT, levels, FAINT)


def describe_blank(pictures: AnyPictures, labels: Sequence[str], scale: float, name: str) -> str:
    """Warn of blank pictures among up to 500 at equal distances. Plain pictures of several colours are none.

    Args:
        pictures: The pictures.
        labels: Name of each.
        scale: Factor that brings pixels to 0 to 1.
        name: Name of the data.

    Raises:
        DataError: If all are blank and alike, so that there is nothing to learn.
    """
    rows = _some(np.arange(len(pictures)))
    _, contrasts, levels = look_at(pictures, rows, scale)
    is_blank = contrasts < BLANK
    level, names = float(np.median(levels)), quoted([labels[int(row)] for row in rows[is_blank].tolist()], SHOWN)
    if is_blank.all() and _are_alike(is_blank, levels, BLANK):
        raise DataError(
            f"all pictures of {name} are blank, with every pixel at {level:.0%} of full brightness ({names}), so there "
            f"is nothing to learn: {SCALE}"
        )
    if _are_alike(contrasts < FAINT, levels, FAINT):
        return f"Warning: most of the pictures have hardly any contrast, at {level:.0%} of full brightness: {SCALE}."
    if not is_blank.any() or is_blank.mean() > 0.5:
        return ""
    are = "is" if is_blank.sum() == 1 else "are"
    return (
        f"Warning: {is_blank.sum():,} of {counted(len(rows), 'picture')} {are} blank, with one value in every pixel: "
        f"{names}; look whether these files are what they should be."
    )


def _some(rows: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " some"]:
    return rows[:: max(1, -(-len(rows) // MAX_LOOKS))]


def _are_alike(
    which: Bool[np.ndarray, " pictures"], levels: Float[np.ndarray, "pictures channels"], room: float
) -> bool:
    """Determine whether more than half of the pictures are of a kind, and have the same colour."""
    return bool(which.mean() > 0.5 and levels[which].std(axis=0).max() < room)

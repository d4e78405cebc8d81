"""Blank pictures, from which nothing can be learned."""

from collections.abc import Sequence

import numpy as np

from descentlab.data._dataset import Dataset
from descentlab.data._names import counted, quoted
from descentlab.data._picture_novelty import BLANK, MAX_LOOKS, AnyPictures, look_at

SHOWN = 3
FAINT = 8.0 / 255.0
"""Standard deviation of the pixels below which a picture is nearly blank, as 12 bits read as 16 are."""


FAINT_NOTE = (
    "Warning: most of the pictures have hardly any contrast, at {level:.0%} of full brightness: look whether their "
    "pixels have another scale than 0 to 255, and multiply them if so."
)


def are_mostly_blank(dataset: Dataset) -> bool:
    """Determine whether more than half of up to 500 training pictures are blank or nearly so."""
    if not dataset.is_pictures:
        return False
    rows = dataset.train[:: max(1, -(-len(dataset.train) // MAX_LOOKS))]
    _, contrasts, _ = look_at(dataset.inputs, rows, dataset.preparation.brightness_scale)
    return float((contrasts < FAINT).mean()) > 0.5


def describe_blank(pictures: AnyPictures, labels: Sequence[str], scale: float) -> str:
    """Warn of blank pictures; at most 500 at equal distances are looked at.

    Args:
        pictures: The pictures.
        labels: Name of each.
        scale: Factor that brings pixels to 0 to 1.
    """
    rows = np.arange(len(pictures))[:: max(1, -(-len(pictures) // MAX_LOOKS))]
    _, contrasts, means = look_at(pictures, rows, scale)
    blank = rows[contrasts < BLANK]
    if not len(blank):
        is_faint = float((contrasts < FAINT).mean()) > 0.5
        return FAINT_NOTE.format(level=float(np.median(means))) if is_faint else ""
    names = quoted([labels[row] for row in blank.tolist()], SHOWN)
    level = float(np.median(means[contrasts < BLANK]))
    return (
        f"Warning: {len(blank):,} of {counted(len(rows), 'picture')} {'is' if len(blank) == 1 else 'are'} blank: all "
        f"pixels have nearly one value ({level:.0%} bright): {names}; look whether these files are what they should be."
    )

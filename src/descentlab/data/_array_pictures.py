"""Pictures that a caller passes as arrays."""

import numpy as np

from descentlab.core import DataError
from descentlab.data._arrays import Arrays
from descentlab.data._class_names import compare_classes
from descentlab.data._picture_blank import describe_blank
from descentlab.data._picture_source import PicturesSource
from descentlab.data._several_targets import read_all_targets
from descentlab.data._tables import checksum_of, to_array
from descentlab.data._target import TargetValues
from descentlab.data._weights import WEIGHTS, check_weights
from descentlab.spec import ArraysData

LARGE = 30.0
"""Largest size of a pixel that is standardised, or from 0 to 1 or -1 to 1, with room to spare."""

UNSCALED = (
    "Warning: X has numbers of up to {largest:,.6g}, which the network reads as they are: divide X by the number that "
    "is white, or pass whole numbers from 0 to 255 as uint8."
)


def load_array_pictures(spec: ArraysData, arrays: Arrays) -> PicturesSource:
    """Take pictures and their targets from arrays.

    Raises:
        DataError: If the arrays are not pictures, or there are no targets.
    """
    pictures = to_array(arrays.X, "X")
    if pictures.dtype.kind not in "buif" or pictures.size == 0:
        raise DataError(f"X is an array of {pictures.dtype} with shape {pictures.shape}: expected pictures as numbers")
    if pictures.dtype != np.uint8:
        pictures = pictures.astype(np.float32)
        if not np.isfinite(pictures).all():
            raise DataError("X has pixels that are not finite numbers: replace them first")
    pictures = pictures[..., None] if pictures.ndim == 3 else pictures
    answers = arrays.answers(len(pictures))
    if answers is None:
        raise DataError("there is no y: pass a target for each picture")
    missing = int(np.any([column.is_missing for column in answers], axis=0).sum())
    if missing:
        raise DataError(f"y is missing for {missing:,} pictures: leave those pictures out")
    if isinstance(arrays.sample_weight, str) or (spec.weights is not None and arrays.sample_weight is None):
        raise DataError("pictures have no columns: pass sample_weight as an array with a weight for each picture")
    weights, labels = arrays.weights(len(pictures), WEIGHTS), tuple(str(row) for row in range(1, len(pictures) + 1))
    mass = None if weights is None else weights.to_numbers().values
    if mass is not None:
        check_weights(mass, column=WEIGHTS, name=spec.name, labels=labels, unit="picture")
    targets = read_all_targets(answers, spec.task, spec.name)
    notes: tuple[str, ...] = ()
    if isinstance(targets, TargetValues):
        every = np.ones(len(pictures), bool)
        compared = compare_classes(targets, every, merging=spec.merge_classes, name=spec.name, unit="picture")
        targets, notes = compared.targets, compared.notes
    blank = describe_blank(pictures, labels, 1.0 / 255.0 if pictures.dtype == np.uint8 else 1.0, spec.name)
    large = float(np.abs(pictures).max()) if pictures.dtype != np.uint8 else 0.0
    raw = UNSCALED.format(largest=large) if large > LARGE else ""
    notes = (*notes, *(note for note in (blank, raw) if note))
    columns = answers if weights is None else (*answers, weights)
    return PicturesSource(
        name=spec.name,
        inputs=pictures,
        targets=targets,
        labels=labels,
        checksum=checksum_of(columns, pictures.tobytes()),
        weights=mass,
        levels=255 if pictures.dtype == np.uint8 else None,
        is_compared=True,
        notes=notes,
    )

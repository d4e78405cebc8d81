"""The properties that textbooks say layers find one after the other: stroke direction, ends, holes, class."""

import numpy as np
from jaxtyping import Float, Int

from descentlab.representations._probe import Property
from descentlab.representations._strokes import count_ends, count_holes, find_ink, stroke_direction, to_grey

MOST_HOLES = 2
MOST_ENDS = 4

DIRECTION = "stroke direction"
ENDS = "stroke ends"
HOLES = "holes"
CLASS = "class"


def measure_properties(
    inputs: Float[np.ndarray, "examples rows columns colours"],
    labels: Int[np.ndarray, " examples"],
    classes: tuple[str, ...],
) -> tuple[Property, ...]:
    """Measure what is true of some pictures.

    Args:
        inputs: The pictures as the network sees them.
        labels: Class ids.
        classes: Their names; without any, class is left out.

    Returns:
        The properties; one that is the same for nearly all pictures is left out, as nothing could be read of it.
    """
    grey = to_grey(inputs)
    ink = find_ink(grey)
    properties = [
        Property(DIRECTION, stroke_direction(grey)),
        _counts(ENDS, count_ends(ink), MOST_ENDS),
        _counts(HOLES, count_holes(ink), MOST_HOLES),
    ]
    if classes:
        properties.append(Property(CLASS, labels.astype(np.int64), classes))
    return tuple(each for each in properties if _varies(each))


def _counts(name: str, counts: Int[np.ndarray, " examples"], most: int) -> Property:
    names = (*[str(count) for count in range(most)], f"{most} or more")
    return Property(name, np.minimum(counts, most), names)


def _varies(measured: Property) -> bool:
    if not measured.is_classes:
        return bool(measured.values.std() > 1e-3)
    return bool(np.bincount(measured.values.astype(np.int64)).max() < 0.98 * len(measured.values))

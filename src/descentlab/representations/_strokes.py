"""What can be counted and measured in a picture of strokes: holes, ends, and the direction they run in."""

import numpy as np
from jaxtyping import Bool, Float, Int

Pictures = Float[np.ndarray, "pictures rows columns"]
Ink = Bool[np.ndarray, "pictures rows columns"]


def to_grey(inputs: Float[np.ndarray, "pictures rows columns colours"]) -> Pictures:
    """Average the colours."""
    return inputs.mean(axis=3)


def find_ink(pictures: Pictures) -> Ink:
    """Tell strokes from ground: what lies on the other side of the middle value than most of the picture's edge does.

    Args:
        pictures: Grey values; each picture's middle lies half-way between its smallest and largest.

    Returns:
        Where there is ink.
    """
    low, high = pictures.min(axis=(1, 2)), pictures.max(axis=(1, 2))
    bright = pictures > ((low + high) / 2.0)[:, None, None]
    edges = [bright[:, 0], bright[:, -1], bright[:, :, 0], bright[:, :, -1]]
    is_bright_ground = np.concatenate(edges, axis=1).mean(axis=1) > 0.5
    return bright ^ is_bright_ground[:, None, None]


def count_holes(ink: Ink) -> Int[np.ndarray, " pictures"]:
    """Count the holes of each figure: parts of the ground that ink shuts off from the edge.

    Ink joins over corners and ground does not, so that a closed thin line has an inside (Rosenfeld, 1970).

    Args:
        ink: True where there is ink.

    Returns:
        Holes in each picture.
    """
    from scipy import ndimage

    ground = np.pad(~ink, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    parts: list[np.ndarray] = [np.empty(picture.shape, np.int32) for picture in ground]
    for picture, part in zip(ground, parts, strict=True):
        ndimage.label(picture, output=part)
    return np.array([part.max() - 1 for part in parts], np.int64)


def stroke_direction(pictures: Pictures) -> Float[np.ndarray, "pictures 2"]:
    """Measure the direction that strokes run in, from the gradient of the brightness (the structure tensor).

    Args:
        pictures: Grey values.

    Returns:
        Strength times (cos 2a, sin 2a), with the angle a counter-clockwise from the horizontal. A double angle has no
        jump where 180 degrees become 0. The strength is 1 where all edges run one way, and 0 for a disc.

    References:
        Bigün and Granlund, "Optimal orientation detection of linear symmetry" (1987).
    """
    down, right = (_slope(pictures.astype(np.float64), axis) for axis in (1, 2))
    across, along, mixed = ((a * b).sum(axis=(1, 2)) for a, b in ((right, right), (down, down), (right, -down)))
    total = across + along
    vector = np.stack([along - across, -2.0 * mixed], axis=1)
    return np.divide(vector, total[:, None], out=np.zeros_like(vector), where=total[:, None] > 0.0)


def _slope(pictures: Pictures, axis: int) -> Pictures:
    """Compute the slope along an axis, by the weights that are nearest to turning with the picture (Scharr, 2000)."""
    from scipy import ndimage

    steps = ndimage.correlate1d(pictures, np.array([-0.5, 0.0, 0.5]), axis=axis, mode="nearest")
    return ndimage.correlate1d(steps, np.array([3.0, 10.0, 3.0]) / 16.0, axis=3 - axis, mode="nearest")


def thin(ink: Ink) -> Ink:
    """Thin strokes to lines a pixel wide, which keep their ends and how they hang together.

    References:
        Zhang and Suen, "A fast parallel algorithm for thinning digital patterns" (1984).
    """
    thinned = ink.copy()
    while True:
        before = thinned
        for is_first in (True, False):
            thinned = thinned & ~_removable(thinned, is_first=is_first)
        if (thinned == before).all():
            return thinned


def count_ends(ink: Ink) -> Int[np.ndarray, " pictures"]:
    """Count where strokes end: pixels of the thinned figure from which ink goes on in one direction only.

    Args:
        ink: True where there is ink.

    Returns:
        Ends in each picture; a closed line has none, and a dot neither.
    """
    lines = thin(ink)
    ring = _ring(lines)
    turns = _turns(ring)
    is_end = lines & (turns == 1) & (ring.sum(axis=0) <= 2)
    return is_end.sum(axis=(1, 2))


def _ring(ink: Ink) -> Bool[np.ndarray, "8 pictures rows columns"]:
    """Return the eight neighbours of each pixel, clockwise from the one above."""
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    height, width = ink.shape[1:]
    steps = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    return np.stack([padded[:, 1 + a : 1 + a + height, 1 + b : 1 + b + width] for a, b in steps])


def _turns(ring: Bool[np.ndarray, "8 pictures rows columns"]) -> Int[np.ndarray, "pictures rows columns"]:
    """Count the changes from ground to ink on the way around each pixel."""
    return (~ring & np.roll(ring, -1, axis=0)).sum(axis=0)


def _removable(ink: Ink, *, is_first: bool) -> Ink:
    ring = _ring(ink)
    up, right, down, left = ring[0], ring[2], ring[4], ring[6]
    count = ring.sum(axis=0)
    sides = ~(up & right & down) & ~(right & down & left) if is_first else ~(up & right & left) & ~(up & down & left)
    return ink & (count >= 2) & (count <= 6) & (_turns(ring) == 1) & sides

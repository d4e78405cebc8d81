"""How many places arrays have for examples: more than are needed, so that other numbers of examples compile nothing."""

import math

FEWEST_ROWS = 4_096
"""Rows that an array of examples has room for, so that all small tables share a program."""
ROOM_BYTES = 2**22
"""Bytes up to which an array of examples has room for a power of two of them: empty rows of small arrays cost nothing,
and 4 MB take 1 ms to copy."""
FEWEST_PLACES = 32
"""Places in a batch of all examples, so that all tables of a few rows share a program."""
FINE_STEPS = 16
"""Sizes of larger arrays between one power of two and the next: at most a sixteenth of an array stays empty."""


def roomy(count: int) -> int:
    """Round a number up to one of sixteen between each power of two and the next.

    Example:
        >>> [roomy(count) for count in (5, 16, 17, 97, 120, 1_000)]
        [5, 16, 17, 100, 120, 1024]
    """
    step = max(1, 2 ** (max(1, count - 1).bit_length() - 1) // FINE_STEPS)
    return math.ceil(count / step) * step


def full_batch_places(count: int) -> int:
    """Choose the number of places in a batch of all examples.

    Example:
        >>> full_batch_places(13), full_batch_places(97)
        (32, 100)
    """
    return max(FEWEST_PLACES, roomy(count))


def row_places(count: int, row_bytes: int, lanes: int = 1) -> int:
    """Choose the number of rows of an array of examples.

    Args:
        count: Number of examples.
        row_bytes: Bytes of an example.
        lanes: Number of such arrays that lie side by side, which share the room.

    Returns:
        At least `count`: the same for all small numbers, a power of two for larger ones, at most a sixteenth more than
        `count` where an array is large.

    Example:
        >>> [row_places(count, 16) for count in (5, 150, 4_097)], row_places(150, 16, 16), row_places(60_000, 784)
        ([4096, 4096, 8192], 256, 61440)
    """
    usual = max(FEWEST_ROWS // lanes, 2 ** (count - 1).bit_length()) if count else FEWEST_ROWS // lanes
    return usual if usual * row_bytes * lanes <= ROOM_BYTES else max(1, roomy(count))

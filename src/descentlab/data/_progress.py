"""Reports of progress."""

from collections.abc import Callable

OnProgress = Callable[[str, int, int], None]
"""Function that takes a description of the work, the amount that is done, and the total."""

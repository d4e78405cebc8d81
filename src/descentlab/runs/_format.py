"""The format number of every record on disk; docs/formats.md lists the changes between the numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from descentlab.core import RunError, __version__

FORMAT = 4
"""Format that this version writes. It reads this format and all earlier ones."""
FIRST = 1
"""Format of records that state none, which are older than the number."""
SAME_BITS = 3
"""First format whose trainings go on here to the bits that they would have had without an interruption."""


def stamp() -> dict[str, Any]:
    """Return the first fields of a record: its format, and the version that wrote it."""
    return {"format": FORMAT, "written_by": __version__}


def check_format(record: Mapping[str, Any], where: Path) -> None:
    """Refuse a record of a format that this version cannot read.

    Args:
        record: Fields of the record, among them those of `stamp`.
        where: File that holds the record, for the message.

    Raises:
        RunError: If the format is newer than that of this version, or not a whole number from 1.
    """
    number = record.get("format", FIRST)
    if not isinstance(number, int) or isinstance(number, bool) or number < FIRST:
        raise RunError(f"{where}: format {str(number)[:40]!r} is not a whole number from {FIRST}")
    if number > FORMAT:
        writer = str(record.get("written_by") or "a later version")[:40]
        raise RunError(
            f"{where.parent} has format {number}, and descentlab {__version__} reads formats up to {FORMAT}: "
            f"descentlab {writer} wrote it and reads it"
        )


def check_continues(record: Mapping[str, Any], folder: Path) -> None:
    """Refuse to continue a training whose bits this version does not compute.

    Args:
        record: Fields of the environment of the run or the study.
        folder: Folder of the run or the study, for the message.

    Raises:
        RunError: If an earlier version began it, whose training program rounded otherwise.
    """
    number = record.get("format", FIRST)
    if number < SAME_BITS:
        raise RunError(
            f"{folder} was begun by an earlier version (format {number}), whose training program rounded otherwise, so "
            "that the rest would not fit what is trained; it can be shown and evaluated, but not continued: train anew"
        )

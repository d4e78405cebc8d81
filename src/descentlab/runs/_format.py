"""The format number that every record on disk carries; docs/formats.md says what changed between the numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from descentlab.core import RunError, __version__

FORMAT = 2
"""The format of what this version writes. It reads this one and all before it."""
FIRST = 1
"""The format of records that do not name one: they were written before records did."""


def stamp() -> dict[str, Any]:
    """Return the fields that a record begins with: its format, and the version that wrote it."""
    return {"format": FORMAT, "written_by": __version__}


def check_format(record: Mapping[str, Any], where: Path) -> None:
    """Refuse a record of a format that this version cannot read.

    Args:
        record: The fields of the record, among them those of `stamp`.
        where: The file that holds it, for the message.

    Raises:
        RunError: If the format is newer than this version's, or no whole number from 1.
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

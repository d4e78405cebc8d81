"""Output: results go to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from descentlab.core import StorageError, to_plain


def to_stdout() -> Console:
    """Return the console for results."""
    return Console(highlight=False, soft_wrap=True)


def to_stderr() -> Console:
    """Return the console for progress and notes."""
    return Console(stderr=True, highlight=False)


def print_notes(notes: Iterable[str]) -> None:
    """Print notes to stderr, each on its own line."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def print_json(values: dict[str, Any]) -> None:
    """Print one JSON object to stdout; a number that is not finite becomes null, for JSON cannot hold it."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(to_plain(values), indent=2, ensure_ascii=not is_utf8) + "\n")


def save_text(path: Path, text: str) -> None:
    """Write a text file completely or not at all.

    Args:
        path: Path of the file. A link is followed; a device or a pipe is written to directly.
        text: Text to write.

    Raises:
        StorageError: If the disk is full or the file cannot be written; a file that was there stays unchanged.
    """
    try:
        real = path.resolve()
        if real.exists() and not real.is_file():
            real.write_text(text, encoding="utf-8")
            return
        from descentlab.runs import replace_file

        replace_file(real, text.encode())
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror}); name another file by --out") from None

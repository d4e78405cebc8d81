"""Plain values as JSON that any reader accepts: without NaN, and the same values always give the same bytes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from descentlab.core import RunError, to_plain
from descentlab.runs._files import short_line

MAX_BYTES = 256 * 2**20
_INNER_LIST = re.compile(r'\[\n\s+([^\[\]{}"]*?)\n\s*\]')


def pack_json(values: Mapping[str, Any]) -> bytes:
    """Write values as indented JSON, with each list of numbers on one line.

    Raises:
        RunError: If a text is not valid Unicode, such as a file name of raw bytes.
    """
    text = json.dumps(to_plain(values), indent=2, ensure_ascii=False, allow_nan=False)
    # A string in JSON never has a line break in it, so that this pattern cannot match inside one.
    text = _INNER_LIST.sub(lambda match: "[" + re.sub(r",\n\s+", ", ", match[1]) + "]", text)
    return to_utf8(text + "\n")


def to_utf8(text: str) -> bytes:
    """Encode a text.

    Raises:
        RunError: If it is not valid Unicode, such as a file name of raw bytes.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        part = text[max(0, error.start - 20) : error.end + 20]
        raise RunError(f"{part!a} is not valid Unicode and cannot be written into a run; rename the file") from None


def unpack_json(content: bytes, where: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: If it is not an object, or holds NaN, infinity or invalid Unicode.
    """
    try:
        values = json.loads(content.decode(), parse_constant=_refuse)
        if b"\\ud" in content.lower():  # half of a surrogate pair would break the terminal that prints it
            json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RunError(f"{where} is not JSON: {short_line(error)}") from None
    if not isinstance(values, dict):
        raise RunError(f"{where} holds a {type(values).__name__}, not an object of keys and values")
    return values


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")

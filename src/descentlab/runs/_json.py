"""Plain values as JSON that any reader accepts: no NaN, the same values always the same bytes."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import RunError
from descentlab.runs._files import short_line

MAX_BYTES = 256 * 2**20
_INNER_LIST = re.compile(r'\[\n\s+([^\[\]{}"]*?)\n\s*\]')


def to_plain(value: Any) -> Any:
    """Turn NumPy's values and paths into plain ones, and NaN and infinity, which JSON lacks, into null."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return to_plain(value.tolist())
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value


def pack_json(values: Mapping[str, Any]) -> bytes:
    """Write values as indented JSON, a list of numbers on one line.

    Raises:
        RunError: If a text in it is not valid Unicode, as a file name of raw bytes.
    """
    text = json.dumps(to_plain(values), indent=2, ensure_ascii=False, allow_nan=False)
    # A JSON text never has a line break inside a string, so that this cannot touch one.
    text = _INNER_LIST.sub(lambda found: "[" + re.sub(r",\n\s+", ", ", found[1]) + "]", text)
    return to_utf8(text + "\n")


def to_utf8(text: str) -> bytes:
    """Encode a text.

    Raises:
        RunError: If it is not valid Unicode, as a file name of raw bytes.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        part = text[max(0, error.start - 20) : error.end + 20]
        raise RunError(f"{part!a} is not valid Unicode and cannot be kept in a run; rename the file") from None


def unpack_json(content: bytes, where: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: If it is not one, or holds NaN, infinity or broken Unicode.
    """
    try:
        values = json.loads(content.decode(), parse_constant=_refuse)
        if b"\\ud" in content.lower():  # half of a surrogate pair would break the terminal it is printed to
            json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RunError(f"{where} is not JSON: {short_line(error)}") from None
    if not isinstance(values, dict):
        raise RunError(f"{where} holds a {type(values).__name__}, not an object of keys and values")
    return values


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")

"""JSON lines and lists of records, read as rows of texts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from descentlab.core import DataError
from descentlab.data._names import in_line
from descentlab.data._rows import Row

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
"""Endings of files that hold one record a line, or a list of records."""

DEEPEST = 8


def read_json_rows(text: str, name: str) -> list[Row]:
    """Read one record from each line, or from each item of a list.

    A record is an object, whose names are columns (`a.b` for a name within a name), or a list of cells, the first of
    which holds the names. Numbers keep the digits that they are written with; null is an empty cell.

    Args:
        text: Text of the file.
        name: Name of the file.

    Returns:
        The rows, with a row of names first, by the number of their line or item.

    Raises:
        DataError: If the text is not JSON, or its items are no records.
    """
    records = list(_records(text, name))
    lists = [record for _, record in records if isinstance(record, list)]
    if records and len(lists) == len(records):
        return [Row(line, [_text(cell) for cell in record]) for line, record in records]
    for line, record in records:
        if not isinstance(record, Mapping):
            raise DataError(
                f"{name}, line {line} holds {in_line(_text(record)) or 'null'!r}, no record: expected an object with "
                'a name for each cell, as {"a": 1, "b": "x"}'
            )
    flat = [(line, dict(_flatten(record, "", name, line))) for line, record in records]
    names = list(dict.fromkeys(key for _, record in flat for key in record))
    header = [Row(0, names)] if flat else []
    return [*header, *(Row(line, [record.get(key, "") for key in names]) for line, record in flat)]


def _records(text: str, name: str) -> Iterator[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        try:
            items = _loads(text)
        except json.JSONDecodeError:  # lines, each with a list
            items = None
        if isinstance(items, list) and not (items and "\n" not in text.strip() and not _are_records(items)):
            yield from enumerate(items, 1)
            return
    for line, words in enumerate(text.splitlines() if "\u2028" not in text else text.split("\n"), 1):
        if not words.strip():
            continue
        try:
            yield line, _loads(words)
        except (json.JSONDecodeError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise DataError(f"{name}, line {line} is not JSON ({what}): expected one record a line") from None


def _are_records(items: Sequence[Any]) -> bool:
    return all(isinstance(item, list | Mapping) for item in items)


def _loads(text: str) -> Any:
    # Numbers stay as they are written, so that the column decides what they are, as in any text file.
    return json.loads(text, parse_float=_Digits, parse_int=_Digits, parse_constant=_Digits)


class _Digits(str):
    """A number as it is written."""

    __slots__ = ()


def _flatten(record: Mapping[str, Any], prefix: str, name: str, line: int, depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, cell in record.items():
        if isinstance(cell, Mapping) and depth < DEEPEST:
            yield from _flatten(cell, f"{prefix}{key}.", name, line, depth + 1)
        else:
            yield prefix + key, _text(cell)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell) if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)

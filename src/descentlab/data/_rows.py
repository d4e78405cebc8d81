"""Rows of cells of a text file, with the line on which each begins."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import accumulate, compress, islice
from typing import NamedTuple

from descentlab.core import DataError

CHUNK_ROWS = 1_000
"""Number of rows read at once, few enough for the processor's cache; with 50,000 reading is three times as slow."""

BLANKS = ",;\t| \r\n\x0c\xa0"
LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Row(NamedTuple):
    """A row that is not blank: the number of its first line, counted from 1, and its cells."""

    line: int
    cells: list[str]


def read_rows(
    text: str, delimiter: str, name: str, *, first: int = 1, is_whole: bool = True, chunk_rows: int = CHUNK_ROWS
) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield rows that are not blank, some at a time, with the number of the first line of each.

    Args:
        text: Text of the file, or its lines from `first` on.
        delimiter: Character between two cells.
        name: Name of the file.
        first: Number of the first line of `text`.
        is_whole: Whether the text goes to the end of the file.
        chunk_rows: Number of rows read at once.

    Raises:
        DataError: If a quote is opened and never closed.
    """
    # A process has one limit of a cell's length. It is only raised, so that readers in other threads are not disturbed.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    before, line, has_quotes = first - 1, first, '"' in text
    while chunk := list(islice(reader, chunk_rows)):
        lines = list(range(line, line + len(chunk)))
        line = before + reader.line_num + 1
        if lines[-1] != line - 1:  # a cell of several lines
            spans = [1 + sum(len(LINE_BREAK.findall(cell)) for cell in cells) for cells in chunk]
            lines = [lines[0] + above for above in accumulate(spans[:-1], initial=0)]
        if is_whole and has_quotes and len(chunk) < chunk_rows:
            _check_closed(text, delimiter, name, lines[-1], first)
        filled = [bool("".join(cells).strip(BLANKS)) for cells in chunk]
        if any(filled):
            yield list(compress(lines, filled)), list(compress(chunk, filled))


def _check_closed(text: str, delimiter: str, name: str, line: int, first: int) -> None:
    """Check that the last row ends with the text, not within a quoted cell that swallowed the rest of the file."""
    rest = text[line_start(text, line - first) :]
    reader = csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        list(reader)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(
                f"{name}, line {line}: a quote is opened and never closed: close it, or write two for a quote "
                "within a cell"
            ) from None


def line_start(text: str, number: int) -> int:
    """Return the place in a text at which a line begins, counted from 0."""
    if number <= 0:
        return 0
    breaks = islice(LINE_BREAK.finditer(text), number - 1, number)
    return next((match.end() for match in breaks), len(text))

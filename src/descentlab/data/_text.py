"""Tables in text files such as CSV and TSV, with all the irregularities of files from the world."""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, islice
from pathlib import Path
from typing import Literal

import numpy as np

from descentlab.core import DataError
from descentlab.data._inference import MISSING_WORDS, infer_column
from descentlab.data._names import counted, unique_names
from descentlab.data._table import DataTable, parse_number

HeaderMode = Literal["auto", "yes", "no"]

CHUNK_ROWS = 1_000
"""Number of rows read at once, few enough for the processor's cache; with 50,000 reading is three times as slow."""

SAMPLE_ROWS = 100
DELIMITERS = ",;\t|"
BLANKS = DELIMITERS + " \r\n\x0c\xa0"
LINE_BREAK = re.compile(r"\r\n|\r|\n")
CONTROL_BYTES = bytes(sorted(set(range(32)) - {9, 10, 12, 13, 27}))
OTHER_FORMATS = {
    b"PAR1": "is a Parquet file: name it .parquet",
    b"PK\x03\x04": "is a zip archive or an Excel workbook: save the table as CSV",
    b"\x1f\x8b": "is compressed with gzip: unpack it first",
}


def read_text_table(path: Path, *, header: HeaderMode = "auto") -> DataTable:
    """Read a table from a text file.

    The delimiter is the one of comma, semicolon, tab and bar that divides the first rows evenly. Quotes, blanks after
    delimiters, blank lines, any line ending and a byte order mark are understood.

    Args:
        path: Path of the file.
        header: Whether the first row names the columns; "auto" decides by its cells.

    Returns:
        The table; its labels are line numbers of the file, counted from 1.

    Raises:
        DataError: If the file is not text or is empty, or if a row has more or fewer cells than the first.
    """
    data = path.read_bytes()
    text, notes = _decode(data, path.name)
    delimiter = "\t" if path.suffix.lower() in {".tsv", ".tab"} else _delimiter(text)
    chunks = _chunks(text, delimiter, path.name)
    lines, head = next(chunks, ([], []))
    if not head:
        raise DataError(f"{path.name} is empty: expected a header and rows")
    has_header = header == "yes" or (header == "auto" and _has_header(head[:SAMPLE_ROWS]))
    names = unique_names(head[0]) if has_header else [f"column {place}" for place in range(len(head[0]))]
    table = _Builder(len(names), path.name)
    table.add(lines[has_header:], head[has_header:])
    for lines, rows in chunks:
        table.add(lines, rows)
    checksum = "sha256:" + hashlib.sha256(data).hexdigest()
    return table.finish(names, notes, checksum, has_header=has_header, decimal_comma=delimiter == ";")


def _decode(data: bytes, name: str) -> tuple[str, list[str]]:
    for magic, remedy in OTHER_FORMATS.items():
        if data.startswith(magic):
            raise DataError(f"{name} {remedy}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), []
    start = data[:65_536]
    if b"\0" in data or len(start.translate(None, CONTROL_BYTES)) < 0.99 * len(start):
        raise DataError(f"{name} holds binary data, not text: expected a table such as CSV")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        note = f"{name} is not UTF-8 (byte {error.start:,}) and was read as Windows-1252."
        return data.decode("cp1252", errors="replace"), [note]


def _chunks(text: str, delimiter: str, name: str) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield rows that are not blank, some at a time, with the number of the first line of each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    first = 1
    try:
        while chunk := list(islice(reader, CHUNK_ROWS)):
            lines = list(range(first, first + len(chunk)))
            first = reader.line_num + 1
            if lines[-1] != reader.line_num:  # a cell of several lines
                spans = [1 + sum(len(LINE_BREAK.findall(cell)) for cell in cells) for cells in chunk]
                lines = [lines[0] + before for before in accumulate(spans[:-1], initial=0)]
            filled = [bool("".join(cells).strip(BLANKS)) for cells in chunk]
            if any(filled):
                yield list(compress(lines, filled)), list(compress(chunk, filled))
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: {error}; is a quote not closed?") from error


def _delimiter(text: str) -> str:
    """Choose the delimiter that divides the first rows into the most cells, the same number in each."""
    start = text[: 2**20]
    widths = {delimiter: _widths(start, delimiter) for delimiter in DELIMITERS}
    even = {delimiter: counts[0] for delimiter, counts in widths.items() if counts and len(set(counts)) == 1}
    if max(even.values(), default=0) < 2:
        even = {delimiter: counts[0] for delimiter, counts in widths.items() if counts}
    return max(even, key=lambda delimiter: even[delimiter], default=",")


def _widths(start: str, delimiter: str) -> list[int]:
    try:
        _, rows = next(_chunks(start, delimiter, ""), ([], []))
    except DataError:
        return []
    return [len(cells) for cells in rows[:20]]


def _has_header(rows: Sequence[list[str]]) -> bool:
    """Recognise a row of names: a word above numbers, or only words, none of which repeats in its column."""
    first = [cell.strip() for cell in rows[0]]
    counted = [str(place) for place in range(len(first))]
    if (len(first) > 3 and first == counted) or (len(first) > 1 and first == ["", *counted[:-1]]):
        return True  # columns that a data frame numbered, without and with its index
    are_words = [cell not in MISSING_WORDS and parse_number(cell) is None for cell in first]
    for place, is_word in enumerate(are_words):
        if is_word and _is_numeric([cells[place] for cells in rows[1:] if place < len(cells)]):
            return True
    if not any(are_words) or any(parse_number(cell) is not None for cell in first):
        return False
    return not any(first[place] == cell.strip() for cells in rows[1:] for place, cell in enumerate(cells[: len(first)]))


def _is_numeric(cells: Sequence[str]) -> bool:
    present = [bare for cell in cells if (bare := cell.strip()) not in MISSING_WORDS]
    return bool(present) and all(parse_number(cell) is not None for cell in present)


class _Builder:
    """Collects rows of a table, and keeps each word of a column once, so that a large table takes little memory."""

    def __init__(self, width: int, name: str) -> None:
        self._name = name
        self._lines: list[int] = []
        self._indexes: list[dict[str, int]] = [{} for _ in range(width)]
        self._codes: list[list[np.ndarray]] = [[] for _ in range(width)]

    def add(self, lines: Sequence[int], rows: Sequence[list[str]]) -> None:
        width = len(self._indexes)
        if not rows:
            return
        if set(map(len, rows)) != {width}:
            line, wrong = next((line, cells) for line, cells in zip(lines, rows, strict=True) if len(cells) != width)
            raise DataError(
                f"{self._name}, line {line} has {counted(len(wrong), 'cell')}, but the first row has {width}: "
                "correct the line, or put quotes around a cell that holds the delimiter"
            )
        self._lines += lines
        for cells, index, codes in zip(zip(*rows, strict=True), self._indexes, self._codes, strict=True):
            for word in dict.fromkeys(cells):
                index.setdefault(word, len(index))
            codes.append(np.fromiter(map(index.__getitem__, cells), np.int32, len(cells)))

    def finish(
        self, names: Sequence[str], notes: Sequence[str], checksum: str, *, has_header: bool, decimal_comma: bool
    ) -> DataTable:
        empty = np.zeros(0, np.int32)
        inferred = [
            infer_column(name, np.concatenate([empty, *codes]), list(index), decimal_comma=decimal_comma)
            for name, index, codes in zip(names, self._indexes, self._codes, strict=True)
        ]
        return DataTable(
            name=self._name,
            columns=tuple(column for column, _ in inferred),
            labels=tuple(str(line) for line in self._lines),
            notes=(*notes, *(note for _, note in inferred if note)),
            checksum=checksum,
            is_named=has_header,
            unit="line",
        )

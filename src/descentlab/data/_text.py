"""Tables in text files such as CSV and TSV, with all the irregularities of files from the world."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from descentlab.core import DataError
from descentlab.data._beneath import Beneath
from descentlab.data._dialect import SAMPLE_ROWS, SAMPLE_TEXT, Dialect, find_dialect
from descentlab.data._encoding import decode, is_binary
from descentlab.data._fast_grid import read_evenly
from descentlab.data._grid import Grid, GridBuilder
from descentlab.data._inference import infer_column
from descentlab.data._outline import HeaderMode as HeaderMode, Outline, outline
from descentlab.data._rows import Row, line_start, read_rows
from descentlab.data._table import DataTable
from descentlab.data._tidy import tidy
from descentlab.data._unpacking import Content

MANY_ROWS = 20_000


@dataclass(frozen=True)
class Reading:
    """What a person states about a file; what is not stated is recognised.

    Attributes:
        header: Whether a row names the columns, or the number of the line that does.
        encoding: Name of the encoding of a text file; None to recognise it.
        separator: Delimiter of a text file, or its name; None to find it.
        beneath: Row beneath the header of the training file; None to recognise one.
    """

    header: HeaderMode = "auto"
    encoding: str | None = None
    separator: str | None = None
    beneath: Beneath | None = None


def table_of_text(content: Content, reading: Reading, checksum: str) -> DataTable:
    """Read a table from the bytes of a text file.

    The delimiter is the one of comma, semicolon, tab, bar and blanks that divides the first rows evenly. Quotes, blanks
    after delimiters, blank lines, any line ending and a byte order mark are understood. Lines above and below the
    table are left out where they are clearly none of its rows, with a note.

    Args:
        content: The bytes.
        reading: What is stated about the file.
        checksum: Checksum of the file.

    Returns:
        The table; its labels are line numbers of the file, counted from 1.

    Raises:
        DataError: If the bytes are no text or empty, or if a row has more or fewer cells than the header.
    """
    plain = _read_plain(content, reading)
    if plain is not None:
        grid, shape, delimiter = plain
        return _to_table(grid, shape, content.name, (), checksum, unit="line", decimal_comma=delimiter == ";")
    text, notes = decode(content.data, content.name, reading.encoding)
    dialect = find_dialect(text, content.name, ending=content.ending, separator=reading.separator)
    if not dialect.rows:
        raise DataError(f"{content.name} is empty: expected a header and rows")
    shape = outline(dialect.rows, content.name, reading.header, reading.beneath)
    grid = _read_grid(dialect, shape, content.name)
    # Only where semicolons separate the cells can a comma be a decimal sign.
    return _to_table(grid, shape, content.name, notes, checksum, unit="line", decimal_comma=dialect.delimiter == ";")


def table_of_rows(
    rows: Sequence[Row], name: str, reading: Reading, notes: Sequence[str], checksum: str, *, unit: str = "row"
) -> DataTable:
    """Read a table from rows of cells that are texts already, as those of a sheet.

    Args:
        rows: Rows that are not blank.
        name: Name of the file.
        reading: What is stated about the file.
        notes: Notes on reading it.
        checksum: Checksum of the file.
        unit: Word for what the numbers of the rows count.

    Returns:
        The table.

    Raises:
        DataError: If there are no rows, or they do not make a table.
    """
    if not rows:
        raise DataError(f"{name} is empty: expected a header and rows")
    shape = outline(rows[:SAMPLE_ROWS], name, reading.header, reading.beneath)
    builder = GridBuilder(shape, name, is_stated=True)
    _add_rows(builder, shape, [([row.line for row in rows], [row.cells for row in rows])])
    return _to_table(builder.finish(), shape, name, notes, checksum, unit=unit)


def _read_plain(content: Content, reading: Reading) -> tuple[Grid, Outline, str] | None:
    """Read a large file of ASCII and even rows, of which only the start becomes a text in Python."""
    data = content.data
    if len(data) < 2 * SAMPLE_TEXT or reading.encoding is not None or not data.isascii() or is_binary(data):
        return None
    start = data[:SAMPLE_TEXT].decode("ascii")
    dialect = find_dialect(start, content.name, ending=content.ending, separator=reading.separator)
    if dialect.text != start or len(dialect.rows) < SAMPLE_ROWS:
        return None
    shape = outline(dialect.rows, content.name, reading.header, reading.beneath)
    body = data[line_start(start, shape.start - 1) :]
    grid = read_evenly(body, dialect.delimiter, len(shape.names), shape.start)
    return None if grid is None else (grid, shape, dialect.delimiter)


def _read_grid(dialect: Dialect, shape: Outline, name: str) -> Grid:
    body = dialect.text[line_start(dialect.text, shape.start - 1) :]
    try:
        grid = read_evenly(body.encode(), dialect.delimiter, len(shape.names), shape.start)
    except UnicodeEncodeError:  # halves of characters, which some encodings have
        grid = None
    if grid is not None:
        return grid
    builder = GridBuilder(shape, name, is_stated=dialect.is_stated)
    _add_rows(builder, shape, read_rows(body, dialect.delimiter, name, first=shape.start))
    return builder.finish()


def _add_rows(
    builder: GridBuilder, shape: Outline, chunks: Iterable[tuple[Sequence[int], Sequence[list[str]]]]
) -> None:
    for lines, rows in chunks:
        skipped = sum(line < shape.start for line in lines[: shape.start])
        builder.add(lines[skipped:], rows[skipped:])


def _to_table(
    grid: Grid,
    shape: Outline,
    name: str,
    notes: Sequence[str],
    checksum: str,
    *,
    unit: str,
    decimal_comma: bool = False,
) -> DataTable:
    beneath = shape.beneath
    grid, shape = tidy(grid, shape)
    inferred = [
        infer_column(column_name, column.codes, column.words, decimal_comma=decimal_comma)
        for column_name, column in zip(shape.names, grid.columns, strict=True)
    ]
    return DataTable(
        name=name,
        columns=tuple(column for column, _ in inferred),
        labels=_labels(grid.lines),
        notes=(*notes, *shape.notes, *(note for _, note in inferred if note)),
        checksum=checksum,
        is_named=shape.is_named,
        beneath=beneath,
        unit=unit,
    )


def _labels(lines: Int[np.ndarray, " rows"]) -> tuple[str, ...]:
    if len(lines) < MANY_ROWS:
        return tuple(map(str, lines.tolist()))
    import pyarrow as pa  # loaded for such files, and twice as fast

    return tuple(pa.array(lines).cast(pa.string()).to_pylist())

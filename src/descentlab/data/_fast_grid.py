"""Fast reading of large files of even rows, with the same cells as row by row."""

import numpy as np

from descentlab.data._grid import Grid, TextColumn

FEWEST_BYTES = 2**17
"""Size of a text from which loading the fast parser pays."""

QUOTE = ord('"')


def read_evenly(data: bytes, delimiter: str, width: int, first: int) -> Grid | None:
    """Read a text whose every line is a row of the same number of cells.

    Args:
        data: Lines of the rows, in UTF-8.
        delimiter: Character between two cells.
        width: Number of cells in each row.
        first: Number of the first line of `data`.

    Returns:
        The cells; None if the text has lines of another kind, such as blank ones, cells of several lines or quotes
        within cells, which must be read row by row.
    """
    if len(data) < FEWEST_BYTES or width < 2 or not delimiter.isascii():
        return None
    if not _has_plain_lines(data) or not _has_plain_quotes(data, delimiter):
        return None
    columns = _parse(data, delimiter, width)
    if columns is None:
        return None
    # Each line is a row: no quoted cell holds a line break, and a blank line would be a row of another width.
    return Grid(columns, np.arange(first, first + len(columns[0].codes), dtype=np.int64))


def _has_plain_lines(data: bytes) -> bool:
    if b"\0" in data:
        return False
    return b"\r" not in data or (data.count(b"\r") == data.count(b"\r\n") and not data.endswith(b"\r"))


def _has_plain_quotes(data: bytes, delimiter: str) -> bool:
    """Check that each quote begins or ends a cell, so that all parsers agree on the cells."""
    if b'"' not in data:
        return True
    codes = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(codes == QUOTE)
    is_edge = np.zeros(256, bool)
    is_edge[[ord(delimiter), ord("\n"), ord("\r")]] = True
    before = np.where(places > 0, codes[places - 1], ord("\n"))
    after = np.where(places + 1 < len(codes), codes[np.minimum(places + 1, len(codes) - 1)], ord("\n"))
    opens, closes = is_edge[before], is_edge[after]
    # Alternately a quote opens and closes a cell; the two of an empty cell are both.
    if len(places) % 2 or not (opens[::2].all() and closes[1::2].all()):
        return False
    is_break_quoted = np.searchsorted(places, np.flatnonzero(codes == ord("\n"))) % 2 == 1
    return not is_break_quoted.any()


def _parse(data: bytes, delimiter: str, width: int) -> tuple[TextColumn, ...] | None:
    import pyarrow as pa
    from pyarrow import csv

    names = [str(place) for place in range(width)]
    try:
        table = csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(column_names=names, block_size=2**21, use_threads=False),
            parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
                null_values=[],
                check_utf8=False,  # the bytes are ASCII, or were encoded here
            ),
        )
    except pa.ArrowException:
        return None
    columns = []
    for column in table.columns:
        whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        columns.append(TextColumn(whole.indices.to_numpy(), whole.dictionary.to_pylist()))
    return tuple(columns)

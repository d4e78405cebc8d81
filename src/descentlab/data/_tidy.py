"""Rows and columns of a grid that are no cells of the table: blank ones, headers that come again, totals at the end."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float

from descentlab.data._grid import Grid, TextColumn
from descentlab.data._names import counted, quoted
from descentlab.data._outline import Outline
from descentlab.data._table import parse_number
from descentlab.data._tail import TOTAL, is_note, is_total

MOST_LAST = 5
"""Rows at the end that may be totals or notes."""

FEWEST_ROWS = 3
"""Smallest number of rows above a total, and of rows that end with a delimiter where there are no names."""

BLANKS = " \r\n\t\x0c\xa0"


def tidy(grid: Grid, outline: Outline) -> tuple[Grid, Outline]:
    """Leave out what is not a part of the table.

    Args:
        grid: The cells of all rows.
        outline: Names of the columns.

    Returns:
        The cells of the table, and its columns, with notes on what was left out.
    """
    notes = [*outline.notes, *grid.notes]
    grid = _without(grid, _all_rows(grid, [lambda cell: not cell.strip(BLANKS)] * len(grid.columns)))
    if outline.is_named:
        repeats = _all_rows(grid, [_equals(cell) for cell in outline.header])
        if repeats.any():
            if outline.second:
                repeats |= _all_rows(grid, [_equals(cell.strip()) for cell in outline.second])
            first = grid.lines[repeats][0]
            num = int(repeats.sum())
            notes.append(f"Left out {counted(num, 'row')} that repeat{'s' * (num == 1)} the header (line {first:,}).")
            grid = _without(grid, repeats)
    grid, more = _without_tail(grid, is_named=outline.is_named)
    grid, kept, word = _without_empty_columns(grid, outline)
    names = tuple(outline.names[place] for place in kept)
    header = tuple(outline.header[place] for place in kept) if outline.is_named else ()
    return grid, Outline(names, header, outline.start, outline.header_line, (*notes, *more, *word))


def _equals(word: str) -> Callable[[str], bool]:
    return lambda cell: cell.strip() == word


def _all_rows(grid: Grid, tests: Sequence[Callable[[str], bool]]) -> Bool[np.ndarray, " rows"]:
    """Return in which rows each cell passes the test of its column."""
    passes = np.ones(len(grid.lines), bool)
    for column, test in zip(grid.columns, tests, strict=True):
        by_word = np.fromiter(map(test, column.words), bool, len(column.words))
        if not by_word.any():
            return np.zeros(len(grid.lines), bool)
        passes &= by_word[column.codes]
    return passes


def _without(grid: Grid, is_left_out: Bool[np.ndarray, " rows"]) -> Grid:
    return grid.take(~is_left_out) if is_left_out.any() else grid


def _without_tail(grid: Grid, *, is_named: bool) -> tuple[Grid, list[str]]:
    """Leave out totals and notes at the end."""
    num_rows, last = len(grid.lines), len(grid.lines)
    if not is_named or len(grid.columns) < 2:
        return grid, []
    while last > FEWEST_ROWS and num_rows - last < MOST_LAST and _is_tail(grid, last - 1):
        last -= 1
    if last == num_rows:
        return grid, []
    words = quoted([next(filter(None, grid.row(place))) for place in range(last, num_rows)], 3)
    note = f"Left out {counted(num_rows - last, 'row')} below the table (from line {grid.lines[last]:,}): {words}."
    return grid.take(np.arange(num_rows) < last), [note]


def _is_tail(grid: Grid, place: int) -> bool:
    cells = grid.row(place)
    filled = [column for column, cell in enumerate(cells) if cell]
    if not filled:
        return False
    is_sum = len(filled) < len(cells) and all(parse_number(cells[column]) is not None for column in filled)
    if not (filled == [0] or is_sum or TOTAL.fullmatch(cells[filled[0]])):
        return False
    named = grid.columns[filled[0]]
    if (named.codes == named.codes[place]).sum() > 1:  # a word of the column, rather than one about it
        return False
    above = [_numbers(column)[:place] for column in grid.columns]
    is_number_column = np.array([np.isnan(column).mean() < 0.5 for column in above])
    return is_total(cells, above) or is_note(cells, is_number_column)


def _numbers(column: TextColumn) -> Float[np.ndarray, " rows"]:
    values = [parse_number(word) for word in column.words]
    return np.array([np.nan if value is None else value for value in values])[column.codes]


def _without_empty_columns(grid: Grid, outline: Outline) -> tuple[Grid, list[int], list[str]]:
    """Leave out columns without a name or a cell, as delimiters at the ends of lines make them."""
    places = range(len(grid.columns))
    empty = [place for place in places if not any(word.strip(BLANKS) for word in grid.columns[place].words)]
    if outline.is_named:
        empty = [place for place in empty if not outline.header[place]]
    else:  # without names a column counts by its position, so only the last may go
        empty = [place for place in empty if place == len(places) - 1 and len(grid.lines) > FEWEST_ROWS]
    if not empty or len(empty) == len(places):
        return grid, list(places), []
    kept = [place for place in places if place not in empty]
    note = f"Left out {counted(len(empty), 'column')} without a name or a cell."
    return Grid(tuple(grid.columns[place] for place in kept), grid.lines, grid.notes), kept, [note]

"""Where a table begins among the first rows of a file, and what its columns are called."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from descentlab.core import DataError
from descentlab.data._beneath import Beneath
from descentlab.data._dialect import COMMENT, MOST_ABOVE
from descentlab.data._inference import MISSING_WORDS
from descentlab.data._names import counted, in_line, quoted, unique_names
from descentlab.data._rows import Row
from descentlab.data._table import parse_number
from descentlab.data._units import are_units

HeaderMode = Literal["auto", "yes", "no"] | int

ROW_NAMES = "row"
"""Name of a column of row names, which a header written by R lacks."""

VALUE = re.compile(
    r"\(?[-+\u2212]?\s?[$€£¥]?\s?[-+\u2212]?\d[\d.,'\u00a0\u202f\u2009 ]*(e[-+]?\d+)?\s?[%$€£¥]?\)?|"
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:.*)?|\d{1,2}:\d{2}(:\d{2})?",
    re.IGNORECASE,
)
RULE = re.compile(r"[-=+:|~_ ]*[-=~_]{3}[-=+:|~_ ]*")
FEWEST_NUMBERED = 3
"""Smallest number of consecutive numbers that name columns rather than being cells."""


@dataclass(frozen=True)
class Outline:
    """The part of a file that is the table.

    Attributes:
        names: Unique names of the columns.
        header: Cells of the header as in the file; empty if there is none.
        start: Number of the line on which the first row of cells begins.
        header_line: Number of the line that the width of the table is known from.
        notes: Notes on what was left out or joined, one sentence each.
        second: Cells of a row of units or names beneath the header, as in the file; empty if there is none.
        is_joined: Whether this row was joined to the header.
    """

    names: tuple[str, ...]
    header: tuple[str, ...]
    start: int
    header_line: int
    notes: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    is_joined: bool = False

    @property
    def beneath(self) -> Beneath:
        """The row beneath the header, by which it is found in later files."""
        cells = tuple(cell.strip() for cell in self.second)
        return Beneath(header=self.header, cells=cells, is_joined=self.is_joined) if cells else Beneath()

    @property
    def is_named(self) -> bool:
        """Whether the columns have names in the file."""
        return bool(self.header)


def outline(rows: Sequence[Row], name: str, header: HeaderMode = "auto", beneath: Beneath | None = None) -> Outline:
    """Find the header among the first rows of a file, and the line on which the table's cells begin.

    Lines above the table (titles, comments) are skipped where it is clear that they are no rows: they have another
    number of cells, or a single one, and a header follows. A second row of names is joined to the first, a row of
    units is left out, and a header that lacks the name of the row names, as R writes it, is completed.

    Args:
        rows: First rows of the file that are not blank, at least one.
        name: Name of the file.
        header: Whether the columns are named, or the number of the line with their names.
        beneath: Row beneath the header of the training file, which alone is left out or joined; None to recognise one.

    Returns:
        The outline.

    Raises:
        DataError: If the header has another number of cells than all rows, or its line is none.
    """
    if isinstance(header, int):
        return _of_header(_from_line(rows, header, name), name, [], beneath, is_certain=True)
    kept = [row for place, row in enumerate(rows) if place >= MOST_ABOVE or not _is_rule(row)]
    width = _usual_width(kept)
    start = _first_row(kept, width, header)
    above, body = kept[:start], kept[start:]
    commented = _commented_header(above, body, width) if header != "no" else None
    if commented is not None:
        above, body = above[:-1], [commented, *body]
    notes = [_skipped(above)] if above else []
    if header == "yes" or (header == "auto" and (commented is not None or has_header(body))):
        return _of_header(body, name, notes, beneath, is_certain=header == "yes" or commented is not None)
    names = tuple(f"column {place}" for place in range(len(body[0].cells)))
    return Outline(names, (), body[0].line, body[0].line, tuple(notes))


def _from_line(rows: Sequence[Row], line: int, name: str) -> list[Row]:
    from_there = [row for row in rows if row.line >= line]
    if line < 1 or not from_there or from_there[0].line != line:
        raise DataError(
            f"{name}: header={line} is not a line with names among the first {rows[-1].line}: give the number of the "
            "line that names the columns, counted from 1"
        )
    return from_there


def _usual_width(rows: Sequence[Row]) -> int:
    counts = Counter(len(row.cells) for row in rows if not _is_comment(row))
    return max(counts, key=lambda width: (counts[width], width)) if counts else len(rows[0].cells)


def _is_comment(row: Row) -> bool:
    return row.cells[0].startswith(COMMENT) and not (len(row.cells) > 1 and row.cells[0].strip() in COMMENT)


def _is_rule(row: Row) -> bool:
    """Recognise a line drawn beneath a header, as Markdown and databases print it."""
    return RULE.fullmatch("|".join(row.cells)) is not None


def _num_filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def _first_row(rows: Sequence[Row], width: int, header: HeaderMode) -> int:
    """Return the place of the first row that belongs to the table, which may be its header."""
    start = 0
    while start < min(len(rows) - 1, MOST_ABOVE) and _is_above(rows, start, width):
        start += 1
    if start == 0 and header == "auto":
        start = _after_facts(rows)
    skipped = rows[:start]
    is_clear = all(len(row.cells) != width or _is_comment(row) for row in skipped)
    if not is_clear and (header == "no" or not has_header(rows[start:])):  # rows with few cells filled
        return 0
    return start


def _after_facts(rows: Sequence[Row]) -> int:
    """Return the place of a header after a blank line, where the rows above it are facts rather than a table."""
    gaps = [place for place in range(1, min(len(rows), MOST_ABOVE)) if rows[place].line - rows[place - 1].line > 1]
    if len(gaps) != 1 or len(rows) - gaps[0] <= gaps[0]:
        return 0
    names, below = rows[gaps[0]].cells, [row.cells for row in rows[gaps[0] + 1 :]]
    is_header = not any(map(is_value, names)) and _stands_above_numbers([name.strip() for name in names], below)
    first = [cell.strip() for cell in rows[0].cells]
    return gaps[0] if is_header and not _stands_above_numbers(first, [row.cells for row in rows[1:]]) else 0


def _is_above(rows: Sequence[Row], place: int, width: int) -> bool:
    row, below = rows[place], rows[place + 1 :]
    if _is_comment(row):
        return True
    if len(row.cells) == width:
        return width > 1 and _num_filled(row) == 1 and bool(row.cells[0].strip()) and _num_filled(below[0]) > 1
    is_short_header = len(row.cells) == width - 1 > 0 and len(below[0].cells) == width and not has_header(below)
    is_long_header = len(row.cells) > width and not "".join(row.cells[width:]).strip()
    num_even = sum(len(other.cells) == width for other in below[:10])
    return not is_short_header and not is_long_header and num_even >= min(2, len(below)) and width > 1


def _commented_header(above: Sequence[Row], body: Sequence[Row], width: int) -> Row | None:
    """Return the names that stand behind a comment sign, right above rows that have no header."""
    if not above or not _is_comment(above[-1]) or len(above[-1].cells) != width or width < 2 or has_header(body):
        return None
    first = above[-1].cells[0].lstrip("#%/-").strip()
    cells = [first, *above[-1].cells[1:]]
    return None if any(is_value(cell) for cell in cells) else Row(above[-1].line, cells)


def _skipped(above: Sequence[Row]) -> str:
    first, last = above[0].line, above[-1].line
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    words = in_line(" ".join(filter(str.strip, above[0].cells)))
    return f"Left out {lines} above the table ('{words}')."


def _of_header(
    rows: Sequence[Row], name: str, notes: list[str], beneath: Beneath | None, *, is_certain: bool
) -> Outline:
    line, cells = rows[0].line, [cell.strip() for cell in rows[0].cells]
    below = [row for row in rows[1:] if not _is_rule(row)]
    width = _usual_width(below) if below else len(cells)
    while len(cells) > width and not cells[-1]:  # a delimiter at the end of the header alone
        cells.pop()
    cells = _completed(cells, below, name, line, notes)
    if not is_certain and not _is_counted(cells) and all(is_value(cell) for cell in cells if cell):
        notes.append(f"Took line {line} as names of the columns, since its numbers count them: {quoted(cells)}.")
    header = tuple(cells)
    second: tuple[str, ...] = ()
    is_unit_row, is_joined = _is_unit_row(cells, below), False
    if beneath is not None:
        is_known = bool(below) and beneath.is_in(cells, below[0].cells)
        is_unit_row, is_joined = is_known and not beneath.is_joined, is_known and beneath.is_joined
    elif not is_unit_row:
        is_joined = _is_second_header(cells, below)
    if is_unit_row:
        second = tuple(below[0].cells)
        words = quoted([cell.strip() for cell in below[0].cells])
        notes.append(f"Left out line {below[0].line}, which holds units: {words}.")
        below = below[1:]
    elif is_joined:
        second = tuple(below[0].cells)
        cells = [" ".join(filter(None, pair)) for pair in _joined(cells, below[0].cells)]
        notes.append(f"Joined the two rows of names on the lines {line} and {below[0].line}: {quoted(cells)}.")
        below = below[1:]
    start = below[0].line if below else line + 1
    return Outline(tuple(unique_names(cells)), header, start, line, tuple(notes), second, is_joined)


def _completed(cells: list[str], below: Sequence[Row], name: str, line: int, notes: list[str]) -> list[str]:
    """Complete a header that has one cell less than every row: the rows end with a delimiter, or begin with a name."""
    even = [row.cells for row in below if len(row.cells) == len(cells) + 1]
    if not even or len(even) < 0.9 * len(below):
        return cells
    if not any(row[-1].strip() for row in even):
        return [*cells, ""]
    first = [row[0].strip() for row in even]
    if all(first) and len(set(first)) == len(first):
        notes.append(f"The header lacks a name for the first of {len(cells) + 1} columns, which names the rows.")
        return [ROW_NAMES, *cells]
    raise DataError(
        f"{name}, line {line} names {counted(len(cells), 'column')}, but line {below[0].line} has "
        f"{counted(len(cells) + 1, 'cell')}: add the missing name, or take out the delimiter that is too many"
    )


def is_value(cell: str) -> bool:
    """Recognise a cell that holds a number, an amount or a day in any form, which hardly names a column."""
    return parse_number(cell) is not None or VALUE.fullmatch(cell.strip()) is not None


def has_header(rows: Sequence[Row]) -> bool:
    """Recognise a row of names: a word above numbers, or only words, none of which repeats in its column.

    Args:
        rows: First rows of a table, of which the first may hold names.

    Returns:
        Whether it does.
    """
    first = [cell.strip() for cell in rows[0].cells]
    below = [row.cells for row in rows[1:] if [cell.strip() for cell in row.cells] != first]
    if _is_counted(first) or _is_consecutive(first, below):
        return True
    if _stands_above_numbers(first, below):
        return True
    if all(cell in MISSING_WORDS for cell in first) or any(is_value(cell) for cell in first):
        return False
    return not any(
        cell.strip() and first[place] == cell.strip()
        for cells in below
        for place, cell in enumerate(cells[: len(first)])
    )


def _stands_above_numbers(first: Sequence[str], below: Sequence[list[str]]) -> bool:
    rows_below = below[1:] if len(below) > 1 and not any(map(is_value, below[0])) else below  # units may be in between
    near = [cells for cells in rows_below if abs(len(cells) - len(first)) <= 1]
    shift = int(bool(near) and all(len(cells) == len(first) + 1 for cells in near))
    are_words = [cell not in MISSING_WORDS and not is_value(cell) for cell in first]
    for place in (place for place, is_word in enumerate(are_words) if is_word):
        for column in {place, place + shift}:
            if _is_numeric([cells[column] for cells in near if column < len(cells)]):
                return True
    return False


def _is_counted(first: Sequence[str]) -> bool:
    """Recognise columns that a data frame numbered, without and with its index."""
    counted_names = [str(place) for place in range(len(first))]
    return (len(first) > 3 and list(first) == counted_names) or (
        len(first) > 1 and list(first) == ["", *counted_names[:-1]]
    )


def _is_consecutive(first: Sequence[str], below: Sequence[list[str]]) -> bool:
    """Recognise names that count, such as years, above numbers that do not."""
    places = [place for place, cell in enumerate(first) if cell.isdecimal()]
    if len(places) < FEWEST_NUMBERED or places[-1] - places[0] != len(places) - 1 or not below:
        return False
    if any(cells[places[0] : places[-1] + 1] and _are_steps(cells, places) for cells in below):
        return False
    others = [cell for place, cell in enumerate(first) if place not in places]
    return _are_steps(first, places) and not any(is_value(cell) for cell in others)


def _are_steps(cells: Sequence[str], places: Sequence[int]) -> bool:
    numbers = [parse_number(cells[place]) if place < len(cells) else None for place in places]
    return all(a is not None and b is not None and b - a == 1 for a, b in itertools.pairwise(numbers))


def _is_numeric(cells: Sequence[str]) -> bool:
    present = [bare for cell in cells if (bare := cell.strip()) not in MISSING_WORDS]
    return bool(present) and all(is_value(cell) for cell in present)


def _is_word_row(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Recognise a row without numbers that stands above columns of numbers, and whose words do not come again."""
    if len(below) < 3 or len(below[0].cells) != len(cells) or any(is_value(cell) for cell in cells):
        return False
    second, rest = [cell.strip() for cell in below[0].cells], [row.cells for row in below[1:]]
    if any(is_value(cell) for cell in second):
        return False
    rest = [
        row for row in rest if len(row) == len(cells) and [cell.strip() for cell in row] not in (list(cells), second)
    ]
    repeated = any(cell and cell == row[place].strip() for row in rest for place, cell in enumerate(second))
    above_numbers = [place for place, cell in enumerate(second) if cell and _is_numeric([row[place] for row in rest])]
    return bool(above_numbers) and not repeated


def _is_unit_row(cells: Sequence[str], below: Sequence[Row]) -> bool:
    return _is_word_row(cells, below) and are_units([cell.strip() for cell in below[0].cells])


def _is_second_header(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Recognise names in two rows: those of the upper row stand over several columns, or once for them."""
    if not _is_word_row(cells, below):
        return False
    second = [cell.strip() for cell in below[0].cells]
    pairs = _joined(cells, second)
    has_gaps = any(name and not cell for cell, name in zip(cells, second, strict=True)) or len(set(cells)) < len(cells)
    return has_gaps and len(set(pairs)) == len(pairs) and len(set(filter(None, cells))) > 1


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[tuple[str, str]]:
    """Pair the names of two rows; an empty name of the upper row is the one to its left."""
    pairs: list[tuple[str, str]] = []
    last = ""
    for name, below in zip(upper, lower, strict=True):
        last = name or (last if below.strip() else "")
        pairs.append((last, below.strip()))
    return pairs

"""Grids of text: the cells of a table before their meaning is known, each word of a column kept once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int

from descentlab.core import DataError
from descentlab.data._names import counted
from descentlab.data._outline import Outline
from descentlab.data._tail import is_comment_line, is_footer


@dataclass(frozen=True, eq=False)
class TextColumn:
    """Cells of one column.

    Attributes:
        codes: Position in `words` of the cell in each row.
        words: The different cells, in the order in which they first appear, with their blanks.
    """

    codes: Int[np.ndarray, " rows"]
    words: list[str]

    def take(self, is_kept: Bool[np.ndarray, " rows"]) -> "TextColumn":
        """Return some rows, with the words of these rows alone."""
        codes = self.codes[is_kept]
        used, new_codes = np.unique(codes, return_inverse=True)
        return TextColumn(new_codes.astype(np.int32), [self.words[code] for code in used])


@dataclass(frozen=True, eq=False)
class Grid:
    """Rows of cells.

    Attributes:
        columns: Columns of one length.
        lines: Number of the line on which each row begins.
        notes: Notes on rows that were left out, one sentence each.
    """

    columns: tuple[TextColumn, ...]
    lines: Int[np.ndarray, " rows"]
    notes: tuple[str, ...] = ()

    def take(self, is_kept: Bool[np.ndarray, " rows"]) -> "Grid":
        """Return some rows."""
        columns = tuple(column.take(is_kept) for column in self.columns)
        return Grid(columns, self.lines[is_kept], self.notes)

    def row(self, place: int) -> list[str]:
        """Return the cells of a row without the blanks around them."""
        return [column.words[column.codes[place]].strip() for column in self.columns]


@dataclass
class GridBuilder:
    """Collects rows of a grid, and keeps each word of a column once, so that a large table takes little memory.

    Attributes:
        outline: Names of the columns, and the first line of the rows.
        name: Name of the file.
        is_stated: Whether the delimiter was named, so that naming it is no remedy.
    """

    outline: Outline
    name: str
    is_stated: bool = False
    _lines: list[int] = field(default_factory=list)
    _odd: list[tuple[int, list[str]]] = field(default_factory=list)
    _indexes: list[dict[str, int]] = field(init=False)
    _codes: list[list[np.ndarray]] = field(init=False)

    def __post_init__(self) -> None:
        """Make room for the columns."""
        self._indexes = [{} for _ in self.outline.names]
        self._codes = [[] for _ in self.outline.names]

    def add(self, lines: Sequence[int], rows: Sequence[list[str]]) -> None:
        """Add rows; those of another width are judged when all are known."""
        width = len(self._indexes)
        if not rows:
            return
        if set(map(len, rows)) != {width}:
            lines, rows = self._even(lines, rows, width)
        self._lines += lines
        if not rows:
            return
        for cells, index, codes in zip(zip(*rows, strict=True), self._indexes, self._codes, strict=True):
            for word in dict.fromkeys(cells):
                index.setdefault(word, len(index))
            codes.append(np.fromiter(map(index.__getitem__, cells), np.int32, len(cells)))

    def _even(self, lines: Sequence[int], rows: Sequence[list[str]], width: int) -> tuple[list[int], list[list[str]]]:
        even: list[tuple[int, list[str]]] = []
        for line, cells in zip(lines, rows, strict=True):
            ends_with_delimiters = len(cells) > width and not "".join(cells[width:]).strip()
            kept = cells[:width] if ends_with_delimiters else cells
            (even if len(kept) == width else self._odd).append((line, kept))
        return [line for line, _ in even], [cells for _, cells in even]

    def finish(self) -> Grid:
        """Return the grid.

        Raises:
            DataError: If a row has more or fewer cells than there are columns, and is not a comment or a line below
                the table.
        """
        empty = np.zeros(0, np.int32)
        columns = tuple(
            TextColumn(np.concatenate([empty, *codes]), list(index))
            for index, codes in zip(self._indexes, self._codes, strict=True)
        )
        return Grid(columns, np.array(self._lines, np.int64), tuple(self._judge()))

    def _judge(self) -> list[str]:
        """Say which rows of another width were left out."""
        last = self._lines[-1] if self._lines else 0
        comments = [line for line, cells in self._odd if is_comment_line(cells)]
        below = [line for line, cells in self._odd if line > last and line not in comments and is_footer(cells)]
        wrong = next((pair for pair in self._odd if pair[0] not in (*comments, *below)), None)
        if wrong is not None:
            raise DataError(self._refusal(*wrong))
        notes = []
        if comments:
            notes.append(f"Left out {counted(len(comments), 'comment')} between the rows (line {comments[0]:,}).")
        if below:
            notes.append(f"Left out {counted(len(below), 'line')} below the table (line {below[0]:,}).")
        return notes

    def _refusal(self, line: int, cells: Sequence[str]) -> str:
        width, above = len(self._indexes), self.outline.header_line
        first = "the first row" if above == 1 else f"line {above}"
        stated = f"{self.name}, line {line} has {counted(len(cells), 'cell')}, but {first} has {width}: "
        if len(self._odd) > max(3, 0.1 * (len(self._lines) + len(self._odd))):
            many = f"so have {len(self._odd) - 1:,} more lines; "
            delimiter = "" if self.is_stated else "the delimiter by --separator, or "
            return f"{stated}{many}name {delimiter}the line that names the columns by --header LINE"
        if len(cells) < width:
            return f"{stated}correct the line, or take it out"
        return f"{stated}correct the line, or put quotes around a cell that holds the delimiter"

"""Typed tables on a page."""

from dataclasses import dataclass

from descentlab.results._column import Column
from descentlab.results._columns import Table
from descentlab.results._csv import Download, download


@dataclass(frozen=True)
class TableView:
    """A table with everything that its template draws.

    Attributes:
        title: Line above the table.
        heads: Words above each column.
        meanings: Heads and meanings of the columns that have one; the reader opens them below the table.
        is_number: Whether each column holds numbers, which are aligned to the right.
        rows: Words of each row.
        bad: Places of rows that are marked.
        has_total: Whether the last row is the sum of those above.
        note: Line below the table.
        saved: The numbers as a file, or None.
    """

    title: str
    heads: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]
    is_number: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    bad: tuple[int, ...]
    has_total: bool
    note: str
    saved: Download | None


def table_view(table: Table) -> TableView:
    """Lay out a typed table, with words for the reader and unrounded numbers in the file that can be saved."""
    kept = [place for place, column in enumerate(table.columns) if not column.is_hidden]
    columns = [table.columns[place] for place in kept]
    saved = _save(table) if table.form.is_saved else None
    table = table.shown()
    return TableView(
        title=table.title or table.form.title,
        heads=tuple(column.head for column in columns),
        meanings=tuple((column.head, column.meaning) for column in columns if column.meaning),
        is_number=tuple(_is_number(column) for column in columns),
        rows=tuple(tuple(row[place] for place in kept) for row in table.words()),
        bad=table.bad,
        has_total=table.has_total,
        note=table.note or table.form.note,
        saved=saved,
    )


def _is_number(column: Column) -> bool:
    return column.format not in ("text", "flag")


def _save(table: Table) -> Download:
    arrays = table.arrays()
    return download(f"{table.name}.csv", tuple(arrays), zip(*arrays.values(), strict=True))

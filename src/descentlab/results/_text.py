"""A declared result as text for a terminal."""

from descentlab.core import TextTable
from descentlab.results._columns import Table
from descentlab.results._declaration import Declaration


def as_text(declaration: Declaration) -> str:
    """Return the answer, the statements and the tables that a terminal prints."""
    said = declaration.said
    words = "\n".join([said.answer.text, *(statement.text for statement in said.statements)])
    return "\n\n".join([words, *(str(print_table(table)) for table in printed_tables(declaration))])


def printed_tables(declaration: Declaration) -> tuple[Table, ...]:
    """Return the tables that a terminal prints: those marked `is_printed`, or else the first one."""
    tables = tuple(declaration.tables.values())
    return tuple(table for table in tables if table.form.is_printed) or tables[:1]


def print_table(table: Table) -> TextTable:
    """Return a table in words, without the columns that only the page shows; a single row becomes a list of facts."""
    is_cut = bool(table.form.most_shown or table.form.most_printed)
    table = table.shown(table.form.most_printed)
    kept = [place for place, column in enumerate(table.columns) if not (column.is_detail or column.is_hidden)]
    title = table.title or table.form.title
    if table.form.is_single:
        rows = tuple((table.columns[place].head, row[place]) for row in table.words() for place in kept)
        return TextTable((title, ""), rows)
    header = tuple(table.columns[place].head for place in kept)
    rows = tuple(tuple(row[place] for place in kept) for row in table.words())
    return TextTable(header, rows, f"{title} ({table.note.rstrip('.')})" if is_cut and table.note else title)

"""A declaration for tests of the page: words that are given, around sections."""

from collections.abc import Sequence

from descentlab.results import Column, Declaration, Row, Section, Statement, Table, TableForm, Tables, Words


def declared(
    *sections: Section,
    title: str = "p",
    outcome: Sequence[str] = ("o",),
    key_figures: tuple[Row, ...] = (),
    notes: tuple[str, ...] = (),
) -> Declaration:
    words = Words(Statement(outcome[0]), tuple(map(Statement, outcome[1:])))
    return Declaration(title, title, Tables(()), lambda _: words, key_figures, sections, notes)


def table_of(name: str, head: Sequence[str], rows: Sequence[Sequence[str]], bad: tuple[int, ...] = ()) -> Table:
    return TableForm("table", name, tuple(map(Column, head))).fill(rows, bad=bad)

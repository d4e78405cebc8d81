"""What a laboratory shows, declared once: an answer, statements, tables and the parts of its page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from descentlab.core import DescentlabError
from descentlab.results._columns import Table
from descentlab.results._content import Row
from descentlab.results._part_content import PlainPart
from descentlab.results._steps_content import Steps

Part = Table | PlainPart | Steps
State = Literal["holds", "does not hold", "not shown", "not checkable", "real", "confirmed", "suspected"]
"""What became of a claim (the first four), of a difference ("real", "not shown") or of a finding (the last two)."""


@dataclass(frozen=True)
class Evidence:
    """The cells of a table that a statement rests on.

    Attributes:
        table: Name of the table.
        columns: Names of its columns.
        rows: Cells of the first column, in the rows that count; None for all rows.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Statement:
    """One sentence that a laboratory says, with what it rests on.

    Attributes:
        text: The sentence; code stands between backticks.
        evidence: The cells that it was read from. With other numbers in them the text or its state would be another.
        refuted_by: What would show that it is false, in words.
        state: What became of a claim or a difference; None where the sentence reports a measurement.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    refuted_by: str = ""
    state: State | None = None


@dataclass(frozen=True)
class Words:
    """All that a laboratory says.

    Attributes:
        answer: The answer to its question, in one sentence that a beginner understands.
        statements: What else was measured, the most important first.
    """

    answer: Statement
    statements: tuple[Statement, ...] = ()


class Tables(Mapping[str, Table]):
    """Tables by name."""

    def __init__(self, tables: tuple[Table, ...]) -> None:
        self._tables = {table.name: table for table in tables}
        if len(self._tables) < len(tables):
            names = [table.name for table in tables]
            twice = next(name for name in names if names.count(name) > 1)
            raise DescentlabError(f"two tables are called '{twice}'")

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            raise KeyError(f"there is no table '{name}'. Tables: {', '.join(self._tables)}")
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def changed(self, table: Table) -> "Tables":
        """Return them with another table in the place of the one of its name."""
        return Tables(tuple({**self._tables, table.name: table}.values()))


@dataclass(frozen=True)
class Section:
    """A part of a page under one heading: sentences (`code` between backticks), then tables, charts and pictures.

    Attributes:
        title: The heading.
        sentences: What is said before the parts.
        parts: Tables, charts and pictures, in their order.
        key: Anchor of the section in the page; numbered by default.
    """

    title: str
    sentences: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    key: str = ""


@dataclass(frozen=True, eq=False)
class Declaration:
    """What a laboratory shows. Every medium is derived from it: terminal, JSON, files, page, notebook, studio.

    Attributes:
        laboratory: Name of the laboratory, as its function is called.
        title: What was studied, as "digits-cnn".
        tables: All that was measured; the first one is printed in a terminal.
        words: Says what the tables show, and is given nothing but the tables.
        key_figures: The few numbers that matter most.
        sections: The evidence: tables that are also in `tables`, charts and pictures.
        notes: What must be known to trust it.
        facts: Where it comes from: data, network, settings, versions.
        seconds: Wall time by phase, in seconds.
        heading: What kind of page it is, if another word than the laboratory's name.
    """

    laboratory: str
    title: str
    tables: Tables
    words: Callable[[Tables], Words]
    key_figures: tuple[Row, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[Row, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    heading: str = ""

    @cached_property
    def said(self) -> Words:
        """Answer and statements, read from the tables."""
        return self.words(self.tables)

    @property
    def kind(self) -> str:
        """What kind of page it is, as "Learning rate"."""
        return self.heading or self.laboratory.replace("_", " ").capitalize()

    def with_tables(self, tables: Tables) -> "Declaration":
        """Return the same with other tables, and what the words say of them."""
        return replace(self, tables=tables)

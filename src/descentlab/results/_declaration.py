"""The declaration of a laboratory's result: answer, statements, tables and the sections of its page."""

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
"""State of a claim (the first four), of a difference ("real", "not shown") or of a finding (the last two)."""


@dataclass(frozen=True)
class Evidence:
    """The cells of a table that a statement rests on.

    Attributes:
        table: Name of the table.
        columns: Names of its columns.
        rows: Cells of the first column that identify the rows; None for all rows.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Statement:
    """One sentence of a result, with the table cells that it rests on.

    Attributes:
        text: The sentence; code stands between backticks.
        evidence: Cells from which it was written. With other numbers in them, the text or its state changes.
        refuted_by: Observation that would show that the sentence is false.
        state: State of the claim or of the difference; None if the sentence reports a measurement.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    refuted_by: str = ""
    state: State | None = None


@dataclass(frozen=True)
class Words:
    """The sentences of a result.

    Attributes:
        answer: Answer to the laboratory's question, in one sentence that a beginner understands.
        statements: Statements about the other measurements, the most important first.
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
        """Return the tables, with this one in the place of the table of the same name."""
        return Tables(tuple({**self._tables, table.name: table}.values()))


@dataclass(frozen=True)
class Section:
    """A part of a page under one heading: sentences (`code` between backticks), then tables, charts and pictures.

    Attributes:
        title: Heading of the section.
        sentences: Sentences before the parts.
        parts: Tables, charts and pictures, in their order.
        key: Anchor of the section in the page; numbered by default.
    """

    title: str
    sentences: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    key: str = ""


@dataclass(frozen=True, eq=False)
class Declaration:
    """The declaration of a result, from which every medium is derived: terminal, JSON, files, page, notebook, studio.

    Attributes:
        laboratory: Name of the laboratory's function.
        title: Title of the result, such as "digits-cnn".
        tables: All measurements as tables; the terminal prints the first.
        words: Function that writes the sentences from the tables alone.
        key_figures: The few numbers that matter most.
        sections: Sections of the page, with tables that are also in `tables`, charts and pictures.
        notes: Sentences that a reader must know to trust the result.
        facts: Data, network, settings and versions of the measurement.
        seconds: Wall time by phase, in seconds.
        heading: Kind of the page in words; empty takes the name of the laboratory.
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
        """Kind of the page in words, such as "Learning rate"."""
        return self.heading or self.laboratory.replace("_", " ").capitalize()

    def with_tables(self, tables: Tables) -> "Declaration":
        """Return the declaration with other tables; its sentences are written from these."""
        return replace(self, tables=tables)

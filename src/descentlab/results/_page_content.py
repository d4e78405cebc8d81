"""The contents of a page of results as plain data."""

from dataclasses import dataclass

from descentlab.results._content import Row
from descentlab.results._declaration import Section


@dataclass(frozen=True)
class Page:
    """A page of results.

    Attributes:
        title: Title of the page.
        kind: Kind of the page in a word or two, such as "Sweep" or "Curvature".
        outcome: Sentences about the result; the page begins with them.
        figures: The few numbers that matter most.
        sections: Sections with tables, charts and pictures.
        facts: Data, network, settings, seconds and versions of the measurement.
        notes: Sentences that a reader must know to trust the result.
    """

    title: str
    kind: str
    outcome: tuple[str, ...]
    figures: tuple[Row, ...]
    sections: tuple[Section, ...]
    facts: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()

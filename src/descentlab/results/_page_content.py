"""What a page of results says, as plain data: any verb fills it in, and one renderer draws it."""

from dataclasses import dataclass

from descentlab.results._content import Row
from descentlab.results._declaration import Section


@dataclass(frozen=True)
class Page:
    """A page of results.

    Attributes:
        title: What was studied.
        kind: What kind of page it is, in a word or two: "Sweep", "Curvature".
        outcome: What came out, in words; the first thing that is read.
        figures: The few numbers that matter most.
        sections: The evidence.
        facts: Where it comes from: data, network, settings, seconds, versions.
        notes: What a reader must know to trust it.
    """

    title: str
    kind: str
    outcome: tuple[str, ...]
    figures: tuple[Row, ...]
    sections: tuple[Section, ...]
    facts: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()

"""Small parts of the Data page's sections. Text from files is always shown as plain text."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from descentlab.studio.pages._parts import heading, write_sentence

MOST_BARS = 40


@contextmanager
def section(title: str) -> Iterator[ui.element]:
    """Show a panel with a heading around a part of the page."""
    with ui.element("section").classes("panel").props(f'aria-label="{title}"') as panel:
        heading(title)
        yield panel


def problem_label() -> ui.label:
    """Return a label for a problem; it is visible while it has a text."""
    label = ui.label().classes("problem").props('role="alert"')
    label.bind_visibility_from(label, "text", bool)
    return label


def word_table(header: Sequence[str], rows: Iterable[Sequence[str]], numeric: frozenset[int] = frozenset()) -> None:
    """Show words in rows and columns; columns of numbers are aligned to the right."""
    with ui.element("div").classes("data-scroll").props("tabindex=0"), ui.element("table").classes("data-table"):
        with ui.element("thead"), ui.element("tr"):
            for place, word in enumerate(header):
                _cell("th", word, is_number=place in numeric).props("scope=col")
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for place, word in enumerate(row):
                        cell = _cell("td" if place else "th", word, is_number=place in numeric)
                        cell.props("" if place else "scope=row")


def _cell(tag: str, word: str, *, is_number: bool) -> ui.element:
    with ui.element(tag).classes("number" if is_number else "") as cell:
        ui.label(word)
    return cell


def bars(rows: Sequence[tuple[str, float, str]], label: str) -> None:
    """Show shares as bars.

    Args:
        rows: For each bar its name, its share of the longest bar from 0 to 1, and the text behind it.
        label: Description of the list for screen readers.
    """
    with ui.element("div").classes("data-bars").props(f'role="list" aria-label="{label}"'):
        for name, share, words in rows[:MOST_BARS]:
            with ui.element("div").props('role="listitem"'):
                ui.label(name).classes("name")
                with ui.element("div").classes("track").props('aria-hidden="true"'):
                    ui.element("div").classes("bar").style(f"width: {100 * share:.1f}%")
                ui.label(words).classes("words")
    if len(rows) > MOST_BARS:
        ui.label(f"and {len(rows) - MOST_BARS:,} more").classes("quiet")


def sentences(lines: Iterable[str]) -> None:
    """List sentences, with warnings in bold."""
    with ui.element("ul").classes("data-notes"):
        for line in lines:
            with ui.element("li").classes("warning" if line.startswith("Warning") else ""):
                write_sentence(line)

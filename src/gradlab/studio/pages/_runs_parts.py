"""The pieces of the runs page: a line of the list, what there is to say of a run, and runs beside each other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from gradlab.studio._reports import report_address
from gradlab.studio._run_comparison import RunComparison
from gradlab.studio._run_list import Details, Entry
from gradlab.studio.pages._frame_of_page import heading

STYLE = """
.runs-bar { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; margin: 8px 0; }
.runs-scroll { overflow-x: auto; margin: 8px 0; }
.runs-table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.runs-table th, .runs-table td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); }
.runs-table th { color: var(--quiet); font-size: 12px; }
.runs-table a { color: var(--blue); padding: 4px; }
.runs-name { font-weight: 600; overflow-wrap: anywhere; min-width: 9em; }
.runs-list td:nth-child(4) { white-space: nowrap; }
.runs-actions > div { display: flex; gap: 2px; align-items: center; justify-content: flex-end; }
.runs-toml { overflow-x: auto; font-size: 12px; background: var(--ground); padding: 8px; margin: 8px 0 0; }
.runs-detail { margin-top: 12px; }
.runs-detail p { margin: 0 0 6px; max-width: 80ch; }
@media (max-width: 700px) {
  .runs-list thead { display: none; }
  .runs-list tr { display: grid; grid-template-columns: 32px auto 1fr auto; border-bottom: 1px solid var(--line);
    padding: 6px 0; align-items: center; }
  .runs-list td { border: 0; padding: 1px 6px 1px 0; }
  .runs-list td:empty { display: none; }
  .runs-choose { grid-area: 1 / 1; } .runs-name { grid-area: 1 / 2 / 2 / 4; } .runs-actions { grid-area: 1 / 4; }
  .runs-cell { grid-column: 2 / 5; font-size: 13px; }
  .runs-cell:nth-child(3) { grid-column: 2 / 3; } .runs-cell:nth-child(4) { grid-column: 3 / 5; }
}
"""


@contextmanager
def build_table(label: str, header: Sequence[str], *, is_list: bool = True) -> Iterator[None]:
    """Put a table around rows, which scrolls by itself where the page is narrow."""
    scroll = ui.element("div").classes("runs-scroll").props('tabindex="0" role="region"')
    scroll.props["aria-label"] = label
    with scroll, ui.element("table").classes("runs-table runs-list" if is_list else "runs-table"):
        with ui.element("thead"), ui.element("tr"):
            for cell in header:
                with ui.element("th").props('scope="col"') if cell else ui.element("td"):
                    ui.label(cell)
        with ui.element("tbody"):
            yield


def build_row(
    entry: Entry,
    *,
    is_chosen: bool,
    on_choose: Callable[[Any], None] | None,
    on_details: Callable[[], Any],
    on_delete: Callable[[], Any],
) -> None:
    """Draw a line of the list.

    Args:
        entry: What it says.
        is_chosen: Whether its box is ticked.
        on_choose: Called when the box is; None: it has no box.
        on_details: Called for all that there is to say.
        on_delete: Called to have it deleted.
    """
    row = ui.element("tr")
    row.props["data-run"] = entry.name  # by itself: a name may hold signs that a list of props would read
    with row:
        with ui.element("td").classes("runs-choose"):
            if on_choose is not None:
                ui.checkbox(value=is_chosen, on_change=on_choose).props("dense").props["aria-label"] = (
                    f"Choose {entry.name}"
                )
        with ui.element("td").classes("runs-name"):
            ui.label(entry.name)
        for cell in (entry.data, entry.created, entry.result, entry.state):
            with ui.element("td").classes("runs-cell"):
                if cell:
                    ui.label(cell)
        with ui.element("td").classes("runs-actions"), ui.element("div"):
            if entry.has_report:
                link = ui.link("report", report_address(entry.name), new_tab=True)
                link.props["aria-label"] = f"report of {entry.name}"
            _icon("info", f"Details of {entry.name}", on_details)
            _icon("delete", f"Delete {entry.name}", on_delete)


def _icon(icon: str, label: str, action: Callable[[], Any]) -> None:
    button = ui.button(icon=icon, on_click=action).props("flat round dense")
    button.props["aria-label"] = button.props["title"] = label


def build_details(name: str, found: Details) -> None:
    """Draw what there is to say of a run or a study."""
    heading(name)
    _sentences(found.sentences)
    if found.scores:
        _plain_table("Scores", found.scores)
    with ui.element("pre").classes("runs-toml").props('tabindex="0" role="region" aria-label="What was trained"'):
        ui.label(found.description).style("white-space: pre")


def build_comparison(found: RunComparison) -> None:
    """Draw runs beside each other."""
    heading("Compared")
    _sentences(found.statements)
    settings = found.settings or (("nothing", *("" for _ in found.names)),)
    _plain_table("What differs", (("what differs", *found.names), *settings))
    _plain_table("Results", (("result", *found.names), *found.results))


def _sentences(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        with ui.element("p"):
            ui.label(sentence)


def _plain_table(label: str, rows: Sequence[Sequence[str]]) -> None:
    header, *others = rows
    with build_table(label, header, is_list=False):
        for name, *cells in others:
            with ui.element("tr"):
                with ui.element("th").props('scope="row"'):
                    ui.label(name)
                for cell in cells:
                    with ui.element("td"):
                        ui.label(cell)

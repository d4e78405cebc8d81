"""The parts of the Runs page: a line of the list, the description of a run, and a comparison."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from descentlab.studio.pages._parts import heading, write_sentence
from descentlab.studio.shelf import Details, RunComparison, RunEntry, RunFile, file_address, report_address, word_size

STYLE = """
.runs-bar { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; padding: 8px 0;
  position: sticky; top: 0; z-index: 1; background: var(--ground); }
.runs-scroll { overflow-x: auto; margin: 8px 0; }
.runs-table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.runs-table th, .runs-table td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); }
.runs-table th { color: var(--quiet); font-size: 12px; }
.runs-table a { color: var(--blue); padding: 4px; }
.runs-close { float: right; }
.runs-plain td, .runs-plain th { white-space: nowrap; }
.runs-files td:nth-child(2), .runs-facts th { white-space: nowrap; }
.runs-detail { margin-top: 12px; scroll-margin-top: 60px; }
.runs-detail summary { cursor: pointer; padding: 6px 0; display: list-item; }
.runs-name { font-weight: 600; overflow-wrap: anywhere; min-width: 9em; }
.runs-list td:nth-child(4) { white-space: nowrap; }
.runs-actions > div { display: flex; gap: 2px; align-items: center; justify-content: flex-end; }
.runs-toml { overflow-x: auto; font-size: 12px; background: var(--ground); padding: 8px; margin: 8px 0 0; }
.runs-note { display: flex; gap: 12px; flex-wrap: wrap; align-items: center; margin: 8px 0; }
.runs-reports { display: flex; gap: 4px 16px; flex-wrap: wrap; margin: 8px 0; }
.runs-reports a { color: var(--blue); }
.runs-facts td { overflow-wrap: anywhere; }
.runs-detail p { margin: 0 0 6px; max-width: 80ch; }
@media (max-width: 700px) {
  .runs-list thead { display: none; }
  .runs-list tr { display: grid; grid-template-columns: 32px auto 1fr auto; border-bottom: 1px solid var(--line);
    padding: 6px 0; align-items: center; }
  .runs-list td { border: 0; padding: 1px 6px 1px 0; }
  .runs-list td:empty { display: none; }
  .runs-choose { grid-area: 1 / 1; } .runs-name { grid-area: 1 / 2 / 2 / 4; } .runs-actions { grid-area: 1 / 4; }
  .runs-cell { grid-column: 2 / 5; font-size: 13px; }
  .runs-files thead { display: none; }
  .runs-files tr { display: grid; grid-template-columns: 1fr auto; padding: 6px 0;
    border-bottom: 1px solid var(--line); }
  .runs-files th, .runs-files td { border: 0; padding: 1px 6px 1px 0; }
  .runs-files td:nth-child(3) { grid-column: 1 / 3; font-size: 13px; }
  .runs-cell:nth-child(3) { grid-column: 2 / 3; } .runs-cell:nth-child(4) { grid-column: 3 / 5; }
}
"""


@contextmanager
def build_table(label: str, header: Sequence[str], kind: str = "") -> Iterator[None]:
    """Show a table around rows; on a narrow page it scrolls sideways."""
    with _scroll(label), ui.element("table").classes(f"runs-table {kind}"):
        with ui.element("thead"), ui.element("tr"):
            for cell in header:
                with ui.element("th").props('scope="col"') if cell else ui.element("td"):
                    ui.label(cell)
        with ui.element("tbody"):
            yield


def _scroll(label: str) -> ui.element:
    scroll = ui.element("div").classes("runs-scroll").props('tabindex="0" role="region"')
    scroll.props["aria-label"] = label
    return scroll


def build_row(
    entry: RunEntry,
    *,
    is_chosen: bool,
    on_choose: Callable[[Any], None] | None,
    on_details: Callable[..., Any] | None,
    on_delete: Callable[[], Any] | None,
) -> None:
    """Show a line of the list.

    Args:
        entry: Content of the line.
        is_chosen: Whether its box is ticked.
        on_choose: Called when its box is ticked or cleared; None if it has no box.
        on_details: Called by its button for details; None if it has no such button.
        on_delete: Called by its button to delete; None if it has no such button.
    """
    row = ui.element("tr")
    row.props["data-run"] = entry.name  # set by key: a name may hold signs with a meaning in a text of props
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
            if on_details is not None:
                _icon("info", f"Details of {entry.name}", on_details)
            if on_delete is not None:
                _icon("delete", f"Delete {entry.name}", on_delete)


def _icon(icon: str, label: str, action: Callable[..., Any]) -> None:
    button = ui.button(icon=icon, on_click=action).props("flat round dense")
    button.props["aria-label"] = button.props["title"] = label


def build_damage(name: str, problem: str) -> None:
    """Show why there is no description or comparison."""
    heading(name)
    ui.label(problem).classes("problem").props('role="alert"')


def build_details(name: str, details: Details) -> None:
    """Show the description of a run, a study or an analysis."""
    heading(name)
    _sentences(details.sentences)
    if details.reports:
        with ui.element("div").classes("runs-reports"):
            for label, address in details.reports:
                ui.link(label, address, new_tab=True).props["aria-label"] = f"{label}: {name}"
    if details.facts:
        _fact_table("Facts", details.facts)
    if details.table:
        _plain_table(details.title, details.table)
    if details.files:
        _file_table(name, details.files)
    if details.description:
        with ui.element("details"):
            with ui.element("summary"):
                ui.label("Every setting, as TOML").style("display: inline")
            with ui.element("pre").classes("runs-toml").props('tabindex="0" role="region" aria-label="Every setting"'):
                ui.label(details.description).style("white-space: pre")


def _fact_table(label: str, facts: Sequence[tuple[str, str]]) -> None:
    with _scroll(label), ui.element("table").classes("runs-table runs-facts"), ui.element("tbody"):
        for name, words in facts:
            with ui.element("tr"):
                with ui.element("th").props('scope="row"'):
                    ui.label(name)
                with ui.element("td"):
                    ui.label(words)


def _file_table(name: str, files: Sequence[RunFile]) -> None:
    with build_table("Files to download", ("file", "size", "what it holds"), "runs-files"):
        for file in files:
            with ui.element("tr"):
                with ui.element("th").props('scope="row"'):
                    link = ui.link(file.path, file_address(name, file.path)).props("download")
                    link.props["aria-label"] = f"Download {file.path}, {word_size(file.num_bytes)}"
                for words in (word_size(file.num_bytes), file.holds):
                    with ui.element("td"):
                        ui.label(words)


def build_comparison(comparison: RunComparison) -> None:
    """Show a comparison of runs or studies."""
    heading("Compared")
    _sentences(comparison.statements)
    settings = comparison.settings or (("nothing", *("" for _ in comparison.names)),)
    _plain_table("Results", (("result", *comparison.names), *comparison.results))
    _plain_table("What differs", (("what differs", *comparison.names), *settings))


def _sentences(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        with ui.element("p"):
            write_sentence(sentence)


def _plain_table(label: str, rows: Sequence[Sequence[str]]) -> None:
    header, *others = rows
    with build_table(label, header, "runs-plain"):
        for name, *cells in others:
            with ui.element("tr"):
                with ui.element("th").props('scope="row"'):
                    ui.label(name)
                for cell in cells:
                    with ui.element("td"):
                        ui.label(cell)

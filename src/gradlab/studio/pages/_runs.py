"""The runs page: all that has been trained, to open, compare and delete."""

from collections.abc import Callable
from typing import Any

from nicegui import Client, run, ui

from gradlab.core import GradlabError
from gradlab.studio._hall import Hall
from gradlab.studio._reports import report_address
from gradlab.studio._shelf import Entry, RunComparison, Shelf
from gradlab.studio.pages._frame_of_page import heading, page_frame

STYLE = """
.runs-scroll { overflow-x: auto; margin-top: 8px; }
.runs-table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.runs-table th, .runs-table td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); }
.runs-table th { color: var(--quiet); font-size: 12px; }
.runs-bar { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; }
.runs-toml { overflow-x: auto; font-size: 12px; background: var(--ground); padding: 8px; }
"""


def add_runs(hall: Hall) -> None:
    """Add the page."""

    @ui.page("/runs")
    async def runs(client: Client) -> None:
        with page_frame("/runs", "Runs"):
            ui.add_css(STYLE)
            shelf = Shelf(hall.runs)
            client.on_delete(shelf.forget)
            page = RunsPage(shelf, str(hall.runs))
            page.build()
            await page.refresh()


class RunsPage:
    """The list with what can be done with it."""

    def __init__(self, shelf: Shelf, place: str) -> None:
        """Stand ready to be built."""
        self._shelf = shelf
        self._place = place
        self._chosen: set[str] = set()

    def build(self) -> None:
        """Build the page around the list."""
        heading("Runs")
        ui.label(f"All that has been trained into {self._place}.").classes("quiet")
        with ui.element("div").classes("runs-bar"):
            ui.button("Compare chosen", icon="compare_arrows", on_click=self._compare).props("outline dense")
            ui.button("Refresh", icon="refresh", on_click=self.refresh).props("flat dense")
        self._problem = ui.label().classes("problem").props('role="alert"')
        self._list = ui.element("div").classes("runs-scroll").props('tabindex="0" role="region" aria-label="Runs"')
        self._undo = ui.element("div").props('role="status"')
        self._detail = ui.element("section").props('aria-label="Details"')

    async def refresh(self) -> None:
        """Read the folder again."""
        entries = await self._attempt(self._shelf.entries)
        if entries is None:
            return
        self._chosen &= {entry.name for entry in entries}
        self._list.clear()
        with self._list:
            if not entries:
                ui.label("Nothing has been trained yet: the Data page, the playground or `gradlab train` make runs.")
                return
            with ui.element("table").classes("runs-table"):
                _row(["", "run", "kind", "data", "made", "test", "state", ""], "th")
                for entry in entries:
                    self._build_row(entry)

    def _build_row(self, entry: Entry) -> None:
        with ui.element("tr").props(f'data-run="{entry.name}"'):
            with ui.element("td"):
                box = ui.checkbox(value=entry.name in self._chosen).props(f'dense aria-label="Choose {entry.name}"')
                box.on_value_change(lambda event: self._choose(entry.name, is_chosen=bool(event.value)))
                box.visible = entry.kind == "run" and entry.is_finished
            for cell in (entry.name, entry.kind, entry.data, entry.created, entry.result, entry.state):
                with ui.element("td"):
                    ui.label(cell)
            with ui.element("td"), ui.row().style("gap: 2px; flex-wrap: nowrap"):
                if entry.has_report:
                    ui.link("report", report_address(entry.name), new_tab=True).style("padding: 4px")
                if entry.kind == "run":
                    _icon("info", f"Details of {entry.name}", lambda: self._show(entry.name))
                _icon("delete", f"Delete {entry.name}", lambda: self._ask(entry.name))

    def _choose(self, name: str, *, is_chosen: bool) -> None:
        if is_chosen:
            self._chosen.add(name)
        else:
            self._chosen.discard(name)

    async def _show(self, name: str) -> None:
        words = await self._attempt(lambda: (self._shelf.outcome(name), self._shelf.description(name)))
        if words is None:
            return
        self._detail.clear()
        with self._detail, ui.element("div").classes("panel"):
            heading(name)
            for sentence in words[0]:
                ui.label(sentence)
            with ui.element("pre").classes("runs-toml").props('tabindex="0"'):
                ui.label(words[1]).style("white-space: pre")

    async def _compare(self) -> None:
        found = await self._attempt(lambda: self._shelf.compare(sorted(self._chosen)))
        if found is not None:
            self._detail.clear()
            with self._detail, ui.element("div").classes("panel"):
                _build_comparison(found)

    async def _ask(self, name: str) -> None:
        with self._undo, ui.dialog() as dialog, ui.card():
            ui.label(f"Delete {name}? It can be undone until you leave this page.")
            with ui.row():
                ui.button("Delete", on_click=lambda: dialog.submit(True)).props("color=negative")  # noqa: FBT003 - NiceGUI's
                ui.button("Keep", on_click=lambda: dialog.submit(False)).props("flat")  # noqa: FBT003
        if await dialog:
            await self._delete(name)
        dialog.delete()

    async def _delete(self, name: str) -> None:
        ticket = await self._attempt(lambda: self._shelf.take_away(name))
        if ticket is None:
            return
        with self._undo:
            line = ui.row().style("align-items: center")
            with line:
                ui.label(f"{name} is deleted.")
                ui.button("Undo", on_click=lambda: self._put_back(ticket, line)).props("outline dense")
        await self.refresh()

    async def _put_back(self, ticket: str, line: ui.row) -> None:
        if await self._attempt(lambda: self._shelf.put_back(ticket)) is not None:
            line.delete()
        await self.refresh()

    async def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            found = await run.io_bound(work)
        except GradlabError as error:
            self._problem.text = str(error)
            return None
        self._problem.text = ""
        return found


def _build_comparison(found: RunComparison) -> None:
    heading("Compared")
    ui.label(found.statement)
    for title, rows in (("what differs", found.settings), ("result", found.results)):
        with ui.element("div").classes("runs-scroll"), ui.element("table").classes("runs-table"):
            _row([title, *found.names], "th")
            for cells in rows:
                _row(list(cells), "td")


def _row(cells: list[str], tag: str) -> None:
    with ui.element("tr"):
        for cell in cells:
            with ui.element(tag):
                ui.label(cell)


def _icon(icon: str, label: str, action: Any) -> None:
    ui.button(icon=icon, on_click=action).props(f'flat round dense aria-label="{label}" title="{label}"')

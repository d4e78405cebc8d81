"""The runs page: all that has been trained, to open, compare and delete."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from nicegui import Client, app, run, ui

from gradlab.core import GradlabError
from gradlab.studio._hall import Hall
from gradlab.studio._run_list import Entry
from gradlab.studio._shelf import Shelf
from gradlab.studio.pages._frame_of_page import page_frame
from gradlab.studio.pages._runs_parts import STYLE, build_comparison, build_details, build_row, build_table

T = TypeVar("T")

SHOWN = 100
"""Lines that are shown at first, and at each "Show older"."""


def add_runs(hall: Hall) -> None:
    """Add the page."""
    shelves: set[Shelf] = set()

    def leave(shelf: Shelf) -> None:
        shelves.discard(shelf)
        hall.pool.submit(shelf.forget)

    def close() -> None:
        for shelf in shelves:
            shelf.forget()

    app.on_shutdown(close)

    @ui.page("/runs")
    async def runs(client: Client) -> None:
        with page_frame("/runs", "Runs"):
            ui.add_css(STYLE)
            shelf = Shelf(hall.runs)
            shelves.add(shelf)
            client.on_delete(partial(leave, shelf))
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
        self._num_shown = SHOWN

    def build(self) -> None:
        """Build the page around the list."""
        with ui.element("h1"):
            ui.label("Runs")
        ui.label(f"All that has been trained into the folder {self._place}, newest first.").classes("quiet")
        with ui.element("div").classes("runs-bar"):
            self._button = ui.button("Compare", icon="compare_arrows", on_click=self._compare).props("outline dense")
            ui.button("Refresh", icon="refresh", on_click=self.refresh).props("flat dense")
            self._hint = ui.label().classes("quiet").props('role="status"')
        self._problem = ui.label().classes("problem").props('role="alert"')
        self._undo = ui.element("div").props('role="status"')
        self._list = ui.element("div")
        self._detail = ui.element("section").classes("runs-detail").props('aria-label="Details" tabindex="-1"')
        self._tell_chosen()

    async def refresh(self) -> None:
        """Read the folder again."""
        entries = await self._attempt(self._shelf.entries)
        if entries is None:
            return
        self._chosen &= {entry.name for entry in entries if entry.is_finished}
        self._tell_chosen()
        self._list.clear()
        with self._list:
            if not entries:
                ui.label("Nothing has been trained yet: the Data page, the playground or `gradlab train` make runs.")
                return
            with build_table("Runs and studies", ["", "run", "data", "made", "test", "state", ""]):
                for entry in entries[: self._num_shown]:
                    self._build_entry(entry)
            if len(entries) > self._num_shown:
                ui.button(f"Show older ({len(entries) - self._num_shown} more)", on_click=self._show_older).props(
                    "flat"
                )

    def _build_entry(self, entry: Entry) -> None:
        is_comparable = entry.kind == "run" and entry.is_finished
        build_row(
            entry,
            is_chosen=entry.name in self._chosen,
            on_choose=partial(self._choose, entry.name) if is_comparable else None,
            on_details=partial(self._show, entry.name),
            on_delete=partial(self._ask, entry.name),
        )

    async def _show_older(self) -> None:
        self._num_shown += SHOWN
        await self.refresh()

    def _choose(self, name: str, event: Any) -> None:
        if event.value:
            self._chosen.add(name)
        else:
            self._chosen.discard(name)
        self._tell_chosen()

    def _tell_chosen(self) -> None:
        num = len(self._chosen)
        self._button.set_enabled(num >= 2)
        self._hint.text = f"{num} chosen" if num else "Choose two finished runs or more to compare them."

    async def _show(self, name: str) -> None:
        found = await self._attempt(partial(self._shelf.details, name))
        if found is not None:
            self._fill(partial(build_details, name, found))

    async def _compare(self) -> None:
        found = await self._attempt(partial(self._shelf.compare, sorted(self._chosen)))
        if found is not None:
            self._fill(partial(build_comparison, found))

    def _fill(self, build: Callable[[], None]) -> None:
        self._detail.clear()
        with self._detail, ui.element("div").classes("panel"):
            build()
        ui.run_javascript(f"getElement({self._detail.id}).scrollIntoView({{block: 'nearest'}})")

    async def _ask(self, name: str) -> None:
        with self._undo, ui.dialog() as dialog, ui.card():
            ui.label(f"Delete {name}? It can be undone until you leave this page.")
            with ui.row():
                ui.button("Delete", on_click=lambda: dialog.submit(True)).props("color=negative")  # noqa: FBT003 - NiceGUI's
                ui.button("Keep", on_click=lambda: dialog.submit(False)).props("flat autofocus")  # noqa: FBT003 - the same
        if await dialog:
            await self._delete(name)
        dialog.delete()

    async def _delete(self, name: str) -> None:
        ticket = await self._attempt(partial(self._shelf.take_away, name))
        if ticket is None:
            return
        self._detail.clear()
        with self._undo, ui.row().style("align-items: center") as line:
            ui.label(f"{name} is deleted.")
            ui.button("Undo", on_click=partial(self._put_back, ticket, line)).props("outline dense")
        await self.refresh()

    async def _put_back(self, ticket: str, line: ui.row) -> None:
        if await self._attempt(partial(self._shelf.put_back, ticket)) is not None:
            line.delete()
            await self.refresh()

    async def _attempt(self, work: Callable[[], T]) -> T | None:
        try:
            found = await run.io_bound(work)
        except GradlabError as error:
            self._problem.text = str(error)
            return None
        self._problem.text = ""
        return found

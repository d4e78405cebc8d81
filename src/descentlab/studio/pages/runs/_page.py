"""The Runs page: all runs, studies and analyses, to open, compare and delete."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from nicegui import Client, app, events, run, ui

from descentlab.core import DescentlabError, message_of
from descentlab.studio.pages._frame_of_page import page_frame
from descentlab.studio.pages._parts import heading, write_sentence
from descentlab.studio.pages.runs._parts import (
    STYLE,
    build_comparison,
    build_damage,
    build_details,
    build_row,
    build_table,
)
from descentlab.studio.playing import Hall
from descentlab.studio.shelf import Kind, RunEntry, Shelf

T = TypeVar("T")

SHOWN = 100
"""Number of lines that are shown at first, and added by each "Show older"."""


def add_runs(hall: Hall) -> None:
    """Add the page."""
    shelves: set[Shelf] = set()

    def leave(shelf: Shelf) -> None:
        shelves.discard(shelf)
        shelf.seal()
        hall.pool.submit(shelf.forget)

    def close() -> None:
        for shelf in shelves:
            shelf.forget()

    app.on_shutdown(close)

    @ui.page("/runs")
    async def runs(client: Client) -> None:
        with page_frame("/runs", "Runs"):
            ui.add_css(STYLE)
            shelf = Shelf(hall.runs, hall.has_upload)
            shelves.add(shelf)
            client.on_delete(partial(leave, shelf))
            page = RunsPage(shelf, str(hall.runs), hall.notes)
            page.build()
            await page.refresh()


class RunsPage:
    """The list of runs, studies and analyses, with its buttons."""

    def __init__(self, shelf: Shelf, place: str, notes: list[str]) -> None:
        """Create the page; `build` shows it.

        Args:
            shelf: Folder of runs.
            place: Path of the folder, to show.
            notes: Notes to show; a note that was read is removed from the list.
        """
        self._shelf = shelf
        self._place = place
        self._notes = notes
        self._chosen: dict[str, Kind] = {}
        self._num_shown = SHOWN

    def build(self) -> None:
        """Build the page around the list."""
        self._client = ui.context.client
        heading("Runs", level=1)
        ui.label(f"All that was trained or analysed into the folder {self._place}, newest first.").classes("quiet")
        with ui.element("div").props('role="status"'):
            for note in list(self._notes):
                self._build_note(note)
        with ui.element("div").classes("runs-bar"):
            self._button = ui.button("Compare", icon="compare_arrows", on_click=self._compare).props(
                "outline dense no-caps"
            )
            ui.button("Refresh", icon="refresh", on_click=self.refresh).props("flat dense no-caps")
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
        kinds = {entry.name: entry.kind for entry in entries if entry.is_finished}
        self._chosen = {name: kind for name, kind in self._chosen.items() if kinds.get(name) == kind}
        self._tell_chosen()
        self._list.clear()
        with self._list:
            if not entries:
                write_sentence(
                    "Nothing has been trained yet: the Data page, the playground or `descentlab train` make runs."
                )
                return
            with build_table("Runs and studies", ["", "run", "data", "made", "result", "state", ""], "runs-list"):
                for entry in entries[: self._num_shown]:
                    self._build_entry(entry)
            if len(entries) > self._num_shown:
                ui.button(f"Show older ({len(entries) - self._num_shown} more)", on_click=self._show_older).props(
                    "flat no-caps"
                )

    def _build_entry(self, entry: RunEntry) -> None:
        is_comparable = entry.kind != "analysis" and entry.is_finished
        build_row(
            entry,
            is_chosen=entry.name in self._chosen,
            on_choose=partial(self._choose, entry) if is_comparable else None,
            on_details=None if entry.is_link else partial(self._show, entry.name),
            on_delete=None if entry.is_link else partial(self._ask, entry.name),
        )

    def _build_note(self, note: str) -> None:
        def dismiss() -> None:
            if note in self._notes:
                self._notes.remove(note)
            line.delete()

        with ui.element("div").classes("runs-note") as line:
            ui.label(note)
            ui.button("OK", on_click=dismiss).props("outline dense no-caps").props["aria-label"] = "OK: hide this note"

    async def _show_older(self) -> None:
        self._num_shown += SHOWN
        await self.refresh()

    def _choose(self, entry: RunEntry, event: Any) -> None:
        if event.value:
            self._chosen[entry.name] = entry.kind
        else:
            self._chosen.pop(entry.name, None)
        self._tell_chosen()

    def _tell_chosen(self) -> None:
        num, is_mixed = len(self._chosen), len(set(self._chosen.values())) > 1
        self._button.set_enabled(num >= 2 and not is_mixed)
        mixed = ": runs are compared with runs, studies with studies" if is_mixed else ""
        self._hint.text = (
            f"{num} chosen{mixed}" if num else "Choose two finished runs or studies, or more, to compare them."
        )

    async def _show(self, name: str, event: events.ClickEventArguments) -> None:
        answer = await self._read(partial(self._shelf.details, name))
        self._fill(
            event.sender,
            partial(build_damage, name, answer) if isinstance(answer, str) else partial(build_details, name, answer),
        )

    async def _compare(self, event: events.ClickEventArguments) -> None:
        answer = await self._read(partial(self._shelf.compare, sorted(self._chosen)))
        self._fill(
            event.sender,
            partial(build_damage, "Compared", answer) if isinstance(answer, str) else partial(build_comparison, answer),
        )

    async def _read(self, work: Callable[[], T]) -> T | str:
        """Return the result of some work, or the reason in words why there is none, which is shown in its place."""
        self._problem.text = ""
        try:
            result = await run.io_bound(work)
        except DescentlabError as error:
            return message_of(error)
        return "The studio is being stopped." if result is None else result

    def _fill(self, opener: Any, build: Callable[[], None]) -> None:
        """Show something below the list, and move the keyboard's focus there, and back when it is closed."""
        self._detail.clear()
        with self._detail, ui.element("div").classes("panel"):
            close = ui.button("Close", icon="close", on_click=partial(self._close, opener)).props("flat dense no-caps")
            close.classes("runs-close")
            build()
        self._focus(f"getHtmlElement({self._detail.id})")

    def _close(self, opener: Any) -> None:
        self._detail.clear()
        self._focus(f"getHtmlElement({opener.id})")

    def _focus(self, element: str) -> None:
        """Put the focus on an element and bring it into view, once it is drawn."""
        # Run through the client, since the pressed button may be gone by now.
        self._client.run_javascript(
            f"requestAnimationFrame(() => {{ const target = {element}; target?.focus({{preventScroll: true}});"
            "target?.scrollIntoView({block: 'nearest'}); })"
        )

    async def _ask(self, name: str) -> None:
        with self._undo, ui.dialog() as dialog, ui.card():
            ui.label(f"Delete {name}? It can be undone until you leave this page.")
            with ui.row():
                ui.button("Delete", on_click=lambda: dialog.submit(True)).props("color=negative no-caps")  # noqa: FBT003 - NiceGUI's
                ui.button("Keep", on_click=lambda: dialog.submit(False)).props("flat autofocus no-caps")  # noqa: FBT003 - the same
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
            undo = ui.button("Undo", on_click=partial(self._put_back, ticket, line)).props("outline dense no-caps")
            undo.props["aria-label"] = f"Undo: bring {name} back"
        await self.refresh()
        self._focus(f"getHtmlElement({undo.id})")

    async def _put_back(self, ticket: str, line: ui.row) -> None:
        name = await self._attempt(partial(self._shelf.put_back, ticket))
        if name is not None:
            line.delete()
            await self.refresh()
            self._focus(f"document.querySelector(`tr[data-run=${{CSS.escape({json.dumps(name)})}}] button`)")

    async def _attempt(self, work: Callable[[], T]) -> T | None:
        try:
            result = await run.io_bound(work)
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return None
        self._problem.text = ""
        return result

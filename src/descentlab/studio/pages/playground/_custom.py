"""A person's data in the playground: pasted, uploaded, or drawn as points by mouse."""

from pathlib import Path
from typing import Any

from nicegui import events, run, ui

from descentlab.core import DescentlabError, message_of
from descentlab.spec import PointsData
from descentlab.studio.pages._upload_button import upload_button
from descentlab.studio.pages.playground._elements import PlaneView
from descentlab.studio.playing import MOST_BYTES, Desk, pack_points, read_custom_data

COLORS = ["orange", "blue", "green", "purple"]
FEWEST = 4
ENDINGS = (".csv", ".tsv", ".txt", ".parquet")


class CustomDataControls:
    """Takes a table or points."""

    def __init__(self, desk: Desk, plane: PlaneView, folder: Path) -> None:
        """Create the controls; `build` shows them.

        Args:
            desk: Settings of the page.
            plane: View on which points are drawn.
            folder: Folder in which tables of this page are kept.
        """
        self._desk = desk
        self._plane = plane
        self._folder = folder
        self._points = _drawn_before(desk)
        self._are_used = bool(self._points)

    def build(self) -> None:
        """Build the controls."""
        hint = "A table whose last column is to be told; two columns of numbers before it become x1 and x2."
        ui.label(hint).classes("quiet")
        self._text = ui.textarea("Paste rows, with commas or tabs").props("rows=4 dense").classes("full")
        ui.button("Use these rows", on_click=self._paste).props("outline dense")
        upload_button("Open a CSV, TSV or Parquet file", ENDINGS, self._upload, most_bytes=MOST_BYTES)
        self._note = ui.label().classes("quiet").props('role="status"')
        ui.label("or draw: choose a colour and click on the plane").classes("quiet")
        with ui.row().style("align-items: center; gap: 6px"):
            self._color = ui.select(["off", *COLORS], value="off", label="Draw", on_change=self._choose).classes("draw")
            ui.button("Clear points", on_click=self._clear).props("flat dense")
        self._show_drawn()

    def follow(self) -> None:
        """Drop the drawn points if another data set was chosen."""
        if self._are_used and self._desk.experiment.data.kind != "points":
            self._forget_drawn()

    async def place(self, event: events.GenericEventArguments) -> None:
        """Draw a point where the plane was clicked."""
        click: Any = event.args
        point = (round(float(click["x"]), 2), round(float(click["y"]), 2), str(self._color.value))
        self._points.append(point)
        # Classes get their colours in the order in which they appear.
        self._points.sort(key=lambda drawn: COLORS.index(drawn[2]))
        self._show_drawn()
        self._use_points()

    def _forget_drawn(self) -> None:
        self._points, self._are_used = [], False
        self._show_drawn()

    def _show_drawn(self) -> None:
        self._plane.show_drawn([(x, y, COLORS.index(color)) for x, y, color in self._points])

    def _use_points(self) -> None:
        classes = {label for _, _, label in self._points}
        if len(self._points) < FEWEST or len(classes) < 2:
            self._note.text = f"{len(self._points)} points drawn; four of two colours are needed to train."
            return
        self._desk.open_points(pack_points(self._points))
        self._are_used = not self._desk.problem
        self._note.text = self._desk.problem or f"{len(self._points)} points drawn."

    def _choose(self) -> None:
        self._plane.draw_class(COLORS.index(self._color.value) if self._color.value in COLORS else -1)

    def _clear(self) -> None:
        self._forget_drawn()
        self._note.text = ""
        if self._desk.experiment.data.kind == "points":
            self._desk.open_data("circle")

    async def _paste(self) -> None:
        await self._take(str(self._text.value or "").encode(), ".csv", "what was pasted")

    async def _upload(self, event: events.UploadEventArguments) -> None:
        suffix = Path(event.file.name).suffix.lower()
        await self._take(await event.file.read(), suffix if suffix in ENDINGS else ".csv", event.file.name)

    async def _take(self, content: bytes, suffix: str, called: str) -> None:
        try:
            read = await run.io_bound(read_custom_data, content, self._folder, suffix, called=called)
        except DescentlabError as error:
            self._note.text = message_of(error)
            return
        if read is None:
            return
        self._forget_drawn()
        if read.points is not None:
            self._desk.open_points(pack_points(read.points))
        elif read.table is not None:
            self._desk.open_table(read.table, is_regression=read.is_regression, num_rows=read.num_rows)
        self._note.text = self._desk.problem or read.note


def _drawn_before(desk: Desk) -> list[tuple[float, float, str]]:
    """Return the drawn points of an address, recognised by their colours, so that a person can go on drawing."""
    data = desk.experiment.data
    points = data.points if isinstance(data, PointsData) else ()
    return [(x, y, str(label)) for x, y, label in points] if all(label in COLORS for *_, label in points) else []

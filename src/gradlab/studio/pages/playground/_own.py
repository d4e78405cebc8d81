"""Own data in the playground: paste, upload, or draw points by mouse."""

from pathlib import Path
from typing import Any

from nicegui import events, run, ui

from gradlab.core import GradlabError
from gradlab.studio.pages._upload_button import upload_button
from gradlab.studio.pages.playground._elements import PlaneView
from gradlab.studio.playing import MOST_BYTES, Desk, pack_points, read_own_data

COLORS = ["orange", "blue", "green", "purple"]
FEWEST = 4
ENDINGS = (".csv", ".tsv", ".txt", ".parquet")


class OwnDataControls:
    """Takes a table or points."""

    def __init__(self, desk: Desk, plane: PlaneView, folder: Path) -> None:
        """Stand ready to be built.

        Args:
            desk: What is set.
            plane: Where points are drawn.
            folder: Where tables of this page are kept.
        """
        self._desk = desk
        self._plane = plane
        self._folder = folder
        self._points: list[tuple[float, float, str]] = []

    def build(self) -> None:
        """Build them."""
        told = "A table whose last column is to be told; two columns of numbers before it become x1 and x2."
        ui.label(told).classes("quiet")
        self._text = ui.textarea("Paste rows, with commas or tabs").props("rows=4 dense").classes("full")
        ui.button("Use these rows", on_click=self._paste).props("outline dense")
        upload_button("Open a CSV, TSV or Parquet file", ENDINGS, self._upload, most_bytes=MOST_BYTES)
        self._note = ui.label().classes("quiet").props('role="status"')
        ui.label("or draw: choose a colour and click on the plane").classes("quiet")
        with ui.row().style("align-items: center; gap: 6px"):
            self._color = ui.select(["off", *COLORS], value="off", label="Draw", on_change=self._choose)
            ui.button("Clear points", on_click=self._clear).props("flat dense")

    async def place(self, event: events.GenericEventArguments) -> None:
        """Draw a point where the plane was clicked."""
        told: Any = event.args
        point = (round(float(told["x"]), 2), round(float(told["y"]), 2), str(self._color.value))
        self._points.append(point)
        self._use_points()

    def _use_points(self) -> None:
        classes = {label for _, _, label in self._points}
        if len(self._points) < FEWEST or len(classes) < 2:
            self._note.text = f"{len(self._points)} points drawn; four of two colours are needed to train."
            return
        self._desk.open_points(pack_points(self._points))
        self._note.text = self._desk.problem or f"{len(self._points)} points drawn."

    def _choose(self) -> None:
        self._plane.draw_class(COLORS.index(self._color.value) if self._color.value in COLORS else -1)

    def _clear(self) -> None:
        self._points = []
        self._note.text = ""
        self._desk.open_data("circle")

    async def _paste(self) -> None:
        await self._take(str(self._text.value or "").encode(), ".csv")

    async def _upload(self, event: events.UploadEventArguments) -> None:
        suffix = Path(event.file.name).suffix.lower()
        await self._take(await event.file.read(), suffix if suffix in ENDINGS else ".csv")

    async def _take(self, content: bytes, suffix: str) -> None:
        try:
            found = await run.io_bound(read_own_data, content, self._folder, suffix)
        except GradlabError as error:
            self._note.text = str(error)
            return
        if found is None:
            return
        if found.points is not None:
            self._desk.open_points(pack_points(found.points))
        elif found.table is not None:
            self._desk.open_table(found.table, is_regression=found.is_regression)
        self._note.text = self._desk.problem or found.note

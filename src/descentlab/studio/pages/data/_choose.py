"""The section in which a person chooses data: a known set, an upload, or a path."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from nicegui import events, run, ui

from descentlab.core import DataError, DescentlabError, message_of
from descentlab.data import TABLE_ENDINGS, holds_one_file
from descentlab.studio.files import ARCHIVE_ENDINGS, MOST_BYTES, Uploads, allowed_path, unpack_pictures, without_folder
from descentlab.studio.pages._upload_button import upload_button
from descentlab.studio.pages.data._parts import problem_label, section
from descentlab.studio.pages.data._sets import DataChoice, choose_set, from_path, local_sets, sets_here

OnChoice = Callable[[DataChoice], Awaitable[None]]


class Choose:
    """The section in which a person chooses data."""

    def __init__(self, roots: Sequence[Path], uploads: Uploads, on_choice: OnChoice) -> None:
        """Create the section; `build` shows it.

        Args:
            roots: Folders in which named paths must lie.
            uploads: Uploaded files of the page.
            on_choice: Called with every choice.
        """
        self._roots = roots
        self._uploads = uploads
        self._on_choice = on_choice
        self._known = sets_here()

    def build(self) -> None:
        """Show the section."""
        options = {name: f"{name}: {line}" for name, line in self._known.items()}
        with section("1 Data"):
            with ui.element("div").classes("data-row"):
                self._set = ui.select(options, label="A set that is here", on_change=self._take_set)
                self._set.props("outlined dense options-dense")
                upload_button(
                    "Upload a table or a zip of pictures",
                    (*TABLE_ENDINGS, *ARCHIVE_ENDINGS),
                    self._take_file,
                    most_bytes=MOST_BYTES,
                )
                self._path = ui.input("Or a path on this machine").props("outlined dense")
                self._path.on("keydown.enter", self._take_path)
                ui.button("Open", on_click=self._take_path).props("outline no-caps color=primary")
            ui.label(
                "A table has an example a row: CSV, TSV or Parquet. Pictures lie in a subfolder per class. Nothing "
                "leaves this machine."
            ).classes("quiet")
            self._problem = problem_label()

    async def list_local_sets(self) -> None:
        """Add the data sets of the data folder, which may take a moment to search."""
        sets = await run.io_bound(local_sets)
        options = {name: f"{name}: {line}" for name, line in self._known.items()}
        self._set.set_options(options | (sets or {}))

    async def _take_set(self, event: events.ValueChangeEventArguments) -> None:
        name = event.value
        if name in self._known:
            await self._take(lambda: choose_set(name))
        elif name is not None:
            await self._take(lambda: from_path(allowed_path(str(name), self._roots), self._roots))

    async def _take_path(self) -> None:
        self._set.value = None
        text = str(self._path.value or "")
        await self._take(lambda: from_path(allowed_path(text, self._roots), self._roots))

    async def _take_file(self, event: events.UploadEventArguments) -> None:
        file = event.file
        self._problem.text, self._set.value = "", None
        try:
            path = self._uploads.place(file.name, (*TABLE_ENDINGS, *ARCHIVE_ENDINGS))
            if file.size() > MOST_BYTES:
                raise DataError(f"'{path.name}' is larger than {MOST_BYTES // 2**20} MB; type its path instead")
            await file.save(path)
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return
        await self._take(lambda: self._open_upload(path))
        self._problem.text = without_folder(self._problem.text, path)

    def _open_upload(self, path: Path) -> DataChoice:
        if path.suffix in ARCHIVE_ENDINGS and not holds_one_file(path):
            folder = unpack_pictures(path)
            path.unlink()
            return from_path(folder, [self._uploads.folder], name=path.stem)
        return from_path(path, [self._uploads.folder])

    async def _take(self, find: Callable[[], DataChoice]) -> None:
        self._problem.text = ""
        try:
            choice = await run.io_bound(find)
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return
        if choice is not None:
            await self._on_choice(choice)

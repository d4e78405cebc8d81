"""The Data page: from one's own data to a trained network that answers."""

import os
import threading
from functools import partial
from pathlib import Path

from nicegui import Client, app, background_tasks, ui

from descentlab import workbench
from descentlab.data import data_folder
from descentlab.studio.files import Uploads
from descentlab.studio.pages._frame_of_page import page_frame
from descentlab.studio.pages._parts import heading
from descentlab.studio.pages.data._choose import Choose
from descentlab.studio.pages.data._look import Look
from descentlab.studio.pages.data._outcome import Outcome
from descentlab.studio.pages.data._predict import Predict
from descentlab.studio.pages.data._sets import Choice
from descentlab.studio.pages.data._show import Show
from descentlab.studio.pages.data._style import STYLE
from descentlab.studio.pages.data._train import Train
from descentlab.studio.pages.data._training import Trainings
from descentlab.studio.playing import Hall
from descentlab.studio.shelf import Trash

PATIENCE_S = 2.0
"""How long a studio that ends waits for a page to be tidied."""


def add_data(hall: Hall) -> None:
    """Add the page."""
    trainings = Trainings()
    start = Path.cwd()
    pages: set[DataPage] = set()

    def shut() -> None:
        trainings.close()
        for tidying in [page.close() for page in pages]:
            tidying.join(PATIENCE_S)

    def leave(page: DataPage) -> None:
        pages.discard(page)
        page.close()

    app.on_shutdown(shut)

    @ui.page("/data")
    async def data(client: Client) -> None:
        with page_frame("/data", "Data"):
            ui.add_css(STYLE)
            named = [data_folder()] if os.environ.get("DESCENTLAB_DATA") else []
            trash = Trash(hall.runs, hall.has_upload)
            page = DataPage(hall.runs, [start, *named, hall.runs], trainings, trash)
            page.build()
        pages.add(page)
        client.on_delete(partial(leave, page))
        background_tasks.create(page.list_found())


class DataPage:
    """The sections, each of which tells the next."""

    def __init__(self, runs: Path, roots: list[Path], trainings: Trainings, trash: Trash) -> None:
        """Make the sections.

        Args:
            runs: The folder of runs.
            roots: Folders from which paths may be named.
            trainings: Starts trainings.
            trash: Where deleted runs wait whose upload this page has open.
        """
        self._trash = trash
        self._truths: tuple[str, ...] = ()
        self._uploads = Uploads(runs)
        self._choose = Choose(roots, self._uploads, self._on_choice)
        self._show = Show(self._on_look)
        self._train = Train(trainings, runs, self._on_run)
        self._outcome = Outcome()
        self._predict = Predict(self._uploads)

    def build(self) -> None:
        """Lay the page out."""
        heading("Train a network on your data", level=1)
        with ui.element("div").classes("data-page"):
            self._choose.build()
            self._show.build()
            self._train.build()
            self._outcome.build()
            self._predict.build()

    async def list_found(self) -> None:
        """Look through the folder of data."""
        await self._choose.list_found()

    def close(self) -> threading.Thread:
        """End what is going on, and have the uploads that no run needs removed: by a thread, which is returned."""
        self._train.leave()
        # Until a training has ended, no run may say yet which file it needs.
        tidying = threading.Thread(target=self._tidy, name="studio-uploads")
        tidying.start()
        return tidying

    def _tidy(self) -> None:
        self._train.wait()
        self._uploads.close()
        self._trash.empty()

    async def _on_choice(self, choice: Choice) -> None:
        await self._show.show(choice)

    def _on_look(self, look: Look | None) -> None:
        self._on_run(None)
        self._truths = () if look is None else look.truths
        self._train.offer(look)

    def _on_run(self, run: workbench.Run | None) -> None:
        self._outcome.show(run)
        self._predict.offer(run, self._truths)

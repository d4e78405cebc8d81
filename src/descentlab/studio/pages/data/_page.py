"""The Data page: from a person's data to a trained network that predicts."""

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
from descentlab.studio.pages.data._outcome import OutcomeSection
from descentlab.studio.pages.data._predict import Predict
from descentlab.studio.pages.data._sets import DataChoice
from descentlab.studio.pages.data._show import Show
from descentlab.studio.pages.data._style import STYLE
from descentlab.studio.pages.data._train import Train
from descentlab.studio.pages.data._training import Trainings
from descentlab.studio.playing import Hall
from descentlab.studio.shelf import Trash

PATIENCE_S = 2.0
"""Seconds that a studio waits for each page's uploads to be removed when it ends."""


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
        background_tasks.create(page.list_local_sets())


class DataPage:
    """The sections of the page, each of which passes its result to the next."""

    def __init__(self, runs: Path, roots: list[Path], trainings: Trainings, trash: Trash) -> None:
        """Create the sections; `build` shows them.

        Args:
            runs: Folder of runs.
            roots: Folders in which named paths must lie.
            trainings: Starts trainings.
            trash: Deleted runs, some of which wait because this page uses their upload.
        """
        self._trash = trash
        self._truths: tuple[str, ...] = ()
        self._uploads = Uploads(runs)
        self._choose = Choose(roots, self._uploads, self._on_choice)
        self._show = Show(self._on_look)
        self._train = Train(trainings, runs, self._on_run)
        self._outcome = OutcomeSection()
        self._predict = Predict(self._uploads)

    def build(self) -> None:
        """Show the page."""
        heading("Train a network on your data", level=1)
        with ui.element("div").classes("data-page"):
            self._choose.build()
            self._show.build()
            self._train.build()
            self._outcome.build()
            self._predict.build()

    async def list_local_sets(self) -> None:
        """List the data sets of the data folder."""
        await self._choose.list_local_sets()

    def close(self) -> threading.Thread:
        """Stop the training, and start and return a thread that removes the uploads that no run needs."""
        self._train.leave()
        # Until a training has ended, its run may not yet name the file that it needs.
        tidying = threading.Thread(target=self._tidy, name="studio-uploads")
        tidying.start()
        return tidying

    def _tidy(self) -> None:
        self._train.wait()
        self._uploads.close()
        self._trash.empty()

    async def _on_choice(self, choice: DataChoice) -> None:
        await self._show.show(choice)

    def _on_look(self, look: Look | None) -> None:
        self._on_run(None)
        self._truths = () if look is None else look.truths
        self._train.offer(look)

    def _on_run(self, run: workbench.Run | None) -> None:
        self._outcome.show(run)
        self._predict.offer(run, self._truths)

"""The section in which a trained network predicts: a row of a form, a table or a picture."""

from collections.abc import Callable, Collection

import numpy as np
from nicegui import events, run as background, ui

from descentlab import workbench
from descentlab.core import DataError, DescentlabError, message_of
from descentlab.data import PICTURE_ENDINGS, TABLE_ENDINGS
from descentlab.studio.files import MOST_BYTES, Uploads, without_folder
from descentlab.studio.pages._upload_button import upload_button
from descentlab.studio.pages.data._form import FormField, fields_of, predict_file, predict_row
from descentlab.studio.pages.data._parts import bars, problem_label, section, sentences, word_table

SHOWN = 20
Read = Callable[[], float | str | None]


class Predict:
    """The section in which a person asks a network for predictions."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._run: workbench.Run | None = None
        self._readers: dict[str, Read] = {}

    def build(self) -> None:
        """Show the section; it is hidden until there is a run."""
        with section("5 Predict") as self._panel:
            self._box = ui.element("div").style("display: contents")
            self._problem = problem_label()
            self._answer = ui.element("div").props('aria-live="polite"')
        self._panel.visible = False

    def offer(self, run: workbench.Run | None, truths: Collection[str] = ()) -> None:
        """Use a finished run, and the names of its columns of "True" and "False"; None hides the section."""
        self._run = run
        self._panel.visible = run is not None
        self._box.clear()
        self._answer.clear()
        self._problem.text = ""
        if run is not None:
            with self._box:
                self._fill(fields_of(run, truths))

    def _fill(self, fields: tuple[FormField, ...]) -> None:
        self._readers = {}
        if fields:
            ui.label("Fields open with the training part's medians and most frequent words.").classes("quiet")
            with ui.element("div").classes("data-form"):
                for field in fields:
                    self._readers[field.column] = _build_field(field)
        with ui.element("div").classes("data-row"):
            if fields:
                ui.button("Predict", on_click=self._ask).props("no-caps")
                upload_button("Predict a whole table", TABLE_ENDINGS, self._take_table, most_bytes=MOST_BYTES)
            else:
                endings = sorted(PICTURE_ENDINGS)
                upload_button("Predict a picture", endings, self._take_picture, most_bytes=MOST_BYTES)

    async def _ask(self) -> None:
        values = {name: read() for name, read in self._readers.items()}
        predictions = await self._try(lambda run: predict_row(run, values))
        if predictions is not None:
            self._show_prediction(predictions)

    async def _take_picture(self, event: events.UploadEventArguments) -> None:
        predictions = await self._from_file(event, tuple(PICTURE_ENDINGS))
        if predictions is not None:
            self._show_prediction(predictions)

    async def _take_table(self, event: events.UploadEventArguments) -> None:
        predictions = await self._from_file(event, TABLE_ENDINGS)
        if predictions is not None:
            self._show_predictions(predictions)

    async def _from_file(
        self, event: events.UploadEventArguments, endings: tuple[str, ...]
    ) -> workbench.Predictions | None:
        file = event.file
        try:
            path = self._uploads.place(file.name, endings)
            if file.size() > MOST_BYTES:
                raise DataError(f"'{path.name}' is larger than {MOST_BYTES // 2**20} MB; divide it")
            await file.save(path)
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return None
        predictions = await self._try(lambda run: predict_file(run, path))
        self._problem.text = without_folder(self._problem.text, path)
        return predictions

    async def _try(self, ask: Callable[[workbench.Run], workbench.Predictions]) -> workbench.Predictions | None:
        run = self._run
        self._problem.text = ""
        self._answer.clear()
        if run is None:
            return None
        try:
            return await background.io_bound(ask, run)
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return None

    def _show_prediction(self, predictions: workbench.Predictions) -> None:
        with self._answer:
            word = predictions.predicted.tolist()[0]
            ui.label(f"Predicted: {word if predictions.classes else f'{word:.6g}'}").classes("data-prediction")
            if any(predictions.far):
                ui.label(f"Far from the training: {predictions.far[0]}.").classes("problem")
            if predictions.classes:
                shares = predictions.probabilities[0]
                order = np.argsort(-shares, kind="stable").tolist()
                rows = [(predictions.classes[place], float(shares[place]), f"{shares[place]:.1%}") for place in order]
                bars(rows, "Classes with their probabilities")
            sentences(predictions.notes)

    def _show_predictions(self, predictions: workbench.Predictions) -> None:
        with self._answer:
            table = predictions.table(SHOWN)
            shares = range(2, 2 + predictions.probabilities.shape[1])
            numeric = frozenset(shares) if predictions.classes else frozenset({1})
            word_table(table.header, table.rows, numeric=numeric)
            with ui.element("div").classes("data-row"):
                ui.button(
                    f"Download {len(predictions):,} predictions",
                    icon="download",
                    on_click=lambda: ui.download.content(predictions.to_csv(), "predictions.csv"),
                ).props("no-caps outline")
                if len(predictions) > SHOWN:
                    ui.label(table.title).classes("quiet")
            sentences(predictions.notes)


def _build_field(field: FormField) -> Read:
    if field.words:
        select = ui.select(list(field.words), label=field.column, value=field.default or None, clearable=True)
        select.props("dense outlined options-dense")
        return lambda: select.value
    if isinstance(field.default, str):
        word = ui.input(field.column, value=field.default).props("dense outlined")
        return lambda: word.value
    number = ui.number(field.column, value=field.default).props("dense outlined")
    return lambda: number.value

"""The section that shows data (columns, classes, notes), and in which a person chooses the target."""

from collections.abc import Callable

from nicegui import run, ui

from descentlab.core import DescentlabError, message_of
from descentlab.spec import TableData
from descentlab.studio.files import without_folder
from descentlab.studio.pages._parts import heading
from descentlab.studio.pages.data._look import Look, look_at
from descentlab.studio.pages.data._parts import bars, problem_label, section, sentences, word_table
from descentlab.studio.pages.data._sets import DataChoice

MOST_COLUMNS = 100
TASKS = {"auto": "by what the target holds", "classification": "classes", "regression": "a number"}


class Show:
    """The section that describes data before training."""

    def __init__(self, on_look: Callable[[Look | None], None]) -> None:
        """Create the section; `build` shows it.

        Args:
            on_look: Called with the description of data to train on, and with None if there is none.
        """
        self._on_look = on_look
        self._turn = 0

    def build(self) -> None:
        """Show the section; it is hidden before the first choice."""
        with section("2 What is in it") as self._panel:
            self._status = ui.label().classes("quiet").props('role="status"')
            self._status.bind_visibility_from(self._status, "text", bool)
            self._problem = problem_label()
            self._box = ui.element("div").style("display: contents")
        self._panel.visible = False

    async def show(self, choice: DataChoice) -> None:
        """Read data and show it; a later choice replaces one that is still being read."""
        self._turn += 1
        turn = self._turn
        self._panel.visible = True
        self._problem.text, self._status.text = "", f"Reading {choice.name} …"
        self._on_look(None)
        try:
            look = await run.io_bound(look_at, choice)
        except DescentlabError as error:
            look, problem = (
                None,
                message_of(error) if choice.path is None else without_folder(message_of(error), choice.path),
            )
        else:
            problem = look.problem if look is not None else ""
        if turn != self._turn:
            return
        self._status.text, self._problem.text = "", problem
        self._box.clear()
        if look is not None:
            with self._box:
                self._fill(look)
            self._on_look(None if look.problem else look)

    def _fill(self, look: Look) -> None:
        ui.label(f"{look.choice.name}: {look.size}")
        if isinstance(look.choice.data, TableData):
            self._build_target(look, look.choice.data)
        with ui.element("div").classes("data-two" if look.columns else ""):
            if look.columns:
                with ui.element("div"):
                    _show_columns(look)
            with ui.element("div"):
                _show_target(look)
        if look.notes:
            heading("Noticed")
            sentences(look.notes)

    def _build_target(self, look: Look, data: TableData) -> None:
        names = [column.name for column in look.columns]

        async def change(**values: object) -> None:
            await self.show(look.choice.with_table(**values))

        async def change_missing(text: str) -> None:
            words = tuple(word.strip() for word in text.split(",") if word.strip()) or None
            if words != data.missing:
                await change(missing=words)

        with ui.element("div").classes("data-row"):
            ui.select(
                names,
                label="Column to predict",
                value=look.target if look.target in names else None,
                on_change=lambda event: change(target=event.value),
            ).props("outlined dense options-dense")
            ui.select(TASKS, label="Predict", value=data.task, on_change=lambda event: change(task=event.value)).props(
                "outlined dense options-dense"
            )
            left_out = ui.select(
                [name for name in names if name != look.target],
                label="Leave out",
                value=[name for name in data.drop if name in names and name != look.target],
                multiple=True,
            ).props("outlined dense options-dense use-chips")
            left_out.on("popup-hide", lambda: change(drop=tuple(left_out.value or ())))
            left_out.on("remove", lambda: change(drop=tuple(left_out.value or ())))
            missing = ui.input(
                "Words for a missing cell", value=", ".join(data.missing or ()), placeholder="-999, lost"
            ).props("outlined dense")
            missing.tooltip("Beside the usual ones such as NA; with 'none' among them, these and empty cells alone")
            for event in ("blur", "keydown.enter"):
                missing.on(event, lambda: change_missing(missing.value or ""))


def _show_columns(look: Look) -> None:
    heading("Columns")
    rows = [
        (column.name, column.kind, f"{column.missing:,}", f"{column.distinct:,}", column.values)
        for column in look.columns[:MOST_COLUMNS]
    ]
    word_table(("column", "holds", "missing", "different", "values"), rows, numeric=frozenset({2, 3}))
    if len(look.columns) > MOST_COLUMNS:
        ui.label(f"and {len(look.columns) - MOST_COLUMNS:,} more columns").classes("quiet")


def _show_target(look: Look) -> None:
    if look.task:
        heading(f"To predict: {look.target}" if look.target else "To predict")
    if look.classes:
        most = max(count for _, count in look.classes)
        total = sum(count for _, count in look.classes)
        rows = [(name, count / most, f"{count:,} ({count / total:.0%})") for name, count in look.classes]
        bars(rows, "Classes and how many examples each has")
    elif look.reals:
        ui.label(look.reals)

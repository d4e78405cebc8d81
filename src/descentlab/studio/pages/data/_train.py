"""The section in which a network is trained: a few settings, a live curve, and a stop button."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nicegui import events, run, ui

from descentlab import workbench
from descentlab.core import DescentlabError, SpecError, message_of
from descentlab.studio.pages.data._look import Look
from descentlab.studio.pages.data._parts import problem_label, section
from descentlab.studio.pages.data._sets import hidden_units
from descentlab.studio.pages.data._training import (
    DataTraining,
    Points,
    Settings,
    Trainings,
    begin,
    curves_of,
    read_hidden,
)

REFRESH_S = 0.25
AXIS = {
    "nameLocation": "middle",
    "nameTextStyle": {"color": "var(--ink)"},
    "axisLabel": {"color": "var(--ink)"},
    "axisLine": {"lineStyle": {"color": "var(--quiet)"}},
    "splitLine": {"lineStyle": {"color": "var(--line)"}},
}
CHART: dict[str, Any] = {
    "animation": False,
    "grid": {"left": 64, "right": 20, "top": 34, "bottom": 44},
    "legend": {"top": 4, "textStyle": {"color": "var(--ink)"}, "inactiveColor": "var(--quiet)"},
    "tooltip": {"trigger": "axis", "confine": True},
    "xAxis": {**AXIS, "type": "value", "name": "epoch", "nameGap": 26, "minInterval": 1},
    "yAxis": {**AXIS, "type": "value", "name": "loss", "nameGap": 46, "scale": True},
}
CURVES = (("training", "var(--orange)", "solid"), ("validation", "var(--blue)", "dashed"))


class Train:
    """The section in which a person trains a network."""

    def __init__(self, trainings: Trainings, runs: Path, on_run: Callable[[workbench.Run | None], None]) -> None:
        """Create the section; `build` shows it.

        Args:
            trainings: Starts trainings.
            runs: Folder of runs.
            on_run: Called with None when a training begins, and with the run when it is done.
        """
        self._trainings = trainings
        self._runs = runs
        self._on_run = on_run
        self._look: Look | None = None
        self._training: DataTraining | None = None
        self._begun: list[DataTraining] = []
        self._shown = -1

    def build(self) -> None:
        """Show the section; it is hidden until there is data to train on."""
        with section("3 Training") as self._panel:
            self._settings = ui.element("div").classes("data-row")
            with ui.element("div").classes("data-row"):
                self._start = ui.button("Train", icon="play_arrow", on_click=self._begin).props("no-caps")
                self._stop = ui.button("Stop", icon="stop", on_click=self._end).props("no-caps outline")
                self._go_on = ui.button("Continue", icon="play_arrow", on_click=self._continue).props("no-caps outline")
                self._status = ui.label().props('role="status"')
                self._leaving = ui.label("Leaving this page stops it, as Stop does.").classes("quiet")
            self._problem = problem_label()
            self._bar = ui.linear_progress(0.0, show_value=False).props('aria-label="Share of the training done"')
            with ui.element("div") as self._figure:
                self._log = ui.checkbox("Log scale", on_change=self._scale)
                self._chart = ui.echart(_chart([], []), renderer="svg").classes("data-chart")
                self._chart.props('role="img" aria-label="Training and validation loss by epoch"')
        self._panel.visible = self._figure.visible = self._bar.visible = False
        self._stop.visible = self._go_on.visible = self._leaving.visible = False
        self._timer = ui.timer(REFRESH_S, self._refresh, active=False)

    def offer(self, look: Look | None) -> None:
        """Use some data; None hides the section."""
        self.leave()
        self._look = look
        self._panel.visible = look is not None
        self._figure.visible = self._bar.visible = self._go_on.visible = False
        self._status.text = self._problem.text = ""
        if look is not None:
            self._build_settings(look)

    def leave(self) -> None:
        """Stop the training; its run is kept."""
        if self._training is not None:
            self._training.stop()
            self._training = None
        self._timer.active = False
        self._show_buttons(is_busy=False)

    def wait(self) -> None:
        """Wait until all trainings of this page have ended."""
        for training in self._begun:
            training.join()

    def _build_settings(self, look: Look) -> None:
        choice = look.choice
        self._settings.clear()
        first = next(iter(choice.networks))
        usual = choice.default(first)
        self._hidden: ui.input | None = None
        with self._settings:
            self._network = ui.select(choice.networks, label="Network", value=first, on_change=self._follow_network)
            self._network.props("outlined dense options-dense")
            if choice.has_hidden:
                self._hidden = ui.input("Units of hidden layers", value=hidden_units(usual)).props("outlined dense")
            self._epochs = ui.number("Epochs", value=usual.epochs, min=0, precision=0).props("outlined dense")
            self._rate = ui.number("Learning rate", value=usual.optimizer.learning_rate, step=0.001)
            self._rate.props("outlined dense")
            self._seed = ui.number("Seed", value=usual.seed, min=0, precision=0).props("outlined dense")

    def _follow_network(self, event: events.ValueChangeEventArguments) -> None:
        if self._look is not None:
            usual = self._look.choice.default(str(event.value))
            self._epochs.value, self._rate.value = usual.epochs, usual.optimizer.learning_rate

    def _read_settings(self) -> Settings:
        epochs, rate, seed = self._epochs.value, self._rate.value, self._seed.value
        if epochs is None or rate is None or seed is None:
            raise SpecError("epochs, learning rate and seed each need a number")
        hidden = None if self._hidden is None else read_hidden(str(self._hidden.value or ""))
        return Settings(str(self._network.value), int(epochs), float(rate), int(seed), hidden)

    def _begin(self) -> None:
        look = self._look
        if look is None:
            return
        try:
            settings = self._read_settings()
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return
        self._launch(lambda watcher: begin(look.choice, settings, root=self._runs, watcher=watcher))

    def _continue(self) -> None:
        path = self._training.path if self._training is not None else None
        if path is not None:
            self._launch(lambda watcher: workbench.resume(path, durable=True, watcher=watcher))

    def _launch(self, work: Callable[[workbench.Watcher], workbench.Run]) -> None:
        self._problem.text, self._shown = "", -1
        self._on_run(None)
        try:
            self._training = self._trainings.start(work)
        except DescentlabError as error:
            self._problem.text = message_of(error)
            return
        self._begun = [*(training for training in self._begun if not training.is_over), self._training]
        self._bar.visible = self._figure.visible = True
        self._show_buttons(is_busy=True)
        self._timer.active = True

    def _end(self) -> None:
        if self._training is not None:
            self._training.stop()
            self._stop.disable()

    def _show_buttons(self, *, is_busy: bool) -> None:
        self._start.set_enabled(not is_busy)
        self._stop.visible = self._leaving.visible = is_busy
        self._stop.enable()
        training = self._training
        self._go_on.visible = not is_busy and training is not None and training.path is not None

    async def _refresh(self) -> None:
        training = self._training
        if training is None:
            return
        now = training.standing
        if now.version == self._shown:
            return
        self._shown = now.version
        self._status.text = "" if now.state == "failed" else now.words
        self._problem.text = now.words if now.state == "failed" else ""
        self._bar.value = now.share or 0.0
        self._bar.props(
            add="indeterminate" if now.share is None else "", remove="" if now.share is None else "indeterminate"
        )
        self._draw(list(training.train_curve), list(training.validation_curve))
        if training.is_over:
            await self._finish(training)

    async def _finish(self, training: DataTraining) -> None:
        self._timer.active = False
        self._bar.visible = training.run is None and training.path is not None
        self._show_buttons(is_busy=False)
        if training.run is None:
            self._figure.visible = training.path is not None
            return
        curves = await run.io_bound(curves_of, training.run)
        if curves is not None and training is self._training:
            self._draw(*curves)
            self._on_run(training.run)

    def _draw(self, train: Points, validation: Points) -> None:
        self._chart.options["series"] = _chart(train, validation)["series"]
        self._chart.update()

    def _scale(self, event: events.ValueChangeEventArguments) -> None:
        self._chart.options["yAxis"]["type"] = "log" if event.value else "value"
        self._chart.update()


def _chart(train: Points, validation: Points) -> dict[str, Any]:
    series = [
        {
            "name": name,
            "type": "line",
            "data": points,
            "showSymbol": len(points) < 20,
            "itemStyle": {"color": color},
            "lineStyle": {"color": color, "type": dash, "width": 2},
        }
        for (name, color, dash), points in zip(CURVES, (train, validation), strict=True)
        if points
    ]
    return {**CHART, "yAxis": dict(CHART["yAxis"]), "series": series}

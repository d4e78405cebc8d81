"""The forward and backward pass of one example, with its numbers on the network and in a table; and the gauge."""

from typing import Any

from nicegui import events, ui

from descentlab.backpropagation import check
from descentlab.core import DescentlabError, message_of
from descentlab.live import Session, Stability, StabilityGauge, account_of, nearest_example
from descentlab.spec import Experiment
from descentlab.studio.pages._parts import icon_button
from descentlab.studio.pages.playground._elements import NetworkDrawing
from descentlab.studio.playing import Player, Stage, walk

GAUGE_S = 0.7


class WalkControls:
    """Shows the account of one example, stage by stage."""

    def __init__(self, player: Player, network: NetworkDrawing) -> None:
        self._player = player
        self._network = network
        self._stages: list[Stage] = []
        self._place = 0
        self._row: int | None = None
        self._accounted: tuple[object, object] | None = None

    def build(self) -> None:
        """Build the controls."""
        ui.label(
            "Click a point of the plane, or begin with the first example; pause first to hold still. Point at a neuron "
            "to see the numbers of its lines alone."
        ).classes("quiet")
        with ui.row().style("align-items: center; gap: 4px"):
            ui.button("Begin", icon="start", on_click=self._begin).props("outline dense")
            icon_button("chevron_left", "Stage before", lambda: self._move(-1))
            icon_button("chevron_right", "Next stage", lambda: self._move(1))
            ui.button("Check the gradient", on_click=self._check).props("outline dense")
            ui.button("Clear", on_click=self._clear).props("flat dense")
        self._title = ui.label().classes("walk-title")
        self._text = ui.label()
        self._table = ui.element("div").classes("readout-table")
        self._checked = ui.label().props('role="status"')

    def follow(self, experiment: Experiment) -> None:
        """Drop the numbers if the network or the data has changed, since they would be shown on the wrong lines."""
        current = (experiment.model, experiment.data)
        if self._stages and self._accounted != current:
            self._clear()
        self._accounted = current

    async def take(self, event: events.GenericEventArguments) -> None:
        """Choose the example nearest to a click on the plane."""
        place = event.args
        x, y = float(place["x"]), float(place["y"])

        def find(session: Session) -> int:
            session.look_at(int(place["place"]))
            return nearest_example(session, x, y)

        await self._open(find)

    async def _begin(self) -> None:
        await self._open(lambda session: int(session.dataset.train[0]))

    async def _open(self, find: Any) -> None:
        def tell(session: Session) -> tuple[int, list[Stage]]:
            row = find(session)
            return row, walk(account_of(session, row), session.dataset, row)

        self._player.pause()
        try:
            self._row, self._stages = await self._player.ask(tell)
        except DescentlabError as error:
            ui.notify(message_of(error), type="negative")
            return
        self._place = 0
        self._checked.text = ""
        self._show()

    def _move(self, by: int) -> None:
        if self._stages:
            self._place = min(max(self._place + by, 0), len(self._stages) - 1)
            self._show()

    def _show(self) -> None:
        stage = self._stages[self._place]
        self._title.text = f"{self._place + 1} of {len(self._stages)}. {stage.title}"
        self._text.text = stage.text
        self._network.write_numbers(stage.numbers)
        self._table.clear()
        with self._table, ui.element("table").classes("walk-table"):
            with ui.element("tr"):
                for name in stage.columns:
                    with ui.element("th"):
                        ui.label(name)
            for row in stage.rows:
                with ui.element("tr"):
                    for cell in row:
                        with ui.element("td"):
                            ui.label(cell)

    async def _check(self) -> None:
        row = self._row
        if row is None:
            return
        self._checked.text = "checking ..."
        words = await self._player.ask(lambda session: check(account_of(session, row)).sentences())
        self._checked.text = " ".join(words)

    def _clear(self) -> None:
        self._stages, self._row = [], None
        self._title.text = self._text.text = self._checked.text = ""
        self._table.clear()
        self._network.write_numbers(None)


class GaugeControls:
    """Shows the sharpness beside 2 / learning rate while it trains."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._gauge = StabilityGauge()
        self._is_asking = False

    def build(self) -> None:
        """Build the gauge."""
        ui.label(
            "The sharpness is the largest curvature of the training loss. Descent is unstable where it exceeds its "
            "limit: 2 / learning rate for plain descent."
        ).classes("quiet")
        self._switch = ui.switch("Measure while it trains")
        self._bar = ui.linear_progress(value=0.0, show_value=False).props(
            'aria-label="Sharpness as a share of its limit"'
        )
        self._text = ui.label("not measured yet")
        ui.timer(GAUGE_S, self._read)

    async def _read(self) -> None:
        if not self._switch.value or self._is_asking or self._player.session is None:
            return
        self._is_asking = True
        try:
            self._tell(await self._player.ask(self._gauge.read))
        finally:
            self._is_asking = False

    def _tell(self, now: Stability | None) -> None:
        if now is None:
            self._text.text = "the loss is no number any more"
            return
        self._bar.value = min(1.0, max(0.0, now.share))
        self._bar.props(f"color={'negative' if now.share >= 1.0 else 'primary'}")
        divided = " (this rule divides each weight's step: the plain sharpness says less)" if now.is_divided else ""
        self._text.text = (
            f"sharpness {now.sharpness:.3g}, limit {now.limit:.3g}: {round(now.share, 2) + 0.0:.0%} of it"
            f"{'; beyond it, descent is thrown out' if now.share > 1.0 else ''}{divided}"
        )

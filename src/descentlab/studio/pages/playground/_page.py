"""The playground: a network in training beside its data and its loss."""

import shutil

from nicegui import Client, events, ui
from starlette.requests import Request

from descentlab.core import DescentlabError, message_of
from descentlab.live import Session
from descentlab.studio.files import FOLDER, unused
from descentlab.studio.pages._frame_of_page import page_frame
from descentlab.studio.pages.playground._axes import AxesControls
from descentlab.studio.pages.playground._controls import KEYS, Controls
from descentlab.studio.pages.playground._custom import CustomDataControls
from descentlab.studio.pages.playground._elements import Keys, NetworkDrawing, PlaneView, Readout
from descentlab.studio.pages.playground._scores import ScoreControls
from descentlab.studio.pages.playground._style import STYLE
from descentlab.studio.pages.playground._walk import GaugeControls, WalkControls
from descentlab.studio.playing import Desk, Hall, Player

CHART = {
    "grid": {"left": 52, "right": 16, "top": 30, "bottom": 40},
    "legend": {"top": 0, "left": 84, "type": "scroll"},
    "tooltip": {"trigger": "axis", "confine": True},
    "xAxis": {"type": "value", "name": "epoch"},
    "yAxis": {"type": "value", "name": "loss"},
    "series": [],
    "aria": {"enabled": True},
}


def add_playground(hall: Hall) -> None:
    """Add the page."""

    @ui.page("/")
    async def playground(request: Request, client: Client) -> None:
        with page_frame("/", "Playground"):
            ui.add_css(STYLE)
            desk = Desk(dict(request.query_params))
            try:
                player = hall.enter(desk.experiment, desk.view.race)
            except DescentlabError as error:
                ui.label(message_of(error)).classes("problem").props('role="alert"')
                return
            desk.seat(player)
            page = Playground(desk, player, hall)
            page.build()
            client.on_delete(lambda: (hall.leave(player), page.forget()))


class Playground:
    """The page's views and controls around one player."""

    def __init__(self, desk: Desk, player: Player, hall: Hall) -> None:
        """Create a page for a desk and its player."""
        self._desk = desk
        self._player = player
        self._hall = hall
        self._client = ui.context.client
        self._folder = hall.runs / FOLDER / f"playground-{player.key[:8]}"

    def build(self) -> None:
        """Show the page."""
        with ui.element("h1").classes("visually-hidden"):
            ui.label("Playground")
        desk, player = self._desk, self._player
        self._controls = Controls(desk, player, self._hall.runs)
        self._controls.build_bar()
        self._problem = ui.label().classes("problem").props('role="alert"')
        with ui.element("div").classes("playground"):
            with ui.element("section").classes("panel data-panel").props('aria-label="Data"'):
                self._controls.build_data()
                custom_box = ui.expansion("Own data: paste, upload, draw").classes("full")
            with ui.element("section").classes("panel network-panel").props('aria-label="Network"'):
                self._controls.build_layers()
                self._network = NetworkDrawing(player.key)
                self._network.on("feature", self._switch_feature)
                self._network.on("weight", self._edit_weight)
                self._controls.build_more()
                self._walk = walk = WalkControls(player, self._network)
                with ui.expansion("Step through: one example forward and backward").classes("full") as account:
                    walk.build()
                with ui.expansion("Stability gauge: sharpness beside 2 / learning rate").classes("full") as gauge:
                    GaugeControls(player).build()
                self._controls.add_hideable("account", account)
                self._controls.add_hideable("gauge", gauge)
            with ui.element("section").classes("panel output-panel").props('aria-label="Output"'):
                self._build_output(walk)
        self._custom_data = custom_data = CustomDataControls(desk, self._plane, self._folder)
        with custom_box:
            custom_data.build()
        self._controls.add_hideable("own", custom_box)
        self._plane.on("place", custom_data.place)
        with ui.element("section").classes("panel loss-panel").props('aria-label="Training"'):
            with ui.element("div").classes("loss-chart"):
                chart = ui.echart(dict(CHART)).classes("chart").props('role="img" aria-label="Loss by epoch"')
                self._log = ui.checkbox("Log scale", on_change=self._scale)
            self._readout = Readout(player.key, chart)
            if "time" in desk.view.hidden:
                self._readout.hide_time()
            self._readout.on("running", lambda event: self._controls.show_running(is_running=bool(event.args)))
            self._readout.on("look", lambda event: self._look_back(int(event.args)))
            self._readout.on("focus", lambda event: self._focus(int(event.args)))
        Keys(KEYS).on("press", lambda event: self._controls.press(str(event.args)))
        desk.on_change = self._follow
        player.on_change = self._hear
        self._follow()

    def _build_output(self, walk: WalkControls) -> None:
        self._plane = PlaneView(self._player.key)
        self._plane.on("focus", lambda event: self._focus(int(event.args)))
        self._plane.on("example", walk.take)
        self._axes = AxesControls(self._desk)
        self._controls.add_hideable("axes", self._axes.build())
        self._controls.build_output(self._plane)
        scores = ui.expansion("Scores: confusion matrix, R²").classes("full")
        ScoreControls(self._player, scores).build()
        self._controls.add_hideable("scores", scores)

    def forget(self) -> None:
        """Remove the page's uploads, unless a run needs them."""
        for folder in unused([self._folder] if self._folder.is_dir() else [], self._hall.runs):
            shutil.rmtree(folder, ignore_errors=True)

    def _follow(self) -> None:
        desk = self._desk
        self._controls.follow()
        self._custom_data.follow()
        self._walk.follow(desk.experiment)
        features = self._controls.features()
        self._network.offer(*features)
        self._plane.show(shows_test=desk.view.shows_test, is_discrete=desk.view.is_discrete)
        self._tell_problem()
        # Run through the client, since the pressed button may be gone by now: a layer's buttons are rebuilt.
        self._client.run_javascript(f"history.replaceState(null, '', '?' + {desk.query!r} + location.hash)")

    def _hear(self) -> None:
        """Show the player's state; the player calls this between two slices of its work."""
        self._tell_problem()
        # Training that ends at once is over before a frame could show the browser that it ran.
        self._controls.show_running(is_running=self._player.is_running)
        if self._player.session is not None:
            self._axes.follow(self._player.session)

    def _tell_problem(self) -> None:
        self._problem.text = self._desk.problem or self._player.problem
        self._problem.visible = bool(self._problem.text)

    def _scale(self, event: events.ValueChangeEventArguments) -> None:
        self._readout.use_log_scale(is_log=bool(event.value))

    def _switch_feature(self, event: events.GenericEventArguments) -> None:
        self._controls.switch_feature(str(event.args))

    def _edit_weight(self, event: events.GenericEventArguments) -> None:
        edit = event.args
        index = tuple(int(place) for place in edit["index"])
        value = float(edit["value"])
        self._player.do(lambda session: session.set_weight(str(edit["layer"]), str(edit["role"]), index, value))

    def _look_back(self, place: int) -> None:
        self._player.pause()
        self._player.do(lambda session: session.look_back(place))

    def _focus(self, place: int) -> None:
        def focus(session: Session) -> None:
            session.look_at(place)

        self._player.do(focus)

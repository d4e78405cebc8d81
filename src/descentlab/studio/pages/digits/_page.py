"""Digits: a pad to draw on, and a trained network's answer to the drawing, stroke by stroke."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float
from nicegui import Client, events, run, ui
from starlette.requests import Request

from descentlab.core import DescentlabError, message_of
from descentlab.live import Glance, WantedChange
from descentlab.representations import Attribution
from descentlab.studio.pages._frame_of_page import page_frame
from descentlab.studio.pages._parts import heading
from descentlab.studio.pages.digits._latest import Latest
from descentlab.studio.pages.digits._networks import ExamplePicture, PictureNetwork, find_choices, open_network
from descentlab.studio.pages.digits._pad import Pad, read_sent
from descentlab.studio.pages.digits._parts import PixelPicture, paragraph
from descentlab.studio.pages.digits._pictures import grey_uri
from descentlab.studio.pages.digits._reasons import Reasons, WantedChanges
from descentlab.studio.pages.digits._style import STYLE
from descentlab.studio.pages.digits._training import DigitsTraining, Recipe, recipes
from descentlab.studio.pages.digits._views import Layers, ProbabilityBars, draw_layers
from descentlab.studio.playing import Hall

POLL_S = 0.2
Pixels = Float[np.ndarray, "rows columns colours"]


def add_digits(hall: Hall) -> None:
    """Add the page."""

    @ui.page("/digits")
    async def digits(request: Request, client: Client) -> None:
        with page_frame("/digits", "Digits"):
            ui.add_css(STYLE)
            page = DigitsPage(hall)
            page.build()
            client.on_delete(page.close)
        await client.connected()
        await page.offer(request.query_params.get("run"))


class DigitsPage:
    """The page of one person: a pad, a network, and views of its forward and backward pass of the drawing."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._network: PictureNetwork | None = None
        self._glance: Glance | None = None
        self._wanted: WantedChange | None = None
        self._training: DigitsTraining | None = None
        self._looking = Latest(hall.pool, self._tell_problem)
        self._studying = Latest(hall.pool, self._tell_problem)

    def build(self) -> None:
        """Show the page."""
        heading("Draw a digit", level=1)
        self._problem = ui.label().classes("problem").props('role="alert"')
        with ui.element("div").classes("digits"):
            with ui.element("div").classes("digit-left"):
                with ui.element("section").classes("panel").props('aria-label="Network"'):
                    self._build_network()
                with ui.element("section").classes("panel digit-pad").props('aria-label="Pad"'):
                    self._build_pad()
            with ui.element("div"):
                with ui.element("section").classes("panel").props('aria-label="Answer"'):
                    self._bars = ProbabilityBars()
                with ui.element("section").classes("panel").props('aria-label="Layers"'):
                    self._layers = Layers()
                with ui.element("section").classes("panel").props('aria-label="Reasons"'):
                    self._reasons = Reasons()
                with ui.element("section").classes("panel").props('aria-label="Wishes"'):
                    self._changes = WantedChanges(self._study, self._take_step)
        for view in (self._bars, self._reasons, self._changes):
            view.reset(())

    def _build_network(self) -> None:
        heading("The network")
        self._select = ui.select({}, label="Run", on_change=self._choose).classes("digit-run").props("dense outlined")
        self._state = paragraph("Looking for runs.", "quiet digit-status").props('role="status"')
        self._bar = ui.linear_progress(value=0.0, show_value=False).props('aria-label="Training"')
        with ui.element("div").classes("digit-tools"):
            self._buttons = [
                ui.button(recipe.label, on_click=lambda _, recipe=recipe: self._train(recipe), color=None).props(
                    "outline dense no-caps"
                )
                for recipe in recipes()
            ]
            self._stop = ui.button("Stop", icon="stop", on_click=lambda _: self._stop_training(), color=None)
            self._stop.props("outline dense no-caps")
        self._poll = ui.timer(POLL_S, self._follow_training, active=False)
        self._show_training(is_running=False)

    def _build_pad(self) -> None:
        heading("The pad")
        self._pad = Pad()
        self._pad.on("draw", self._drawn)
        self._pad.on("clear", lambda _: self._forget_example())
        with ui.element("div").classes("digit-tools"):
            self._number = ui.number("Example picture", value=0, min=0, precision=0).props("dense outlined")
            self._number.on("keydown.enter", self._show_example)
            ui.button("Show", on_click=self._show_example, color=None).props("outline dense no-caps")
        self._examples = paragraph("", "quiet")
        heading("What the network sees")
        with ui.element("div").classes("digit-seeing"):
            self._input_picture = PixelPicture("The drawing as the network sees it", classes="digit-seen")
            self._layout = paragraph("", "quiet")

    async def offer(self, wanted: str | None = None) -> None:
        """List the runs, and choose a run: the wanted one, or the newest.

        Args:
            wanted: Name of a run, or None.
        """
        try:
            choices = await run.io_bound(find_choices, self._hall.runs) or []
        except DescentlabError as error:
            self._tell_problem(message_of(error))
            return
        names = [choice.name for choice in choices]
        first = wanted if wanted in names else next(iter(names), None)
        self._select.set_options({choice.name: choice.label for choice in choices}, value=first)
        if first is None:
            self._state.text = f"There is no run of digits in {self._hall.runs} yet: train a network here."

    def _choose(self, event: events.ValueChangeEventArguments) -> None:
        name = event.value
        if name is None:
            return
        self._state.text = f"Getting {name} ready."
        self._looking.ask(lambda: open_network(self._hall.runs, name), self._seat)

    def _seat(self, network: PictureNetwork) -> None:
        self._studying.drop()
        self._network, self._glance, self._wanted = network, None, None
        layers = network.run.network.table()
        num_params = sum(layer.num_params for layer in layers)
        self._state.text = f"{len(layers)} layers, {num_params:,} learned numbers. {network.run.outcome[0]}"
        self._pad.set_pen(network.style.pen)
        self._layout.text = network.style.describe()
        self._examples.text = "" if network.has_examples else "Its pictures are not on this machine."
        for view in (self._bars, self._reasons, self._changes):
            view.reset(network.classes)
        self._layers.reset(network)
        self._pad.run_method("changed")

    def _drawn(self, event: events.GenericEventArguments) -> None:
        network = self._network
        try:
            sent = read_sent(event.args)
        except DescentlabError as error:
            self._tell_problem(message_of(error))
            return
        if network is None:
            self._pad.answer()
            return
        self._look(network, lambda: network.lay_out(sent.drawing), is_settled=sent.is_settled)

    def _look(self, network: PictureNetwork, picture: Callable[[], Pixels], *, is_settled: bool) -> None:
        """Compute the forward pass of a picture and draw its activations, in a thread; then show them."""

        def look() -> tuple[Glance, dict[str, str]]:
            glance = network.reader.look(picture())
            return glance, draw_layers(glance)

        self._looking.ask(look, lambda result: self._show(network, *result, is_settled=is_settled))

    def _show(self, network: PictureNetwork, glance: Glance, drawn: dict[str, str], *, is_settled: bool) -> None:
        self._pad.answer()
        if network is not self._network:
            return
        self._glance = glance
        self._input_picture.show(grey_uri(glance.picture.mean(axis=2)))
        self._bars.show(glance, network.classes, is_settled=is_settled)
        self._layers.show(glance, drawn, is_settled=is_settled)
        self._studying.drop()
        if not glance.picture.any():
            self._wanted = None
            self._reasons.forget()
            self._changes.forget()
        elif is_settled:
            self._study()

    def _study(self) -> None:
        """Compute reasons and wanted changes of the drawing, unless another drawing comes first."""
        network, glance = self._network, self._glance
        if network is None or glance is None or not glance.picture.any():
            return
        label = self._changes.choice.of(glance)

        def study() -> tuple[Attribution, WantedChange]:
            return network.reader.attribute(glance.picture), network.reader.wanted_change(glance.picture, label)

        self._studying.ask(study, lambda result: self._tell_study(network, glance, *result))

    def _tell_study(self, network: PictureNetwork, glance: Glance, reasons: Attribution, wanted: WantedChange) -> None:
        if glance is not self._glance or network is not self._network:
            return
        self._wanted = wanted
        self._reasons.show(glance, reasons)
        self._changes.show(glance, wanted, network.classes, network.run.objective.title)

    def _put(self, picture: Pixels) -> None:
        """Show a picture on the pad that is already in the form of the network's input."""
        network = self._network
        if network is None:
            return
        self._pad.show(picture.mean(axis=2))
        self._look(network, lambda: picture, is_settled=True)

    def _take_step(self, _: Any) -> None:
        wanted = self._wanted
        if wanted is not None:
            self._changes.choice.choose(wanted.label)
            self._put(wanted.moved.astype(np.float32))

    def _show_example(self, _: Any) -> None:
        network, number = self._network, self._number.value
        if network is None or number is None:
            self._tell_problem("choose or train a network first, and a number from 0")
            return
        self._looking.ask(lambda: network.example(int(number)), lambda example: self._show_picture(network, example))

    def _show_picture(self, network: PictureNetwork, example: ExamplePicture) -> None:
        if network is not self._network:
            return
        name = network.classes[example.label]
        self._examples.text = f"Example {example.number} {network.describe_examples()}: a {name}."
        self._changes.choice.choose(example.label)
        self._put(example.picture)

    def _forget_example(self) -> None:
        self._examples.text = ""
        self._changes.choice.choose(-1)

    def _train(self, recipe: Recipe) -> None:
        if self._training is not None:
            return
        self._training = DigitsTraining(recipe, self._hall.runs)
        self._poll.activate()
        self._show_training(is_running=True)

    def _stop_training(self) -> None:
        if self._training is not None:
            self._training.stop()

    async def _follow_training(self) -> None:
        training = self._training
        if training is None:
            return
        self._bar.value = training.share
        self._state.text = training.words
        if not training.is_over:
            return
        self._training = None
        self._poll.deactivate()
        self._show_training(is_running=False)
        self._tell_problem(training.problem)
        if training.run is not None:
            await self.offer(training.run)

    def _show_training(self, *, is_running: bool) -> None:
        self._bar.set_visibility(is_running)
        self._stop.set_visibility(is_running)
        for button in self._buttons:
            button.set_enabled(not is_running)

    def _tell_problem(self, problem: str) -> None:
        self._problem.text = problem
        self._problem.set_visibility(bool(problem))

    def close(self) -> None:
        """Stop the training and ignore the results of running work, since the page was closed."""
        self._looking.close()
        self._studying.close()
        self._stop_training()

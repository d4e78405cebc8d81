"""The playground's controls. Each changes a word of the page's address, and the page follows the address."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
from nicegui import events, ui

from descentlab.spec import LossName, known_set
from descentlab.studio.pages._parts import heading, icon_button
from descentlab.studio.pages.playground._elements import PlaneView
from descentlab.studio.pages.playground._layers import ACTIVATIONS, LayerControls
from descentlab.studio.pages.playground._race import RaceControls
from descentlab.studio.pages.playground._save import SaveControls
from descentlab.studio.pages.playground._typed import NumberChoice
from descentlab.studio.playing import FEATURES, PLAYGROUND, TABLES, Desk, Player, Speed

RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
PENALTIES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
OPTIMIZERS = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]
INITIALIZERS = [
    "uniform", "normal", "glorot-uniform", "glorot-normal", "he-uniform", "he-normal", "lecun-uniform", "lecun-normal",
    "zeros",
]  # fmt: skip
SCHEDULES = ["constant", "cosine", "one-cycle", "step", "warm-up"]
SPEEDS: dict[Speed, str] = {
    "step": "1 mini-batch a frame",
    "epoch": "1 epoch a frame",
    "10 epochs": "10 epochs a frame",
    "100 epochs": "100 epochs a frame",
    "fastest": "as fast as it goes",
}
KEYS = (" ", "s", "e", "r", "n")
SETS = {name: known_set(name).title for name in (*PLAYGROUND, *TABLES)}
CUSTOM_POINTS, CUSTOM_TABLE = "points", "table"
CUSTOM_SETS = {CUSTOM_POINTS: {CUSTOM_POINTS: "Own points"}, CUSTOM_TABLE: {CUSTOM_TABLE: "Own table"}}
"""Names of a person's data among the sets while it is loaded; a person cannot choose it again later."""


class Controls:
    """All controls of a page."""

    def __init__(self, desk: Desk, player: Player, runs: Path) -> None:
        """Create the controls; the `build_` methods show them.

        Args:
            desk: Settings of the page.
            player: Player that follows the settings.
            runs: Folder of runs.
        """
        self._save = SaveControls(desk, player, runs)
        self._layers = LayerControls(desk)
        self._desk = desk
        self._player = player
        self._is_following = False
        self._named: dict[str, Any] = {}

    def build_bar(self) -> None:
        """Build the bar at the top: play, speed, learning rate and optimizer."""
        with ui.element("section").classes("panel control-bar").props('aria-label="Controls"'):
            with ui.row().classes("play").style("gap: 4px"):
                self._add("reset", icon_button("replay", "Reset to the same weights (R)", self._reset))
                self._play = icon_button("play_arrow", "Train (space)", self._toggle).props("color=primary")
                self._add("play", self._play)
                self._add("step", icon_button("skip_next", "One mini-batch (S)", lambda: self._step(steps=1)))
                self._add(
                    "step-epoch", icon_button("fast_forward", "One epoch (E)", lambda: self._step(epochs=1)), "step"
                )
                self._add("draw", icon_button("casino", "New draw of the weights (N)", self._draw_anew), "reset")
            speed = ui.select(SPEEDS, value=self._player.speed, label="Speed", on_change=self._set_speed)
            self._add("speed", speed.classes("speed"))
            self._select("rate", "Learning rate", _numbers(RATES), takes_new=True)
            self._select("activation", "Activation", ACTIVATIONS)
            self._select("optimizer", "Optimizer", OPTIMIZERS)
            self._penalty = ui.select(["none", "L1", "L2"], value="none", label="Penalty", on_change=self._set_penalty)
            self._penalty_rate = NumberChoice(
                _numbers(PENALTIES), value="0", label="Penalty rate", on_change=self._set_penalty
            )
            self._add("regularization", self._penalty)
            self._add("regularization-rate", self._penalty_rate, "regularization")

    def build_data(self) -> None:
        """Build the controls of the data."""
        heading("Data")
        self._add("data", ui.select(SETS, label="Data set", on_change=self._open_data).classes("full"))
        self._slider("share", "Training share", 10, 90, 10, "%")
        self._slider("noise", "Noise", 0, 50, 5, "")
        self._slider("batch", "Batch size", 1, 30, 1, "")
        self._add(
            "regenerate", ui.button("Regenerate", icon="autorenew", on_click=self._regenerate).props("outline dense")
        )

    def build_layers(self) -> None:
        """Build the controls of the layers, above the network."""
        for name, element in self._layers.build().items():
            self._add(name, element, "layers")

    def build_more(self) -> None:
        """Build the controls that are used less often."""
        title = "More: loss, schedule, initial weights, dropout, when to stop"
        with ui.expansion(title).classes("full"), ui.element("div").classes("more"):
            self._select("loss", "Loss", list(get_args(LossName)))
            self._select("schedule", "Schedule", SCHEDULES)
            self._select("epochs", "Epochs of the schedule", ["100", "300", "1000", "3000"], takes_new=True)
            self._select("init", "Initial weights", INITIALIZERS)
            self._select("dropout", "Dropout", ["0", "0.1", "0.2", "0.3", "0.5"])
            self._add("stop", ui.number("Stop at epoch", min=1, precision=0, on_change=self._set_stop))
            self._add("stop-loss", ui.number("Stop at training loss", min=0.0, on_change=self._set_stop), "stop")
        with ui.expansion("Race: the same network at several rates, activations, ...").classes("full") as race:
            RaceControls(self._desk).build()
        self._add("race", race)
        with ui.expansion("Save, load, share").classes("full") as save:
            self._save.build()
        self._add("save", save)

    def build_output(self, plane: PlaneView) -> None:
        """Build the controls under the plane."""
        with ui.row().style("gap: 4px 16px"):
            self._add("test", ui.checkbox("Show test data", on_change=lambda e: self._flag("test", e)))
            self._add("discretize", ui.checkbox("Discretize", on_change=lambda e: self._flag("discretize", e)))

    def add_hideable(self, name: str, element: Any) -> None:
        """Let a link hide an element of the page by a name."""
        self._add(name, element)

    def follow(self) -> None:
        """Show the desk's settings, and hide what its link hides."""
        words = self._desk.words
        self._is_following = True
        try:
            shown = {
                "activation": words.get("activation", "tanh").split(",")[0],
                "optimizer": words.get("optimizer", "sgd"),
                "rate": _numbers((float(words["rate"]),))[0],
                "loss": self._desk.experiment.loss.kind,
                "schedule": words.get("schedule", "constant"),
                "epochs": str(self._desk.experiment.epochs),
                "init": words.get("init", "uniform"),
                "dropout": words.get("dropout", "0"),
                "data": words.get("data", CUSTOM_POINTS),
                "share": round(100 * (1 - self._desk.experiment.split.test)),
                "noise": float(words.get("noise", 0)),
                "batch": 10.0
                if self._desk.experiment.batch_size == "full"
                else float(self._desk.experiment.batch_size),
                "test": words.get("test") == "1",
                "discretize": words.get("discretize") == "1",
            }
            self._named["data"].set_options({**SETS, **CUSTOM_SETS.get(shown["data"], {})}, value=shown["data"])
            for name, value in shown.items():
                _put(self._named[name], value)
            self._follow_penalty(words)
            self._layers.follow()
            for name, element in self._named.items():
                element.visible = self._home_of(name) not in self._desk.view.hidden
            self._named["noise"].parent_slot.parent.visible = words.get("data") in PLAYGROUND and (
                "noise" not in self._desk.view.hidden
            )
        finally:
            self._is_following = False

    def features(self) -> tuple[list[str], list[str]]:
        """Return the features that can be switched, and those that are on."""
        if self._desk.experiment.data.kind not in ("playground", "points"):
            return [], []
        hides = "features" in self._desk.view.hidden
        chosen = [str(name) for name in getattr(self._desk.experiment.data, "features", ())]
        return (chosen if hides else list(FEATURES.values())), chosen

    def switch_feature(self, name: str) -> None:
        """Switch a feature on or off; the last one stays on."""
        _, chosen = self.features()
        wanted = [feature for feature in FEATURES.values() if (feature in chosen) != (feature == name)]
        if wanted:
            words = {feature: word for word, feature in FEATURES.items()}
            self._desk.change(features=",".join(words[feature] for feature in wanted))

    def show_running(self, *, is_running: bool) -> None:
        """Show whether it trains."""
        self._play.props(f"icon={'pause' if is_running else 'play_arrow'}")
        self._play.props(f'aria-label="{"Pause" if is_running else "Train"} (space)"')

    def press(self, key: str) -> None:
        """Do the action of a key, unless the link hides its button."""
        actions = {
            " ": ("play", self._toggle), "s": ("step", lambda: self._step(steps=1)),
            "e": ("step", lambda: self._step(epochs=1)), "r": ("reset", self._reset), "n": ("reset", self._draw_anew),
        }  # fmt: skip
        control, action = actions[key]
        if control not in self._desk.view.hidden:
            action()

    def _add(self, name: str, element: Any, home: str | None = None) -> None:
        self._named[name] = element
        if home is not None:
            element.props(f'data-home="{home}"')
        element.props(f'data-control="{name}"')

    def _home_of(self, name: str) -> str:
        return str(self._named[name].props.get("data-home", name))

    def _select(self, name: str, label: str, options: list[str], *, takes_new: bool = False) -> None:
        def change(event: events.ValueChangeEventArguments) -> None:
            if not self._is_following and event.value is not None:
                self._desk.change(**{name: None if (name, event.value) == ("dropout", "0") else str(event.value)})

        kind = NumberChoice if takes_new else ui.select
        self._add(name, kind(options, label=label, on_change=change))

    def _slider(self, name: str, label: str, low: int, high: int, step: int, unit: str) -> None:
        with ui.element("div").classes("group"):
            text = ui.label()
            slider = ui.slider(min=low, max=high, step=step, value=low).props(f'aria-label="{label}"')

            def change(event: events.ValueChangeEventArguments) -> None:
                text.text = f"{label}: {event.value:g}{unit}"
                if not self._is_following:
                    self._desk.change(**{name: f"{event.value:g}"})

            slider.on_value_change(change)
            text.text = f"{label}: {low}{unit}"
        self._add(name, slider)

    def _toggle(self) -> None:
        if self._player.is_running:
            self._player.pause()
        else:
            self._player.play()
        self.show_running(is_running=self._player.is_running)

    def _reset(self) -> None:
        self._player.pause()
        self._player.do(lambda session: session.reset())

    def _step(self, *, epochs: int = 0, steps: int = 0) -> None:
        self._player.pause()
        self._player.do(lambda session: session.advance(epochs=epochs, steps=steps))

    def _draw_anew(self) -> None:
        seed = self._desk.experiment.seed
        data_seed = self._desk.experiment.data_seed
        self._desk.change(seed=str(seed + 1), dataseed=str(seed if data_seed is None else data_seed))

    def _regenerate(self) -> None:
        experiment = self._desk.experiment
        old = experiment.seed if experiment.data_seed is None else experiment.data_seed
        self._desk.change(dataseed=str(old + 1))

    def _set_speed(self, event: events.ValueChangeEventArguments) -> None:
        self._player.speed = event.value
        self._player.refresh()

    def _set_stop(self) -> None:
        epoch, loss = self._named["stop"].value, self._named["stop-loss"].value
        self._player.stop_at_epoch = int(epoch) if epoch else None
        self._player.stop_at_loss = float(loss) if loss else None

    def _set_penalty(self) -> None:
        if self._is_following:
            return
        kind, rate = self._penalty.value, str(self._penalty_rate.value)
        self._desk.change(l1=rate if kind == "L1" else None, l2=rate if kind == "L2" else None)

    def _follow_penalty(self, words: dict[str, str]) -> None:
        kind = "L1" if "l1" in words else "L2" if "l2" in words else self._penalty.value
        _put(self._penalty, kind)
        if kind != "none":
            _put(self._penalty_rate, words.get(kind.lower(), self._penalty_rate.value))

    def _open_data(self, event: events.ValueChangeEventArguments) -> None:
        if not self._is_following and event.value in (*PLAYGROUND, *TABLES):
            self._desk.open_data(event.value)

    def _flag(self, name: str, event: events.ValueChangeEventArguments) -> None:
        if not self._is_following:
            self._desk.change(**{name: "1" if event.value else None})


def _numbers(values: tuple[float, ...]) -> list[str]:
    return [np.format_float_positional(value, trim="-") for value in values]


def _put(element: Any, value: Any) -> None:
    """Show a value, and add it to the options if it is not among them."""
    if isinstance(element, NumberChoice):
        element.show(value)
        return
    options = getattr(element, "options", None)
    if isinstance(options, list) and value is not None and value not in options:
        element.options = [*options, value]
    elif isinstance(options, dict) and value is not None and value not in options:
        element.options = {**options, value: value}
    if element.value != value:
        element.value = value

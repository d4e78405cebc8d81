"""The controls of a race: the setting in which networks that train side by side differ."""

from nicegui import ui

from descentlab.studio.playing import Desk

USUAL = {
    "learning_rate": "0.003, 0.03, 0.3, 3",
    "activation": "tanh, relu, sigmoid, linear",
    "optimizer": "sgd, momentum, adam",
    "seed": "0, 1, 2, 3",
}
NAMES = {
    "": "nothing",
    "learning_rate": "learning rate",
    "activation": "activation",
    "optimizer": "optimizer",
    "seed": "seed",
}


class RaceControls:
    """Chooses the setting that differs; data, initial draw and order of the examples are the same."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def build(self) -> None:
        """Build the controls."""
        race = self._desk.view.race
        name = race.name if race else ""
        values = (
            ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in race.values) if race else ""
        )
        ui.label(
            "Networks with the same data, the same initial draw and the same order of examples; one thing differs."
        ).classes("quiet")
        with ui.row().style("align-items: center"):
            self._name = ui.select(NAMES, value=name, label="What differs", on_change=self._choose)
            self._values = ui.input("Values, with commas", value=values).on("keydown.enter", self._start)
            ui.button("Race", icon="flag", on_click=self._start).props("outline dense")

    def _choose(self) -> None:
        self._values.value = USUAL.get(self._name.value, "")
        if not self._name.value:
            self._start()

    def _start(self) -> None:
        words = ",".join(word.strip() for word in str(self._values.value or "").split(",") if word.strip())
        self._desk.change(race=f"{self._name.value}:{words}" if self._name.value else None)

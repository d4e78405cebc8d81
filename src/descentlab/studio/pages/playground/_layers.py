"""The controls of the playground's hidden layers: their number, widths and activations."""

from typing import Any

from nicegui import ui

from descentlab.studio.pages._parts import icon_button
from descentlab.studio.playing import Desk

ACTIVATIONS = ["tanh", "relu", "sigmoid", "linear", "leaky-relu", "elu", "selu", "gelu", "silu", "exponential"]
LAYERS_SHOWN = 6
UNITS_SHOWN = 8
BEYOND = f"More than TensorFlow Playground's {LAYERS_SHOWN} layers of {UNITS_SHOWN}: it trains, if more slowly."


class LayerControls:
    """A card for each hidden layer, and two buttons for their number."""

    def __init__(self, desk: Desk) -> None:

        self._desk = desk
        self._shown: list[tuple[ui.element, ui.label, ui.select]] = []
        self._is_following = False

    def build(self) -> dict[str, Any]:
        """Build the row of layers.

        Returns:
            Elements that a link hides with `layers`, by name.
        """
        with ui.row().classes("layer-row"):
            fewer = icon_button("remove", "One layer less", lambda: self._change_depth(-1))
            self._depth = ui.label().style("min-width: 104px; text-align: center")
            more = icon_button("add", "One layer more", lambda: self._change_depth(1))
        self._cards = ui.row().classes("layer-row")
        self._beyond = ui.label().classes("quiet")
        return {"layers": fewer, "more-layers": more, "layer-cards": self._cards}

    def follow(self) -> None:
        """Show the desk's layers."""
        units, activations = self._hidden_layers()
        self._depth.text = f"{len(units)} hidden layer{'' if len(units) == 1 else 's'}"
        is_beyond = len(units) > LAYERS_SHOWN or max(units, default=0) > UNITS_SHOWN
        self._beyond.text = BEYOND if is_beyond else ""
        # A card is kept as long as its layer: a press on a card that is rebuilt meanwhile would be lost.
        while len(self._shown) > len(units):
            self._shown.pop()[0].delete()
        with self._cards:
            self._shown += [self._build_card(place) for place in range(len(self._shown), len(units))]
        self._is_following = True
        for (_, width, activation), count, name in zip(self._shown, units, activations, strict=True):
            width.text, activation.value = str(count), name
        self._is_following = False

    def _build_card(self, place: int) -> tuple[ui.element, ui.label, ui.select]:
        number = place + 1
        with ui.element("div").classes("layer-card") as card:
            icon_button("remove", f"One neuron less in layer {number}", lambda: self._change_units(place, -1), "xs")
            width = ui.label().style("min-width: 14px; text-align: center")
            icon_button("add", f"One neuron more in layer {number}", lambda: self._change_units(place, 1), "xs")
            activation = ui.select(
                ACTIVATIONS, label=f"Activation of layer {number}",
                on_change=lambda event: self._change_activation(place, str(event.value)),
            ).props("dense borderless options-dense")  # fmt: skip
        return card, width, activation

    def _hidden_layers(self) -> tuple[list[int], list[str]]:
        words = self._desk.words
        units = [int(word) for word in words["layers"].split(",") if word]
        activations = words.get("activation", "tanh").split(",")
        return units, [activations[min(place, len(activations) - 1)] for place in range(len(units))]

    def _set_layers(self, units: list[int], activations: list[str]) -> None:
        self._desk.change(
            layers=",".join(str(count) for count in units), activation=",".join(activations) if units else None
        )

    def _change_depth(self, by: int) -> None:
        units, activations = self._hidden_layers()
        if by < 0 and units:
            self._set_layers(units[:-1], activations[:-1])
        elif by > 0:
            self._set_layers([*units, 2], [*activations, activations[-1] if activations else "tanh"])

    def _change_units(self, place: int, by: int) -> None:
        units, activations = self._hidden_layers()
        units[place] = max(1, units[place] + by)
        self._set_layers(units, activations)

    def _change_activation(self, place: int, name: str) -> None:
        if self._is_following:
            return
        units, activations = self._hidden_layers()
        activations[place] = name
        self._set_layers(units, activations)

"""The views of the digits page that change while somebody draws: probabilities as bars, and the layers."""

from collections.abc import Mapping, Sequence

import numpy as np
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from descentlab.live import Glance
from descentlab.studio.pages._parts import heading
from descentlab.studio.pages.digits._networks import PictureNetwork
from descentlab.studio.pages.digits._parts import EMPTY, PixelPicture, paragraph
from descentlab.studio.pages.digits._pictures import MOST_CHANNELS, layer_uri
from descentlab.studio.pages.digits._words import tell_answer, tell_layer


class ProbabilityBars:
    """A bar for the probability of each class."""

    def __init__(self) -> None:
        """Show the panel."""
        heading("What it says")
        self._words = paragraph("", "digit-answer").props('aria-live="polite"')
        self._list = ui.element("div").classes("digit-bars").props('role="list" aria-label="Probability of each class"')
        self._rows: list[tuple[ui.element, ui.element, ui.label]] = []

    def reset(self, classes: Sequence[str]) -> None:
        """Show bars for some classes; no classes if there is no network yet."""
        self._words.text = EMPTY if classes else "Choose a network, or train one."
        self._list.clear()
        self._rows = []
        with self._list:
            for name in classes:
                with ui.element("div").classes("digit-bar").props('role="listitem"') as row:
                    ui.label(name).classes("digit-bar-name")
                    with ui.element("div").classes("digit-bar-track").props('aria-hidden="true"'):
                        fill = ui.element("div").classes("digit-bar-fill")
                    share = ui.label("").classes("digit-bar-share")
                self._rows.append((row, fill, share))

    def show(self, glance: Glance, classes: Sequence[str], *, is_settled: bool) -> None:
        """Show probabilities; the sentence waits until the pen is lifted, since it is read aloud."""
        is_blank = not glance.picture.any()
        for k, (row, fill, share) in enumerate(self._rows):
            probability = 0.0 if is_blank else float(glance.probabilities[k])
            fill.style(f"width: {100.0 * probability:.1f}%")
            share.text = "" if is_blank else f"{probability:.1%}"
            is_first = not is_blank and k == glance.winner
            row.classes(add="first" if is_first else "", remove="" if is_first else "first")
        if is_settled:
            self._words.text = tell_answer(glance, classes)


def draw_layers(glance: Glance) -> dict[str, str]:
    """Draw the activations of each layer. This takes some milliseconds, so it should run in a thread."""
    return {name: layer_uri(values.astype(np.float64)) for name, values in glance.maps.items()}


class Layers:
    """The activations of each layer, from the picture to the logits."""

    def __init__(self) -> None:
        """Show the panel."""
        heading("Layer by layer")
        paragraph(
            "What each layer hands on of this drawing: a small picture a channel, a square a unit. Black is the "
            "layer's smallest value and white its largest.",
            "quiet",
        )
        self._box = ui.element("div").classes("digit-layers")
        self._rows: dict[str, tuple[str, TextElement, PixelPicture]] = {}

    def reset(self, network: PictureNetwork) -> None:
        """Show a row for each layer."""
        self._box.clear()
        self._rows = {}
        kinds = {layer.name: layer.kind for layer in network.run.network.layers}
        with self._box:
            for name in network.reader.layers:
                with ui.element("figure").classes("digit-layer"):
                    words = TextElement(tag="figcaption", text=name)
                    picture = PixelPicture(f"What {name} hands on", classes="digit-maps")
                self._rows[name] = (kinds[name], words, picture)

    def show(self, glance: Glance, drawn: Mapping[str, str], *, is_settled: bool) -> None:
        """Show the layers as `draw_layers` drew them; the words wait until the pen is lifted."""
        for name, (kind, words, picture) in self._rows.items():
            values = glance.maps[name]
            picture.show(drawn[name])
            if is_settled:
                shown = min(values.shape[-1], MOST_CHANNELS)
                words.text = tell_layer(name, kind, values, shown)

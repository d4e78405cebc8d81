"""The parts of the digits page that show something: bars, layers, reasons, wishes."""

from collections.abc import Callable, Sequence

import numpy as np
from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement

from gradlab.live import Glance, Wish
from gradlab.representations import Attribution
from gradlab.studio.pages._digits_networks import PictureNetwork
from gradlab.studio.pages._digits_pictures import MOST_CHANNELS, grey_uri, layer_uri, signed_uri
from gradlab.studio.pages._digits_words import (
    Rows,
    class_rows,
    contribution_rows,
    effective_rows,
    nudge_rows,
    output_names,
    tell_answer,
    tell_cost,
    tell_layer,
    tell_pixels,
    tell_step,
    tell_sum,
)

EMPTY = "Draw something, and lift the pen."
PLACES = ("what it says", "its second guess")
"""Choices of a class that follow the network's answer."""


class Picture(ui.element):
    """A picture of few pixels, each drawn as a square."""

    def __init__(self, alt: str, source: str = "", classes: str = "") -> None:
        """Show nothing, or a data URI."""
        super().__init__("img")
        self.classes(f"pixels {classes}")
        self.show(source, alt)

    def show(self, source: str, alt: str = "") -> None:
        """Show another picture."""
        self._props["src"] = source
        if alt:
            self._props["alt"] = alt
        self.update()


def heading(text: str, level: int = 2) -> None:
    """Write a heading, of a panel or of the page."""
    TextElement(tag=f"h{level}", text=text)


def paragraph(text: str = "", classes: str = "") -> TextElement:
    """Write a paragraph, whose text may change."""
    found = TextElement(tag="p", text=text)
    found.classes(classes)
    return found


def table(caption: str, header: Sequence[str], rows: Rows) -> None:
    """Lay out rows; the first cell of each names it."""
    with ui.element("div").classes("digit-scroll").props('tabindex="0" role="region"') as scroll:
        scroll._props["aria-label"] = caption
        with ui.element("table").classes("digit-table"):
            TextElement(tag="caption", text=caption)
            with ui.element("thead"), ui.element("tr"):
                for word in header:
                    TextElement(tag="th", text=word).props('scope="col"')
            with ui.element("tbody"):
                for first, *others in rows:
                    with ui.element("tr"):
                        TextElement(tag="th", text=first).props('scope="row"')
                        for cell in others:
                            TextElement(tag="td", text=cell)


class Bars:
    """A bar a class, which move while somebody draws."""

    def __init__(self) -> None:
        """Lay out the panel."""
        heading("What it says")
        self._words = paragraph("", "digit-answer").props('aria-live="polite"')
        self._list = ui.element("div").classes("digit-bars").props('role="list" aria-label="Probability of each class"')
        self._rows: list[tuple[ui.element, ui.element, ui.label]] = []

    def reset(self, classes: Sequence[str]) -> None:
        """Lay out bars for some classes; none: there is no network yet."""
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
            told = 0.0 if is_blank else float(glance.probabilities[k])
            fill.style(f"width: {100.0 * told:.1f}%")
            share.text = "" if is_blank else f"{told:.1%}"
            is_first = not is_blank and k == glance.winner
            row.classes(add="first" if is_first else "", remove="" if is_first else "first")
        if is_settled:
            self._words.text = tell_answer(glance, classes)


class Layers:
    """What each layer hands on, from the picture to the logits."""

    def __init__(self) -> None:
        """Lay out the panel."""
        heading("Layer by layer")
        paragraph(
            "What each layer hands on of this drawing: a small picture a channel, a square a unit. Black is the "
            "layer's smallest value and white its largest.",
            "quiet",
        )
        self._box = ui.element("div").classes("digit-layers")
        self._rows: dict[str, tuple[str, TextElement, Picture]] = {}

    def reset(self, network: PictureNetwork) -> None:
        """Lay out a row a layer."""
        self._box.clear()
        self._rows = {}
        kinds = {layer.name: layer.kind for layer in network.run.network.layers}
        with self._box:
            for name in network.reader.layers:
                with ui.element("figure").classes("digit-layer"):
                    words = TextElement(tag="figcaption", text=name)
                    picture = Picture(f"What {name} hands on", classes="digit-maps")
                self._rows[name] = (kinds[name], words, picture)

    def show(self, glance: Glance, *, is_settled: bool) -> None:
        """Show the layers; the words wait until the pen is lifted."""
        for name, (kind, words, picture) in self._rows.items():
            values = glance.maps[name]
            picture.show(layer_uri(values.astype(np.float64)))
            if is_settled:
                shown = min(values.shape[-1], MOST_CHANNELS)
                words.text = tell_layer(name, kind, values, shown)


class ClassChoice:
    """Which class is looked at: one that follows the network's answer, or one of a person's choice."""

    def __init__(self, label: str, on_change: Callable[[], None], *, place: int = 0) -> None:
        """Lay out the choice.

        Args:
            label: What it asks.
            on_change: Called when another class is chosen.
            place: Which of the network's guesses it follows, as `PLACES` names them.
        """
        self._place = place
        self._select = ui.select({-1: PLACES[place]}, value=-1, label=label, on_change=lambda _: on_change())
        self._select.props("dense outlined options-dense").classes("digit-choice")

    def reset(self, classes: Sequence[str]) -> None:
        """Offer other classes."""
        options: dict[int, str] = {-1: PLACES[self._place], **dict(enumerate(classes))}
        self._select.set_options(options, value=-1)

    def choose(self, label: int) -> None:
        """Choose a class; -1 follows the network's answer."""
        self._select.value = label

    def of(self, glance: Glance) -> int:
        """Return the class that is meant."""
        chosen = self._select.value
        if isinstance(chosen, int) and 0 <= chosen < len(glance.probabilities):
            return chosen
        return int(np.argsort(-glance.probabilities, kind="stable")[self._place])


class Reasons:
    """What speaks for each class: pixels by integrated gradients, and the last layer's terms."""

    def __init__(self) -> None:
        """Lay out the panel."""
        heading("What speaks for each class")
        self.choice = ClassChoice("Class to explain", self._show)
        self._pixels = paragraph()
        self._maps = ui.element("div").classes("digit-reasons")
        self._tables = ui.element("div").classes("digit-tables")
        self._shown: tuple[Glance, Attribution] | None = None
        self._classes: Sequence[str] = ()

    def reset(self, classes: Sequence[str]) -> None:
        """Forget the last drawing."""
        self._classes = classes
        self.choice.reset(classes)
        self.forget()

    def forget(self) -> None:
        """Show nothing, since nothing is drawn."""
        self._shown = None
        self._clear()

    def show(self, glance: Glance, found: Attribution) -> None:
        """Show a drawing's reasons."""
        self._shown = (glance, found)
        self._show()

    def _clear(self) -> None:
        self._pixels.text = EMPTY
        self._maps.clear()
        self._tables.clear()

    def _show(self) -> None:
        if self._shown is None:
            return
        glance, found = self._shown
        self._clear()
        names = output_names(self._classes, len(found.logits))
        output = self.choice.of(glance) if len(names) > 1 else 0
        self._pixels.text = tell_pixels(found, output, names[output])
        largest = float(np.abs(found.maps).max())
        with self._maps:
            for k, name in enumerate(names):
                with ui.element("figure").classes("digit-reason" + (" chosen" if k == output else "")):
                    Picture(f"Pixels for and against {name}", signed_uri(found.maps[k], largest))
                    TextElement(tag="figcaption", text=f"{name}: {found.logits[k]:.2f}".replace("-", "−"))
        with self._tables:
            self._show_terms(glance, output, names)

    def _show_terms(self, glance: Glance, output: int, names: Sequence[str]) -> None:
        parts = glance.contributions
        if parts is None:
            paragraph("The last layer is no linear dense one, so that its logits are no sums of terms.", "quiet")
            return
        paragraph(tell_sum(parts, glance), "quiet wide")
        table("Every class: terms for, terms against", ("class", "for", "against", "bias", "logit", "probability"),
              class_rows(parts, glance, names))  # fmt: skip
        table(
            f"The logit of {names[output]}, term by term", ("from", "a", "w", "a·w"), contribution_rows(parts, output)
        )


class Wishes:
    """Back-propagation of the drawing, as if it were one of a class."""

    def __init__(self, on_label: Callable[[], None], on_step: Callable[[events.ClickEventArguments], None]) -> None:
        """Lay out the panel.

        Args:
            on_label: Called when another class was chosen.
            on_step: Called when the step along the wish is to be taken.
        """
        heading("What it would change")
        self.choice = ClassChoice("It should be", on_label, place=1)
        self._cost = paragraph()
        with ui.element("div").classes("digit-wish"):
            self._wanted = Picture("Pixels to brighten and to darken", classes="digit-large")
            self._moved = Picture("The drawing, a step that way", classes="digit-large")
            with ui.element("div"):
                self._step = paragraph()
                self._button = ui.button("Take this step", on_click=on_step, color=None).props("outline dense no-caps")
        self._tables = ui.element("div").classes("digit-tables")

    def reset(self, classes: Sequence[str]) -> None:
        """Forget the last drawing."""
        self.choice.reset(classes)
        self.forget()

    def forget(self) -> None:
        """Show nothing, since nothing is drawn."""
        self._cost.text = EMPTY
        self._step.text = ""
        self._tables.clear()
        for one in (self._wanted, self._moved, self._button):
            one.set_visibility(False)

    def show(self, glance: Glance, wish: Wish, classes: Sequence[str], loss: str) -> None:
        """Show what a drawing asks for."""
        self._cost.text = tell_cost(wish, classes, loss)
        self._step.text = tell_step(wish, glance, classes)
        wanted = wish.picture.mean(axis=2)
        self._wanted.show(signed_uri(wanted, float(np.abs(wanted).max())))
        self._moved.show(grey_uri(wish.moved.mean(axis=2)))
        for one in (self._wanted, self._moved, self._button):
            one.set_visibility(True)
        self._tables.clear()
        with self._tables:
            table(
                "Back through the layers, from the output: lengths of δ and of the gradient",
                ("layer", "|δ|", "|∂C/∂θ|", "share of |∂C/∂θ|²", "learned"),
                nudge_rows(wish),
            )
            table(
                "The numbers that it wants to change most",
                ("number", "is", "−∂C/∂θ", "wanted", "share"),
                effective_rows(wish),
            )

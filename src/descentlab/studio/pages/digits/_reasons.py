"""The views of the digits page that wait until the pen is lifted: reasons for each class, and wanted changes."""

from collections.abc import Callable, Sequence

import numpy as np
from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement

from descentlab.live import Glance, WantedChange
from descentlab.representations import Attribution
from descentlab.studio.pages._parts import heading
from descentlab.studio.pages.digits._parts import EMPTY, PixelPicture, paragraph, table
from descentlab.studio.pages.digits._pictures import grey_uri, signed_uri
from descentlab.studio.pages.digits._words import (
    class_rows,
    contribution_rows,
    effective_rows,
    nudge_rows,
    output_names,
    tell_cost,
    tell_pixels,
    tell_step,
    tell_sum,
)

PLACES = ("what it says", "its second guess")
"""Choices of a class that follow the network's prediction."""


class ClassChoice:
    """The choice of a class: one that follows the network's prediction, or a fixed one."""

    def __init__(self, label: str, on_change: Callable[[], None], *, place: int = 0) -> None:
        """Show the choice.

        Args:
            label: Label of the choice.
            on_change: Called when another class is chosen.
            place: Position in `PLACES` of the prediction that it follows.
        """
        self._place = place
        self._select = ui.select({-1: PLACES[place]}, value=-1, label=label, on_change=lambda _: on_change())
        self._select.props("dense outlined options-dense").classes("digit-choice")

    def reset(self, classes: Sequence[str]) -> None:
        """Offer other classes."""
        options: dict[int, str] = {-1: PLACES[self._place], **dict(enumerate(classes))}
        self._select.set_options(options, value=-1)

    def choose(self, label: int) -> None:
        """Choose a class; -1 follows the network's prediction."""
        self._select.value = label

    def of(self, glance: Glance) -> int:
        """Return the chosen class."""
        chosen = self._select.value
        if isinstance(chosen, int) and 0 <= chosen < len(glance.probabilities):
            return chosen
        return int(np.argsort(-glance.probabilities, kind="stable")[self._place])


class Reasons:
    """The reasons for each class: pixels by integrated gradients, and the last layer's terms."""

    def __init__(self) -> None:
        """Show the panel."""
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

    def show(self, glance: Glance, attribution: Attribution) -> None:
        """Show the reasons of a drawing."""
        self._shown = (glance, attribution)
        self._show()

    def _clear(self) -> None:
        self._pixels.text = EMPTY
        self._maps.clear()
        self._tables.clear()

    def _show(self) -> None:
        if self._shown is None:
            return
        glance, attribution = self._shown
        self._clear()
        names = output_names(self._classes, len(attribution.logits))
        output = self.choice.of(glance) if len(names) > 1 else 0
        self._pixels.text = tell_pixels(attribution, output, names[output])
        largest = float(np.abs(attribution.maps).max())
        with self._maps:
            for k, name in enumerate(names):
                with ui.element("figure").classes("digit-reason" + (" chosen" if k == output else "")):
                    PixelPicture(f"Pixels for and against {name}", signed_uri(attribution.maps[k], largest))
                    TextElement(tag="figcaption", text=f"{name}: {attribution.logits[k]:.2f}".replace("-", "−"))
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


class WantedChanges:
    """The backward pass of the drawing, as if it were of a given class."""

    def __init__(self, on_label: Callable[[], None], on_step: Callable[[events.ClickEventArguments], None]) -> None:
        """Show the panel.

        Args:
            on_label: Called when another class is chosen.
            on_step: Called when a person takes the step that changes the drawing.
        """
        heading("What it would change")
        self.choice = ClassChoice("It should be", on_label, place=1)
        self._cost = paragraph()
        with ui.element("div").classes("digit-wish"):
            self._wanted = PixelPicture("Pixels to brighten and to darken", classes="digit-large")
            self._moved = PixelPicture("The drawing, a step that way", classes="digit-large")
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
        for element in (self._wanted, self._moved, self._button):
            element.set_visibility(False)

    def show(self, glance: Glance, change: WantedChange, classes: Sequence[str], loss: str) -> None:
        """Show the changes that a drawing would make to the network and to itself."""
        self._cost.text = tell_cost(change, classes, loss)
        self._step.text = tell_step(change, glance, classes)
        wanted = change.picture.mean(axis=2)
        self._wanted.show(signed_uri(wanted, float(np.abs(wanted).max())))
        self._moved.show(grey_uri(change.moved.mean(axis=2)))
        for element in (self._wanted, self._moved, self._button):
            element.set_visibility(True)
        self._tables.clear()
        with self._tables:
            table(
                "Back through the layers, from the output: lengths of δ and of the gradient",
                ("layer", "|δ|", "|∂C/∂θ|", "share of |∂C/∂θ|²", "learned"),
                nudge_rows(change),
            )
            table(
                "The numbers that it wants to change most",
                ("number", "is", "−∂C/∂θ", "wanted", "share"),
                effective_rows(change),
            )

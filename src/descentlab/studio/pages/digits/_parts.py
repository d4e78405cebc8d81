"""Parts of the views of the digits page: pictures, paragraphs and tables."""

from collections.abc import Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from descentlab.studio.pages.digits._words import Rows

EMPTY = "Draw something, and lift the pen."


class PixelPicture(ui.element):
    """A picture of few pixels, each drawn as a square."""

    def __init__(self, alt: str, source: str = "", classes: str = "") -> None:
        """Show a data URI, or nothing."""
        super().__init__("img")
        self.classes(f"pixels {classes}")
        self.show(source, alt)

    def show(self, source: str, alt: str = "") -> None:
        """Show another picture."""
        self._props["src"] = source
        if alt:
            self._props["alt"] = alt
        self.update()


def paragraph(text: str = "", classes: str = "") -> TextElement:
    """Write a paragraph whose text may change."""
    element = TextElement(tag="p", text=text)
    element.classes(classes)
    return element


def table(caption: str, header: Sequence[str], rows: Rows) -> None:
    """Show rows; the first cell of each is its header."""
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

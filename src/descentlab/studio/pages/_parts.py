"""Small parts of several pages. Text from files is always shown as plain text."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from descentlab.results import mark_code


def heading(text: str, level: int = 2) -> None:
    """Write a heading of a page, or of a part of it."""
    TextElement(tag=f"h{level}", text=text)


def write_sentence(sentence: str) -> None:
    """Write a sentence; text between backticks is shown as code."""
    for piece, is_code in mark_code((sentence,)):
        ui.label(piece).classes("sentence-code" if is_code else "sentence-piece")


def icon_button(icon: str, label: str, action: Callable[..., Any], size: str = "md") -> ui.button:
    """Show a round button with an icon.

    Args:
        icon: Name of the icon.
        label: Action of the button in words, as its tooltip and for screen readers.
        action: Called when the button is pressed.
        size: Quasar's name of the button's size.
    """
    button = ui.button(icon=icon, on_click=action).props(f"flat round dense size={size}")
    button.props["aria-label"] = button.props["title"] = label
    return button

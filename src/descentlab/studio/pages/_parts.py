"""Small parts that several pages are built of. Whatever a file says is shown as text."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from descentlab.results import mark_code


def heading(text: str, level: int = 2) -> None:
    """Write a heading, of a part of a page or of the page."""
    TextElement(tag=f"h{level}", text=text)


def told(sentence: str) -> None:
    """Write a sentence; what stands between backticks is typed as it is."""
    for piece, is_code in mark_code((sentence,)):
        ui.label(piece).classes("told-code" if is_code else "told-piece")


def icon_button(icon: str, label: str, action: Callable[..., Any], size: str = "md") -> ui.button:
    """Put a round button with a picture on it.

    Args:
        icon: The picture's name.
        label: What it does, for those who point at it and those who hear it.
        action: What it does.
        size: Quasar's name of its size.
    """
    button = ui.button(icon=icon, on_click=action).props(f"flat round dense size={size}")
    button.props["aria-label"] = button.props["title"] = label
    return button

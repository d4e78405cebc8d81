"""The playground: a network, its data and its training, side by side and alive."""

from nicegui import ui

from gradlab.studio._hall import Hall
from gradlab.studio.pages._frame_of_page import page_frame


def add_playground(hall: Hall) -> None:
    """Add the page."""

    @ui.page("/")
    def playground() -> None:
        with page_frame("/", "Playground"):
            ui.label("Playground")

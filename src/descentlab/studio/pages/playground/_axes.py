"""The choice of the two features of a table that span the plane."""

from nicegui import ui

from descentlab.live import Session
from descentlab.studio.playing import Desk


class AxesControls:
    """Chooses the horizontal and the vertical feature; shown if there is a choice."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._chosen = ("", "")
        self._data_generation = -1
        self._is_following = False

    def build(self) -> ui.element:
        """Build the controls.

        Returns:
            The element around them, which may be hidden as a whole.
        """
        with ui.element("div") as place, ui.element("div").classes("axes") as self._both:
            self._across = ui.select([], label="Across", on_change=self._change)
            self._up = ui.select([], label="Up", on_change=self._change)
        self._both.visible = False
        return place

    def follow(self, session: Session) -> None:
        """Offer the features of the data, and show the two that span the plane."""
        is_settled = self._desk.settle(session)
        if is_settled and session.data_generation == self._data_generation:
            return
        self._data_generation = session.data_generation
        names = list(session.axes)
        self._both.visible = len(names) > 1
        if session.plane is not None and names:
            self._show(session.plane.names, names)

    def _change(self) -> None:
        if self._is_following:
            return
        across, up = self._across.value, self._up.value
        # Choosing the feature of the other axis swaps the two.
        names = (across, up) if across != up else (self._chosen[1], self._chosen[0])
        self._show(names, list(self._across.options))
        self._desk.change(across=names[0], up=names[1])

    def _show(self, names: tuple[str, str], options: list[str]) -> None:
        self._chosen = names
        self._is_following = True
        try:
            self._across.set_options(options, value=names[0])
            self._up.set_options(options, value=names[1])
        finally:
            self._is_following = False

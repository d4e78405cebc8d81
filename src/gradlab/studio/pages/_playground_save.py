"""Saving, loading and sharing what the playground has."""

from urllib.parse import urlsplit

from nicegui import ui

from gradlab.core import GradlabError
from gradlab.spec import to_toml
from gradlab.studio._desk import Desk
from gradlab.studio._player import Player


class SaveControls:
    """A link with all weights, the description as a file, the network as plain Python."""

    def __init__(self, desk: Desk, player: Player) -> None:
        """Stand ready to be built."""
        self._desk = desk
        self._player = player

    def build(self) -> None:
        """Build them."""
        with ui.row().style("gap: 6px"):
            ui.button("Copy link", icon="link", on_click=self._copy_link).props("outline dense")
            ui.button("Description (TOML)", icon="description", on_click=self._download_spec).props("outline dense")
        self._link = ui.input("A link to open").on("keydown.enter", self._open_link).classes("full")
        ui.label("The address holds every setting; the copied link holds the weights as they stand besides.").classes(
            "quiet"
        )

    async def _copy_link(self) -> None:
        query = await self._player.ask(self._desk.full_link)
        ui.run_javascript(
            f"const link = location.origin + location.pathname + '?' + {query!r};"
            "navigator.clipboard?.writeText(link).catch(() => undefined);"
            f"getElement({self._link.id}).$el.dataset.link = link;"
        )
        self._link.value = "?" + query
        ui.notify("The link is copied; it stands below too.")

    def _open_link(self) -> None:
        given = str(self._link.value or "")
        query = urlsplit(given).query or given.lstrip("?")
        ui.navigate.to(f"/?{query}")

    def _download_spec(self) -> None:
        try:
            ui.download.content(to_toml(self._desk.experiment), f"{self._desk.experiment.name}.toml")
        except GradlabError as error:
            ui.notify(str(error), type="negative")

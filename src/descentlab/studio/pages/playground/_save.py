"""Saving, loading and sharing the playground's network and settings."""

import tomllib
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from nicegui import events, ui

from descentlab.core import DescentlabError, RunError, message_of
from descentlab.live import Session, as_python
from descentlab.spec import parse, to_toml
from descentlab.studio.pages._upload_button import upload_button
from descentlab.studio.playing import Desk, Player, from_query, to_query
from descentlab.workbench import keep


class SaveControls:
    """A link with all weights, the description as a file, the network as plain Python."""

    def __init__(self, desk: Desk, player: Player, runs: Path) -> None:

        self._desk = desk
        self._player = player
        self._runs = runs

    def build(self) -> None:
        """Build the controls."""
        with ui.row().style("gap: 6px"):
            ui.button("Copy link", icon="link", on_click=self._copy_link).props("outline dense")
            ui.button("Run", icon="save", on_click=self._keep).props("outline dense")
            ui.button("Python", icon="code", on_click=self._download_python).props("outline dense")
            ui.button("Description (TOML)", icon="description", on_click=self._download_spec).props("outline dense")
        upload_button("Open a description (TOML)", (".toml",), self._load, most_bytes=500_000)
        self._link = ui.input("A link to open").on("keydown.enter", self._open_link).classes("full")
        ui.label("The address holds every setting; the copied link holds the weights as they stand besides.").classes(
            "quiet"
        )

    async def _copy_link(self) -> None:
        query = await self._player.ask(self._desk.full_link)
        ui.run_javascript(
            f"const link = location.origin + location.pathname + '?' + {query!r};"
            "navigator.clipboard?.writeText(link).catch(() => undefined);"
        )
        self._link.value = "?" + query
        ui.notify("The link is copied; it stands below too.")

    async def _keep(self) -> None:
        def put(session: Session) -> str:
            racer = session.racers[session.focus]
            if session.shown is not None or racer.network.step:
                raise RunError("a run is kept from the end of an epoch: go to the present and finish the epoch first")
            return str(keep(racer.network, session.initial_params_of(session.focus), root=self._runs).path)

        self._player.pause()
        try:
            path = await self._player.ask(put)
        except DescentlabError as error:
            ui.notify(message_of(error), type="negative")
            return
        ui.notify(f"Kept as {path}; the Runs page has it.")

    async def _download_python(self) -> None:
        def write(session: Session) -> str:
            plan = session.racers[session.focus].network.plan
            return as_python(plan.network, plan.objective, session.params_of(session.focus), session.dataset)

        try:
            script = await self._player.ask(write)
        except DescentlabError as error:
            ui.notify(message_of(error), type="negative")
            return
        ui.download.content(script, "network.py")

    async def _load(self, event: events.UploadEventArguments) -> None:
        content = await event.file.read()
        try:
            experiment = parse(tomllib.loads(content.decode("utf-8")), where=event.file.name)
            query = to_query(experiment)
            from_query(dict(parse_qsl(query, keep_blank_values=True)))
        except (DescentlabError, ValueError) as error:
            ui.notify(message_of(error).splitlines()[0], type="negative")
            return
        ui.navigate.to(f"/?{query}")

    def _open_link(self) -> None:
        given = str(self._link.value or "")
        query = urlsplit(given).query or given.lstrip("?")
        ui.navigate.to(f"/?{query}")

    def _download_spec(self) -> None:
        try:
            ui.download.content(to_toml(self._desk.experiment), f"{self._desk.experiment.name}.toml")
        except DescentlabError as error:
            ui.notify(message_of(error), type="negative")

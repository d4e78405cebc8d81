"""The web server, which calls back when it is ready."""

import socket
from collections.abc import Callable
from typing import Any

import uvicorn


def run_server(app: Any, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve an application on a bound socket until the process is interrupted."""
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    _Server(config, on_ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

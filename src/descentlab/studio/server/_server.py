"""The web server, which calls back when it is ready."""

import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn


def run_server(app: Any, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve an application on a bound socket until the process is interrupted.

    Raises:
        KeyboardInterrupt: When it was, after it has closed its connections.
    """
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = _Server(config, on_ready)
    server.run(sockets=[listener])
    if server.is_interrupted:
        raise KeyboardInterrupt


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self.is_interrupted = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close at the first signal. Uvicorn's own handler would send it again when it has closed."""
        self.force_exit = self.should_exit
        self.should_exit = self.is_interrupted = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

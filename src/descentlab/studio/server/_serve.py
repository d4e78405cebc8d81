"""Serving the studio until it is stopped."""

import errno
import os
import re
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from descentlab.core import SpecError
from descentlab.studio.server._guard import LOOPBACK

TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}")
BACKLOG = 2_048
"""Connections that may wait to be accepted, as many as the web server itself allows."""


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8137,
    token: str | None = None,
    runs: Path = Path("runs"),
    on_ready: Callable[[str], None] = lambda _: None,
    on_note: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the studio until the process is interrupted.

    Args:
        host: Address to listen on. Any address but a local one needs a token, which is drawn if none is given.
        port: Port to listen on; 0 takes a free one.
        token: Token that every request must carry: at least 8 letters, digits, - and _.
        runs: Folder of runs.
        on_ready: Called with the address to open, once the studio answers.
        on_note: Called after that with each note on what was repaired in the folder of runs.

    Raises:
        SpecError: If the port is taken, the address is not this machine's, or the token has another form.
    """
    if token is not None and not TOKEN.fullmatch(token):
        raise SpecError("the token must have at least 8 letters, digits, - or _, so that an address can carry it")
    is_local = host in LOOPBACK
    token = token or (None if is_local else secrets.token_urlsafe(16))
    listener = _listen(host, port)  # before the heavy imports, so that a taken port is reported at once

    from descentlab.studio.server._app import build_app
    from descentlab.studio.server._server import run_server
    from descentlab.studio.shelf import Trash
    from descentlab.training import prepare_engine

    prepare_engine()
    notes = Trash(runs).restore()
    app = build_app(token=token, runs=runs, is_local=is_local, notes=notes)
    address = f"http://{_shown(host)}:{listener.getsockname()[1]}/" + (f"?token={token}" if token else "")

    def tell() -> None:
        on_ready(address)
        for note in notes:
            on_note(note)

    run_server(app, listener, tell)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # on Windows the option would take the port from another process
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)  # until it listens, another process could bind the same port
    except (OSError, OverflowError) as error:
        listener.close()
        raise SpecError(f"cannot listen on {host}, port {port}: {_reason(error)}") from None
    return listener


def _reason(error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "the port is taken; choose another by --port, or a free one by --port 0"
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        return "it is not allowed to you; choose a --port above 1023"
    if isinstance(error, socket.gaierror) or getattr(error, "errno", 0) == errno.EADDRNOTAVAIL:
        return "this machine has no such address; choose another by --host, as 127.0.0.1 or 0.0.0.0"
    return getattr(error, "strerror", None) or str(error)


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host

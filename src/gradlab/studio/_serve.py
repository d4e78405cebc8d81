"""Serving the studio until it is stopped."""

import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from gradlab.core import SpecError
from gradlab.studio._guard import LOOPBACK


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8137,
    token: str | None = None,
    runs: Path = Path("runs"),
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the studio until the process is interrupted.

    Args:
        host: The address to listen on. Another one than this machine's own needs a token, which is made up if none is
            given.
        port: The port; 0 takes a free one.
        token: What every request must carry.
        runs: The folder of runs.
        on_ready: Called with the address to open, once it answers.

    Raises:
        SpecError: If the port is taken or the address is not this machine's.
    """
    from gradlab.studio._app import build_app
    from gradlab.studio._server import run_server
    from gradlab.training import prepare_engine

    is_local = host in LOOPBACK
    token = token or (None if is_local else secrets.token_urlsafe(16))
    listener = _listen(host, port)
    prepare_engine()
    app = build_app(token=token, runs=runs, is_local=is_local)
    address = f"http://{_shown(host)}:{listener.getsockname()[1]}/" + (f"?token={token}" if token else "")
    run_server(app, listener, lambda: on_ready(address))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError(f"cannot listen on {host}:{port}: {reason}; choose another by --port, or --port 0") from None
    return listener


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host

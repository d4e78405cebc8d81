"""The studio as a web application."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from nicegui import app as nicegui_app, ui

from descentlab.studio.files import MOST_BYTES
from descentlab.studio.pages import add_pages
from descentlab.studio.playing import Hall, add_frames
from descentlab.studio.server._body_limit import BodyLimit
from descentlab.studio.server._guard import LOOPBACK, Guard
from descentlab.studio.shelf import Trash, add_reports


def build_app(
    *, token: str | None = None, runs: Path = Path("runs"), is_local: bool = True, notes: Sequence[str] = ()
) -> Any:
    """Build the studio.

    Args:
        token: Token that every request must carry, or None.
        runs: Folder of runs.
        is_local: Whether requests must name this machine as 127.0.0.1, localhost or ::1.
        notes: Notes to show on the Runs page.

    Returns:
        An ASGI application.
    """
    hall = Hall(runs)
    hall.notes += notes
    hall.pool.submit(Trash(runs, hall.has_upload).empty)  # finishes deletions that a kill may have interrupted
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_frames(outer, hall)
    add_reports(outer, hall)
    add_pages(hall)
    nicegui_app.on_shutdown(hall.close)
    ui.run_with(
        outer,
        title="descentlab studio",
        favicon="🔬",
        dark=None,
        language="en-US",
        tailwind=False,
        reconnect_timeout=5.0,
        message_history_length=200,
        show_welcome_message=False,
        binding_refresh_interval=None,
    )
    # The lines of a form come on top of the file.
    limited = BodyLimit(outer, MOST_BYTES + 2**16)
    return Guard(limited, hosts=frozenset(LOOPBACK) if is_local else None, token=token)

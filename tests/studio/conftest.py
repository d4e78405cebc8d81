"""A studio that runs beside the tests, and a browser that looks at it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SERVE = """
import contextlib
from descentlab.studio import serve
with contextlib.suppress(KeyboardInterrupt):
    serve(port=0, on_ready=print, on_note=print)
"""


@dataclass(frozen=True)
class Studio:
    """A studio that is being served.

    Attributes:
        address: Where, with a slash at its end.
        folder: Where it was started; runs lie in its `runs`.
        pid: The process.
    """

    address: str
    folder: Path
    pid: int


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Studio]:
    """Serve a studio in a process of its own, which is asked to end in the end; it may have been killed by then."""
    with (folder / "stderr").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", SERVE], cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert process.stdout is not None
        with process.stdout:
            address = process.stdout.readline().strip()
            assert address.startswith("http"), (folder / "stderr").read_text()
            yield Studio(address, folder, process.pid)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGINT)
            process.wait(timeout=30)
    assert "Traceback" not in (folder / "stderr").read_text()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One studio for all tests."""
    with serving(tmp_path_factory.mktemp("studio")) as served:
        yield served


@pytest.fixture
def visit(browser: Any, studio: Studio) -> Iterator[Callable[..., Any]]:
    """Open a page of the studio; whatever it complains of, or asks of another host, fails the test in the end."""
    complaints: list[str] = []

    def note_request(request: Any) -> None:
        if not request.url.startswith((studio.address, studio.address.replace("http", "ws", 1), "data:", "blob:")):
            complaints.append(request.url)

    def open_page(path: str = "", *, width: int = 1280, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note_request)
        page.on("websocket", note_request)
        page.goto(studio.address + path)
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert complaints == []

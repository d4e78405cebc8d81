"""The studio as a person starts it: a real process, which answers its own pages only and ends with Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from descentlab.cli._studio import has_screen
from tests.cli.conftest import Descentlab

COMMAND = [sys.executable, "-c", "from descentlab.cli import main; main()", "studio"]


@contextmanager
def started(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start the studio on a free port; hand out its process and the address that it printed."""
    words = [*COMMAND, "--no-open", "--port", "0", *options]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        told = process.stdout.readline()
        found = re.fullmatch(r"descentlab studio: (http\S+)\n", told)
        assert found, told or process.communicate()[1]
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a studio answers this machine."""
    with started(tmp_path_factory.mktemp("home")) as (_, address):
        yield address


def socket_address(address: str) -> str:
    return address.replace("http", "ws", 1) + "frames/none"


def test_it_answers_on_this_machine_alone(address: str) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    answer = httpx.get(address)
    assert answer.status_code == 200
    assert "descentlab studio" in answer.text


@pytest.mark.parametrize("header", ["Host", "Origin"])
def test_another_site_is_refused(address: str, header: str) -> None:
    name = "evil.example" if header == "Host" else "http://evil.example"
    answer = httpx.get(address, headers={header: name})
    assert answer.status_code == 403
    assert len(answer.text.splitlines()) == 1


def test_an_own_origin_is_let_in(address: str) -> None:
    assert httpx.get(address, headers={"Origin": address.rstrip("/")}).status_code == 200


def test_a_web_socket_of_another_site_is_refused(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(socket_address(address), origin="http://evil.example")  # pyright: ignore[reportArgumentType] - their Origin is a str
    assert refused.value.response.status_code == 403


def test_what_a_killed_studio_left_in_its_trash_is_brought_back_and_told(tmp_path: Path) -> None:
    left = tmp_path / "runs" / ".trash" / "0123456789abcdef" / "iris-001"
    left.mkdir(parents=True)
    (left / "experiment.toml").write_text("")
    with started(tmp_path) as (process, _):
        assert process.stdout is not None
        assert process.stdout.readline() == "Ctrl-C ends it.\n"
        told = process.stdout.readline()
    assert told == "Deleted when the studio was killed, and not for good, so it is back: iris-001.\n"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["iris-001"]


@pytest.mark.parametrize("runs", ["kept", "kept/lesson/runs"])
@pytest.mark.parametrize("may_write", [False, True])
def test_a_folder_that_cannot_be_written_is_told(
    descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch, runs: str, *, may_write: bool
) -> None:
    (home / "kept").mkdir()
    monkeypatch.setattr("descentlab.studio.serve", lambda *, on_ready, **_: on_ready("http://here/"))
    # Rights are nothing to root, as whom tests may run.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or Path(path).name != "kept" or may_write)
    answer = descentlab("studio", "--no-open", "--runs", runs)
    lines = answer.out.splitlines()
    assert (answer.code, answer.err, lines[:2]) == (0, "", ["descentlab studio: http://here/", "Ctrl-C ends it."])
    assert len(lines) == (2 if may_write else 3)
    assert may_write or lines[2].startswith("You cannot write to ")


def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with started(tmp_path) as (process, address):
        assert httpx.get(address).status_code == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "descentlab: interrupted\n"
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_told_in_a_line(descentlab: Descentlab) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = descentlab("studio", "--no-open", "--port", port)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"descentlab: error: cannot listen on 127.0.0.1, port {port}: the port is taken; choose another by --port, or "
        "a free one by --port 0\n"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        # An address for documentation, which no machine has (RFC 5737).
        (("--host", "192.0.2.1"), "this machine has no such address"),
        (("--port", "65536"), "65535"),
        (("--token", "short"), "at least 8"),
        (("--token", "a;b c&d=e?f"), "at least 8"),
        (("--runs", "file"), "file is a file, not a folder"),
        (("--runs", "file/lesson/runs"), "file is a file, not a folder"),
    ],
)
def test_what_cannot_be_is_told_before_anything_starts(
    descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str
) -> None:
    (home / "file").touch()
    answer = descentlab("studio", "--no-open", *words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert "Traceback" not in answer.err


def test_other_machines_need_the_token(tmp_path: Path) -> None:
    with started(tmp_path, "--host", "0.0.0.0") as (_, address):
        parts = urlsplit(address)
        token = parse_qs(parts.query)["token"][0]
        assert len(token) >= 16
        here = f"http://127.0.0.1:{parts.port}/"
        assert httpx.get(here).status_code == 403
        assert httpx.get(here, params={"token": token[:-1]}).status_code == 403
        with httpx.Client() as browser:
            assert browser.get(here, params={"token": token}).status_code == 200
            assert browser.get(here).status_code == 200  # by its cookie
        with pytest.raises(InvalidStatus):
            connect(socket_address(here))


def test_a_token_of_ones_own_is_kept(tmp_path: Path) -> None:
    with started(tmp_path, "--token", "lesson-three") as (_, address):
        assert address.endswith("/?token=lesson-three")
        assert httpx.get(address).status_code == 200
        assert httpx.get(address.split("?")[0]).status_code == 403


def test_a_browser_is_opened_only_where_it_has_a_window() -> None:
    assert has_screen({"DISPLAY": ":0"}, "linux")
    assert has_screen({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert not has_screen({}, "linux")
    assert has_screen({}, "darwin")


def test_a_browser_gets_the_address(tmp_path: Path) -> None:
    note = tmp_path / "note"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {note}.partial\nmv {note}.partial {note}\n')
    browser.chmod(0o755)
    words = [*COMMAND, "--port", "0"]
    environment = {**os.environ, "BROWSER": str(browser)}
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        end = time.monotonic() + 30
        while not note.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert note.read_text().strip() == address
    finally:
        process.kill()
        process.communicate()

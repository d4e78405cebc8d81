"""What is on the screen while descentlab works."""

import io
import os
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from descentlab.cli._progress import progress_bars
from descentlab.training import Progress

NOW = Progress(
    share=0.25, epoch=25, num_epochs=100, members_done=0, num_members=1,
    latest={"train_loss": 0.5, "train_accuracy": 0.75, "validation_loss": 0.625, "validation_accuracy": 0.875},
)  # fmt: skip


def drawn(now: Progress) -> str:
    screen = io.StringIO()
    with progress_bars(Console(file=screen, force_terminal=True, width=120), is_shown=True) as (
        on_loading,
        on_training,
    ):
        on_loading("reading pictures", 3, 10)
        on_training(now)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())


def test_a_network_shows_epoch_loss_and_validation_accuracy() -> None:
    screen = drawn(NOW)
    assert "reading pictures" in screen
    assert "25%" in screen
    assert "epoch 25/100  loss 0.5  validation accuracy 0.875" in screen


def test_many_networks_show_how_many_are_done() -> None:
    screen = drawn(Progress(share=0.5, epoch=3, num_epochs=5, members_done=16, num_members=1_000, latest={}))
    assert "16 of 1,000 networks" in screen


@pytest.mark.parametrize(("is_terminal", "is_shown"), [(False, True), (True, False)])
def test_nothing_is_drawn_where_nobody_looks(is_terminal: bool, is_shown: bool) -> None:
    screen = io.StringIO()
    with progress_bars(Console(file=screen, force_terminal=is_terminal), is_shown=is_shown) as (
        on_loading,
        on_training,
    ):
        on_loading("reading", 1, 2)
        on_training(NOW)
    assert screen.getvalue() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX's")
def test_a_real_terminal_is_left_as_it_was(home: Path) -> None:
    master, slave = os.openpty()
    code = "from descentlab.cli import main; main()"
    words = ["train", "iris", "--epochs", "6000", "--no-report"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=slave, stderr=slave, stdin=slave, env=environment, cwd=home
    ) as process:
        os.close(slave)
        screen = b""
        while True:
            ready, _, _ = select.select([master], [], [], 60)
            try:
                piece = os.read(master, 65536) if ready else b""
            except OSError:  # the other side has closed
                break
            if not piece:
                break
            screen += piece
    os.close(master)
    text = screen.decode()
    assert process.returncode == 0
    assert re.search(r"epoch [\d,]+/6,000  loss", text)
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l") >= 0, "the cursor is shown again"
    assert "Test accuracy" in text.split("\x1b[?25h")[-1]

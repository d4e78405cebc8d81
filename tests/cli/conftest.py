"""The command line as a person types it, in this process; and the files that its tests need."""

import functools
import json
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer.main

from descentlab.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command ended with."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Read stdout as one JSON object."""
        return json.loads(self.out)


Descentlab = Callable[..., Answer]


@pytest.fixture(scope="session", autouse=True)
def commands() -> Iterator[None]:
    """Typer would build the parsers of all commands anew at every call, of which a process has one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def descentlab(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Descentlab:
    """Run a command in an empty folder."""

    def run(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["descentlab", *map(str, words)])
        capsys.readouterr()
        handlers = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        finally:
            for kind, handler in handlers.items():
                signal.signal(kind, handler)
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return run


def write_flowers(path: Path, num_rows: int = 60) -> Path:
    """Write a table that a small network learns: two numbers and a word that tell one of two kinds."""
    rng = np.random.default_rng(0)
    kinds = np.arange(num_rows) % 2
    widths, lengths = rng.normal(kinds * 3.0, 0.7), rng.normal(5.0, 1.0, num_rows)
    places = rng.choice(["wood", "meadow", "shore"], num_rows)
    rows = [
        f"{width:.3f},{length:.3f},{place},{('aster', 'rose')[kind]}"
        for width, length, place, kind in zip(widths, lengths, places, kinds, strict=True)
    ]
    path.write_text("\n".join(["width,length,place,kind", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def flowers(home: Path) -> Path:
    """A table in the current folder."""
    return write_flowers(home / "flowers.csv")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on a table, with its report; not to be changed."""
    import descentlab as dl

    folder = tmp_path_factory.mktemp("trained")
    table = write_flowers(folder / "flowers.csv")
    return dl.train(table, "kind", epochs=20, hidden=(4,), learning_rate=0.03, out=folder / "run").path

"""One process, run and measured from outside."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DESCENTLAB = str(Path(sys.executable).with_name("descentlab"))


class FailedError(RuntimeError):
    """A measured process that did not end well."""


@dataclass(frozen=True)
class Side:
    """One of those compared: a command, and the numbers that one run of it gives.

    Attributes:
        name: What the table calls it.
        command: The process to measure.
        figures: Where to find numbers in the JSON it prints, as `{"fit": ("seconds", "train")}`. `wall` (seconds) and
            `peak` (MB of memory) are always there.
        divide: Numbers to divide, as seconds of training by the number of epochs.
        environment: Variables to add.
        unavailable: Why this side cannot be measured here; empty where it can.
    """

    name: str
    command: Sequence[str]
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    divide: Mapping[str, float] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    unavailable: str = ""

    def measure(self) -> dict[str, float]:
        """Run the process once, in an empty folder, and return its numbers by name."""
        with tempfile.TemporaryDirectory(prefix="descentlab-bench-") as folder:
            out, wall, peak = _run([part.format(folder=folder) for part in self.command], folder, self.environment)
        figures = {"wall": wall, "peak": peak}
        if self.figures:
            answer = json.loads(out)
            figures |= {name: _find(answer, path, self.name) for name, path in self.figures.items()}
        return {name: value / self.divide.get(name, 1.0) for name, value in figures.items()}


def _run(command: Sequence[str], folder: str, environment: Mapping[str, str]) -> tuple[str, float, float]:
    variables = {**os.environ, **{name: value.format(folder=folder) for name, value in environment.items()}}
    with (Path(folder) / ".stdout").open("w+") as out, (Path(folder) / ".stderr").open("w+") as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, cwd=folder, env=variables)
        # wait4 tells the memory of this one child; getrusage would tell the largest of all so far.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            raise FailedError(f"{' '.join(command)} ended with {process.returncode}: {err.read()[-500:].strip()}")
        return out.read(), wall, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _find(answer: Any, path: tuple[str, ...], side: str) -> float:
    try:
        for key in path:
            answer = answer[key]
        return float(answer)
    except (KeyError, TypeError):
        raise FailedError(f"{side} printed no {'.'.join(path)}") from None

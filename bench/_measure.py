"""One process, run and measured from outside it."""

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
    """Raised when a measured process fails, or does not print an expected number."""


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a command, and the numbers that one run of it gives.

    Attributes:
        name: Name of the side in the table.
        command: Command of the process to measure.
        figures: Paths of numbers in the JSON that it prints, such as `{"fit": ("seconds", "train")}`. `wall` (seconds)
            and `peak` (MB of memory) are always measured.
        divide: Divisors of numbers, such as the number of epochs for the seconds of training.
        environment: Environment variables to add.
        unavailable: Reason why this side cannot be measured here; empty if it can.
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
        # wait4 gives the memory of this child alone; getrusage would give the largest of all children so far.
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

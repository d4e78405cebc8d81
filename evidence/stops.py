"""Commands that are killed or stopped at any moment: the same bits, or nothing is kept, and the command says which."""

import atexit
import functools
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence._study import Figures, Finding, Study

KEPT = {
    "train": "train iris --epochs 12000 --checkpoint-every 0.2",
    "train seeds": "train iris --epochs 900 --seeds 20 --checkpoint-every 0.2",
    "sweep": "sweep iris --learning-rate 0.001:1:8 --seeds 6 --epochs 500",
    "learning-rate": "learning-rate iris --seeds 6 --epochs 250",
    "atlas": "atlas circle --x learning_rate=0.01:1:12 --y initial_scale=0.1:10:12 --epochs 800 --outcome loss",
}
"""Commands that can be continued."""
ANALYSES = {
    "curvature": "curvature circle --learning-rate 0.1,0.3 --trace 4",
    "landscape": "landscape base",
    "importance": "importance iris --retrain --seeds 2 --epochs 10",
    "features": "features pictures --examples 400",
    "errors": "errors base",
    "transfer": "transfer pictures digits --examples 1,2 --seeds 2 --test-examples 200",
    "surface": "surface x^4-3*x^2+x",
    "backprop": "backprop base",
    "backprop-cost": "backprop-cost base --budget 1",
}
"""Commands of which nothing is kept."""
COMMANDS = {**KEPT, **ANALYSES}
KILLS, LATE_STOPS = 70, 28
UNSTEADY = ("backprop-cost",)
"""Commands whose answer is a time."""
LONGEST_S = 20.0
"""A stop takes at most so long, on a machine that is busy with other things; most of it is a compilation."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what stands in its folder.

    Attributes:
        code: Its exit code.
        err: What it wrote to stderr.
        seconds: How long it ran.
    """

    code: int
    err: str
    seconds: float


def _run(words: str, folder: Path, *, kind: signal.Signals | None = None, after: float = 0.0) -> tuple[Ended, float]:
    """Run a command, send it a signal after some seconds, and return how it ended, and how long after the signal."""
    command = [sys.executable, "-m", "descentlab", *words.split(), "--quiet"]
    begin = sent = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        if kind is not None:
            try:
                process.communicate(timeout=after)
            except subprocess.TimeoutExpired:
                sent = time.monotonic()
                process.send_signal(kind)
        _, err = process.communicate()
    end = time.monotonic()
    return Ended(process.returncode, err, end - begin), end - sent


@functools.cache
def _base() -> Path:
    """Make the runs that analyses need, once for a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, words in (("base", "train iris --epochs 20"), ("pictures", "train digits --epochs 1")):
        ended, _ = _run(f"{words} --out runs/{name}", folder)
        assert ended.code == 0, ended.err
    return folder


@functools.cache
def _straight(verb: str) -> tuple[Any, float]:
    """Run a command to its end, and return what came of it and how long it takes once its programs are compiled."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "home"
        shutil.copytree(_base(), folder)
        ended, _ = _run(COMMANDS[verb], folder)
        assert ended.code == 0, ended.err
        again = Path(place) / "again"
        shutil.copytree(_base(), again)
        return _outcome(verb, folder), _run(COMMANDS[verb], again)[0].seconds


def _made(folder: Path) -> list[Path]:
    """List the folders that the command has made."""
    inside = [*folder.glob("runs/*"), *folder.glob("runs/base/*/"), *folder.glob("runs/pictures/*/")]
    return [path for path in inside if path.is_dir() and path.name not in ("base", "pictures") and path.name[0] != "."]


def _outcome(verb: str, folder: Path) -> dict[str, Any]:
    """Read what a finished command has written, but for the times in it."""
    (path,) = _made(folder)
    if verb.startswith("train"):
        return {"weights": (path / "weights.safetensors").read_bytes()}
    if verb in KEPT:
        metrics = json.loads((path / "metrics.json").read_text())
        table = "boxes" if verb == "atlas" else "settings"
        members = (path / "members.parquet").read_bytes()
        return {"members": members, "laboratory": metrics["laboratory"], table: metrics["tables"][table]}
    result = json.loads((path / "result.json").read_text())
    return {} if verb in UNSTEADY else {"answer": result["answer"]}


def _measure(number: int) -> Figures:
    chance = random.Random(number)
    is_kill = number < KILLS
    # Every other command is a training that can be continued.
    verbs = list(KEPT if number % 2 else COMMANDS)
    verb = verbs[number // 2 % len(verbs)]
    kind = signal.SIGKILL if is_kill else chance.choice((signal.SIGINT, signal.SIGTERM))
    expected, seconds = _straight(verb)
    after = seconds * (chance.uniform(0.1, 0.95) if is_kill else chance.uniform(0.7, 0.95))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "home"
        shutil.copytree(_base(), folder)
        ended, waited = _run(COMMANDS[verb], folder, kind=kind, after=after)
        was_stopped = ended.code != 0
        faults = _faults(ended, waited, verb, folder) if was_stopped and not is_kill else []
        kept = [path for path in _made(folder) if verb in KEPT and not (path / "metrics.json").exists()]
        if was_stopped and not kept and (is_kill or "Traceback" not in ended.err):
            again, _ = _run(COMMANDS[verb], folder) if not _is_done(verb, folder) else (Ended(0, "", 0.0), 0.0)
        elif kept:
            again, _ = _run(f"{_command(verb)} --resume {kept[0].relative_to(folder)}", folder)
        else:
            again = ended
        faults += [f"then {again.code}: {again.err}"] if again.code else []
        faults += [] if again.code else _differences(_outcome(verb, folder), expected)
        faults += [f"left {path.name}" for path in folder.rglob("*.partial")]
        if faults:
            print(f"{number}, {verb}, {kind.name} after {after:.2f} of {seconds:.2f} s: {faults}", file=sys.stderr)
    return {
        "kill": float(is_kill),
        "reached it": float(was_stopped),
        "resumed": float(bool(kept)),
        "seconds until it ended": round(waited, 2) if was_stopped else 0.0,
        "wrong": float(len(faults)),
    }


def _differences(outcome: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    return [f"another {name}" for name in expected if outcome[name] != expected[name]]


def _command(verb: str) -> str:
    return verb.partition(" ")[0]


def _is_done(verb: str, folder: Path) -> bool:
    name = "metrics.json" if verb in KEPT else "result.json"
    return any((path / name).exists() for path in _made(folder))


def _faults(ended: Ended, waited: float, verb: str, folder: Path) -> list[str]:
    """List what is wrong about a command that was stopped: it says what is kept, and that is true."""
    faults = [] if ended.code == 130 else [f"ended with {ended.code}"]
    faults += ["a traceback"] if "Traceback" in ended.err else []
    faults += [f"stopped after {waited:.1f} s"] if waited > LONGEST_S else []
    last = ended.err.strip().rpartition("\n")[2]
    if _made(folder) and verb in KEPT:
        says_so = last.startswith(f"descentlab: stopped; continue by: descentlab {_command(verb)} --resume runs/")
        return faults if says_so or _is_done(verb, folder) else [*faults, f"kept, and said: {last}"]
    if _made(folder):
        return faults if _is_done(verb, folder) and "nothing is kept" not in last else [*faults, f"left, and: {last}"]
    # While Python itself still starts, nothing says anything.
    return faults if last == "descentlab: interrupted; nothing is kept" else [*faults, f"said: {last}"]


def _judge(repetitions: Sequence[Figures]) -> Finding:
    kills = [each for each in repetitions if each["kill"] and each["reached it"]]
    stops = [each for each in repetitions if not each["kill"] and each["reached it"]]
    wrong = sum(each["wrong"] > 0 for each in repetitions)
    resumed = sum(each["resumed"] > 0 for each in [*kills, *stops])
    longest = max((each["seconds until it ended"] for each in stops), default=0.0)
    text = (
        f"{len(kills)} kills and {len(stops)} late stops over {len(COMMANDS)} commands: {resumed} were continued, of "
        f"the others nothing was kept; {wrong} were wrong; a stop took at most {longest:.1f} s"
    )
    return Finding(wrong == 0 and len(kills) >= 60 and len(stops) >= 20, text)


STUDY = Study(
    name="stops",
    claim="A command that is killed or stopped goes on to the same bits, or says that nothing is kept.",
    method=(
        f"{KILLS} kills at any moment and {LATE_STOPS} stops in the last third, half of them of trainings that can be "
        f"continued, over {len(COMMANDS)} commands."
    ),
    repetitions=KILLS + LATE_STOPS,
    measure=_measure,
    judge=_judge,
)

"""A training that is killed or stopped at any moment: resumed, it gives the bits of the uninterrupted one."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from descentlab.cli import _interrupts
from descentlab.runs import RunFolder
from tests.cli.conftest import Descentlab

SINGLE = ("iris", "--epochs", 8_000)
SEEDS = ("iris", "--epochs", 400, "--seeds", 20, "--set", "early_stopping.patience=350")
DROPOUT = (
    "digits", "--epochs", 150, "--set", 'model=[{kind="flatten"},{kind="dense",units=32,activation="relu"},'
    '{kind="dropout",rate=0.3},{kind="batch-norm"},{kind="dense"}]',
)  # fmt: skip
STOPPING = (
    "iris", "--epochs", 30_000, "--lr", 0.02, "--set", "early_stopping.patience=20000", "--set", "optimizer=momentum",
    "--set", "schedule=cosine",
)  # fmt: skip


@contextmanager
def training(out: Path, what: tuple[object, ...], *options: object) -> Iterator[subprocess.Popen[str]]:
    """Start a real process that trains, or continues where an earlier one was killed."""
    is_begun = (out / "experiment.toml").exists()
    task = ("--resume", out) if is_begun else (*what, "--out", out)
    words = ["train", *task, "--no-report", "--checkpoint-every", 0, *options]
    command = [sys.executable, "-c", "from descentlab.cli import main; main()", *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_checkpoint(process: subprocess.Popen[str], out: Path) -> None:
    """Wait until a process has written its first checkpoint, or has ended."""
    state = out / "checkpoint" / "state.safetensors"
    stamp = lambda: state.stat().st_mtime_ns if state.exists() else 0
    before = stamp()
    while process.poll() is None and stamp() == before:
        time.sleep(0.005)


def train_to_the_end(out: Path, what: tuple[object, ...]) -> None:
    with training(out, what) as process:
        _, err = process.communicate()
        assert (process.returncode, err) == (0, "")


def assert_same(one: Path, other: Path) -> None:
    """Compare two runs bit by bit, but for the times they took."""
    files = ["weights.safetensors", *(["snapshots.safetensors"] if (one / "snapshots.safetensors").exists() else [])]
    for name in files:
        assert (one / name).read_bytes() == (other / name).read_bytes()
    histories = [RunFolder(run).history() for run in (one, other)]
    assert histories[0].keys() == histories[1].keys()
    for name, values in histories[0].items():
        assert np.array_equal(values, histories[1][name], equal_nan=values.dtype.kind == "f"), name
    metrics = [RunFolder(run).metrics() for run in (one, other)]
    assert all(each.pop("seconds") for each in metrics)
    assert json.dumps(metrics[0]) == json.dumps(metrics[1])
    assert not [path for path in one.rglob("*") if path.name.endswith(".partial") or path.name == "checkpoint"]


@pytest.mark.shipped
@pytest.mark.parametrize(
    ("what", "signals"),
    [(SINGLE, [signal.SIGKILL, signal.SIGINT, signal.SIGKILL]), (SEEDS, [signal.SIGTERM, signal.SIGKILL])],
    ids=["single", "seeds"],
)
def test_kills_and_stops_in_a_row(
    descentlab: Descentlab, home: Path, what: tuple[object, ...], signals: list[signal.Signals]
) -> None:
    chance = random.Random(len(signals))
    for kind in signals:
        with training(home / "killed", what) as process:
            wait_for_checkpoint(process, home / "killed")
            time.sleep(chance.uniform(0.0, 0.1))
            process.send_signal(kind)
            out, err = process.communicate()
        if kind is not signal.SIGKILL:
            assert (process.returncode, out) == (130, "")
            assert err.endswith(f"descentlab: stopped; continue by: descentlab train --resume {home / 'killed'}\n")
            assert "Traceback" not in err
    assert not (home / "killed" / "metrics.json").exists()
    assert "not finished" in descentlab("show", "killed").out
    assert descentlab("train", "--resume", "killed", "--no-report", "-q").code == 0
    assert descentlab("train", *what, "--out", "straight", "--no-report", "-q").code == 0
    assert_same(home / "killed", home / "straight")


@pytest.mark.slow
@pytest.mark.parametrize(
    "what", [SINGLE, SEEDS, DROPOUT, STOPPING], ids=["single", "seeds", "dropout", "early-stopping"]
)
def test_many_kills_at_random_moments(descentlab: Descentlab, home: Path, what: tuple[object, ...]) -> None:
    chance = random.Random(len(what))
    begin = time.monotonic()
    train_to_the_end(home / "straight", what)
    seconds = time.monotonic() - begin
    num_killed_in_training = 0
    for turn in range(4):
        out = home / f"killed-{turn}"
        for _ in range(chance.randrange(1, 4)):
            with training(out, what) as process:
                if chance.random() < 0.5:
                    wait_for_checkpoint(process, out)
                    time.sleep(chance.uniform(0.0, 0.5))
                else:
                    time.sleep(chance.uniform(0.0, seconds))
                process.kill()
            if (out / "metrics.json").exists():
                break
            num_killed_in_training += (out / "checkpoint").exists()
        if not (out / "metrics.json").exists():
            train_to_the_end(out, what)
        elif (out / "checkpoint").exists():  # killed after its metrics were written: resuming only tidies up
            assert "is finished" in descentlab("train", "--resume", out).err
        assert_same(out, home / "straight")
    assert num_killed_in_training > 1


def test_ctrl_c_before_training_leaves_nothing(home: Path) -> None:
    for seconds in (0.05, 0.2, 0.4):
        with training(home / "run", SINGLE) as process:
            time.sleep(seconds)
            if (home / "run").exists():  # on a fast machine it trains already
                break
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
        # While Python itself still starts, the answer is Python's own: 1, with a traceback that names no descentlab.
        assert process.returncode in (130, -signal.SIGINT) or (
            process.returncode == 1 and not re.search(r"descentlab/(core|cli|workbench|labs|training)/", err)
        )
        assert not re.search("descentlab.*Traceback", err, re.DOTALL)
        if (home / "run").exists():  # training began just before the signal came
            assert "continue by" in err
            break
        assert not list(home.iterdir())


SWALLOWED = """
import gc, os, signal, time
from descentlab.cli import _app, _main

def work(prog_name):
    gc.callbacks.append(lambda *_: sent or (sent.append(1), os.kill(os.getpid(), signal.SIGINT)))
    gc.collect()
    time.sleep(30)

sent = []
_app.app = work
_main.main()
"""


def test_a_ctrl_c_in_a_callback_of_the_garbage_collector_is_heard() -> None:
    done = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stderr) == (130, "descentlab: interrupted\n")


BUSY = """
import hashlib, os, signal, sys, threading, time
from descentlab.cli import _app, _main

def work(prog_name):
    def press():
        for pause in map(float, sys.argv[3:]):
            time.sleep(pause)
            os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    threading.Thread(target=press, daemon=True).start()
    # One instruction of Python that takes a while without its lock, as a call into XLA does.
    hashlib.pbkdf2_hmac("sha256", b"", b"", int(sys.argv[2]))
    os.write(1, b"not stopped")

_app.app = work
_main.main()
"""


MINUTES, A_SECOND = 400_000_000, 2_000_000


@pytest.mark.parametrize(("kind", "rounds", "pauses", "words"), [
    ("SIGINT", MINUTES, (0.2, 0.3), "\ndescentlab: ended at once\n"),
    ("SIGINT", A_SECOND, (0.2, 0.001), "descentlab: interrupted\n"),  # as `timeout` sends it, twice
    ("SIGTERM", A_SECOND, (0.2,), "descentlab: interrupted\n"),
])  # fmt: skip
def test_a_second_signal_ends_a_busy_process_at_once(
    kind: str, rounds: int, pauses: tuple[float, ...], words: str
) -> None:
    command = [sys.executable, "-c", BUSY, kind, str(rounds), *map(str, pauses)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.removeprefix(_interrupts.STOPPING)) == (130, "", words)

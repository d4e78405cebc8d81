"""Resuming: what it refuses, and what it promises."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import descentlab as dl
from descentlab.core import RunError
from descentlab.runs import RunFolder
from descentlab.training import Progress


class Interrupter:
    """Presses Ctrl-C once a training has gone so far."""

    def __init__(self, share: float) -> None:
        self.share = share

    def __call__(self, now: Progress) -> None:
        if self.share <= now.share < 1.0:
            import os
            import signal

            self.share = 2.0
            os.kill(os.getpid(), signal.SIGINT)


def stopped(what: Any, out: Path, target: Any = None, **options: Any) -> Path:
    """Train, and stop it on its way."""
    with pytest.raises(dl.Stopped, match=r"descentlab\.resume\("):
        dl.train(what, target, out=out, report=False, watcher=dl.Watcher(on_training=Interrupter(0.1)), **options)
    return out


def weights(run: dl.Run | Path) -> bytes:
    return ((run if isinstance(run, Path) else run.path) / "weights.safetensors").read_bytes()


@pytest.mark.shipped
def test_a_stopped_training_goes_on_to_the_same_bits(home: Path) -> None:
    out = stopped("iris", home / "stopped", epochs=6_000)
    assert (out / "checkpoint").is_dir()
    assert not (out / "metrics.json").exists()
    (out / ".weights.safetensors.12345678.partial").write_bytes(b"what a killed process had written")
    run = dl.resume(out)
    assert not list(out.glob(".*.partial"))
    assert run.folder.report_path.is_file()
    assert not (out / "checkpoint").exists()
    assert weights(run) == weights(dl.train("iris", epochs=6_000, out="straight", report=False))


@pytest.mark.shipped
def test_pictures_on_disk_go_on_to_the_bits_of_pictures_in_memory(home: Path) -> None:
    rng = np.random.default_rng(0)
    for kind, level in (("dark", 80), ("light", 170)):
        (home / "pictures" / kind).mkdir(parents=True)
        for place in range(40):
            pixels = rng.normal(level, 40, (12, 12)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(home / "pictures" / kind / f"{place}.png")
    options: dict[str, Any] = {"epochs": 30, "batch_size": 8, "augment": {"shift": 1}}
    out = stopped("pictures", home / "stopped", set={"data.in_memory_mb": 0}, **options)
    assert (out / "checkpoint").is_dir()
    run = dl.resume(out, report=False)
    assert weights(run) == weights(dl.train("pictures", out="straight", report=False, **options))


def test_examples_in_memory_are_handed_over_again(home: Path, flowers: pd.DataFrame) -> None:
    out = stopped(flowers, home / "stopped", "kind", epochs=6_000, set={"early_stopping": None})
    with pytest.raises(RunError, match=r"descentlab.resume\("):
        dl.resume(out)
    with pytest.raises(RunError, match="has changed"):
        dl.resume(out, flowers.assign(width=flowers["width"] + 1.0), "kind")
    run = dl.resume(out, flowers, "kind", report=False)
    straight = dl.train(flowers, "kind", epochs=6_000, out="straight", report=False, set={"early_stopping": None})
    assert weights(run) == weights(straight)


def test_a_run_that_was_killed_before_its_first_checkpoint_starts_anew(home: Path) -> None:
    straight = dl.train("iris", epochs=3, out="straight", report=False)
    (home / "killed").mkdir()
    for name in ("experiment.toml", "preparation.json", "environment.json"):
        (home / "killed" / name).write_bytes((straight.path / name).read_bytes())
    assert weights(dl.resume("killed", report=False)) == weights(straight)


def test_a_finished_run_is_not_resumed(run: dl.Run) -> None:
    with pytest.raises(RunError, match="is finished"):
        dl.resume(run.path)


def test_a_run_of_an_older_format_is_shown_and_predicts_but_is_not_continued(home: Path, flowers: pd.DataFrame) -> None:
    finished = dl.train(flowers, "kind", epochs=3, out="finished", report=False)
    for name in ("finished", "begun"):
        if name == "begun":
            (home / name).mkdir()
            for file in ("experiment.toml", "preparation.json", "environment.json"):
                (home / name / file).write_bytes((finished.path / file).read_bytes())
        path = home / name / "environment.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    older = dl.open_run("finished")
    np.testing.assert_array_equal(older.predict(flowers).probabilities, finished.predict(flowers).probabilities)
    with pytest.raises(RunError, match=r"begun was begun by an earlier version \(format 2\).*train anew"):
        dl.resume("begun", flowers, "kind")


def test_a_checkpoint_that_a_kill_left_beside_a_finished_run_is_removed(home: Path) -> None:
    out = stopped("iris", home / "run", epochs=6_000)
    left = home / "left"
    shutil.copytree(out / "checkpoint", left)
    dl.resume(out, report=False)
    shutil.copytree(left, out / "checkpoint")
    with pytest.raises(RunError, match="is finished"):
        dl.resume(out)
    assert not (out / "checkpoint").exists()


def test_a_run_that_another_process_trains_is_left_alone(home: Path) -> None:
    out = stopped("iris", home / "stopped", epochs=6_000)
    with RunFolder(out).lock(), pytest.raises(RunError, match="being trained by another process"):
        dl.resume(out)
    assert (out / "checkpoint").is_dir()
    assert dl.resume(out, report=False).folder.is_finished


def test_data_that_has_changed_is_not_trained_on(home: Path, flowers: pd.DataFrame) -> None:
    flowers.to_csv("flowers.csv", index=False)
    out = stopped("flowers.csv", home / "stopped", "kind", epochs=6_000, set={"early_stopping": None})
    flowers.iloc[:-1].to_csv("flowers.csv", index=False)
    with pytest.raises(RunError, match="has changed"):
        dl.resume(out)
    Path("flowers.csv").unlink()
    with pytest.raises(dl.DescentlabError, match=r"flowers\.csv"):
        dl.resume(out)
    assert (out / "checkpoint").is_dir()


@pytest.mark.parametrize("content", [b"", b"\xff" * 200, b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_checkpoint_is_told(home: Path, content: bytes) -> None:
    out = stopped("iris", home / "stopped", epochs=6_000)
    (out / "checkpoint" / "state.safetensors").write_bytes(content)
    with pytest.raises(RunError):
        dl.resume(out)
    assert (out / "experiment.toml").exists()


def test_a_checkpoint_of_another_network_is_told(home: Path) -> None:
    out = stopped("iris", home / "stopped", epochs=6_000)
    text = (out / "experiment.toml").read_text()
    (out / "experiment.toml").write_text(text.replace("units = 8", "units = 9"))
    with pytest.raises(RunError, match="does not fit"):
        dl.resume(out)


def test_a_second_ctrl_c_gives_up_and_keeps_the_checkpoint(home: Path) -> None:
    presses = [Interrupter(0.1), Interrupter(0.0)]

    def press(now: Progress) -> None:
        for each in presses:
            each(now)

    with pytest.raises((dl.Stopped, KeyboardInterrupt)):
        dl.train("iris", epochs=6_000, out="run", report=False, watcher=dl.Watcher(on_training=press))
    left = Path("run")
    assert not left.exists() or dl.resume("run", report=False).folder.is_finished


def test_outside_the_main_thread_a_training_runs_too(home: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(lambda: dl.train("iris", epochs=1, report=False)).result()
    assert run.folder.is_finished


@pytest.mark.shipped
def test_a_training_in_another_thread_is_stopped_by_its_event_and_goes_on_to_the_same_bits(home: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    stop = Event()
    watcher = dl.Watcher(on_training=lambda now: stop.set() if 0.1 <= now.share < 1.0 else None, stop=stop)

    def train() -> None:
        dl.train("iris", epochs=6_000, root=home / "elsewhere", report=False, watcher=watcher)

    with ThreadPoolExecutor(1) as pool, pytest.raises(dl.Stopped, match=r"descentlab\.resume\(") as told:
        pool.submit(train).result()
    assert told.value.path == home / "elsewhere" / "iris-001"
    run = dl.resume(told.value.path, report=False)
    assert weights(run) == weights(dl.train("iris", epochs=6_000, out="straight", report=False))


def test_signals_are_handled_as_before_afterwards(home: Path) -> None:
    import signal

    before = [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)]
    dl.train("iris", epochs=1, report=False)
    assert [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)] == before


def test_what_is_kept_can_be_read_without_descentlab(run: dl.Run, flowers: pd.DataFrame) -> None:
    import tomllib

    from safetensors.numpy import load_file

    tensors = load_file(run.path / "weights.safetensors")
    preparation = json.loads((run.path / "preparation.json").read_text())
    history = pd.read_parquet(run.path / "history.parquet")
    metrics = json.loads((run.path / "metrics.json").read_text())
    assert tomllib.loads((run.path / "experiment.toml").read_text())["epochs"] == 40
    assert tensors["hidden1/weight"].shape == (1, *np.shape(tensors["hidden1/weight"])[1:])
    assert preparation["classes"] == ["aster", "rose"]
    assert history["train_loss"].iloc[-1] == pytest.approx(metrics["train"]["loss"], rel=0.5)

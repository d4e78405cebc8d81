"""Sweeps, maps and curvature from Python, and what stays when they are stopped."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import DescentlabError, RunError, SpecError, StorageError
from descentlab.labs.atlas import resume_atlas
from descentlab.labs.sweep import resume_sweep, settings_table
from descentlab.runs import StudyFolder
from descentlab.workbench import Stopped, Watcher

QUICK = {"epochs": 6}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_sweep_keeps_all_that_it_says() -> None:
    found = dl.sweep("circle", learning_rate="0.01:1:3", seeds=4, set=QUICK, report=False)
    assert found.path == Path("runs/circle-sweep-001")
    members = found.folder.members()
    assert len(members["seed"]) == 12
    history = found.folder.history()
    assert len(history["epoch"]) == 12 * 7
    last = history["train_loss"][(history["member"] == 5) & (history["epoch"] == 6)]
    assert last[0] == pytest.approx(members["train_loss"][5], rel=1e-5)
    told = json.loads((found.path / "metrics.json").read_text())
    assert len(told["members"]) == 12
    assert {row["setting"] for row in told["settings"]} == {f"learning_rate {rate}" for rate in ("0.01", "0.1", "1")}
    assert told["verb"] == "sweep"
    kept = found.folder.metrics()
    assert settings_table(kept) == found.table()
    losses = np.array([members["test_loss"][place : place + 4] for place in range(0, 12, 4)])
    words = [f"{row.mean():.4g} ± {row.std(ddof=1):.2g}" for row in losses.astype(np.float64)]
    assert [row[2] for row in settings_table(kept).rows] == words
    assert not (found.path / "parts").exists()


def test_a_stopped_sweep_goes_on_to_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    import descentlab.labs.sweep._sweep as module

    # More blocks than threads, so that some have not begun when the first has ended.
    options: dict[str, Any] = {"learning_rate": "0.01:1:3", "seeds": 60, "set": QUICK, "report": False}
    whole = dl.sweep("circle", **options)
    stop = threading.Event()

    class Signals:
        def __init__(self, *_: object) -> None: ...
        def __enter__(self) -> threading.Event:
            return stop

        def __exit__(self, *_: object) -> None: ...

    with monkeypatch.context() as patched:
        patched.setattr(module, "stop_on_signals", Signals)
        watcher = Watcher(on_training=lambda now: stop.set() if now.members_done >= 16 else None)
        with pytest.raises(Stopped, match="descentlab sweep --resume"):
            dl.sweep("circle", watcher=watcher, **options)
    folder = StudyFolder(Path("runs/circle-sweep-002"))
    assert 0 < sum(len(arrays["places"]) for arrays, _ in folder.parts()) < 180
    again = resume_sweep("circle-sweep-002", report=False)
    np.testing.assert_array_equal(again.study.curves["train_loss"], whole.study.curves["train_loss"])
    with pytest.raises(RunError, match="is finished"):
        resume_sweep("circle-sweep-002")


def test_nothing_is_left_behind_by_what_cannot_be_done() -> None:
    for vary, words in (
        ({"momentum": "0:0.9:3"}, "hyperparameter 'momentum'"),
        ({"learning_rate": "1:0.1:3"}, "reversed"),
        ({"batch_size": "5,99999"}, "99999"),
        ({}, "name what to vary"),
    ):
        with pytest.raises(DescentlabError, match=words):
            dl.sweep("circle", vary=vary, set=QUICK)
    assert not Path("runs").exists()


def test_a_full_disk_leaves_nothing_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(StudyFolder, "save_members", full)
    # However slow the machine, no networks are written before the end, which would be worth keeping.
    monkeypatch.setattr("descentlab.workbench._study_record.EVERY_S", np.inf)
    with pytest.raises(StorageError, match="full"):
        dl.sweep("circle", learning_rate="0.1,1", seeds=1, set=QUICK, report=False)
    assert not Path("runs").exists()


def test_arrays_and_own_seeds() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 3))
    found = dl.sweep(inputs, inputs[:, 0] > 0, learning_rate="0.001,0.1", seeds=2, epochs=3, seed=7, report=False)
    assert sorted(set(found.study.columns["seed"].tolist())) == [7, 8]


def test_an_atlas_resumes_and_zooms() -> None:
    options: dict[str, Any] = {"x": "learning_rate.hidden=1:100:3", "y": "learning_rate.output=10:1000:3"}
    found = dl.atlas("fractal", set={"epochs": 30}, report=False, **options)
    assert found.atlas.converges.shape == (3, 3)
    assert found.folder.metrics()["verb"] == "atlas"
    assert len(found.folder.members()["share"]) == 9
    with pytest.raises(RunError, match="is finished"):
        resume_atlas(found.path)
    with pytest.raises(SpecError, match="GiB"):
        dl.atlas("fractal", x="learning_rate.hidden=1:2:900000", y="learning_rate.output=1:2:900000")
    with pytest.raises(SpecError, match="did you mean 'learning_rate"):
        dl.atlas("fractal", x="learning_rate.hiden=1:2:3", y="learning_rate.output=1:2:3")


def test_curvature_of_a_run_and_along_a_training() -> None:
    run = dl.train("circle", epochs=5, report=False)
    found = dl.curvature(run.path).measured
    assert found.traces[0].epochs.tolist() == [0, 1, 2, 4, 5]
    assert found.traces[0].loss[-1] == pytest.approx(run.train.loss, rel=1e-4)
    assert (run.path / "curvature" / "report.html").is_file()
    followed = dl.curvature("circle", learning_rates="0.03,1000", trace=2, set={"epochs": 4}, report=False).measured
    assert [len(one.epochs) for one in followed.traces] == [3, 3]
    assert followed.traces[0].limit == pytest.approx(2 / 0.03)
    with pytest.raises(SpecError, match="rates above 0"):
        dl.curvature("circle", learning_rates=[0.0])


def test_the_recommended_rate_comes_with_a_tenth_and_ten_times_of_it() -> None:
    found = dl.learning_rate("gauss", epochs=20, seeds=2, report=False)
    assert found.rate is not None
    words = " ".join(found.sentences)
    assert words.startswith("Use a learning rate of")
    assert found.sweep.folder.metrics()["verb"] == "learning-rate"
    assert "A tenth of it" in words
    assert found.sharpness_limit is not None
    assert set(found.range_test.suggestions) >= {"valley", "minimum"}
    adam = dl.learning_rate("iris", epochs=3, seeds=1, report=False)
    assert adam.sharpness_limit is None

"""Sweeps and curvature from Python, and what stays when they are stopped."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import DescentlabError, RunError, SpecError, StorageError
from descentlab.runs import StudyFolder
from descentlab.workbench import Stopped, Watcher

QUICK = {"epochs": 6}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_sweep_keeps_all_that_it_says() -> None:
    result = dl.sweep("circle", learning_rate="0.01:1:3", seeds=4, set=QUICK, report=False)
    assert result.path is not None
    assert result.path == Path("runs/circle-sweep-001")
    folder = StudyFolder(result.path)
    members = folder.members()
    assert len(members["seed"]) == 12
    history = folder.history()
    assert len(history["epoch"]) == 12 * 7
    last = history["train_loss"][(history["member"] == 5) & (history["epoch"] == 6)]
    assert last[0] == pytest.approx(members["train_loss"][5], rel=1e-5)
    written = json.loads((result.path / "metrics.json").read_text())
    assert written["format"] == 4
    tables = written["tables"]
    assert len(tables["members"]) == 12
    assert [row["setting"] for row in tables["settings"]] == [f"learning_rate {rate}" for rate in ("0.01", "0.1", "1")]
    assert written["laboratory"] == "sweep"
    assert folder.metrics()["tables"]["settings"] == tables["settings"]
    losses = np.array([members["test_loss"][place : place + 4] for place in range(0, 12, 4)]).astype(np.float64)
    for row, values in zip(tables["settings"], losses, strict=True):
        assert row["test_loss"]["mean"] == pytest.approx(values.mean(), rel=1e-12)
        assert row["test_loss"]["sd"] == pytest.approx(values.std(ddof=1), rel=1e-12)
        assert row["test_networks"] == 4
    assert not (result.path / "parts").exists()


@pytest.mark.shipped
def test_a_stopped_sweep_goes_on_to_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    import descentlab.workbench._study_job as module

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
        with pytest.raises(Stopped, match=r"descentlab\.sweep\(resume="):
            dl.sweep("circle", watcher=watcher, **options)
    folder = StudyFolder(Path("runs/circle-sweep-002"))
    assert 0 < sum(len(arrays["places"]) for arrays in folder.parts()) < 180
    with pytest.raises(RunError, match=r"is a sweep; continue it by: descentlab\.sweep"):
        dl.atlas(resume="circle-sweep-002")
    again = dl.sweep(resume="circle-sweep-002", report=False)
    np.testing.assert_array_equal(again.measured.curves["train_loss"], whole.measured.curves["train_loss"])
    with pytest.raises(RunError, match="is finished"):
        dl.sweep(resume="circle-sweep-002")


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


def test_arrays_and_a_first_seed() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 3))
    result = dl.sweep(inputs, inputs[:, 0] > 0, learning_rate="0.001,0.1", seeds=2, epochs=3, seed=7, report=False)
    assert sorted(set(result.measured.columns["seed"].tolist())) == [7, 8]


def test_a_sweep_is_drawn_with_the_median_over_its_seeds() -> None:
    result = dl.sweep("circle", learning_rate="0.01,1,0.1", seeds=3, epochs=5, report=False)
    axes = result.plot("Final loss against learning rate").axes[0]
    table = result.measured.table()
    lines = {line.get_label(): line for line in axes.lines}
    for part in ("train", "test"):
        medians = [
            np.median(np.asarray(table[f"{part}_loss"])[np.asarray(table["learning_rate"]) == rate])
            for rate in (0.01, 0.1, 1.0)
        ]
        np.testing.assert_allclose(np.asarray(lines[f"{part} loss"].get_xdata()), [0.01, 0.1, 1.0])
        np.testing.assert_allclose(np.asarray(lines[f"{part} loss"].get_ydata()), medians)
    assert axes.get_xlabel() == "learning rate"
    words = dl.sweep("circle", vary={"activation": "relu,tanh"}, seeds=2, epochs=2, report=False)
    with pytest.raises(SpecError, match="no chart or picture to draw"):
        words.plot()


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

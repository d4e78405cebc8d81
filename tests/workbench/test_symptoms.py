"""Symptoms of a run: kept where they are asked for, read as a table, and taken along by a resume."""

import threading
from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import RunError
from descentlab.data import Dataset, load, prepare
from descentlab.spec import BundledData, SplitSpec, override, preset
from descentlab.training import Plan, Progress, make_plan
from descentlab.workbench._symptoms import choose_symptoms


def test_a_run_keeps_its_symptoms_and_the_weights_of_a_run_without(home: Path) -> None:
    plain = dl.train("iris", epochs=4, seeds=2, report=False, out=home / "plain")
    watched = dl.train("iris", epochs=4, seeds=2, report=False, symptoms=True, out=home / "watched")
    weights = [(run.path / "weights.safetensors").read_bytes() for run in (plain, watched)]
    assert weights[0] == weights[1]
    table = watched.symptoms
    assert set(table.column("member")) == {0, 1}
    assert set(table.column("layer")) == {"hidden", "output"}
    frame = table.frame()
    last = frame[frame["step"] == frame["step"].max()]
    # The loss of the sample, which is nearly all of the training set, is about that of the history's last epoch.
    traced = watched.history.groupby("member")["train_loss"].last().to_numpy()
    np.testing.assert_allclose(last.groupby("member")["loss"].first(), traced, rtol=0.1)
    assert table.words()[0][3] == "hidden"
    with pytest.raises(RunError, match="has recorded no symptoms"):
        _ = plain.symptoms


def test_a_stopped_run_goes_on_recording(home: Path) -> None:
    whole = dl.train("iris", epochs=40, report=False, symptoms=True, out=home / "whole")
    stop = threading.Event()

    def press(now: Progress) -> None:
        if now.share > 0.1:
            stop.set()

    with pytest.raises(dl.Stopped):
        dl.train(
            "iris", epochs=40, report=False, symptoms=True, out=home / "stopped",
            watcher=dl.Watcher(on_training=press, stop=stop),
        )  # fmt: skip
    resumed = dl.resume(home / "stopped", report=False)
    for name, values in whole.symptoms.arrays().items():
        np.testing.assert_array_equal(values, resumed.symptoms.arrays()[name], err_msg=name)


def test_a_damaged_file_is_named(home: Path) -> None:
    run = dl.train("iris", epochs=1, report=False, symptoms=True, out=home / "run")
    run.folder.save_symptoms({"member": np.zeros(1), "step": np.zeros(1)})
    with pytest.raises(RunError, match="have no column 'seed'"):
        _ = run.symptoms
    (run.path / "symptoms.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(RunError, match="is damaged"):
        _ = run.symptoms


def _plan(dataset: Dataset, epochs: int) -> tuple[Plan, int]:
    experiment = override(preset("iris"), [f"epochs={epochs}"])
    return make_plan(experiment, dataset), epochs


def test_by_default_only_long_trainings_record() -> None:
    dataset = prepare(load(BundledData(name="iris")), SplitSpec(), 0)
    for epochs, is_long in ((100, False), (1_000, False), (100_000, True)):
        plan, num_epochs = _plan(dataset, epochs)
        assert (choose_symptoms(plan, num_epochs, 1, choice=None) is not None) == is_long
        assert choose_symptoms(plan, num_epochs, 1, choice=True) is not None
        assert choose_symptoms(plan, num_epochs, 1, choice=False) is None

"""A durable run waits for the disk where it promises something, and only there; another one never waits."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from descentlab.runs import RunFolder, create_run, describe_environment
from descentlab.spec import preset


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers (inodes) of the files and folders that the disk was waited for, in their order."""
    inodes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: inodes.append(os.fstat(descriptor).st_ino))
    return inodes


def _train(root: Path, *, durable: bool) -> RunFolder:
    run = create_run(preset("iris"), root=root, preparation={}, environment=describe_environment(), durable=durable)
    run.save_weights({"hidden/weight": np.ones((1, 2))})
    run.save_report("<!doctype html><title>iris</title>")
    return run


def test_a_durable_run_waits_once_before_it_looks_finished(tmp_path: Path, synced: list[int]) -> None:
    run = _train(tmp_path / "runs", durable=True)
    assert synced == []
    run.save_metrics({"epochs": 2})
    files = {path.name: path.stat().st_ino for path in run.path.iterdir()}
    metrics = synced.index(files.pop("metrics.json"))
    assert {*files.values(), run.path.stat().st_ino, run.path.parent.stat().st_ino} == set(synced[:metrics])
    assert len(set(synced[:metrics])) == metrics
    assert synced[metrics + 1 :] == [run.path.stat().st_ino]


def test_a_checkpoint_of_a_durable_run_can_be_resumed_after_a_power_cut(tmp_path: Path, synced: list[int]) -> None:
    run = _train(tmp_path / "runs", durable=True)
    run.save_checkpoint({"a": np.ones(2)}, {"epoch": 1})
    names = (
        "experiment.toml",
        "environment.json",
        "preparation.json",
        "checkpoint/state.safetensors",
        "checkpoint",
        ".",
    )
    assert {(run.path / name).stat().st_ino for name in names} <= set(synced)


def test_a_run_that_is_not_durable_never_waits(tmp_path: Path, synced: list[int]) -> None:
    run = _train(tmp_path / "runs", durable=False)
    run.save_checkpoint({"a": np.ones(2)}, {"epoch": 1})
    run.save_metrics({"epochs": 2})
    run.save_report("<!doctype html><title>again</title>")
    assert synced == []
    replace(run, durable=True).save_report("<!doctype html><title>again</title>")
    assert synced == [run.report_path.stat().st_ino, run.path.stat().st_ino]

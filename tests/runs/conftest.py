"""Runs that the tests of this folder share."""

from pathlib import Path

import numpy as np
import pytest

from descentlab.runs import RunFolder, create_run, describe_environment
from descentlab.spec import preset


def write_run(out: Path) -> RunFolder:
    """Make a finished run with every file that a run may have."""
    run = create_run(
        preset("iris"),
        out=out,
        preparation={"kind": "standardise", "mean": np.array([1.0, 2.0])},
        environment=describe_environment(data_checksum="sha256:00", seeds=(0, 1)),
    )
    run.save_checkpoint(
        {"params/hidden/weight": np.ones((2, 4, 3), np.float32), "step": np.array([7, 7], np.int32)}, {"epoch": 2}
    )
    weights = {"hidden/weight": np.arange(24, dtype=np.float32).reshape(2, 4, 3), "hidden/bias": np.zeros((2, 3))}
    run.save_weights(weights)
    run.save_snapshots(np.array([0, 2]), {name: np.stack([weight, weight]) for name, weight in weights.items()})
    run.save_history(
        {
            "member": np.repeat(np.arange(2, dtype=np.int32), 2),
            "seed": np.repeat(np.arange(2), 2),
            "epoch": np.tile(np.arange(1, 3, dtype=np.int32), 2),
            "train_loss": np.array([1.0, 0.5, 1.1, np.nan], np.float32),
        }
    )
    run.save_report("<!doctype html><title>iris</title>")
    run.save_metrics({"epochs": 2, "test": {"accuracy": {"mean": 0.9, "sd": 0.05, "ci95": [0.8, 1.0]}, "n": 30}})
    return run


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A finished run with every file that a run may have."""
    return write_run(tmp_path / "runs" / "iris-001")

"""Networks of folds, and of groups whose sizes differ from seed to seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab.core import SpecError
from descentlab.evaluation import mean_and_deviation, repeats_over
from descentlab.runs import RunFolder


def _visits(sizes: Sequence[int] = (4, 5, 6, 7) * 5) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(len(sizes)), sizes)
    return pd.DataFrame({
        "patient": patients,
        "day": np.arange(len(patients)),
        "a": rng.normal(size=len(patients)),
        "ill": np.where(rng.random(len(patients)) < 0.5, "yes", "no"),
    })  # fmt: skip


@pytest.mark.parametrize("division", [{}, {"group": "patient"}, {"time": "day"}])
def test_folds_train_one_network_each(home: Path, division: dict[str, Any]) -> None:
    frame = _visits()
    frame.to_csv(home / "visits.csv", index=False)
    run = dl.train("visits.csv", "ill", folds=4, epochs=2, batch_size=8, report=False, **division)
    tested = [member["n"] for member in run.metrics["test"]["members"]]
    assert len(tested) == 4
    assert sum(tested) == len(frame) if "time" not in division else sum(tested) < len(frame)
    scores = [member["accuracy"] for member in run.metrics["test"]["members"]]
    mean, _, interval = mean_and_deviation(scores, repeats_over(4))
    summary = run.metrics["test"]["accuracy"]
    assert summary["mean"] == pytest.approx(mean)
    assert interval is not None
    assert summary["ci95"] == pytest.approx([max(0.0, interval[0]), min(1.0, interval[1])])
    assert any("over 4 folds" in sentence for sentence in run.outcome)
    assert any(note.startswith("4 folds:") for note in run.notes)
    again = dl.evaluate(run).to_json()["test"]["accuracy"]
    assert again["ci95"] == pytest.approx(summary["ci95"])


def test_a_group_s_sizes_may_differ_from_seed_to_seed(home: Path) -> None:
    """Batches of 2 examples make epochs of another number of steps for each seed."""
    frame = _visits((3, 5, 8, 13, 21, 34, 4, 9, 15))
    run = dl.train(frame, "ill", group="patient", seeds=4, epochs=1, batch_size=2, report=False)
    assert len({member["n"] for member in run.metrics["test"]["members"]}) > 1
    alone = dl.train(frame, "ill", group="patient", seed=2, epochs=1, batch_size=2, report=False)
    assert run.metrics["test"]["members"][2]["loss"] == pytest.approx(alone.metrics["test"]["loss"], rel=1e-5)
    assert RunFolder(run.path).is_finished
    assert home.exists()


def test_folds_are_of_one_kind(home: Path) -> None:
    with pytest.raises(SpecError, match="leave out"):
        dl.train("iris", folds=3, seeds=3)
    with pytest.raises(SpecError, match="data_seed=1"):
        dl.train("iris", folds=3, set={"data_seed": 1})
    assert not list(home.iterdir())

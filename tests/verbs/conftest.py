"""Runs and data that the tests of this folder share."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import descentlab as dl


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def flowers() -> pd.DataFrame:
    """A table that a small network learns: two numbers and a word that tell one of two kinds."""
    rng = np.random.default_rng(0)
    kinds = np.arange(60) % 2
    return pd.DataFrame(
        {
            "width": rng.normal(kinds * 3.0, 0.7),
            "length": rng.normal(5.0, 1.0, 60),
            "place": rng.choice(["wood", "meadow", "shore"], 60),
            "kind": np.array(["aster", "rose"])[kinds],
        }
    )


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, flowers: pd.DataFrame) -> dl.Run:
    """A finished run on a DataFrame; not to be changed."""
    out = tmp_path_factory.mktemp("runs") / "flowers"
    return dl.train(flowers, "kind", epochs=40, hidden=[4], learning_rate=0.03, out=out)

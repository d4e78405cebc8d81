"""A run from a stranger whose parts do not fit each other."""

import json
from pathlib import Path

import pytest

import descentlab as dl
from descentlab.core import RunError


def test_a_preparation_that_does_not_fit_the_network_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = dl.train("iris", epochs=1, report=False)
    file = run.path / "preparation.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "input_shape": [3]}))
    table = tmp_path / "new.csv"
    table.write_text("sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5,3,1,0.2\n")
    with pytest.raises(RunError, match=r"gives inputs of shape \(4,\), and its network takes \(3,\)"):
        dl.open_run(run.path).predict(table)

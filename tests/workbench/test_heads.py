"""Heads that fit and heads that do not, from training to the report, prediction and back-propagation."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import SpecError

EXPONENTIAL = "cross-entropy after an exponential head"
SETTINGS: dict[str, dict[str, Any]] = {
    "sigmoid and absolute error": {"loss": "absolute-error"},
    "written on the last layer": {"loss": "squared-error", "model.-1.activation": "relu"},
    EXPONENTIAL: {"head.activation": "exponential", "check": "off"},
    "softmax over one unit": {"head.outputs": 1, "check": "off"},
    "one output for three classes": {"loss": "squared-error", "head.outputs": 1, "check": "off"},
    "five outputs for three classes": {"head.outputs": 5, "check": "off"},
    "tanh against 0 and 1": {"loss": "squared-error", "head.activation": "tanh", "head.coding": "0/1", "check": "off"},
}


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dl.Run]:
    """Train with the settings of a name, once; not to be changed."""
    folder = tmp_path_factory.mktemp("heads")
    return cache(lambda name: dl.train("iris", epochs=2, set=SETTINGS[name], out=folder / name.replace(" ", "-")))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_head_is_trained_shown_and_predicts(name: str, run_of: Callable[[str], dl.Run]) -> None:
    again = dl.open_run(run_of(name).path)
    table = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]
    predictions = again.predict(np.array(table))
    np.testing.assert_allclose(predictions.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    head, outputs = again.objective.head, again.objective.num_outputs
    page = (again.path / "report.html").read_text()
    assert f"{outputs} logit" in page
    assert f"through {head.activation}" in page


def test_back_propagation_of_a_head_that_does_not_fit(home: Path, run_of: Callable[[str], dl.Run]) -> None:
    result = dl.backprop(run_of(EXPONENTIAL).path)
    assert result.measured.check is not None
    assert result.measured.check.agrees
    assert result.measured.account.cost.formulas[0].text == "a_i = e^z_i"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"head.activation": "linear"}, "does not give the probabilities"),
        ({"head.outputs": 1}, "of a single output is always 1"),
        ({"head.outputs": 5}, "does not fit a target of 3 classes; use 3"),
    ],
)
def test_a_head_that_does_not_fit_is_refused_before_anything_is_trained(
    home: Path, settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SpecError, match=reason):
        dl.train("iris", epochs=2, set=settings)
    assert not any((home / "runs").glob("iris-*/report.html"))


@pytest.mark.parametrize("name", ["circle", "plane"])
def test_a_run_of_before_opens(home: Path, name: str) -> None:
    """Of `plane` too, though a tanh for a real target is refused by default now."""
    run = dl.train(name, epochs=2, report=False, set={"head.activation": "tanh", "check": "off"})
    file = run.path / "experiment.toml"
    text = file.read_text()
    assert '[head]\nactivation = "tanh"' in text
    start, end = text.index("[head]"), text.index("[loss]")
    older = (text[:start] + text[end:]).replace('kind = "squared-error"', 'kind = "squared-error"\noutput = "tanh"')
    file.write_text(older.replace('check = "off"\n', ""))
    again = dl.open_run(run.path)
    assert again.objective == run.objective
    assert dl.evaluate(again) is not None

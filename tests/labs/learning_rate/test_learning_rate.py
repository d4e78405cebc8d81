"""The one-command answer to what the learning rate should be."""

import json
from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import SpecError
from descentlab.data import load, prepare

LINEAR = {"batch_size": "full", "model": [{"kind": "dense"}], "epochs": 60, "optimizer": "sgd"}
"""A linear network with squared error: its loss is a quadratic."""

pytestmark = pytest.mark.usefixtures("home")


def test_on_a_quadratic_the_limit_is_that_of_its_largest_eigenvalue() -> None:
    found = dl.learning_rate("plane", set=LINEAR, report=False)
    experiment = found.sweep.study.spec.experiment
    dataset = prepare(load(experiment.data), experiment.split, experiment.seed)
    inputs = dataset.inputs[dataset.train].astype(np.float64)
    with_bias = np.column_stack([inputs, np.ones(len(inputs))])
    mean_product = with_bias.T @ with_bias / len(with_bias)
    # The loss is either the squared error or half of it; the ratio of its curvature to that of the data says which.
    scale = found.traces[0].largest[0] / np.linalg.eigvalsh(mean_product)[-1]
    assert scale == pytest.approx(1.0, rel=0.02) or scale == pytest.approx(2.0, rel=0.02)
    limit = 2.0 / (scale * np.linalg.eigvalsh(mean_product)[-1])
    assert found.sharpness_limit == pytest.approx(limit, rel=0.02)
    assert found.rate is not None
    assert found.rate < limit
    for trace in found.traces:
        if trace.diverged_at is None:
            assert trace.shares[-1] == pytest.approx(trace.learning_rate / limit, rel=0.02)
    study = found.sweep.study
    above = np.array(study.variables["learning_rate"], np.float64) > 1.1 * limit
    assert above.any()
    assert set(study.by_setting(study.verdicts)[above].ravel()) == {"diverged"}


def test_the_rate_is_the_best_of_those_tried_and_its_neighbours_are_told() -> None:
    found = dl.learning_rate("iris", epochs=30, out="answer")
    table = found.sweep.study.table()
    means = {rate: table.validation_loss[table.learning_rate == rate].mean() for rate in set(table.learning_rate)}
    assert found.rate == pytest.approx(min(means, key=means.__getitem__))
    told = " ".join(found.sentences)
    for words in ("Use a learning rate of", "A tenth of it", "Ten times of it", "The sharpness", "range test"):
        assert words in told
    assert len(found.traces) == 3
    page = Path("answer/report.html").read_text(encoding="utf-8")
    assert "Range test" in page
    assert "Sharpness" in page
    assert len(json.loads(json.dumps(found.to_json(), default=float))["sharpness"]) == 3


def test_what_cannot_be_done_is_said_and_leaves_nothing() -> None:
    with pytest.raises(SpecError, match="unknown preset"):
        dl.learning_rate("nosuch")
    assert not Path("runs").exists()

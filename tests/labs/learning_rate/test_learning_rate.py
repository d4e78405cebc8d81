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
    found = dl.learning_rate("plane", set=LINEAR, report=False).measured
    experiment = found.study.spec.experiment
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
    study = found.study
    above = np.array(study.variables["learning_rate"], np.float64) > 1.1 * limit
    assert above.any()
    assert set(study.by_setting(study.outcomes)[above].ravel()) == {"diverged"}


def test_the_rate_is_the_best_of_those_tried_and_its_neighbours_are_described() -> None:
    result = dl.learning_rate("iris", epochs=30, out="answer")
    table = result.measured.study.table()
    means = {rate: table.validation_loss[table.learning_rate == rate].mean() for rate in set(table.learning_rate)}
    assert result.measured.rate == pytest.approx(min(means, key=means.__getitem__))
    words = " ".join(result.sentences)
    for part in ("Use a learning rate of", "A tenth of it", "Ten times of it", "The sharpness", "range test"):
        assert part in words
    assert len(result.measured.traces) == 3
    page = Path("answer/report.html").read_text(encoding="utf-8")
    assert "Range test" in page
    assert "Sharpness" in page
    written = json.loads(Path("answer/metrics.json").read_text(encoding="utf-8"))
    assert len(written["tables"]["sharpness_ends"]) == 3
    assert written["laboratory"] == "learning_rate"
    assert written["tables"]["recommendation"]["learning_rate"] == result.measured.rate


def test_a_rule_without_steps_of_its_own_has_an_initial_limit() -> None:
    result = dl.learning_rate("gauss", epochs=20, seeds=2, report=False)
    assert result.measured.rate is not None
    words = " ".join(result.sentences)
    assert words.startswith("Use a learning rate of")
    assert "A tenth of it" in words
    assert result.measured.sharpness_limit is not None
    assert "plain descent on a quadratic would be stable" in words
    assert set(result.measured.range_test.suggestions) >= {"valley", "minimum"}
    adam = dl.learning_rate("iris", epochs=3, seeds=1, report=False)
    assert adam.measured.sharpness_limit is None


def test_what_cannot_be_done_is_said_and_leaves_nothing() -> None:
    with pytest.raises(SpecError, match="unknown preset"):
        dl.learning_rate("nosuch")
    assert not Path("runs").exists()

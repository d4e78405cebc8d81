"""Weights of examples on the command line and in Python, from the file to the report."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

import descentlab as dl
from descentlab.core import DataError, SpecError
from descentlab.data import Arrays
from tests.cli.conftest import Descentlab, write_flowers


def _weights(num: int) -> np.ndarray:
    return np.random.default_rng(7).lognormal(0.0, 1.0, num).round(3)


def _write(home: Path, name: str = "weighted.csv", num: int = 60) -> Path:
    frame: Any = pd.read_csv(write_flowers(home / "plain.csv", num))
    frame.insert(1, "times", _weights(num))
    frame.to_csv(home / name, index=False)
    return home / name


@pytest.fixture(scope="module")
def weighted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on a table with weights, with its report; not to be changed."""
    folder = tmp_path_factory.mktemp("weighted")
    table = _write(folder)
    return dl.train(table, "kind", sample_weight="times", epochs=5, hidden=(4,), out=folder / "run").path


def test_train_says_by_what_its_scores_are_weighted(descentlab: Descentlab, home: Path) -> None:
    _write(home)
    answer = descentlab("train", "weighted.csv", "--target", "kind", "--weights", "times", "--epochs", "2")
    assert answer.code == 0
    assert "by the weights in 'times'" in answer.out
    assert "the 12 examples of the test part count like" in answer.out
    run = dl.open_run("weighted-001")
    assert run.data.feature_names == ("width", "length", "place=meadow", "place=shore", "place=wood")
    assert run.test["weighting"]["column"] == "times"
    page = run.folder.report_path.read_text()
    assert "Every score counts examples by their weight in “times”" in page
    assert "n = 12, effective" in page


def test_metrics_of_a_run_are_scikit_learn_s_by_weight(weighted: Path) -> None:
    run = dl.open_run(str(weighted))
    frame = pd.read_csv(weighted.parent / "weighted.csv")
    scores: Any = dl.evaluate(run, frame)["new"]
    predictions = run.predict(frame)
    share = sk.accuracy_score(frame["kind"], predictions.predicted, sample_weight=frame["times"])
    assert scores.accuracy == pytest.approx(share)
    assert share != sk.accuracy_score(frame["kind"], predictions.predicted)
    loss = sk.log_loss(frame["kind"], predictions.probabilities, sample_weight=frame["times"])
    assert scores.loss == pytest.approx(loss, rel=1e-5)
    assert scores.weighting.num_effective == pytest.approx(frame["times"].sum() ** 2 / (frame["times"] ** 2).sum())


def test_evaluate_says_that_another_file_has_no_weights(descentlab: Descentlab, weighted: Path, home: Path) -> None:
    write_flowers(home / "new.csv", 40)
    answer = descentlab("evaluate", weighted, "new.csv")
    assert answer.code == 0
    assert "These examples have no weights 'times'" in answer.err
    assert "weighted by" not in answer.out
    again = descentlab("evaluate", weighted)
    assert again.out.count("weighted by 'times': they count like") == 3


def test_predict_ignores_the_weights_and_evaluate_refuses_bad_ones(
    descentlab: Descentlab, weighted: Path, home: Path
) -> None:
    frame: Any = pd.read_csv(_write(home))
    good = descentlab("predict", weighted, "weighted.csv").out
    frame.loc[2, "times"] = -1.0
    frame.to_csv(home / "bad.csv", index=False)
    assert descentlab("predict", weighted, "bad.csv").out == good
    answer = descentlab("evaluate", weighted, "bad.csv")
    assert answer.code == 2
    assert "the weight 'times' is -1 in row 4" in answer.err
    assert len(answer.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("train", "iris", "--weights", "times"), "weights is for a table or arrays, and does not apply to bundled"),
        (("train", "weighted.csv", "--target", "kind", "--weights", "kind"), "both the target and the weights"),
        (
            ("train", "weighted.csv", "--target", "kind", "--weights", "place"),
            "'place' is missing or no number in line 2",
        ),
    ],
)
def test_weights_that_cannot_be_are_refused_in_a_line(
    descentlab: Descentlab, home: Path, words: tuple[str, ...], message: str
) -> None:
    _write(home)
    answer = descentlab(*words)
    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_arrays_have_weights_in_python(home: Path) -> None:
    frame: Any = pd.read_csv(write_flowers(home / "plain.csv"))
    inputs, kinds, weights = frame.drop(columns="kind"), frame["kind"], _weights(60)
    run = dl.train(inputs, kinds, sample_weight=weights, epochs=1, seeds=2, report=False)
    assert run.test["weighting"]["column"] == "sample_weight"
    scores: Any = dl.evaluate(run, Arrays(inputs, kinds, sample_weight=weights), member=0)["new"]
    assert scores.weighting.column == "sample_weight"
    assert (
        dl.evaluate(run, Arrays(inputs, kinds)).notes[-1].startswith("These examples have no weights 'sample_weight'")
    )
    with pytest.raises(SpecError, match="sample_weight is of type ndarray, but the examples are read from a file"):
        dl.train("plain.csv", "kind", sample_weight=weights)
    with pytest.raises(DataError, match="sample_weight has shape"):
        dl.train(inputs, kinds, sample_weight=weights[:4])


def test_a_real_target_has_weighted_errors(descentlab: Descentlab, home: Path) -> None:
    _write(home)
    words = ("--target", "length", "--weights", "times", "--epochs", "2", "--no-report")
    answer = descentlab("train", "weighted.csv", *words)
    assert "the 12 examples of the test part count like" in answer.out
    run = dl.open_run("weighted-001")
    frame: Any = pd.read_csv("weighted.csv")
    scores: Any = dl.evaluate(run, frame)["new"]
    expected = sk.root_mean_squared_error(frame["length"], run.predict(frame).predicted, sample_weight=frame["times"])
    assert scores.rmse == pytest.approx(expected, rel=1e-6)
    assert scores.baseline_mae == pytest.approx(
        sk.mean_absolute_error(
            frame["length"],
            np.full(60, np.average(frame["length"], weights=frame["times"])),
            sample_weight=frame["times"],
        )
    )

"""Several targets on the command line, from the file to the report and to predictions."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

import descentlab as dl
from tests.cli.conftest import Answer, Descentlab

TARGETS = {"numbers": "heat,cost", "labels": "warm,dear"}


def _write(home: Path) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(80, 3)), columns=pd.Index(["width", "depth", "age"]))
    frame["heat"], frame["cost"] = frame["width"] + frame["depth"], 1e3 * frame["age"]
    frame["warm"], frame["dear"] = (frame["heat"] > 0).astype(int), np.where(frame["cost"] > 400.0, "yes", "no")
    frame.to_csv(home / "houses.csv", index=False)
    return frame


def _train(descentlab: Descentlab, kind: str, *words: str) -> Answer:
    others = TARGETS["labels" if kind == "numbers" else "numbers"]
    target = ("--target", TARGETS[kind], "--drop", others)
    return descentlab("train", "houses.csv", *target, "--epochs", "20", "--hidden", "8", "--lr", "0.02", *words)


@pytest.mark.parametrize("kind", TARGETS)
def test_from_the_file_to_the_report_and_to_predictions(descentlab: Descentlab, home: Path, kind: str) -> None:
    frame, names = _write(home), TARGETS[kind].split(",")
    answer = _train(descentlab, kind)
    assert answer.code == 0
    assert all(word in answer.out for word in (names if kind == "numbers" else ["all 2 labels", "Hamming loss"]))
    run = dl.open_run("houses-001")
    page = run.folder.report_path.read_text()
    assert ("By target" if kind == "numbers" else "By label") in page
    assert page.count("predicted against true") == (4 if kind == "numbers" else 0)  # a title and a label each
    text = descentlab("predict", "houses-001", "houses.csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    shares = [] if kind == "numbers" else [f"probability of {name}" for name in names]
    assert list(rows[0]) == ["example", *names, *shares]
    predicted = np.array([[float(row[name]) for name in names] for row in rows])
    scores: Any = descentlab("evaluate", "houses-001", "houses.csv", "--json").json()["new"]
    if kind == "numbers":
        truth = frame[names].to_numpy()
        assert scores["r2"] == pytest.approx(sk.r2_score(truth, predicted), rel=1e-5)
        expected: Any = sk.root_mean_squared_error(truth, predicted, multioutput="raw_values")
        assert [each["rmse"] for each in scores["per_target"]] == pytest.approx(list(expected), rel=1e-5)
    else:
        truth = np.stack([frame["warm"], frame["dear"] == "yes"], axis=1).astype(int)
        assert scores["accuracy"] == pytest.approx(sk.accuracy_score(truth, predicted.astype(int)))
        assert scores["hamming_loss"] == pytest.approx(sk.hamming_loss(truth, predicted.astype(int)))
        assert scores["accuracy"] > scores["baseline"]["accuracy"]
    as_json = json.loads(descentlab("predict", "houses-001", "houses.csv", "--json").out)["predictions"][0]
    assert list(as_json["prediction"]) == names
    assert (home / "runs" / "houses-001" / "experiment.toml").read_text().count(TARGETS[kind]) == 1


def test_a_spec_file_names_them_in_a_list_and_trains_the_same(descentlab: Descentlab, home: Path) -> None:
    _write(home)
    _train(descentlab, "labels", "--no-report")
    text = (home / "runs" / "houses-001" / "experiment.toml").read_text()
    (home / "list.toml").write_text(text.replace('"warm,dear"', '["warm", "dear"]'))
    assert descentlab("train", "list.toml", "--no-report").code == 0
    one, other = dl.open_run("houses-001"), dl.open_run("houses-002")
    assert other.experiment.data.target == ("warm", "dear")  # pyright: ignore[reportAttributeAccessIssue] - a table
    assert one.metrics["test"] == other.metrics["test"]


@pytest.mark.parametrize("kind", TARGETS)
def test_several_seeds_are_joined_target_by_target(descentlab: Descentlab, home: Path, kind: str) -> None:
    _write(home)
    answer = _train(descentlab, kind, "--seeds", "2", "--json", "--no-report")
    each = answer.json()["test"]["per_target" if kind == "numbers" else "per_label"]
    assert [part["name"] for part in each] == TARGETS[kind].split(",")
    assert each[0]["rmse" if kind == "numbers" else "accuracy"]["sd"] is not None


def test_a_mixture_is_refused_and_so_is_a_file_that_lacks_a_target(descentlab: Descentlab, home: Path) -> None:
    frame = _write(home)
    answer = descentlab("train", "houses.csv", "--target", "heat,warm")
    assert answer.code == 2
    assert "only 'warm' is yes or no" in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    _train(descentlab, "numbers", "--no-report")
    frame.drop(columns="cost").to_csv(home / "less.csv", index=False)
    answer = descentlab("evaluate", "houses-001", "less.csv")
    assert answer.code == 2
    assert "have no target column for each of heat, cost" in answer.err


def test_weights_and_several_targets_go_together(descentlab: Descentlab, home: Path) -> None:
    frame = _write(home)
    frame.insert(0, "times", np.random.default_rng(1).integers(1, 6, 80))
    frame.to_csv(home / "houses.csv", index=False)
    _train(descentlab, "labels", "--weights", "times", "--no-report")
    scores: Any = descentlab("evaluate", "houses-001", "houses.csv", "--json").json()["new"]
    predicted: Any = dl.open_run("houses-001").predict("houses.csv").predicted
    truth = np.stack([frame["warm"], frame["dear"] == "yes"], axis=1).astype(int)
    assert scores["hamming_loss"] == pytest.approx(sk.hamming_loss(truth, predicted, sample_weight=frame["times"]))
    assert scores["weighting"]["column"] == "times"

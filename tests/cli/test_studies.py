"""`descentlab sweep`, `atlas` and `curvature` as a person types them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Descentlab = Callable[..., Any]


def test_a_sweep_prints_its_finding_first_and_writes_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("sweep", "circle", "--learning-rate", "0.001,0.1,10", "--seeds", "6", "--epochs", "60")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("The best of the 3 settings tried is learning_rate 0.1")
    assert "Too high (learning_rate 10)" in answer.out
    page = (home / "runs" / "circle-sweep-001" / "report.html").read_text()
    assert "Low, right and high" in page
    assert "Predictions over the plane, by the networks of seed 0" in page


def test_json_is_one_object(descentlab: Descentlab) -> None:
    told = descentlab(
        "sweep", "iris", "--lr", "0.001:0.1:3", "--seeds", "2", "--epochs", "3", "--no-report", "--json"
    ).json()
    assert len(told["tables"]["members"]) == 6
    assert told["tables"]["summary"]["judged_on"] == "validation"
    assert {"verdict", "seed", "learning_rate"} <= set(told["tables"]["members"][0])
    mapped = descentlab(
        "atlas", "circle", "--x", "learning_rate=0.01:1:3", "--y", "initial_scale=0.5:2:2", "--epochs", "3",
        "--outcome", "verdict", "--json",
    ).json()  # fmt: skip
    assert (mapped["tables"]["summary"]["rows"], mapped["tables"]["summary"]["columns"]) == (2, 3)


def test_json_takes_whole_numbers_that_were_varied(descentlab: Descentlab) -> None:
    values = descentlab(
        "sweep", "iris", "--vary", "model.0.units=2,8", "--seeds", "2", "--epochs", "2", "--no-report", "--json"
    ).json()
    assert [row["model.0.units"] for row in values["tables"]["settings"]] == [2, 8]
    assert values["path"] == "runs/iris-sweep-001"


def test_a_study_without_a_page_names_its_folder(descentlab: Descentlab) -> None:
    answer = descentlab("sweep", "iris", "--lr", "0.01,0.1", "--seeds", "1", "--epochs", "2", "--no-report")
    assert answer.out.endswith("files: runs/iris-sweep-001\n")


MISTAKES = {
    "nothing to sweep": (("sweep",), "name what to sweep"),
    "nothing varied": (("sweep", "iris"), "name what to vary"),
    "a reversed range": (("sweep", "iris", "--lr", "1:0.1:5"), "reversed"),
    "a range without members": (("sweep", "iris", "--lr", "0.1:1:0"), "no members"),
    "an unknown number": (("sweep", "iris", "--vary", "momentun=0:0.9:3:lin"), "unknown hyperparameter 'momentun'"),
    "a word for a number": (("sweep", "iris", "--vary", "b1=high"), "b1=high is not a number"),
    "no equals sign": (("sweep", "iris", "--vary", "momentum"), "NAME=RANGE"),
    "an unknown activation": (("sweep", "iris", "--vary", "activation=rleu"), "rleu"),
    "an axis that is missing": (("atlas", "iris", "--x", "learning_rate=0.1:1:3"), "along y"),
    "an axis that is none": (("atlas", "fractal", "--x", "learning_rate.hiden=0.1:1:3"), "did you mean"),
    "more memory than there is": (
        ("atlas", "iris", "--x", "learning_rate=0.1:1:900000", "--y", "eps=0.1:1:900000"),
        "GiB of memory",
    ),
    "an outcome that is none": (("atlas", "fractal", "--outcome", "speed"), "choose one of"),
    "a study that is none": (("sweep", "--resume", "nothing"), "there is no study"),
    "a study to continue and a change": (("sweep", "--resume", "nothing", "--epochs", "3"), "as it was begun"),
    "a map to continue and a change": (("atlas", "--resume", "nothing", "--epochs", "3"), "as it was begun"),
    "a word for a batch": (("sweep", "iris", "--lr", "0.1", "--batch-size", "half"), "or full"),
    "nothing to map": (("atlas",), "name what to map"),
    "a rate of 0": (("curvature", "iris", "--lr", "0,1"), "rates above 0"),
    "a run that is none": (("curvature", "nothing-001"), "nothing-001"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_line_and_leaves_nothing(descentlab: Descentlab, home: Path, name: str) -> None:
    arguments, words = MISTAKES[name]
    answer = descentlab(*arguments)
    assert answer.code == 2
    assert words in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert list(home.iterdir()) == []

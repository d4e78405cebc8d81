"""The commands of docs/how-to/failures.md run as they are written, and say what was changed."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

GUIDE = (Path(__file__).parents[2] / "docs" / "how-to" / "failures.md").read_text(encoding="utf-8")
SECTIONS = [section for section in GUIDE.split("\n## ") if re.match(r"\d+\. ", section)]


def test_there_are_ten_failures() -> None:
    assert [section.split(".")[0] for section in SECTIONS] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0])
def test_a_failure_runs_as_it_is_written(section: str, descentlab: Descentlab) -> None:
    (command,) = re.findall(r"^    descentlab (.+)$", section, flags=re.MULTILINE)
    answer = descentlab(*shlex.split(command), "--epochs", "1", "--no-report", "--json")
    assert answer.code == 0, answer.err
    assert answer.json()["notes"] == re.findall(r"^> note: (.+)$", section, flags=re.MULTILINE)
    measure = "typical test error" if "loss=squared-error" in command else "Test accuracy"
    assert measure in answer.json()["outcome"][0]
    assert len(re.findall(rf"^> .*{measure}", section, flags=re.MULTILINE)) == 1


def test_the_report_says_what_was_changed(descentlab: Descentlab, home: Path) -> None:
    settings = (
        "model.*.initializer=constant", "model.*.initial_value=0.25", "shuffle=false", "optimizer.maximize=true",
        "data.preparation=none", "data.flipped_labels=0.25",
    )  # fmt: skip
    words = [word for setting in settings for word in ("--set", setting)]
    assert descentlab("train", "iris", "--epochs", "1", *words, "--out", "run", "--quiet").code == 0
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (home / "run" / "report.html").read_text(encoding="utf-8")))
    for sentence in (
        "initial weights all 0.25",
        "order not shuffled: as the data has it, in every epoch",
        "adam, gradient reversed",
        "24 of them are flipped to another class",
        "Inputs are not standardised",
        "each step goes up the loss",
    ):
        assert sentence in page

"""`runs` keeps order in a folder of runs, and `report --no-examples` writes a page to pass on."""

import shutil
from pathlib import Path

import pytest

from descentlab.runs import locked
from tests.cli.conftest import Descentlab


@pytest.fixture
def kept(home: Path, trained: Path) -> Path:
    """A folder of runs with two runs, of which one is in use, and a leftover analysis."""
    for name in ("first", "second"):
        shutil.copytree(trained, home / "runs" / name)
    analysis = home / "runs" / "circle-curvature"
    analysis.mkdir()
    for name in ("result.json", "report.html"):
        (analysis / name).write_text("{}")
    return home / "runs"


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_runs_are_renamed_noted_measured_and_deleted(descentlab: Descentlab, kept: Path) -> None:
    answer = descentlab("runs", "--note", "first=no hidden  layer = worse", "--rename", "runs/second=best one")
    assert (answer.code, answer.err) == (0, "")
    assert names(kept) == ["best one", "circle-curvature", "first"]
    assert "no hidden layer = worse" in answer.out
    listed = descentlab("runs", "--json").json()["runs"]
    assert {run["name"]: run["note"] for run in listed} == {"first": "no hidden layer = worse", "best one": ""}
    used = descentlab("runs", "--sizes", "--json").json()
    sizes = {
        entry.name: sum(file.stat().st_size for file in entry.rglob("*") if file.is_file()) for entry in kept.iterdir()
    }
    assert {entry["name"]: entry["bytes"] for entry in used["entries"]} == sizes
    assert used["bytes"] == sum(sizes.values())
    assert [entry["kind"] for entry in used["entries"]] == ["run", "run", "analysis"]
    assert descentlab("runs", "--delete", "best one", "--delete", "circle-curvature", "--note", "first=").code == 0
    assert names(kept) == ["first"]
    assert descentlab("runs", "--json").json()["runs"][0]["note"] == ""


@pytest.mark.parametrize(("words", "said"), [
    (("--rename", "first=second"), "second is there already"),
    (("--rename", "first=../out"), "cannot be the name of a run"),
    (("--rename", "first=.hidden"), "cannot be the name of a run"),
    (("--rename", "first"), "expected a run and what it gets with = between"),
    (("--delete", "first", "--delete", "frist"), "did you mean 'first'?"),
    (("--delete", ".."), "there is no run, study or analysis '..'"),
    (("--note", f"first={'x' * 5_000}"), "at most 4,000 are kept"),
])  # fmt: skip
def test_what_cannot_be_done_changes_nothing(
    descentlab: Descentlab, kept: Path, words: tuple[str, ...], said: str
) -> None:
    answer = descentlab("runs", *words)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
    assert names(kept) == ["circle-curvature", "first", "second"]


def test_a_run_in_training_is_neither_deleted_nor_renamed(descentlab: Descentlab, kept: Path) -> None:
    with locked(kept / "first"):
        for words in (("--delete", "first"), ("--rename", "first=other")):
            answer = descentlab("runs", *words)
            assert (answer.code, "is being trained by another process" in answer.err) == (2, True)
    assert names(kept) == ["circle-curvature", "first", "second"]


def test_a_page_without_examples_holds_no_cell_of_the_data(descentlab: Descentlab, home: Path) -> None:
    cells = [(100_003 + 977 * place, 400_009 + 983 * (place * 7 % 60)) for place in range(60)]
    rows = [f"{first},{second},{'ab'[first % 2]}" for first, second in cells]
    (home / "table.csv").write_text("\n".join(["x,y,kind", *rows, ""]))
    assert descentlab("train", "table.csv", "--epochs", 2, "--out", "run", "-q").code == 0
    page = home / "run" / "report.html"
    shown = lambda: sum(str(cell) in page.read_text() for row in cells for cell in row)
    before = shown()
    assert descentlab("report", "run", "--no-examples").code == 0
    assert (shown(), before > 10) == (0, True)
    assert "onfusion" in page.read_text()

"""`descentlab landscape` as a person types it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

QUICK = ("--points", "5", "--lines", "2")


def test_it_tells_its_finding_first_and_names_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("landscape", "circle", "--set", "epochs=6", *QUICK)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("Along 2 random directions the training loss goes from")
    assert "Random walks with steps of the same lengths have" in answer.out
    assert "one and two of 25 dimensions" in answer.err
    assert answer.out.rstrip().endswith("report: runs/circle-landscape/report.html")
    page = (home / "runs" / "circle-landscape" / "report.html").read_text()
    for title in ("Lines through the network", "From the start straight to the end", "A random plane",
                  "The plane of the path", "What each line shows"):  # fmt: skip
        assert title in page
    # Nothing but the planes of a network whose activations pass no factor on is left out.
    assert "Why directions are normalised" not in page


def test_json_is_one_object_with_every_number(descentlab: Descentlab, home: Path) -> None:
    words = ("--other-member", "1", "--plane", "path", "--set", "epochs=4", "--no-report", "--json")
    values = descentlab("landscape", "iris", *words, *QUICK).json()
    tables = values["tables"]
    lines = [row["line"] for row in tables["lines"] if row["train_loss"] > 0.0]
    assert [lines.count(name) for name in ("random direction 1", "random direction 2")] == [5, 5]
    assert [row["part"] for row in tables["barriers"]] == ["train", "test"] * 2
    assert tables["measurement"]["num_units"] == 8
    assert [row["epoch"] for row in tables["path"]] == [0, 1, 2, 3, 4]
    assert sum(row["share"] for row in tables["components"]) == pytest.approx(1.0)
    assert [row["plane"] for row in tables["planes"]] == ["path"] * 25
    assert tables["measurement"]["factor"] == 5.0
    assert values["path"] is None
    assert not (home / "runs").exists()


def test_a_run_keeps_its_landscape_in_its_folder(descentlab: Descentlab, trained: Path, home: Path) -> None:
    answer = descentlab("landscape", trained, "--quiet", "--out", "here", "--plane", "random", *QUICK)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert json.loads(Path("here/result.json").read_text())["tables"]["planes"][0]["plane"] == "random"
    assert "Why directions are normalised" in Path("here/report.html").read_text()


def test_a_second_run_at_the_other_end(descentlab: Descentlab, home: Path) -> None:
    for rate in ("0.01", "0.1"):
        assert descentlab("train", "xor", "--epochs", "3", "--lr", rate, "--no-report", "-q").code == 0
    answer = descentlab("landscape", "xor-001", "xor-002", *QUICK)
    assert answer.out.startswith("On the straight line from xor-001 to xor-002 the training loss")
    assert answer.out.rstrip().endswith("report: runs/xor-001/landscape/report.html")
    assert "From one network to the other" in Path("runs/xor-001/landscape/report.html").read_text()


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    answer = descentlab("landscape", "--help")
    assert "• descentlab landscape iris-001 iris-002 - is there a barrier between the" in answer.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no/such/run",), "no such file"),
        (("iris", "no-such-run"), "there is no run 'no-such-run'"),
        (("iris", "--points", "40"), "--points 40: expected an odd number from 5 to 501"),
        (("iris", "--span", "nan"), "--span nan"),
        (("iris", "--plane", "pat"), "did you mean 'path'?"),
        (("iris", "--normalize", "filters"), "did you mean 'filter'?"),
        (("iris", "--lines", "99"), "--lines 99"),
        (("iris", "--examples", "0"), "--examples 0"),
        (("iris", "--member", "-1"), "--member -1"),
        (("iris", "--other-member", "0"), "--other-member 0 is the network itself"),
        (("iris", "--set", "epoch=3"), "epoch"),
    ],
)
def test_a_mistake_gets_one_line_and_leaves_nothing(
    descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str
) -> None:
    answer = descentlab("landscape", *words)
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert list(home.iterdir()) == []


def test_a_run_is_asked_for_networks_that_it_has(descentlab: Descentlab, trained: Path, home: Path) -> None:
    for words, says in (
        (("--member", "3"), "no member 3"),
        (("--other-member", "3"), "no member 3"),
        ((trained,), "at both ends"),
        (("--set", "epochs=3"), "is a trained run, which --set cannot change"),
    ):
        answer = descentlab("landscape", trained, *words)
        assert answer.code == 2
        assert says in answer.err
        assert len(answer.err.strip().splitlines()) == 1

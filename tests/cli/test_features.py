"""`descentlab features` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

QUICK = ("--examples", "600", "--set", "epochs=2")


def test_it_says_the_answer_first_and_names_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("features", "digits-cnn", *QUICK)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("Textbooks say that the first layer finds edges, ")
    assert "raw pixels" in answer.out
    assert "Probes are ridge regressions" in answer.err
    assert answer.out.rstrip().endswith("report: runs/digits-cnn-features/report.html")
    assert (home / "runs" / "digits-cnn-features" / "probes.parquet").is_file()


def test_json_is_one_object_with_all_numbers(descentlab: Descentlab, home: Path) -> None:
    values = descentlab("features", "digits-cnn", *QUICK, "--no-report", "--json", "--channel", "3").json()
    tables = values["tables"]
    assert [row["verdict"] for row in tables["claims"]]
    measures = {row["property"]: row["measure"] for row in tables["properties"]}
    assert measures["class"] == "accuracy"
    assert measures["stroke direction"] == "R²"
    assert tables["strongest"][0]["channel"] == 3
    assert len(tables["tuning"][0]["curve"]) == 16
    assert values["path"] is None
    assert not (home / "runs").exists()


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    answer = descentlab("features", "--help")
    assert "• descentlab features digits-cnn" in answer.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("features", "no/such/run"), "no such file"),
        (("features", "iris"), "use a network of pictures"),
        (("features", "digits-cnn", "--examples", "3"), "--examples 3"),
        (("features", "digits-cnn", "--set", "epoch=3"), "epoch"),
        (("features", "digits-cnn", "--member", "2"), "--member 2"),
    ],
)
def test_a_mistake_gets_one_line_and_leaves_nothing(
    descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str
) -> None:
    answer = descentlab(*words)
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert list(home.iterdir()) == []

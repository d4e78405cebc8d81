"""`descentlab features` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

QUICK = ("--examples", "600", "--set", "epochs=2")


def test_it_tells_its_finding_first_and_names_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("features", "digits-cnn", *QUICK)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("Of the textbook's claim ")
    assert "raw pixels" in answer.out
    assert "Probes are ridge regressions" in answer.err
    assert answer.out.rstrip().endswith("report: runs/digits-cnn-features/report.html")
    assert (home / "runs" / "digits-cnn-features" / "probes.parquet").is_file()


def test_json_is_one_object_with_all_numbers(descentlab: Descentlab, home: Path) -> None:
    told = descentlab("features", "digits-cnn", *QUICK, "--no-report", "--json", "--channel", "3").json()
    assert [one["verdict"] for one in told["claim"]]
    assert told["probes"]["class"]["measure"] == "accuracy"
    assert told["probes"]["stroke direction"]["measure"] == "r_squared"
    assert told["channel"]["channel"] == 3
    assert len(told["selectivity"][0]["channels"][0]["curve"]) == 16
    assert told["path"] is None
    assert not (home / "runs").exists()


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    answer = descentlab("features", "--help")
    assert "• descentlab features digits-cnn" in answer.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("features", "no/such/run"), "no such file"),
        (("features", "iris"), "use a network of pictures"),
        (("features", "digits-cnn", "--examples", "3"), "examples=3"),
        (("features", "digits-cnn", "--set", "epoch=3"), "epoch"),
        (("features", "digits-cnn", "--member", "2"), "member=2"),
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

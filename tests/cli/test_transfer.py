"""`descentlab transfer` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import descentlab as dl

    return dl.train("digits", epochs=5, out=tmp_path_factory.mktemp("runs") / "digits", report=False).path


def test_it_answers_first_and_names_its_page(descentlab: Descentlab, home: Path, digits: Path) -> None:
    answer = descentlab("transfer", digits, "digits", "--examples", "1,2", "--seeds", "2", "--out", "here")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("Whether what digits has learned helps to learn digits cannot be shown with 2 draws.")
    assert "With 2 examples of each class, the accuracy on digits is " in answer.out
    assert "raw pixels" in answer.out
    assert "note: Intervals are over 2 draws" in answer.err
    assert answer.out.rstrip().endswith("report: here/report.html")
    assert {path.name for path in (home / "here").iterdir()} == {
        "report.html",
        "result.json",
        *(f"{name}.parquet" for name in ("accuracy", "differences", "worth", "choices", "summary", "draws")),
    }


def test_json_is_one_object_with_all_numbers(descentlab: Descentlab, home: Path, digits: Path) -> None:
    values = descentlab("transfer", digits, "digits", "--examples", "1", "--seeds", "1", "--no-report", "--json").json()
    (row,) = values["tables"]["accuracy"]
    assert set(row) == {"examples_per_class", "frozen", "fine_tuned", "fresh", "raw_pixels"}
    assert row["examples_per_class"] == 1
    assert {choice["way"] for choice in values["tables"]["choices"]} == {"frozen", "fine-tuned", "fresh", "raw pixels"}
    assert values["path"] is None
    assert not list(home.iterdir())


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    assert "• descentlab transfer mnist-cnn-001 fashion-mnist" in descentlab("transfer", "--help").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no-such-run", "digits"), "no-such-run"),
        (("RUN", "digts"), "did you mean 'digits'"),
        (("RUN", "iris"), "has no pictures"),
        (("RUN", "digits", "--examples", "1,x"), "--examples 1,x"),
        (("RUN", "digits", "--examples", "0"), "--examples 0"),
        (("RUN", "digits", "--examples", "500"), "500 of each class are asked for"),
        (("RUN", "digits", "--seeds", "0"), "--seeds 0"),
        (("RUN", "digits", "--set", "split.tests=0.5"), "split.tests"),
    ],
)
def test_a_mistake_gets_one_line_and_leaves_nothing(
    descentlab: Descentlab, home: Path, digits: Path, words: tuple[str, ...], says: str
) -> None:
    answer = descentlab("transfer", *[str(digits) if word == "RUN" else word for word in words])
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert list(home.iterdir()) == []

"""`descentlab errors` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import descentlab as dl

    return dl.train("iris", epochs=20, out=tmp_path_factory.mktemp("runs") / "iris", report=False).path


def test_it_gives_its_answer_first_and_names_its_page(descentlab: Descentlab, home: Path, iris: Path) -> None:
    answer = descentlab("errors", iris, "--out", "here")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("The network predicts ")
    assert " of 30 test examples wrongly" in answer.out.splitlines()[0]
    assert "'versicolor' and 'virginica'" in answer.out
    assert "note: Intervals are over examples" in answer.err
    assert answer.out.rstrip().endswith("report: here/report.html")
    assert {path.name for path in (home / "here").iterdir()} == {
        "report.html",
        "result.json",
        "summary.parquet",
        "confusions.parquet",
        "margins.parquet",
        "thresholds.parquet",
        "flip_check.parquet",
        "examples.parquet",
        "importance.parquet",
        "robustness.parquet",
        "half_way.parquet",
    }


def test_json_is_one_object_with_all_numbers(descentlab: Descentlab, home: Path, iris: Path) -> None:
    values = descentlab("errors", iris, "--no-report", "--json", "--part", "validation").json()
    tables = values["tables"]
    assert tables["summary"]["part"] == "validation"
    assert tables["summary"]["score"] == "accuracy"
    (first,) = [row for row in tables["importance"] if row["place"] == 1]
    assert first["part"] == "sepal length (cm)"
    assert tables["robustness"][0]["disturbance"] == "noise"
    assert values["path"] is None
    assert not list(home.iterdir())


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    assert "• descentlab errors mnist-cnn-001" in descentlab("errors", "--help").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no-such-run",), "no-such-run"),
        (("IRIS", "--part", "tests"), "did you mean 'test'"),
        (("IRIS", "--member", "1"), "no member 1"),
        (("IRIS", "--examples", "1"), "--examples 1"),
        (("IRIS", "--shown", "9999"), "--shown 9999"),
    ],
)
def test_a_mistake_gets_one_line_and_leaves_nothing(
    descentlab: Descentlab, home: Path, iris: Path, words: tuple[str, ...], says: str
) -> None:
    answer = descentlab("errors", *[str(iris) if word == "IRIS" else word for word in words])
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert list(home.iterdir()) == []

"""`descentlab curvature` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab


def test_it_tells_its_finding_first_and_names_its_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("curvature", "circle", "--lr", "0.03,0.3", "--trace", "3", "--set", "epochs=6")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("At none of the 2 rates")
    assert "limit of sgd is 2 / rate" in answer.err
    assert answer.out.rstrip().endswith("report: runs/circle-curvature/report.html")
    page = (home / "runs" / "circle-curvature" / "report.html").read_text()
    assert "Sharpness beside its limit" in page
    assert "Where it stopped" in page


def test_json_is_one_object(descentlab: Descentlab, home: Path) -> None:
    values = descentlab(
        "curvature", "circle", "--trace", "2", "--escape", "--seeds", "2", "--set", "epochs=4", "--no-report", "--json"
    ).json()
    tables = values["tables"]
    assert [row["epoch"] for row in tables["sharpness"]] == [0, 2, 4]
    assert tables["rates"][0]["limit"] == pytest.approx(2 / 0.03)
    assert tables["rates"][0]["place"] in ("minimum", "saddle", "plateau", "not stationary")
    assert len(tables["escape_comparisons"]) == 3
    assert [row["seed"] for row in tables["escape"]] == [0, 1]
    assert values["path"] is None
    assert not (home / "runs").exists()


def test_quiet_prints_nothing(descentlab: Descentlab, trained: Path) -> None:
    answer = descentlab("curvature", trained, "--quiet", "--out", "here")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert Path("here/result.json").is_file()


def test_help_teaches_by_an_example(descentlab: Descentlab) -> None:
    answer = descentlab("curvature", "--help")
    assert "• descentlab curvature edge-of-stability --learning-rate 0.2,0.1,0.05,0.02" in answer.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("curvature", "no/such/run"), "no such file"),
        (("curvature", "iris", "--trace", "0"), "--trace 0"),
        (("curvature", "iris", "--lr", "fast"), "fast"),
        (("curvature", "iris", "--lr", "nan"), "nan"),
        (("curvature", "iris", "--noise", "nan"), "--noise nan"),
        (("curvature", "iris", "--set", "epoch=3"), "epoch"),
        (("curvature", "x" * 5000), "file's name"),
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

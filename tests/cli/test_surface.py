"""`descentlab surface` as a person types it."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Descentlab

SMALL = ("--starts", "60", "--steps", "40")


def test_words_come_first_and_name_the_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("surface", "double-well", *SMALL)
    assert answer.code == 0
    assert answer.out.startswith("On double-well, descent reaches the lowest (global) minimum from")
    assert "\ndouble-well has 2 minima" in answer.out
    assert answer.out.rstrip().endswith("report: runs/double-well-surface/report.html")
    assert re.search(r"minimum +x = −1\.036 +−0\.3054 +yes +8\.869 +0\.2255", answer.out)
    assert answer.err.startswith("note: ")
    assert (home / "runs" / "double-well-surface" / "report.html").is_file()


def test_json_is_one_object(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("surface", "x^4 - 3*x^2 + x", "--json", "--no-report", "--lr", "0.01,0.1", *SMALL)
    values = answer.json()
    assert values["tables"]["surface"]["formula"] == "x^4 - 3*x^2 + x"
    assert values["path"] is None
    shares = [row for row in values["tables"]["shares"] if row["varied"] == "learning_rate"]
    assert [row["learning_rate"] for row in shares] == [0.01, 0.1]
    assert values["tables"]["descents"]["starts"] == 60
    assert not list(home.iterdir())


def test_a_formula_may_begin_with_a_minus(descentlab: Descentlab) -> None:
    answer = descentlab("surface", "-tanh(x) + x^2", "--json", "--no-report", "--domain", "-2:2", *SMALL)
    assert answer.code == 0
    facts = answer.json()["tables"]["surface"]
    assert facts["formula"] == "-tanh(x) + x^2"
    assert (facts["x"], facts["y"]) == ([-2.0, 2.0], None)


@pytest.mark.parametrize(
    ("formula", "says"), [("-x^2 + z", "'z' at position 8"), ("-(x - 1", "'(' at position 2"), ("-h*x", "'h' at")]
)
def test_its_places_are_counted_without_the_option_s_minus(descentlab: Descentlab, formula: str, says: str) -> None:
    answer = descentlab("surface", formula)
    assert answer.code == 2
    assert says in answer.err


def test_short_options_stay_options(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("surface", "bowl", "-q", "--no-report", *SMALL)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert "descentlab surface himmelblau" in descentlab("surface", "-h").out


@pytest.mark.parametrize("words", [(), ("--list",)])
def test_it_lists_the_surfaces(descentlab: Descentlab, words: tuple[str, ...]) -> None:
    from descentlab.labs.surface.measure import find_surface, surface_names

    answer = descentlab("surface", *words)
    assert (answer.code, answer.err) == (0, "")
    for name in surface_names():
        assert re.search(rf"^{name} +{re.escape(find_surface(name).formula)} +\w", answer.out, re.MULTILINE)
    listed = descentlab("surface", *words, "--json").json()["tables"]["surfaces"]
    assert [row["name"] for row in listed] == list(surface_names())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("himelblau",), "did you mean 'himmelblau'?"),
        (("y^2",), "has y without x"),
        (("3 + 4",), "has no variable"),
        (("x^2 +",), "ends too early"),
        (("__import__('os')",), "position"),
        (("x.real",), "nothing has attributes here"),
        (("2x",), "multiply by *"),
        (("(" * 100 + "x",), "nested"),
        (("x+" * 9000 + "x",), "characters"),
        (("bowl", "--starts", "0"), "--starts 0: expected from 1"),
        (("bowl", "--starts", "-5"), "--starts -5"),
        (("bowl", "--starts", "100000000"), "--starts 100,000,000: expected from 1 to 10,000,000"),
        (("bowl", "--steps", "5"), "--steps 5: expected from 20"),
        (("bowl", "--restarts", "0"), "--restarts 0: expected from 1"),
        (("bowl", "--starts", "10", "--restarts", "11"), "to the number of starts, 10"),
        (("bowl", "--learning-rate", "1:0.1:5"), "reversed"),
        (("bowl", "--learning-rate", "0.1:1:0"), "has no members"),
        (("bowl", "--learning-rate", "0:1:5"), "cannot begin at 0"),
        (("bowl", "--learning-rate", "fast"), "'fast' is not a number"),
        (("bowl", "--lr", "-0.1"), "expected rates above 0"),
        (("bowl", "--momentum", "0:1:5"), "--momentum 1: expected shares from 0 to below 1"),
        (("bowl", "--noise", "-1"), "--noise -1"),
        (("bowl", "--momentum", "0.9", "--optimizer", "adam"), "adam has none to set"),
        (("bowl", "--optimizer", "adem"), "did you mean 'adam'?"),
        (("bowl", "--domain", "3"), "expected LOW:HIGH"),
        (("bowl", "--domain", "2:1"), "LOW below HIGH"),
        (("bowl", "--domain", "0:1,0:1,0:1"), "each of 2 variables"),
        (("bowl", "--domain", "0:inf"), "--domain "),
        (("bowl", "--lr", "0.01:0.1:200000"), "at most 500,000,000: use fewer values or starts"),
        (("sqrt(-1 - x^2)",), "has no value on its domain"),
    ],
)
def test_mistakes_are_told_in_a_line(descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str) -> None:
    answer = descentlab("surface", *words)
    assert (answer.code, answer.out) == (2, "")
    assert re.fullmatch(r"descentlab: error: [^\n]+\n", answer.err)
    assert says in answer.err
    assert len(answer.err) < 500
    assert not list(home.iterdir())


def test_a_file_in_the_way_is_named(descentlab: Descentlab, home: Path) -> None:
    (home / "taken").write_text("", encoding="utf-8")
    answer = descentlab("surface", "bowl", "--out", "taken", *SMALL)
    assert answer.code == 2
    assert "taken is a file, not a folder" in answer.err

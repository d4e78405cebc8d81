"""`descentlab softmax` as a person types it."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from tests.cli.conftest import Descentlab


@pytest.mark.parametrize(
    ("words", "logits", "temperature"),
    [
        (("2", "1", "0.1"), [2, 1, 0.1], 1.0),
        (("2", "-1", "-0.5e1", "--json"), [2, -1, -5], 1.0),
        (("-1",), [-1], 1.0),
        (("-3", "-4", "--temperature", "0.5"), [-3, -4], 0.5),
        (("-T", "2", "2,1,-inf"), [2, 1, -math.inf], 2.0),
        (("1000", "999"), [1000, 999], 1.0),
    ],
)
def test_json_has_the_probabilities(descentlab: Descentlab, words: tuple, logits: list, temperature: float) -> None:
    answer = descentlab("softmax", *words, "--json")
    assert (answer.code, answer.err) == (0, "")
    told = answer.json()
    tables = told["tables"]
    probabilities = [row["probability"] for row in tables["classes"]]
    np.testing.assert_allclose(probabilities, special.softmax(np.array(logits) / temperature), atol=1e-15)
    assert tables["summary"]["temperature"] == temperature
    assert all(proof["holds"] for proof in tables["proofs"])
    assert len(tables["gradient"]) == len(logits)


def test_words_come_before_numbers(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab("softmax", "2", "1", "0.1", "--classes", "cat,dog,bird", "--truth", "dog")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("cat gets 0.659 of the probability.")
    for part in ("7.389", "0.2424", "sum to one", "Jacobian", "temperature 10", "1.41703"):
        assert part in answer.out
    assert not list(home.iterdir())


def test_the_formula_at_its_word_is_shown_to_overflow(descentlab: Descentlab) -> None:
    told = descentlab("softmax", "1000", "999")
    assert "overflows" in told.out
    assert "gives nan, nan" in told.out
    assert [
        row["naive_probability"] for row in descentlab("softmax", "1000", "999", "--json").json()["tables"]["classes"]
    ] == [None, None]
    assert "underflows" in descentlab("softmax", "-1000", "-1001").out


def test_a_page(descentlab: Descentlab, home: Path) -> None:
    answer = descentlab(
        "softmax", "2", "1", "<b>0.1".removeprefix("<b>"), "--classes", "<b>,y,z", "--html", "page.html"
    )
    assert answer.out.rstrip().endswith("report: page.html")
    page = (home / "page.html").read_text(encoding="utf-8")
    assert "&lt;b&gt; gets 0.659" in page
    assert "<b>" not in page
    assert not re.search(r"(src|href)=[\"']?https?:", page)
    assert [path.name for path in home.iterdir()] == ["page.html"]


@pytest.mark.parametrize("count", [1, 30])
def test_any_number_of_classes(descentlab: Descentlab, home: Path, count: int) -> None:
    answer = descentlab("softmax", *[f"{k / 7:.3f}" for k in range(count)], "--html", "page.html")
    assert answer.code == 0
    assert (home / "page.html").is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "softmax got no logits: give one per class"),
        (("2", "nan"), "which makes every probability NaN"),
        (("2", "inf"), "not defined"),
        (("-inf",), "rule every class out"),
        (("2", "one"), "'one' is not a number"),
        (("2", "1", "--temperature", "0"), "is not a finite number above 0"),
        (("2", "1", "--temperature", "-1"), "is not a finite number above 0"),
        (("2", "1", "--classes", "a"), "2 logits and 1 classes"),
        (("2", "1", "--truth", "2"), "unknown class '2'"),
        (("2", "1", "--classes", "cat,dog", "--truth", "dgo"), "did you mean 'dog'?"),
        (("2", "1", "--html", "no/such/folder.html"), "cannot be written"),
    ],
)
def test_mistakes_are_told_in_a_line(descentlab: Descentlab, home: Path, words: tuple, says: str) -> None:
    answer = descentlab("softmax", *words)
    assert (answer.code, answer.out) == (2, "")
    assert re.fullmatch(r"descentlab: error: [^\n]+\n", answer.err)
    assert says in answer.err
    assert not list(home.iterdir())


def test_a_misspelt_option_is_named(descentlab: Descentlab) -> None:
    answer = descentlab("softmax", "2", "1", "--temprature", "3")
    assert (answer.code, answer.out) == (2, "")
    assert "No such option: --temprature" in answer.err
    assert "--temperature" in answer.err


def test_help_teaches_by_examples(descentlab: Descentlab) -> None:
    answer = descentlab("softmax", "--help")
    assert answer.code == 0
    assert "descentlab softmax 1000 999" in answer.out


def test_in_python() -> None:
    import descentlab as dl

    found = dl.softmax([2, "1", 0.1], temperature=1.0, classes=["cat", "dog", "<bird>"], truth="dog")
    np.testing.assert_allclose(found.measured.probabilities, special.softmax([2, 1, 0.1]))
    assert found.measured.truths[found.measured.truth].loss == pytest.approx(1.4170300162778335)
    assert "&lt;bird&gt;" in found._repr_html_()
    assert repr(dl.softmax(np.array([1.0, 1.0]))).startswith("Class 0 gets 0.5")

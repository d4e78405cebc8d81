"""`descentlab backprop WHAT --cost` as a person types it."""

from pathlib import Path
from typing import Any

import pytest

from descentlab.cli import _laboratories
from descentlab.labs.backprop_cost.measure import _measure as sizes
from tests.cli.conftest import Descentlab


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("iris", "--cost", "--example", "0"), "--example does not work with --cost"),
        (("iris", "--cost", "--batch", "0:5"), "--batch does not work with --cost"),
        (("iris", "--no-check", "--cost"), "--no-check does not work with --cost"),
        (("iris", "--cost", "--input=1,2"), "--input does not work with --cost"),
        (("iris", "--cost", "--lr", "0.1"), "--learning-rate does not work with --cost"),
        (("iris", "--budget", "3"), "--budget only works with --cost"),
        (("iris", "--cost", "--budget", "0"), "--budget 0: expected a number of seconds"),
        (("irs", "--cost"), "did you mean 'iris'"),
    ],
)
def test_mistakes_are_one_line(descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str) -> None:
    answer = descentlab("backprop", *words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert len(answer.err.splitlines()) == 1
    assert not list(home.iterdir())


def test_it_writes_to_the_folder_that_is_named_and_prints_json(
    descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BATCHES", "INPUTS", "LAYERS", "WIDTHS"):
        monkeypatch.setattr(sizes, name, (2, 3, 4, 5))
    monkeypatch.setattr(sizes, "ROUNDS", 3)
    results: list[Any] = []
    run = _laboratories.watch

    def measure_once(start: Any, **options: Any) -> Any:
        if not results:
            results.append(run(start, **options))
        return results[0]

    monkeypatch.setattr(_laboratories, "watch", measure_once)
    answer = descentlab("backprop", "chain", "--cost", "--budget", "0.3", "--out", "cost")
    assert answer.code == 0
    assert answer.out.startswith("Back-propagation computes all 6 derivatives in the time of ")
    assert answer.out.splitlines()[-1] == f"report: {Path('cost') / 'report.html'}"
    tables = {f"{name}.parquet" for name in results[0].tables}
    assert {path.name for path in (home / "cost").iterdir()} == {"result.json", "report.html", *tables}
    words = ("backprop-cost", "chain", "--json", "--html", "cost.html", "--markdown", "cost.md")
    values = descentlab(*words).json()
    assert values["tables"]["summary"]["num_params"] == 6
    assert values["tables"]["summary"]["forward"] == 3
    assert values["seconds"]["total"] > 0.0
    for name in ("cost.html", "cost.md"):
        assert "the cost of back-propagation" in (home / name).read_text()


def test_both_ways_of_typing_it_reach_the_same_command(descentlab: Descentlab) -> None:
    message = "--budget 0: expected a number of seconds"
    assert message in descentlab("backprop", "iris", "--cost", "--budget", "0").err
    assert message in descentlab("backprop-cost", "iris", "--budget", "0").err

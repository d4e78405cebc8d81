"""`descentlab backprop WHAT --cost` as a person types it."""

from pathlib import Path
from typing import Any

import pytest

from descentlab.labs import backprop_cost as complexity
from descentlab.labs.backprop_cost.measure import _measure as sizes
from tests.cli.conftest import Descentlab


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("iris", "--cost", "--example", "0"), "--example is for the account of examples"),
        (("iris", "--cost", "--batch", "0:5"), "--batch is for the account"),
        (("iris", "--cost", "--markdown", "x.md"), "--markdown is for the account"),
        (("iris", "--cost", "--lr", "0.1"), "--learning-rate is for the account"),
        (("iris", "--budget", "3"), "--budget is for --cost"),
        (("iris", "--cost", "--budget", "0"), "budget=0: expected seconds to measure"),
        (("irs", "--cost"), "did you mean 'iris'"),
    ],
)
def test_mistakes_are_one_line(descentlab: Descentlab, home: Path, words: tuple[str, ...], says: str) -> None:
    answer = descentlab("backprop", *words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert len(answer.err.splitlines()) == 1
    assert not list(home.iterdir())


def test_it_writes_where_it_is_told_and_prints_json(
    descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BATCHES", "INPUTS", "LAYERS", "WIDTHS"):
        monkeypatch.setattr(sizes, name, (2, 3, 4, 5))
    measured: list[complexity.BackpropCost] = []
    measure = complexity.backprop_cost

    def measure_once(what: Any, **options: Any) -> complexity.BackpropCost:
        if not measured:
            measured.append(measure(what, **options))
        return measured[0]

    monkeypatch.setattr(complexity, "backprop_cost", measure_once)
    answer = descentlab("backprop", "chain", "--cost", "--budget", "0.3", "--out", "found")
    assert answer.code == 0
    assert answer.out.startswith("chain: what back-propagation costs")
    assert answer.out.splitlines()[-1] == f"report: {Path('found') / 'report.html'}"
    assert {path.name for path in (home / "found").iterdir()} == {"result.json", "report.html"}
    told = descentlab("backprop", "chain", "--cost", "--json", "--html", "cost.html").json()
    assert told["num_params"] == 6
    assert told["multiply_adds"]["forward"] == 3
    assert told["seconds"]["total"] > 0.0
    assert "what back-propagation costs" in (home / "cost.html").read_text()

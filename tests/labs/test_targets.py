"""Every laboratory with every kind of target: it works, or refuses by name in one line; never a traceback.

The table is that of docs/tables.md.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab import labs
from descentlab.core import DescentlabError

DOCS = Path(__file__).parents[2] / "docs" / "tables.md"
TARGETS = {"classes": ["kind"], "labels": ["up", "high"], "numbers": ["sum", "difference"]}
TRIED = ("labels", "numbers")
"""Kinds of targets with which every laboratory is tried here; the tests of each laboratory have one of classes."""
WORKS = "works"
PICTURES = ("features", "transfer")
"""Laboratories that ask for pictures first, so that a table shows nothing of their targets."""

LABORATORIES: dict[str, Callable[[Any], Any]] = {
    "sweep": lambda run: dl.sweep(run.path / "experiment.toml", learning_rate="0.01,0.1", seeds=2, epochs=2),
    "atlas": lambda run: dl.atlas(
        run.path / "experiment.toml", x="learning_rate=0.01:0.1:2", y="initial_scale=0.5:2:2", epochs=2
    ),
    "learning-rate": lambda run: dl.learning_rate(run.path / "experiment.toml", epochs=2, seeds=2),
    "curvature": dl.curvature,
    "landscape": lambda run: dl.landscape(run, points=5, lines=2),
    "importance": dl.importance,
    "backprop": dl.backprop,
    "backprop-cost": lambda run: dl.backprop_cost(run, budget=0.02),
    "errors": dl.errors,
    "features": dl.features,
    "transfer": lambda run: dl.transfer(run, "digits"),
}
REFUSALS = {
    "errors": {"labels": "predicts 2 targets at once, and errors looks at one answer", "numbers": "predicts 2 targets"},
    "features": dict.fromkeys(TARGETS, "features shows what layers see in pictures"),
    "transfer": dict.fromkeys(TARGETS, "transfer needs a network of pictures"),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dl.Run]:
    """A tiny trained run of each kind, on the plane of labels and in three dimensions; not to be changed."""
    folder = tmp_path_factory.mktemp("targets")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=48) for name in "abc"})
    frame["kind"] = np.where(frame.a + frame.b > 0.0, "x", "y")
    frame["up"], frame["high"] = (frame.a > 0.0).astype(int), np.where(frame.b > 0.3, "yes", "no")
    frame["sum"], frame["difference"] = frame.a + frame.b, frame.a - 2.0 * frame.b
    frame.to_csv(folder / "table.csv", index=False)
    others = ["kind", *(name for kind in TRIED for name in TARGETS[kind])]
    return {
        kind: dl.train(
            folder / "table.csv", TARGETS[kind], epochs=3, hidden=(3,), out=folder / kind, report=False,
            drop=[*(name for name in others if name not in TARGETS[kind]), *("c" if kind == "labels" else "")],
        )
        for kind in TRIED
    }  # fmt: skip


@pytest.fixture(scope="module")
def result_of(runs: dict[str, dl.Run]) -> Callable[[str, str], Any]:
    """Try a laboratory with a kind of target, once; not to be changed."""
    return cache(lambda name, kind: LABORATORIES[name](runs[kind]))


def test_every_laboratory_of_networks_is_tried() -> None:
    assert {name.replace("_", "-") for name in labs.LABORATORIES} - {"softmax", "surface"} == set(LABORATORIES)


@pytest.mark.parametrize("kind", TRIED)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "backprop-cost" else name for name in LABORATORIES]
)
def test_every_laboratory_with_every_kind_of_target(
    name: str, kind: str, result_of: Callable[[str, str], Any], home: Path
) -> None:
    refusal = REFUSALS.get(name, {}).get(kind)
    if refusal is None:
        result = result_of(name, kind)
        assert str(result.answer)
        assert result.to_json()["tables"]
        return
    with pytest.raises(DescentlabError, match=refusal) as caught:
        result_of(name, kind)
    assert "\n" not in str(caught.value)


def test_the_page_has_the_same_table() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \| (.*) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    table = {name: dict(zip(TARGETS, cells, strict=True)) for name, *cells in rows if name in LABORATORIES}
    assert set(table) == set(LABORATORIES)
    for name, cells in table.items():
        for kind, cell in cells.items():
            if name not in PICTURES:
                assert cell.startswith("refuses" if kind in REFUSALS.get(name, {}) else WORKS), (name, kind, cell)


def test_backprop_names_each_target(result_of: Callable[[str, str], Any], home: Path) -> None:
    for kind, words in (
        ("labels", "its targets are up 1, high 1"),
        ("numbers", "its targets are sum 1.046, difference"),
    ):
        result = result_of("backprop", kind)
        assert words in str(result.answer)
        assert list(result.tables["outputs"].column("output")) == TARGETS[kind]

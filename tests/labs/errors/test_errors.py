"""`dl.errors`: what it finds of small networks, and what it refuses."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors import Errors

QUICK = {"epochs": 3, "model": [
    {"kind": "conv2d", "name": "conv1", "filters": 4, "activation": "relu", "initializer": "he-normal"},
    {"kind": "flatten", "name": "flat"},
    {"kind": "dense", "name": "output"},
]}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dl.Run:
    """Two small convolutional networks of digits, trained too briefly to be right."""
    return dl.train("digits-cnn", seeds=2, out=tmp_path_factory.mktemp("runs") / "pair", set=QUICK, report=False)


@pytest.fixture(scope="module")
def found(run: dl.Run, tmp_path_factory: pytest.TempPathFactory) -> Errors:
    return dl.errors(run, examples=200, shown=6, out=tmp_path_factory.mktemp("errors"))


def test_its_mistakes_are_those_that_the_run_counted(found: Errors, run: dl.Run) -> None:
    assert found.answered is not None
    confusion = np.array(run.metrics["test"]["members"][0]["confusion"])
    wrong = confusion.sum() - np.trace(confusion)
    assert sum(pair.count for pair in found.answered.pairs) == wrong
    for pair, cases in zip(found.answered.pairs, found.answered.pair_cases, strict=False):
        assert pair.count == confusion[pair.first, pair.second] + confusion[pair.second, pair.first]
        assert len(cases) == min(pair.count, 6)
        classes = {found.classes[pair.first], found.classes[pair.second]}
        assert all({case.truth, case.told} == classes for case in cases)
    assert found.sentences[0].startswith(
        f"Of the {confusion.sum():,} examples of the test part {wrong:,} are told wrong"
    )


def test_cases_carry_their_picture_and_probabilities(found: Errors) -> None:
    assert found.answered is not None
    nearest = found.answered.nearest
    gaps = [case.probabilities[1] - case.probabilities[2] for case in nearest]
    assert gaps == sorted(gaps)
    assert all(case.picture is not None and case.picture.shape == (8, 8) for case in nearest)
    assert all(case.truth != case.told for case in found.answered.suspect_cases)


def test_every_example_is_in_the_table_with_its_rank(found: Errors) -> None:
    assert found.path is not None
    assert found.answered is not None
    frame: Any = pd.read_parquet(found.path / "examples.parquet")
    assert isinstance(found.metrics, ClassMetrics)
    assert len(frame) == found.metrics.num_examples
    assert (frame["truth"] == frame["told"]).mean() == pytest.approx(found.metrics.accuracy)
    suspects = frame[frame["suspect"] > 0].sort_values("suspect")
    assert len(suspects) == len(found.answered.suspects.rows)
    assert (suspects["likely"] != suspects["truth"]).all()
    assert list(suspects["row"][:3]) == [case.row for case in found.answered.suspect_cases[:3]]


def test_intervals_are_over_networks_where_there_are_several(found: Errors, run: dl.Run) -> None:
    alone = [dl.errors(run, member=member, examples=200, shown=2, report=False) for member in (0, 1)]
    assert (found.num_members, alone[0].num_members) == (2, 1)
    for k, curve in enumerate(found.robustness):
        values = [one.robustness[k].accuracy.value for one in alone]
        np.testing.assert_allclose(curve.accuracy.value, np.mean(values, axis=0))
    lost = np.mean([one.importance.lost.value for one in alone], axis=0)
    np.testing.assert_allclose(found.importance.lost.value, lost, atol=1e-12)
    assert "network 1 of pair" not in found.name


def test_undisturbed_is_the_accuracy_and_stronger_is_worse(found: Errors, run: dl.Run) -> None:
    assert [one.name for one in found.robustness] == ["shift", "rotation", "noise", "loss of contrast"]
    for one in found.robustness:
        assert one.accuracy.value[0] == pytest.approx(run.test.accuracy, abs=0.06)
        assert one.accuracy.value[-1] < one.accuracy.value[0] - 0.2
        assert one.accuracy.low[0] <= one.accuracy.value[0] <= one.accuracy.high[0]
    assert [len(sample.pictures) for sample in found.samples] == [len(one.strengths) for one in found.robustness]


def test_pixels_have_their_maps_beside_their_spread(found: Errors) -> None:
    assert found.pixels is not None
    assert found.pixels.attribution.missed < 0.05
    assert found.pixels.patches.shape == found.pixels.spread.shape == (8, 8)
    # Digits leave the left edge empty.
    assert found.pixels.attribution.integrated[:, 0].max() < 0.1 * found.pixels.attribution.integrated.max()
    assert set(found.pixels.likeness) == {"integrated gradients", "slope times input"}


def test_page_and_numbers_say_the_same(found: Errors) -> None:
    assert found.path is not None
    page = (found.path / "report.html").read_text()
    for title in ("taken for each other", "ambiguous", "likely to be wrong", "Which pixels", "What the answers stand"):
        assert title in page
    kept = json.loads((found.path / "result.json").read_text())
    assert kept["outcome"] == list(found.sentences)
    assert len(kept["importance"]["parts"]) == 64
    assert kept["suspected_labels"]["check"]["num_flipped"] == 18
    assert kept["robustness"][0]["strengths"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert found.answered is not None
    assert kept["confusions"][0]["rate"] == pytest.approx(found.answered.pairs[0].rate)


def test_a_table_gets_the_parts_that_apply(run: dl.Run, tmp_path: Path, flowers: pd.DataFrame) -> None:
    path = tmp_path / "flowers.csv"
    flowers.assign(noise=np.random.default_rng(1).normal(size=60)).to_csv(path, index=False)
    flower_run = dl.train(path, "kind", epochs=60, hidden=[4], learning_rate=0.03, out=tmp_path / "run", report=False)
    told = dl.errors(flower_run, part="train", out=tmp_path / "errors")
    assert told.pixels is None
    assert told.samples == ()
    # The word's three inputs are one column.
    assert told.importance.names == ("width", "length", "place", "noise")
    assert int(np.argmax(told.importance.lost.value)) == 0
    assert told.importance.is_needed[0]
    (noise,) = told.robustness
    assert noise.unit == "standard deviations of each column"
    assert any("training examples" in note for note in told.notes)
    page = (tmp_path / "errors" / "report.html").read_text()
    assert "Which columns the answers rest on" in page
    assert "meadow" in page


def test_a_real_target_gets_importance_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(size=200)})
    table.assign(y=3.0 * table["a"]).to_csv(tmp_path / "t.csv", index=False)
    linear = dl.train(tmp_path / "t.csv", "y", epochs=60, out=tmp_path / "run", report=False)
    told = dl.errors(linear, out=tmp_path / "errors")
    assert told.answered is None
    assert told.robustness == ()
    assert math.isnan(told.chance)
    # Shuffled, the column that is the target costs twice its variance.
    assert told.importance.lost.value == pytest.approx([2.0, 0.0], abs=0.4)
    assert "R²" in told.sentences[0]
    assert str(told).splitlines()[-2].startswith("a ")
    assert any("no classes to confuse" in note for note in told.notes)


def test_two_classes_of_one_logit_are_told_too(tmp_path: Path) -> None:
    circle = dl.train("circle", epochs=3, out=tmp_path / "run", report=False)
    told = dl.errors(circle, report=False)
    assert told.answered is not None
    assert told.answered.vaguest == ()
    assert told.importance.names == ("x1", "x2")


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"part": "tset"}, RunError, "did you mean 'test'"),
        ({"member": 7}, RunError, "no member 7"),
        ({"examples": 3}, SpecError, "examples=3: expected 20 or more"),
        ({"shown": 0}, SpecError, "shown=0"),
    ],
)
def test_what_does_not_exist_is_named(run: dl.Run, asked: dict[str, object], error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        dl.errors(run, report=False, **asked)  # pyright: ignore[reportArgumentType] - each names one option
    assert says in str(caught.value)


def test_what_a_run_does_not_have_is_refused(tmp_path: Path, run: dl.Run) -> None:
    memory = dl.train(np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2, epochs=1, out=tmp_path / "m")
    with pytest.raises(RunError, match="arrays in memory"):
        dl.errors(memory)
    whole = dl.train("iris", epochs=1, out=tmp_path / "w", set={"split": {"test": 0.0}}, report=False)
    assert dl.errors(whole, report=False).part == "validation"
    with pytest.raises(RunError, match="has no test part; it has: train, validation"):
        dl.errors(whole, part="test", report=False)


def test_the_verb_is_still_a_verb_after_its_floors_are_loaded() -> None:
    import descentlab.labs.errors.measure  # noqa: F401 - that it is loaded is what is tested

    assert callable(dl.errors)

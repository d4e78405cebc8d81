"""`dl.errors`: what it measures on small networks, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab.core import Estimate, RunError, SpecError
from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors._measured import Errors
from descentlab.results import Result, Statement

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
def result(run: dl.Run, tmp_path_factory: pytest.TempPathFactory) -> Result[Errors]:
    return dl.errors(run, examples=200, shown=6, out=tmp_path_factory.mktemp("errors"))


@pytest.fixture(scope="module")
def measured(result: Result[Errors]) -> Errors:
    return result.measured


def test_its_mistakes_are_those_that_the_run_counted(result: Result[Errors], run: dl.Run) -> None:
    measured, classes = result.measured, result.measured.classes
    assert classes is not None
    confusion = np.array(run.metrics["test"]["members"][0]["confusion"])
    wrong = confusion.sum() - np.trace(confusion)
    assert sum(pair.count for pair in classes.pairs) == wrong
    for pair, places in zip(classes.pairs, classes.pair_places, strict=False):
        assert pair.count == confusion[pair.first, pair.second] + confusion[pair.second, pair.first]
        assert len(places) == min(pair.count, 6)
        examples = [classes.shown[place] for place in places]
        assert all({example.true, example.predicted} == {pair.first, pair.second} for example in examples)
        table = result.tables["confusions"]
        names = " and ".join(measured.class_names[k] for k in (pair.first, pair.second))
        assert table.cell(names, "first_as_second") == confusion[pair.first, pair.second]
    assert result.answer.startswith(
        f"The first of 2 networks predicts {wrong:,} of {confusion.sum():,} test examples wrongly"
    )


def test_examples_carry_their_picture_and_probabilities(measured: Errors) -> None:
    classes = measured.classes
    assert classes is not None
    nearest = [classes.shown[place] for place in classes.nearest]
    largest = [sorted(example.probabilities)[::-1] for example in nearest]
    gaps = [first - second for first, second, *_ in largest]
    assert gaps == sorted(gaps)
    assert all(example.picture is not None and example.picture.shape == (8, 8) for example in nearest)
    suspects = [classes.shown[place] for place in classes.suspect_places]
    assert len(suspects) == min(6, len(classes.suspects.rows))
    assert all(example.true != example.predicted for example in suspects)


def test_every_example_is_in_the_table_with_its_rank(result: Result[Errors]) -> None:
    measured, classes = result.measured, result.measured.classes
    assert result.path is not None
    assert classes is not None
    frame: Any = pd.read_parquet(result.path / "examples.parquet")
    assert isinstance(measured.metrics, ClassMetrics)
    assert len(frame) == measured.metrics.num_examples
    assert (frame["label"] == frame["predicted"]).mean() == pytest.approx(measured.metrics.accuracy)
    np.testing.assert_allclose(frame["predicted_probability"] - frame["second_probability"], frame["margin"])
    suspects = frame[frame["suspect"] > 0].sort_values("suspect")
    assert len(suspects) == len(classes.suspects.rows)
    assert (suspects["likely"] != suspects["label"]).all()
    assert list(suspects["example"][:3]) == [classes.shown[place].label for place in classes.suspect_places[:3]]


def test_intervals_are_over_networks_where_there_are_several(measured: Errors, run: dl.Run) -> None:
    alone = [dl.errors(run, member=member, examples=200, shown=2, report=False).measured for member in (0, 1)]
    assert (measured.num_members, alone[0].num_members) == (2, 1)
    for k, curve in enumerate(measured.robustness):
        values = [each.robustness[k].accuracy.value for each in alone]
        np.testing.assert_allclose(curve.accuracy.value, np.mean(values, axis=0))
    lost = np.mean([each.importance.lost.value for each in alone], axis=0)
    np.testing.assert_allclose(measured.importance.lost.value, lost, atol=1e-12)
    assert "network 1 of pair" not in measured.name


def test_undisturbed_is_the_accuracy_and_stronger_is_worse(measured: Errors, run: dl.Run) -> None:
    assert [each.name for each in measured.robustness] == ["shift", "rotation", "noise", "loss of contrast"]
    for each in measured.robustness:
        assert each.accuracy.value[0] == pytest.approx(run.test.accuracy, abs=0.06)
        assert each.accuracy.value[-1] < each.accuracy.value[0] - 0.2
        assert each.accuracy.low[0] <= each.accuracy.value[0] <= each.accuracy.high[0]
    numbers = {name: len(pictures) for name, pictures in measured.disturbed.items()}
    assert numbers == {each.name: len(each.strengths) for each in measured.robustness}


def test_pixels_have_their_maps_beside_their_spread(result: Result[Errors]) -> None:
    pixels = result.measured.pixels
    assert pixels is not None
    assert pixels.attribution.missed < 0.05
    assert pixels.patches.shape == pixels.spread.shape == (8, 8)
    # Digits leave the left edge empty.
    assert pixels.attribution.integrated[:, 0].max() < 0.1 * pixels.attribution.integrated.max()
    assert set(pixels.likeness) == {"integrated gradients", "slope times input", "shuffled patches"}
    table = result.tables["pixel_maps"]
    assert len(table) == 64
    np.testing.assert_array_equal(table.column("integrated_gradients"), pixels.attribution.integrated.ravel())
    assert [table.column(name)[9] for name in ("row", "column")] == [2, 2]


def test_page_and_numbers_say_the_same(result: Result[Errors]) -> None:
    assert result.path is not None
    page = (result.path / "report.html").read_text()
    for title in (
        "Which classes are confused with each other",
        "Which examples are ambiguous",
        "Which labels are likely to be wrong",
        "Which pixels the predictions depend on",
        "How much disturbance the predictions withstand",
    ):
        assert title in page
    kept = json.loads((result.path / "result.json").read_text())
    tables = kept["tables"]
    assert [kept["answer"]["text"], *(each["text"] for each in kept["statements"])] == list(result.sentences)
    assert len(tables["importance"]) == 64
    assert sorted(row["place"] for row in tables["importance"]) == list(range(1, 65))
    assert tables["summary"]["flipped"] == 18
    strengths = [row["strength"] for row in tables["robustness"] if row["disturbance"] == "shift"]
    assert strengths == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert result.measured.classes is not None
    assert tables["confusions"][0]["rate"]["value"] == pytest.approx(result.measured.classes.pairs[0].rate.value)


def test_a_table_gets_the_parts_that_apply(run: dl.Run, tmp_path: Path, flowers: pd.DataFrame) -> None:
    path = tmp_path / "flowers.csv"
    flowers.assign(noise=np.random.default_rng(1).normal(size=60)).to_csv(path, index=False)
    flower_run = dl.train(path, "kind", epochs=60, hidden=[4], learning_rate=0.03, out=tmp_path / "run", report=False)
    result = dl.errors(flower_run, part="train", out=tmp_path / "errors")
    measured = result.measured
    assert measured.pixels is None
    assert measured.disturbed == {}
    # The word's three inputs are one column.
    assert measured.importance.names == ("width", "length", "place", "noise")
    assert int(np.argmax(measured.importance.lost.value)) == 0
    assert result.tables["importance"].column("part")[0] == "width"
    assert measured.importance.lost.low[0] > 0.0
    (noise,) = measured.robustness
    assert noise.unit == "standard deviations of each column"
    assert any("training examples" in note for note in result.notes)
    page = (tmp_path / "errors" / "report.html").read_text()
    assert "Which columns the predictions depend on" in page
    assert "meadow" in page


def test_a_real_target_gets_importance_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(size=200)})
    table.assign(y=3.0 * table["a"]).to_csv(tmp_path / "t.csv", index=False)
    linear = dl.train(tmp_path / "t.csv", "y", epochs=60, out=tmp_path / "run", report=False)
    result = dl.errors(linear, out=tmp_path / "errors")
    assert result.measured.classes is None
    assert result.measured.robustness == ()
    assert set(result.tables) == {"summary", "importance"}
    assert "chance" not in result.tables["summary"]
    # Shuffled, the column that is the target costs twice its variance.
    assert result.measured.importance.lost.value == pytest.approx([2.0, 0.0], abs=0.4)
    assert "R²" in result.answer
    assert str(result).splitlines()[-2].startswith("a ")
    assert any("no classes to confuse" in note for note in result.notes)


def test_two_classes_of_one_logit_are_predicted_too(tmp_path: Path) -> None:
    circle = dl.train("circle", epochs=3, out=tmp_path / "run", report=False)
    measured = dl.errors(circle, report=False).measured
    assert measured.classes is not None
    assert len(measured.classes.vaguest) == 0
    assert measured.importance.names == ("x1", "x2")


def test_doubt_and_lead_are_claimed_only_where_they_are_shown(result: Result[Errors]) -> None:
    def said(table: str, **cells: Any) -> list[Statement]:
        changed = result.tables[table]
        for column, cell in cells.items():
            changed = changed.with_cells(column, [cell] * len(changed))
        words = result.declaration.with_tables(result.tables.changed(changed)).said
        return [words.answer, *words.statements]

    def state_of_doubt(low: float) -> str | None:
        return said("summary", doubt=Estimate(0.6, low, 0.7))[2].state

    assert [state_of_doubt(low) for low in (0.51, 0.5, 0.45)] == ["real", "not shown", "not shown"]
    assert said("confusions", lead=0.49)[1].text.startswith("No two classes stand out")
    assert "stand out" not in said("confusions", lead=0.5)[1].text
    texts = [statement.text for statement in said("importance", lost=Estimate(0.1, -0.01, 0.2))]
    assert any(text.startswith("No single patch is shown to be needed") for text in texts)
    unreached = said("half_way", half_way=Estimate(np.inf, 3.0, np.inf))[-1].text
    assert "(the most that was tried) does not take accuracy half of the way" in unreached
    assert (
        "95% interval 30.0% to beyond what was tried" in said("half_way", half_way=Estimate(0.5, 0.3, np.inf))[-1].text
    )


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
    assert dl.errors(whole, report=False).measured.part == "validation"
    with pytest.raises(RunError, match="has no test part; it has: train, validation"):
        dl.errors(whole, part="test", report=False)


def test_the_verb_is_still_a_verb_after_its_floors_are_loaded() -> None:
    import descentlab.labs.errors.measure  # noqa: F401 - that it is loaded is what is tested

    assert callable(dl.errors)

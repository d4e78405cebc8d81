"""`dl.features`: what it measures of small networks, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.labs.features._claim import Textbook
from descentlab.labs.features._measured import Features
from descentlab.labs.features._words import say
from descentlab.representations import CLASS, ENDS, HOLES, PIXELS, Depth
from descentlab.results import Result, Tables

QUICK = {"epochs": 4, "model": [
    {"kind": "conv2d", "name": "conv1", "filters": 4, "activation": "relu", "initializer": "he-normal"},
    {"kind": "max-pool2d", "name": "pool1"},
    {"kind": "conv2d", "name": "conv2", "filters": 6, "activation": "relu", "initializer": "he-normal"},
    {"kind": "flatten", "name": "flat"},
    {"kind": "dense", "name": "output"},
]}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dl.Run:
    """Two small convolutional networks of digits."""
    return dl.train("digits-cnn", seeds=2, out=tmp_path_factory.mktemp("runs") / "pair", set=QUICK, report=False)


@pytest.fixture(scope="module")
def result(run: dl.Run) -> Result[Features]:
    return dl.features(run, examples=800, report=False)


@pytest.fixture(scope="module")
def measured(result: Result[Features]) -> Features:
    return result.measured


def of_class(features: Features) -> Depth:
    return next(depth for depth in features.depths if depth.name == CLASS)


def test_every_layer_is_read_with_its_controls(measured: Features, run: dl.Run) -> None:
    assert measured.layers == (PIXELS, "conv1", "pool1", "conv2", "output")
    assert measured.widths == {PIXELS: 64, "conv1": 256, "pool1": 64, "conv2": 96, "output": 10}
    depth = of_class(measured)
    last = depth.score("output")
    # What a probe reads off the logits is about what the network says.
    assert last.value == pytest.approx(run.test.accuracy, abs=0.08)
    assert depth.gain_by_training("output").value > 0.1
    assert depth.score(PIXELS) == depth.score(PIXELS, is_trained=False)
    assert depth.by_class == 1.0
    assert depth.chance < 0.2


def test_intervals_are_over_seeds_where_there_are_several_and_over_examples_where_there_is_one(
    measured: Features, run: dl.Run
) -> None:
    depth = of_class(measured)
    scores = [readings["conv2"].score for readings in depth.trained]
    assert len(scores) == 2
    # Student's t with one degree of freedom: 12.706 standard errors.
    half = 12.7062 * np.std(scores, ddof=1) / np.sqrt(2.0)
    assert depth.score("conv2").high == pytest.approx(np.mean(scores) + half)
    alone = dl.features(run, member=1, examples=800, report=False).measured
    assert alone.num_members == 1
    estimate = of_class(alone).score("conv2")
    assert estimate.value == pytest.approx(scores[1])
    assert estimate.low < scores[1] < estimate.high


def test_layers_are_like_themselves_and_less_like_others(measured: Features) -> None:
    itself, before, other = measured.likeness
    np.testing.assert_allclose(np.diag(itself.values), 1.0, atol=1e-9)
    np.testing.assert_allclose(itself.values, itself.values.T, atol=1e-9)
    assert other.other == "network 1 of pair"
    assert before.values[0, 0] == pytest.approx(1.0)
    assert before.values[-1, -1] < other.values[-1, -1] < 0.9999


def test_the_claims_stand_with_the_differences_that_decide_them(result: Result[Features]) -> None:
    verdicts = result.measured.verdicts
    assert [claim.split()[1] for claim in verdicts] == ["first", "middle", "last"]
    for claim, verdict in verdicts.items():
        is_above = all(each.gain.low > 0.0 for each in result.measured.differences if each.claim == claim)
        assert (verdict == "holds") == is_above
        assert verdict in ("holds", "does not hold", "is not shown")
        assert result.tables["claims"].cell(claim.value, "verdict") == verdict
    held = list(verdicts.values()).count("holds")
    assert f"of these 3 claims {held} hold" in result.answer
    assert [sentence.startswith(f"That {claim} {verdicts[claim]}: ") for claim, sentence in said(result)] == [True] * 3


def said(result: Result[Features]) -> list[tuple[Textbook, str]]:
    return list(zip(Textbook, (statement.text for statement in result.statements), strict=False))


def test_a_prediction_is_explained_and_checked(measured: Features) -> None:
    explained = measured.explained
    assert explained.saliency.completeness_error < 0.02
    for whole, ink in explained.sanity.values():
        assert len(whole) == len(ink) == 6
        assert np.abs(ink).max() < 1.0
    assert explained.picture.shape == (8, 8, 1)


def test_layer_channel_and_example_are_those_asked_for(run: dl.Run) -> None:
    measured = dl.features(run, example=5, layer="conv1", channel=2, member=0, examples=600, report=False).measured
    assert (measured.channel.layer, measured.channel.channel, measured.explained.place) == ("conv1", 2, 5)
    boxes = measured.channel.strongest.boxes[2]
    assert max(box.height for box in boxes if box is not None) == 3
    assert None not in boxes
    assert set(measured.maps) == {"conv1", "pool1", "conv2", "output"}


def test_it_writes_a_page_and_numbers(run: dl.Run, tmp_path: Path) -> None:
    result = dl.features(run, examples=600, out=tmp_path / "here")
    assert result.path == tmp_path / "here"
    page = (tmp_path / "here" / "report.html").read_text()
    for title in ("The textbook&#39;s claims", "What can be read where", "What one prediction rests on"):
        assert title in page
    tables = json.loads((tmp_path / "here" / "result.json").read_text())["tables"]
    (row,) = (row for row in tables["probes"] if (row["property"], row["layer"]) == (CLASS, "conv2"))
    assert row["trained"]["value"] == pytest.approx(of_class(result.measured).score("conv2").value)
    gradient = tables["maps"][0]
    assert (gradient["method"], gradient["shape"], len(gradient["values"])) == ("gradient", [8, 8], 64)
    frame = pd.read_parquet(tmp_path / "here" / "probes.parquet").set_index(["property", "layer"])
    assert frame.loc[(CLASS, "conv2"), "trained_low"] == row["trained"]["low"]


def test_the_first_units_of_a_dense_network_see_everything() -> None:
    result = dl.features("digits", examples=1_000, set={"epochs": 2}, report=False)
    edges, strokes, _ = result.statements[:3]
    assert edges.state == "does not hold"
    assert "not local" in edges.text
    assert strokes.state == "not shown"
    assert "there is no layer between the first with weights, hidden, and the last, output" in strokes.text
    kernels = result.measured.kernels
    assert kernels is not None
    assert kernels.weights.shape == (64, 8, 8, 1)


def test_what_cannot_be_compared_is_said(result: Result[Features]) -> None:
    edges, strokes, classes = say(without(result.tables, HOLES, ENDS, CLASS)).statements[:3]
    assert (strokes.state, classes.state) == ("not shown", "not shown")
    assert "hardly differ in their holes and stroke ends; they differ in stroke direction" in strokes.text
    assert "the pictures have no classes; they differ in stroke direction" in classes.text
    assert edges == result.statements[0]
    unknown = result.tables["summary"].with_cells("first_layer_extent", [None])
    edges = say(result.tables.changed(unknown)).statements[0]
    assert edges.state == "not checkable"
    assert "a layer does not state which pixels they look at" in edges.text
    assert "1 is not checkable" in say(result.tables.changed(unknown)).answer.text


def without(tables: Tables, *properties: str) -> Tables:
    """Return the tables as they are where the pictures do not differ in some properties."""
    for name, column in (("properties", "property"), ("probes", "property"), ("differences", "quantity")):
        table = tables[name]
        rows = [tuple(row.values()) for row in table.rows() if row[column] not in properties]
        tables = tables.changed(table.form.fill(rows))
    return tables


def test_layers_of_another_run_are_compared_by_name(run: dl.Run, tmp_path: Path) -> None:
    other = dl.train("digits", epochs=1, set={"model.0.name": "first"}, out=tmp_path / "dense", report=False)
    alike = dl.features(run, other=run, member=1, examples=600, report=False).statements[-1]
    assert alike.text.startswith("Of the layers that pair has too, ")
    by_name = dl.features(run, other=other, member=1, examples=600, report=False).statements[-1]
    assert "of the layers that dense has too, output is most like" in by_name.text.lower()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"layer": "conv9"}, "? Choices: conv1, conv2, output, pool1."),
        ({"layer": "conv2", "channel": 6}, "layer 'conv2' has no channel 6: it has 6, counted from 0 to 5"),
        ({"channel": -1}, "has no channel -1"),
        ({"example": 360}, "there is no example 360 in the test part"),
        ({"examples": 10}, "examples=10"),
    ],
)
def test_what_does_not_exist_is_named_beside_what_does(run: dl.Run, asked: dict[str, object], says: str) -> None:
    with pytest.raises(SpecError) as caught:
        dl.features(run, report=False, **asked)  # pyright: ignore[reportArgumentType] - each names one option
    assert says in str(caught.value)


def test_networks_without_pictures_are_refused_with_what_it_takes() -> None:
    with pytest.raises(SpecError, match=r"features shows what layers see in pictures.*'iris' has the shape \(4,\)"):
        dl.features("iris")


def test_what_a_run_cannot_take_is_refused(run: dl.Run) -> None:
    with pytest.raises(RunError, match="no member 7"):
        dl.features(run, member=7)
    with pytest.raises(RunError, match="is a trained run, which `set` cannot change"):
        dl.features(run, set={"epochs": 3})


def test_the_verb_is_still_a_verb_after_its_floors_are_loaded() -> None:
    import descentlab.representations  # noqa: F401 - that it is loaded is what is tested

    assert callable(dl.features)

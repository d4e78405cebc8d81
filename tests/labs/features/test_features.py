"""`dl.features`: what it measures of small networks, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.labs.features import Features
from descentlab.representations import CLASS, PIXELS

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
def found(run: dl.Run) -> Features:
    return dl.features(run, examples=1_200, report=False)


def test_every_layer_is_read_with_its_controls(found: Features, run: dl.Run) -> None:
    assert found.layers == (PIXELS, "conv1", "pool1", "conv2", "output")
    assert found.widths == {PIXELS: 64, "conv1": 256, "pool1": 64, "conv2": 96, "output": 10}
    of_class = next(one for one in found.depths if one.name == CLASS)
    last = of_class.score("output")
    # What a probe reads off the logits is about what the network says.
    assert last.value == pytest.approx(run.test.accuracy, abs=0.08)
    assert of_class.gain_by_training("output").value > 0.1
    assert of_class.score(PIXELS) == of_class.score(PIXELS, is_trained=False)
    assert of_class.by_class == 1.0
    assert of_class.chance < 0.2


def test_intervals_are_over_seeds_where_there_are_several_and_over_examples_where_there_is_one(
    found: Features, run: dl.Run
) -> None:
    of_class = next(one for one in found.depths if one.name == CLASS)
    scores = [one["conv2"].score for one in of_class.trained]
    assert len(scores) == 2
    # Student's t with one degree of freedom: 12.706 standard errors.
    half = 12.7062 * np.std(scores, ddof=1) / np.sqrt(2.0)
    assert of_class.score("conv2").high == pytest.approx(np.mean(scores) + half)
    alone = dl.features(run, member=1, examples=1_200, report=False)
    assert alone.num_members == 1
    one = next(depth for depth in alone.depths if depth.name == CLASS)
    assert one.score("conv2").value == pytest.approx(scores[1])
    assert one.score("conv2").low < scores[1] < one.score("conv2").high


def test_layers_are_like_themselves_and_less_like_others(found: Features) -> None:
    itself, before, other = found.likeness
    np.testing.assert_allclose(np.diag(itself.values), 1.0, atol=1e-9)
    np.testing.assert_allclose(itself.values, itself.values.T, atol=1e-9)
    assert other.other == "network 1 of pair"
    assert before.values[0, 0] == pytest.approx(1.0)
    assert before.values[-1, -1] < other.values[-1, -1] < 0.9999


def test_the_claim_has_its_three_parts_with_their_evidence(found: Features) -> None:
    assert [one.claim.split()[1] for one in found.claim] == ["first", "middle", "last"]
    for one in found.claim:
        is_above = all(gain.low > 0.0 for _, gain in one.gains)
        assert (one.verdict == "holds") == is_above
        assert one.verdict in ("holds", "does not hold", "is not shown")
    assert found.sentences[0].startswith(
        f"Of the textbook's claim {sum(one.verdict == 'holds' for one in found.claim)}"
    )


def test_a_prediction_is_explained_and_checked(found: Features) -> None:
    told = found.explained
    assert told.saliency.completeness_error < 0.02
    for whole, ink in told.sanity.values():
        assert len(whole) == len(ink) == 6
        assert np.abs(ink).max() < 1.0
    assert told.picture.shape == (8, 8, 1)


def test_layer_channel_and_example_are_those_asked_for(run: dl.Run) -> None:
    told = dl.features(run, example=5, layer="conv1", channel=2, member=0, examples=600, report=False)
    assert (told.channel.layer, told.channel.channel, told.explained.place) == ("conv1", 2, 5)
    boxes = told.channel.strongest.boxes[2]
    assert max(box.height for box in boxes if box is not None) == 3
    assert None not in boxes
    assert set(told.maps) == {"conv1", "pool1", "conv2", "output"}


def test_it_writes_a_page_and_numbers(run: dl.Run, tmp_path: Path) -> None:
    import json

    told = dl.features(run, examples=600, out=tmp_path / "here")
    assert told.path == tmp_path / "here"
    page = (tmp_path / "here" / "report.html").read_text()
    for title in ("The textbook&#39;s claim", "What can be read where", "What one prediction rests on"):
        assert title in page
    kept = json.loads((tmp_path / "here" / "result.json").read_text())
    assert kept["probes"]["class"]["layers"]["conv2"]["trained"]["value"] == pytest.approx(
        next(one for one in told.depths if one.name == CLASS).score("conv2").value
    )
    assert len(kept["prediction"]["maps"]["gradient"]) == 8


def test_a_dense_network_is_told_that_its_first_units_see_everything() -> None:
    told = dl.features("digits", examples=1_000, set={"epochs": 2}, report=False)
    first = told.claim[0]
    assert first.verdict == "does not hold"
    assert "not local" in first.evidence
    assert told.claim[1].verdict == "is not shown"
    assert told.kernels is not None
    assert told.kernels.weights.shape == (64, 8, 8, 1)


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
    with pytest.raises(RunError, match="is a trained run, which --set cannot change"):
        dl.features(run, set={"epochs": 3})


def test_the_verb_is_still_a_verb_after_its_floors_are_loaded() -> None:
    import descentlab.representations  # noqa: F401 - that it is loaded is what is tested

    assert callable(dl.features)

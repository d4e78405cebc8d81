"""`dl.importance`: what it measures of small networks, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.labs.importance import Importance

QUICK = {"epochs": 6, "model": [
    {"kind": "conv2d", "name": "conv1", "filters": 4, "activation": "relu", "initializer": "he-normal"},
    {"kind": "max-pool2d", "name": "pool1"},
    {"kind": "flatten", "name": "flat"},
    {"kind": "dense", "name": "output"},
]}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dl.Run:
    """Two small convolutional networks of digits."""
    return dl.train("digits-cnn", seeds=2, out=tmp_path_factory.mktemp("runs") / "pair", set=QUICK, report=False)


@pytest.fixture(scope="module")
def found(run: dl.Run, tmp_path_factory: pytest.TempPathFactory) -> Importance:
    return dl.importance(run, out=tmp_path_factory.mktemp("found") / "here")


def test_every_layer_stands_with_what_it_is_costs_and_is_worth(found: Importance, run: dl.Run) -> None:
    assert [one.row for one in found.layers] == list(run.network.table())
    assert found.num_members == 2
    assert (found.part, found.num_examples) == ("test", 359)
    # All test examples are measured, so that the network as it is scores what training said.
    assert found.accuracy is not None
    assert found.accuracy.value == pytest.approx(run.test.accuracy)
    table = str(found.table())
    for word in ("conv1", "8x8x4", "2,304", "untrained", "lays the picture out as one row"):
        assert word in table


def test_intervals_are_over_seeds_where_there_are_several_and_over_examples_where_there_is_one(
    found: Importance, run: dl.Run
) -> None:
    alone = [dl.importance(run, member=k, layers=["conv1"], report=False) for k in range(2)]
    assert all(one.num_members == 1 for one in alone)
    values = [one.layers[0].worths["initial"].main.value for one in alone]
    both = found.layers[0].worths["initial"].main
    wanted = scipy.stats.t.interval(0.95, 1, np.mean(values), scipy.stats.sem(values))
    assert (both.value, both.low, both.high) == pytest.approx((np.mean(values), *wanted), rel=1e-4)
    own = alone[0].layers[0].worths["initial"].main
    assert 0.0 < own.low < own.value < own.high < 100.0


def test_the_trained_weights_were_worth_training(found: Importance) -> None:
    for one in found.layers:
        assert one.worths["mean"].main.value > 60.0
        if one.row.num_params:
            assert one.worths["initial"].main.value > 5.0
            assert one.worths["fresh"].main.value > 20.0


def test_channels_are_those_of_the_first_network(found: Importance, run: dl.Run) -> None:
    first = dl.importance(run, member=0, report=False)
    assert [one.layer for one in found.channels] == ["conv1", "pool1"]
    for one, other in zip(found.channels, first.channels, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert len(one.values) == 4


def test_it_writes_one_table_of_all_layers_and_a_page(found: Importance) -> None:
    assert found.path is not None
    layers = pd.read_parquet(found.path / "layers.parquet")
    assert layers["layer"].tolist() == ["conv1", "pool1", "flat", "output"]
    assert layers["role"].tolist() == [one.row.role for one in found.layers]
    lost = layers["initial_accuracy_lost"].tolist()
    assert lost[0] == found.layers[0].worths["initial"].main.value
    assert np.isnan(lost[1])
    assert min(layers["milliseconds_per_1000"].tolist()) > 0.0
    channels = pd.read_parquet(found.path / "channels.parquet")
    assert channels.groupby("layer").size().to_dict() == {"conv1": 4, "pool1": 4}
    kept = json.loads((found.path / "result.json").read_text())
    assert (
        kept["layers"][0]["importance"]["half"]["accuracy_lost"]["value"] == found.layers[0].worths["half"].main.value
    )
    page = (found.path / "report.html").read_text()
    for title in ("Layer by layer", "What training gave each layer", "Single channels", "What each layer costs"):
        assert title in page


def test_the_sentences_say_what_the_numbers_say(found: Importance) -> None:
    text = " ".join(found.sentences)
    ranked = sorted(
        (one for one in found.layers if "initial" in one.worths), key=lambda one: one.worths["initial"].main.value
    )
    assert f"started, {ranked[-1].row.name} costs {ranked[-1].worths['initial'].main.value:.1f} points" in text
    costing, raising = (sum(one.num_costing for one in found.channels), sum(one.num_raising for one in found.channels))
    assert f"Of 8 single channels at their mean {costing} cost accuracy that can be told from chance" in text
    assert f"and {raising} raise the loss likewise" in text
    assert "the only way from input to output" in text
    # Two seeds: 12.7 standard errors on either side, and the sentences own up to it.
    assert any("over 2 seeds" in note for note in found.notes)


def test_tables_dense_networks_and_regressions_are_measured_too(tmp_path: Path) -> None:
    told = dl.importance("iris", set={"epochs": 30}, report=False)
    assert [one.row.name for one in told.layers] == ["hidden", "output"]
    assert "where always the same class gets 33.3%" in told.sentences[0]
    real = dl.importance("plane", set={"epochs": 5}, out=tmp_path / "plane")
    assert real.accuracy is None
    assert "a loss of" in real.sentences[0]
    assert real.layers[0].worths["mean"].accuracy_lost is None
    assert "In loss gained:" in str(real)
    assert np.isnan(pd.read_parquet(tmp_path / "plane" / "layers.parquet")["mean_accuracy_lost"]).all()


def test_a_network_of_one_layer_has_no_channels_to_tell_of(tmp_path: Path) -> None:
    told = dl.importance(
        "iris", set={"epochs": 3, "model": [{"kind": "dense", "name": "output"}]}, out=tmp_path / "one"
    )
    assert told.channels == ()
    assert [one.row.name for one in told.layers] == ["output"]
    assert not (tmp_path / "one" / "channels.parquet").exists()


def test_within_residual_blocks_layers_have_rows_of_their_own() -> None:
    model = [
        {"kind": "dense", "name": "first", "units": 6, "activation": "relu"},
        {"kind": "residual", "name": "block", "layers": [{"kind": "dense", "name": "inner", "units": 6}]},
        {"kind": "batch-norm", "name": "norm"},
        {"kind": "dense", "name": "output"},
    ]
    told = dl.importance("iris", set={"epochs": 20, "model": model}, report=False)
    assert [(one.row.name, one.is_inner) for one in told.layers][1:3] == [("block", False), ("block/inner", True)]
    assert any("Within residual blocks" in sentence for sentence in told.sentences)
    assert any("batch norm" in note for note in told.notes)


def test_fewer_examples_are_drawn_by_seed_and_the_same_each_time(run: dl.Run) -> None:
    first, second = (dl.importance(run, member=1, examples=50, report=False) for _ in range(2))
    assert first.num_examples == first.num_reference == 50
    assert [one.worths for one in first.layers] == [one.worths for one in second.layers]
    assert any("Measured on 50 examples of the test part" in note for note in first.notes)


def test_what_is_measured_is_held_out_where_there_is_such_a_part() -> None:
    told = dl.importance("iris", set={"epochs": 1, "split.test": 0.0}, report=False)
    assert told.part == "validation"
    told = dl.importance("iris", set={"epochs": 1, "split.test": 0.0, "split.validation": 0.0}, report=False)
    assert told.part == "train"
    assert any("were trained on" in note for note in told.notes)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"layers": ["conv9"]}, "unknown layer 'conv9': did you mean 'conv1'? Choices: conv1, flat, output, pool1."),
        ({"examples": 3}, "examples=3: expected 20 or more"),
    ],
)
def test_what_does_not_exist_is_named_beside_what_does(run: dl.Run, asked: dict[str, object], says: str) -> None:
    with pytest.raises(SpecError) as caught:
        dl.importance(run, report=False, **asked)  # pyright: ignore[reportArgumentType] - each names one option
    assert says in str(caught.value)


def test_what_a_run_cannot_take_is_refused(run: dl.Run) -> None:
    with pytest.raises(RunError, match="no member 7"):
        dl.importance(run, member=7)
    with pytest.raises(RunError, match="--set is for experiments"):
        dl.importance(run, set={"epochs": 3})
    with pytest.raises(SpecError, match="is for runs with several networks"):
        dl.importance("iris", member=2)


def test_a_training_that_diverged_is_refused(tmp_path: Path) -> None:
    wild = {"optimizer.learning_rate": 1e30, "epochs": 3}
    with pytest.raises(SpecError, match="the network diverged at step"):
        dl.importance("plane", set=wild, report=False)
    run = dl.train("plane", set=wild, out=tmp_path / "wild", report=False)
    with pytest.raises(RunError, match="are not finite, since training diverged"):
        dl.importance(run, report=False)
    assert not (tmp_path / "wild" / "importance").exists()


def test_the_verb_is_still_a_verb_after_its_floors_are_loaded() -> None:
    import descentlab.labs.importance.measure  # noqa: F401 - that it is loaded is what is tested

    assert callable(dl.importance)

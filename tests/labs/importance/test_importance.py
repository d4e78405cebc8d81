"""`dl.importance`: what it measures of small networks, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import descentlab as dl
from descentlab.core import RunError, SpecError
from descentlab.labs.importance._measured import Importance
from descentlab.results import Result

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
def result(run: dl.Run, tmp_path_factory: pytest.TempPathFactory) -> Result[Importance]:
    return dl.importance(run, out=tmp_path_factory.mktemp("result") / "here")


@pytest.fixture
def measured(result: Result[Importance]) -> Importance:
    return result.measured


def test_every_layer_stands_with_what_it_is_costs_and_is_worth(result: Result[Importance], run: dl.Run) -> None:
    measured = result.measured
    assert [layer.row for layer in measured.layers] == list(run.network.table())
    assert measured.num_members == 2
    assert (measured.part, measured.num_examples) == ("test", 359)
    # All test examples are measured, so that the network as it is scores what training said.
    assert measured.accuracy is not None
    assert measured.accuracy.value == pytest.approx(run.test.accuracy)
    text = str(result)
    for word in ("conv1", "8 x 8 x 4", "2,304", "untrained", "lays the picture out as one row"):
        assert word in text


def test_intervals_are_over_seeds_where_there_are_several_and_over_examples_where_there_is_one(
    measured: Importance, run: dl.Run
) -> None:
    alone = [dl.importance(run, member=k, layers=["conv1"], report=False).measured for k in range(2)]
    assert all(each.num_members == 1 for each in alone)
    costs = [each.layers[0].worths["initial"].main for each in alone]
    values = [cost.value for cost in costs]
    both = measured.layers[0].worths["initial"].main
    wanted = scipy.stats.t.interval(0.95, 1, np.mean(values), scipy.stats.sem(values))
    assert (both.value, both.low, both.high) == pytest.approx((np.mean(values), *wanted), rel=1e-4)
    assert 0.0 < costs[0].low < costs[0].value < costs[0].high < 100.0


def test_the_trained_weights_were_worth_training(measured: Importance) -> None:
    for layer in measured.layers:
        assert layer.worths["mean"].main.value > 60.0
        if layer.row.num_params:
            assert layer.worths["initial"].main.value > 5.0
            assert layer.worths["fresh"].main.value > 20.0


def test_channels_are_those_of_the_first_network(measured: Importance, run: dl.Run) -> None:
    first = dl.importance(run, member=0, report=False).measured
    assert [each.layer for each in measured.channels] == ["conv1", "pool1"]
    for channels, others in zip(measured.channels, first.channels, strict=True):
        np.testing.assert_array_equal(channels.values, others.values)
        assert len(channels.values) == 4


def test_it_writes_its_tables_and_a_page(result: Result[Importance]) -> None:
    measured, path = result.measured, result.path
    assert path is not None
    layers = pd.read_parquet(path / "layers.parquet")
    assert layers["layer"].tolist() == ["conv1", "pool1", "flat", "output"]
    assert layers["role"].tolist() == [layer.row.role for layer in measured.layers]
    assert layers["output_shape"].tolist() == ["8x8x4", "4x4x4", "64", "10"]
    assert min(layers["milliseconds_per_1000"].tolist()) > 0.0
    lost = pd.read_parquet(path / "accuracy_lost.parquet")
    initial = measured.layers[0].worths["initial"].main
    assert lost[["initial", "initial_low", "initial_high"]].iloc[0].tolist() == [
        initial.value,
        initial.low,
        initial.high,
    ]
    assert np.isnan(lost["initial"].tolist()[1])
    gained = pd.read_parquet(path / "loss_gained.parquet")
    assert gained["mean"].tolist() == [layer.worths["mean"].loss_gained.value for layer in measured.layers]
    channels = pd.read_parquet(path / "channels.parquet")
    assert channels.groupby("layer").size().to_dict() == {"conv1": 4, "pool1": 4}
    kept = json.loads((path / "result.json").read_text())
    assert kept["tables"]["accuracy_lost"][0]["half"]["value"] == measured.layers[0].worths["half"].main.value
    page = (path / "report.html").read_text()
    for title in ("Layer by layer", "What training gave each layer", "Single channels", "What each layer costs"):
        assert title in page


def test_the_sentences_say_what_the_numbers_say(result: Result[Importance]) -> None:
    text, measured = " ".join(result.sentences), result.measured
    costs = {layer.row.name: layer.worths["initial"].main for layer in measured.layers if "initial" in layer.worths}
    best = max(costs, key=lambda name: costs[name].value)
    # Two seeds: 12.7 standard errors on either side. What is not shown is not said to cost anything.
    if costs[best].low > 0.0:
        assert f"started, {best} costs {costs[best].value:.1f} points" in text
        assert result.answer.startswith(f"Training matters most in {best}: ")
    else:
        assert result.answer.startswith("No single layer is shown to need its training")
        assert "started, no layer is shown to cost anything" in text
    worths = [worth for each in measured.channels for worth in each.worths]
    costing = sum(worth.accuracy_lost is not None and worth.accuracy_lost.low > 0.0 for worth in worths)
    raising = sum(worth.loss_gained.low > 0.0 for worth in worths)
    assert f"Of 8 single channels that are set to their mean, {costing} cost accuracy" in text
    assert f"and {raising} raise the loss beyond luck" in text
    assert "the only path from input to output" in text
    assert any("over 2 seeds" in note for note in result.notes)


def test_tables_dense_networks_and_regressions_are_measured_too(tmp_path: Path) -> None:
    classes = dl.importance("iris", set={"epochs": 30}, report=False)
    assert [layer.row.name for layer in classes.measured.layers] == ["hidden", "output"]
    assert "always predicting the most frequent class is right on 33.3%" in classes.sentences[1]
    real = dl.importance("plane", set={"epochs": 5}, out=tmp_path / "plane")
    assert real.measured.accuracy is None
    assert "a mean loss of" in real.sentences[1]
    assert real.measured.layers[0].worths["mean"].accuracy_lost is None
    assert "Rise of the loss without each layer" in str(real)
    assert "accuracy_lost" not in real.tables
    assert not (tmp_path / "plane" / "accuracy_lost.parquet").exists()


def test_a_network_of_one_layer_has_no_channels_to_measure(tmp_path: Path) -> None:
    model = [{"kind": "dense", "name": "output"}]
    result = dl.importance("iris", set={"epochs": 3, "model": model}, out=tmp_path / "one")
    assert result.measured.channels == ()
    assert [layer.row.name for layer in result.measured.layers] == ["output"]
    assert not (tmp_path / "one" / "channels.parquet").exists()


def test_within_residual_blocks_layers_have_rows_of_their_own() -> None:
    model = [
        {"kind": "dense", "name": "first", "units": 6, "activation": "relu"},
        {"kind": "residual", "name": "block", "layers": [{"kind": "dense", "name": "inner", "units": 6}]},
        {"kind": "batch-norm", "name": "norm"},
        {"kind": "dense", "name": "output"},
    ]
    result = dl.importance("iris", set={"epochs": 20, "model": model}, report=False)
    layers = result.measured.layers
    assert [(layer.row.name, layer.is_inner) for layer in layers][1:3] == [("block", False), ("block/inner", True)]
    assert any("Within residual blocks" in sentence for sentence in result.sentences)
    assert any("batch norm" in note for note in result.notes)


def test_fewer_examples_are_drawn_by_seed_and_the_same_each_time(run: dl.Run) -> None:
    results = [dl.importance(run, member=1, examples=50, report=False) for _ in range(2)]
    first, second = (result.measured for result in results)
    assert first.num_examples == first.num_reference == 50
    assert [layer.worths for layer in first.layers] == [layer.worths for layer in second.layers]
    assert any("Measured on 50 examples of the test part" in note for note in results[0].notes)


def test_what_is_measured_is_held_out_where_there_is_such_a_part() -> None:
    result = dl.importance("iris", set={"epochs": 1, "split.test": 0.0}, report=False)
    assert result.measured.part == "validation"
    result = dl.importance("iris", set={"epochs": 1, "split.test": 0.0, "split.validation": 0.0}, report=False)
    assert result.measured.part == "train"
    assert any("was trained on the measured examples" in note for note in result.notes)


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
    with pytest.raises(RunError, match="is a trained run, which `set` cannot change"):
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

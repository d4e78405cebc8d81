"""descentlab from Python, as one would write it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import descentlab as dl
from descentlab.core import DataError, RunError, SpecError
from descentlab.data import Arrays


def test_the_lines_of_the_first_page(home: Path) -> None:
    run = dl.train("iris", epochs=3)
    assert run.path == Path("runs/iris-001")
    assert 0.0 <= run.test.accuracy <= 1.0
    new = pd.DataFrame(np.array([[5.1, 3.5, 1.4, 0.2]]), columns=pd.Index(run.data.feature_names))
    assert run.predict(new).predicted[0] in ("setosa", "versicolor", "virginica")
    assert (run.path / "report.html").is_file()


def test_every_name_of_the_package_is_there() -> None:
    for name in dir(dl):
        assert getattr(dl, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'trane'"):
        _ = dl.trane


def test_plain_keywords_change_the_experiment(home: Path) -> None:
    run = dl.train(
        "iris", epochs=2, batch_size="full", learning_rate=0.5, hidden=(6, 5), seed=3, seeds=2, report=False,
        set={"model.1.activation": "tanh", "optimizer.b1": 0.5, "split.test": np.float64(0.4), "shuffle": False},
    )  # fmt: skip
    experiment = run.experiment.model_dump()
    assert [layer["units"] for layer in experiment["model"]] == [6, 5, "outputs"]
    assert experiment["model"][1]["activation"] == "tanh"
    assert (experiment["optimizer"]["b1"], experiment["optimizer"]["learning_rate"]) == (0.5, 0.5)
    assert (experiment["epochs"], experiment["batch_size"], experiment["shuffle"]) == (2, "full", False)
    assert run.metrics["seeds"] == [3, 4]
    assert run.num_members == 2
    assert run.test["accuracy"]["mean"] == run.test.accuracy
    assert not run.folder.report_path.exists()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"loss": {"kind": "huber", "delta": 2.0}}, {"kind": "huber", "delta": 2.0}),
        ({"loss": "huber"}, {"kind": "huber", "delta": 1.0}),
        (["loss=huber", "loss.delta=3"], {"kind": "huber", "delta": 3.0}),
    ],
)
def test_settings_come_as_a_mapping_or_as_texts(home: Path, settings: Any, expected: dict[str, Any]) -> None:
    loss = dl.train("iris", epochs=0, set=settings, report=False).experiment.loss
    assert loss.model_dump(include=set(expected)) == expected


def test_an_experiment_is_trained_as_it_is(home: Path) -> None:
    experiment = dl.preset("iris").model_copy(update={"epochs": 1, "name": "mine"})
    run = dl.train(experiment, report=False)
    assert run.path == Path("runs/mine-001")
    assert run.experiment == experiment


def test_a_frame_and_its_target_column(run: dl.Run, flowers: pd.DataFrame) -> None:
    assert run.classes == ("aster", "rose")
    told = run.predict(flowers)
    assert np.mean(told.predicted == flowers["kind"]) > 0.9
    assert told.probabilities.shape == (60, 2)
    # The same rows in another order, one at a time, give the same.
    shuffled = run.predict(flowers.drop(columns="kind").iloc[::-1])
    np.testing.assert_allclose(shuffled.probabilities[::-1], told.probabilities, atol=1e-6)


def test_an_array_and_its_targets(home: Path) -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(80, 3))
    targets = 100.0 + 10.0 * inputs[:, 0] - 5.0 * inputs[:, 1]
    run = dl.train(inputs, targets, epochs=60, hidden=(), learning_rate=0.03, report=False)
    assert run.classes == ()
    assert run.test.r2 > 0.95
    solved, *_ = np.linalg.lstsq(np.column_stack([inputs, np.ones(80)]), targets, rcond=None)
    new = rng.normal(size=(5, 3))
    np.testing.assert_allclose(run.predict(new).predicted, new @ solved[:3] + solved[3], atol=2.5)


def test_class_ids_and_pictures_in_arrays(home: Path) -> None:
    rng = np.random.default_rng(0)
    targets = np.arange(40) % 2
    inputs = (rng.uniform(0, 60, (40, 6, 6)) + 150 * targets[:, None, None]).astype(np.uint8)
    run = dl.train(
        inputs, targets, epochs=1, hidden=(), report=False, set={"model": [{"kind": "flatten"}, {"kind": "dense"}]}
    )
    assert run.classes == ("0", "1")
    assert run.data.input_shape == (6, 6, 1)
    assert len(run.predict(inputs[:7])) == 7


@pytest.mark.parametrize(
    ("inputs", "targets", "says"),
    [
        (np.zeros((5, 2)), np.zeros(4), "5 examples"),
        (np.zeros((5, 2)), None, "no y"),
        (np.zeros((0, 2)), np.zeros(0), "no rows"),
        (np.zeros(5), np.zeros(5), "shape"),
        (np.full((30, 2), np.inf), np.arange(30) % 2, "infinite"),
        (pd.DataFrame({"a": [1.0] * 30, "b": [0, 1] * 15}), "c", "'c'"),
        (object(), [1], "shape"),
    ],
)
def test_examples_that_cannot_be_learned_from(home: Path, inputs: Any, targets: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        dl.train(inputs, targets)
    assert not list(home.iterdir())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"epochs": 3, "set": {"epochs": 4}}, "given twice"),
        ({"set": {"epochs": object()}}, "is of type object; give a number"),
        ({"set": {"epochz": 4}}, "did you mean 'epochs'"),
        ({"target": "species"}, "does not apply to bundled data"),
        ({"checkpoint_every_s": -1.0}, "0 or more"),
        ({"hidden": (0,)}, "at least 1 unit"),
    ],
)
def test_options_that_cannot_be(home: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says):
        dl.train("iris", **options)
    assert not list(home.iterdir())


def test_a_run_prints_well(run: dl.Run) -> None:
    assert "Test accuracy" in str(run)
    assert repr(run) == str(run)
    assert run._repr_html_().count("<li>") == len(run.outcome)
    assert "<script" not in run._repr_html_()


def test_scores_print_as_a_table_and_answer_by_name(run: dl.Run) -> None:
    assert run.test.n == 12
    assert run.test.accuracy == run.test["accuracy"]
    assert "accuracy" in str(run.test)
    assert run.test._repr_html_().startswith("<table>")
    assert "accuracy" in dir(run.test)
    with pytest.raises(AttributeError, match="it has loss, accuracy"):
        _ = run.test.acuracy


def test_predictions_far_from_training_say_so_in_every_form(run: dl.Run, flowers: pd.DataFrame) -> None:
    name = run.member_data().read_preparation().input_columns[0]
    rows = flowers.head(3).copy()
    rows[name] = rows[name].astype(float)
    rows.loc[rows.index[1], name] = 99_999.0
    predictions = dl.predict(run, rows)
    assert [bool(why) for why in predictions.far] == [False, True, False]
    assert f"'{name}' is 99999 (training: " in predictions.far[1]
    assert any(note.startswith("Warning: 1 example of 3 lies far") for note in predictions.notes)
    assert predictions.header()[-1] == "warning"
    assert [row[-1] for row in predictions.rows()] == list(predictions.far)
    assert [row["warning"] for row in csv.DictReader(io.StringIO(predictions.to_csv()))] == list(predictions.far)
    assert [value.get("warning", "") for value in predictions.to_json()] == list(predictions.far)
    assert predictions.frame()["warning"].tolist() == list(predictions.far)
    assert any(note.startswith("Warning: 1 example of 3") for note in dl.evaluate(run, rows).notes)
    usual = dl.predict(run, flowers.head(3))
    assert (usual.far, usual.header()[-1]) == (("", "", ""), "probability of rose")
    assert usual.to_json()[0].keys() == {"example", "prediction", "probabilities"}


def test_predictions_print_as_a_table_and_become_a_frame(run: dl.Run, flowers: pd.DataFrame) -> None:
    told = dl.predict(run, flowers)
    assert "the first 20 of 60 examples" in str(told)
    assert told._repr_html_().count("<tr>") == 21
    frame = told.frame()
    assert list(frame.columns) == ["prediction", "probability of aster", "probability of rose"]
    np.testing.assert_allclose(frame.iloc[:, 1:].sum(axis=1), 1.0, atol=1e-6)


def test_evaluation_of_new_examples(run: dl.Run, flowers: pd.DataFrame) -> None:
    found = dl.evaluate(run, flowers)
    right = np.mean(run.predict(flowers).predicted == flowers["kind"])
    assert found.to_json()["new"]["accuracy"] == pytest.approx(right)
    assert list(found) == ["new"]
    assert "aster" in str(found)
    assert "<table>" in found._repr_html_()
    inputs, targets = flowers.drop(columns="kind"), flowers["kind"]
    assert dl.evaluate(run, Arrays(inputs, targets)).to_json()["new"]["accuracy"] == pytest.approx(right)


def test_every_seed_of_a_playground_is_evaluated_on_its_own_points(home: Path) -> None:
    run = dl.train("xor", epochs=2, seeds=2, report=False)
    found = dl.evaluate(run).to_json()
    each = [member["loss"] for member in found["test"]["members"]]
    assert each == pytest.approx([member["loss"] for member in run.test["members"]], abs=1e-6)
    assert dl.report(run).is_file()


def test_a_run_on_arrays_says_what_it_lacks(run: dl.Run) -> None:
    for verb in (dl.evaluate, dl.report):
        with pytest.raises(RunError, match="arrays in memory"):
            verb(run)


def test_history_is_a_frame_with_a_row_an_epoch(run: dl.Run) -> None:
    assert list(run.history["epoch"]) == list(range(run.metrics["epochs"][0] + 1))
    assert {"train_loss", "validation_loss", "train_accuracy", "validation_accuracy"} <= set(run.history)


def test_a_run_draws_its_curves_and_its_confusion_matrix(run: dl.Run) -> None:
    figure = run.plot()
    titles = [field.get_suptitle() for field in figure.subfigs if field.axes]
    assert titles == [run.objective.title, "accuracy (share correct)", "true and predicted classes (test part)"]
    loss, _, matrix = figure.get_axes()
    np.testing.assert_allclose(np.asarray(loss.lines[-2].get_ydata()), run.history["train_loss"])
    assert sum(int(text.get_text()) for text in matrix.texts) == run.metrics["test"]["n"]


def test_several_networks_are_drawn_as_a_band(home: Path) -> None:
    seeds = dl.train("iris", epochs=3, seeds=4, report=False)
    axes = seeds.plot("accuracy (share correct)").get_axes()[0]
    accuracies = seeds.history.pivot_table(index="epoch", columns="member", values="train_accuracy").to_numpy()
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), accuracies.mean(axis=1), rtol=1e-6)
    assert len(axes.collections) == 2  # the bands of training and validation


def test_a_run_is_opened_by_its_folder(run: dl.Run, flowers: pd.DataFrame) -> None:
    again = dl.open_run(run.path)
    np.testing.assert_array_equal(again.predict(flowers).probabilities, run.predict(flowers).probabilities)
    with pytest.raises(RunError, match="no member 1"):
        again.predict(flowers, member=1)


def test_whoever_watches_is_told(home: Path, flowers: pd.DataFrame) -> None:
    seen: list[float] = []
    dl.train(
        flowers, "kind", epochs=5, report=False, watcher=dl.Watcher(on_training=lambda now: seen.append(now.share))
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_run_of_an_earlier_version_is_not_measured_on_other_classes(tmp_path: Path) -> None:
    old = dl.train("iris", epochs=1, out=tmp_path / "old", report=False)
    path = old.path / "preparation.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "classes": ["setosa", "Setosa", "virginica"]}))
    with pytest.raises(RunError, match="of an earlier version and has the classes setosa, Setosa, virginica, and now"):
        dl.evaluate(dl.open_run(old.path))

"""The Data page without a browser: what can be chosen, what is seen of it, a training in a thread, and a form."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import descentlab as dl
from descentlab import workbench
from descentlab.core import DataError, DescentlabError, RunError, SpecError
from descentlab.spec import TableData, known_sets, preset
from descentlab.studio.pages.data._form import fields_of, predict_row
from descentlab.studio.pages.data._look import describe_column, look_at
from descentlab.studio.pages.data._outcome import score_rows
from descentlab.studio.pages.data._sets import DataChoice, choose_set, from_path, hidden_units, local_sets, sets_here
from descentlab.studio.pages.data._training import (
    MOST_AT_ONCE,
    MOST_POINTS,
    DataTraining,
    Points,
    Settings,
    Trainings,
    _add_point,
    begin,
    curves_of,
    read_hidden,
)

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A table of 60 flowers of two kinds, with gaps, a column that names the row and a hostile word."""
    rng = np.random.default_rng(0)
    kinds = np.arange(60) % 2
    frame = pd.DataFrame(
        {
            "number": np.arange(60) * 7 + 3,
            "width": rng.normal(kinds * 4.0, 0.5),
            "place": np.array(["wood", HOSTILE])[rng.integers(0, 2, 60)],
            "wet": rng.integers(0, 2, 60) == 1,
            "height": rng.normal(5.0, 1.0, 60) + kinds,
            "kind": np.array(["rose", "aster"])[kinds],
        }
    )
    frame.loc[[0, 7, 9], "width"] = np.nan
    frame.to_csv(tmp_path / "flowers.csv", index=False)
    return tmp_path / "flowers.csv"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Dark and light pictures, a subfolder each."""
    rng = np.random.default_rng(0)
    for kind, level in (("dark", 60), ("light", 190)):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        for place in range(20):
            pixels = rng.integers(level - 40, level + 40, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / kind / f"{place}.png")
    return tmp_path / "pictures"


def choose(path: Path) -> DataChoice:
    return from_path(path, [path.parent])


def wait(
    training: DataTraining, *, until: Callable[[DataTraining], bool] = lambda training: training.is_over
) -> DataTraining:
    end = time.monotonic() + 60.0
    while not until(training):
        assert time.monotonic() < end, training.standing
        time.sleep(0.01)
    return training


def bundled(*, is_pictures: bool) -> list[str]:
    return [name for name, known in known_sets("bundled").items() if known.is_pictures == is_pictures]


def test_the_sets_that_are_here_are_listed_and_open_as_descentlab_train_has_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    assert list(sets_here()) == [*bundled(is_pictures=False), *bundled(is_pictures=True)]
    for name in ("iris", "digits"):
        choice = choose_set(name)
        assert next(iter(choice.networks)) == name
        assert choice.default(name) == preset(name)
        assert not choice.has_hidden
    assert choose_set("wine").has_hidden
    assert choose_set("diabetes").default("table").loss.kind == "squared-error"


def test_tables_and_pictures_of_the_folder_of_data_are_found(flowers: Path, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "deep" / "deeper" / "b.tsv").write_text("a\tb\n1\t2\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.csv").write_text("a,b\n")
    (tmp_path / "notes.txt").write_text("no table")
    found = local_sets(tmp_path)
    assert found == {
        str(flowers): "flowers.csv",
        str(tmp_path / "deep" / "deeper" / "b.tsv"): "deep/deeper/b.tsv",
        str(pictures): "pictures (pictures)",
    }
    assert local_sets(tmp_path / "none") == {}


def test_only_tables_and_folders_of_pictures_are_data(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "experiment.toml").write_text("")
    (tmp_path / "spec.toml").write_text("")
    with pytest.raises(DataError, match="is a run"):
        choose(tmp_path / "run")
    with pytest.raises(DataError, match="is none of"):
        choose(tmp_path / "spec.toml")


def test_a_table_shows_its_columns_classes_and_notes(flowers: Path) -> None:
    look = look_at(choose(flowers))
    frame = pd.read_csv(flowers)
    assert look.size == "60 rows, 6 columns"
    assert [column.name for column in look.columns] == list(frame.columns)
    assert [column.missing for column in look.columns] == frame.isna().sum().tolist()
    assert [column.distinct for column in look.columns] == frame.nunique().tolist()
    assert [column.kind for column in look.columns] == [
        "numbers",
        "numbers",
        "words",
        "true or false",
        "numbers",
        "words",
    ]
    assert (look.target, look.task, look.classes) == ("kind", "classification", (("aster", 30), ("rose", 30)))
    assert any("names the row" in note for note in look.notes)
    assert look.problem == ""


def test_another_target_task_or_column_left_out_changes_what_is_seen(flowers: Path) -> None:
    choice = choose(flowers)
    reals = look_at(choice.with_table(target="height"))
    height = pd.read_csv(flowers)["height"]
    assert (reals.task, reals.classes) == ("regression", ())
    assert f"from {height.min():.4g} to {height.max():.4g}, mean {height.mean():.4g}" in reals.reals
    left = look_at(choice.with_table(drop=("number",)))
    assert not any("names the row" in note for note in left.notes)
    with pytest.raises(ValueError, match="task"):
        choice.with_table(task="guess")


def test_declared_words_are_missing_and_dates_have_a_field(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(
        f"{['-999', row / 7][row % 2]},{1 + row % 28}.0{1 + row % 9}.2024,{'AB'[row % 2]}\n" for row in range(60)
    )
    path.write_text("a,day,k\n" + rows)
    choice = choose(path)
    assert look_at(choice).columns[0].missing == 0
    look = look_at(choice.with_table(missing=("-999",)))
    assert look.columns[0].missing == 30
    settings = Settings("table", 1, 0.01, 0, (4,))
    run = begin(look.choice, settings, root=tmp_path, watcher=workbench.Watcher())
    fields = fields_of(run)
    assert fields[1].column == "day"
    assert str(fields[1].default).startswith("2024-")
    values = {field.column: field.default for field in fields}
    alone = predict_row(run, values | {"a": -999.0}).probabilities
    np.testing.assert_array_equal(alone, predict_row(run, values | {"a": None}).probabilities)
    assert predict_row(run, values | {"day": "no day"}).notes[0].startswith("Took 1 cell of 'day' as missing")


def test_a_table_that_cannot_be_learned_from_still_shows_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_text("a,b\n1,x\n2,x\n3,x\n")
    look = look_at(choose(path))
    assert "every 'b' is 'x'" in look.problem
    assert [column.name for column in look.columns] == ["a", "b"]
    path.write_bytes(b"\x00\x01\x02")
    with pytest.raises(DescentlabError):
        look_at(choose(path))


def test_pictures_show_their_size_and_classes(pictures: Path) -> None:
    look = look_at(choose(pictures))
    assert look.size == "40 pictures of 8x8 pixels, grey"
    assert look.classes == (("dark", 20), ("light", 20))
    assert look.columns == ()


def test_columns_without_any_value_are_described() -> None:
    assert describe_column("a", np.array([np.nan, np.nan])).values == ""
    assert describe_column("b", np.array(["", ""], dtype=object)).kind == "words"
    assert describe_column("c", np.array([12285.0, 1484705.0])).values == "12285 to 1484705"
    assert describe_column("d", np.array([0.25, 1484705.5, 1e300])).values == "0.25 to 1e+300"


def test_hidden_units_are_read_as_they_are_written() -> None:
    assert read_hidden(" 16, 8 ") == (16, 8)
    assert read_hidden("") == ()
    assert hidden_units(choose_set("wine").default("table")) == "64"
    for text in ("0", "-1", "a", "1.5", "9" * 9):
        with pytest.raises(SpecError, match="hidden units"):
            read_hidden(text)


def test_a_training_is_that_of_descentlab_train(flowers: Path, tmp_path: Path) -> None:
    choice = choose(flowers).with_table(target="kind", drop=("number",))
    settings = Settings("table", 12, 0.01, 3, (5,))
    training = Trainings().start(lambda watcher: begin(choice, settings, root=tmp_path / "runs", watcher=watcher))
    run = wait(training).run
    assert run is not None, training.standing
    assert run.path == tmp_path / "runs" / "flowers-001"
    same = dl.train(
        flowers, "kind", drop=["number"], epochs=12, learning_rate=0.01, seed=3, hidden=[5], out=tmp_path / "b"
    )
    assert run.experiment == same.experiment
    assert (run.path / "weights.safetensors").read_bytes() == (same.path / "weights.safetensors").read_bytes()
    assert training.standing.state == "done"
    history = same.history
    for name, curve in zip(("train_loss", "validation_loss"), curves_of(run), strict=True):
        np.testing.assert_array_equal(np.array(curve), history[["epoch", name]].to_numpy())
    epoch, loss = training.train_curve[-1]
    assert epoch == 12
    assert loss == pytest.approx(history["train_loss"].iloc[-1], rel=1e-6)


@pytest.mark.shipped
def test_a_stopped_training_is_kept_and_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    choice, settings = choose_set("iris"), Settings("iris", 10_000, 0.001)
    trainings = Trainings()
    training = trainings.start(lambda watcher: begin(choice, settings, root=tmp_path / "runs", watcher=watcher))
    wait(training, until=lambda one: one.standing.state == "training")
    trainings.close()
    path = wait(training).path
    assert training.standing.state == "stopped"
    assert path is not None
    assert not (path / "metrics.json").exists()
    assert 0.0 < (training.standing.share or 0.0) < 1.0
    again = wait(trainings.start(lambda watcher: workbench.resume(path, watcher=watcher)))
    assert again.run is not None
    whole = dl.train("iris", epochs=10_000, out=tmp_path / "whole", report=False)
    assert (path / "weights.safetensors").read_bytes() == (whole.path / "weights.safetensors").read_bytes()


def test_a_stop_while_pictures_are_read_leaves_nothing(pictures: Path, tmp_path: Path) -> None:
    settings = Settings("cnn", 1, 0.001)
    training = DataTraining(lambda watcher: begin(choose(pictures), settings, root=tmp_path / "runs", watcher=watcher))
    training.stop()
    training.start()
    wait(training)
    assert (training.standing.state, training.path, training.run) == ("stopped", None, None)
    assert not (tmp_path / "runs").exists()


def test_what_cannot_be_trained_is_told_in_a_line_and_leaves_nothing(flowers: Path, tmp_path: Path) -> None:
    for settings, words in ((Settings("table", -1, 0.01), "epochs"), (Settings("table", 5, -0.1), "learning_rate")):
        choice = choose(flowers)

        def work(
            watcher: workbench.Watcher, settings: Settings = settings, choice: DataChoice = choice
        ) -> workbench.Run:
            return begin(choice, settings, root=tmp_path / "runs", watcher=watcher)

        training = wait(Trainings().start(work))
        assert training.standing.state == "failed"
        assert words in training.standing.words
        assert "\n" not in training.standing.words
    assert not (tmp_path / "runs").exists()


def test_there_is_an_end_to_trainings_at_once() -> None:
    trainings = Trainings()

    def idle(watcher: workbench.Watcher) -> workbench.Run:
        assert watcher.stop is not None
        assert watcher.stop.wait(60.0)
        raise RunError("stopped")

    started = [trainings.start(idle) for _ in range(MOST_AT_ONCE)]
    with pytest.raises(DescentlabError, match="trainings run already"):
        trainings.start(idle)
    started[0].stop()
    wait(started[0])
    trainings.start(idle)
    trainings.close()
    for training in started:
        wait(training)


def test_a_long_curve_is_thinned_and_keeps_its_last_point() -> None:
    curve: Points = []
    for epoch in range(3 * MOST_POINTS):
        _add_point(curve, epoch, float(epoch))
        assert curve[-1] == [epoch, epoch]
    assert len(curve) <= MOST_POINTS
    assert curve[0] == [0, 0.0]
    _add_point(curve, 3 * MOST_POINTS - 1, float("inf"))
    assert curve[-1] == [3 * MOST_POINTS - 1, None]


def test_a_form_opens_with_what_is_usual_in_the_training_part(flowers: Path, tmp_path: Path) -> None:
    run = dl.train(flowers, "kind", drop=["number"], epochs=30, learning_rate=0.03, out=tmp_path / "run", report=False)
    fields = {field.column: field for field in fields_of(run)}
    assert list(fields) == ["width", "place", "wet", "height"]
    frame = pd.read_csv(flowers)
    train = frame.iloc[verbs_train_rows(run, flowers)]
    assert fields["width"].default == pytest.approx(train["width"].median(), rel=1e-5)
    assert fields["place"].default == train["place"].mode()[0]
    assert fields["place"].words == tuple(sorted(["wood", HOSTILE]))
    values: dict[str, float | str | None] = {name: field.default for name, field in fields.items()}
    for width, kind in ((0.0, "rose"), (4.0, "aster")):
        told = predict_row(run, values | {"width": width})
        assert told.predicted.tolist() == [kind]
        row = pd.DataFrame([values | {"width": width}])
        np.testing.assert_allclose(told.probabilities, run.predict(row).probabilities)
    assert any("missing" in note for note in predict_row(run, values | {"width": None}).notes)
    truths = look_at(choose(flowers)).truths
    assert truths == ("wet",)
    wet = {field.column: field for field in fields_of(run, truths)}["wet"]
    assert (wet.default, wet.words) == (str(train["wet"].median() > 0.5), ("False", "True"))
    for word, number in (("False", 0.0), ("True", 1.0)):
        told = [predict_row(run, values | {"wet": value}).probabilities for value in (word, number)]
        np.testing.assert_array_equal(told[0], told[1])


def verbs_train_rows(run: dl.Run, path: Path) -> np.ndarray:
    from descentlab import data

    source = data.load(TableData(path=str(path), target="kind", drop=("number",)))
    return data.prepare(source, run.experiment.split, 0).train


def test_a_network_of_pictures_has_no_form(pictures: Path, tmp_path: Path) -> None:
    run = dl.train(pictures, epochs=1, out=tmp_path / "run", report=False)
    assert fields_of(run) == ()


def test_scores_are_told_by_part_with_their_intervals(flowers: Path, tmp_path: Path) -> None:
    run = dl.train(flowers, "kind", epochs=2, out=tmp_path / "run", report=False)
    header, rows = score_rows(run.metrics)
    assert [row[0] for row in rows] == ["train", "validation", "test"]
    test = dict(zip(header, rows[2], strict=True))
    assert test["accuracy"] == f"{run.test.accuracy:.3f}"
    low, high = run.test["ci95"]
    assert test["95% interval"] == f"{low:.3f} to {high:.3f}"
    real = dl.train(flowers, "height", epochs=2, out=tmp_path / "real", report=False)
    header, rows = score_rows(real.metrics)
    assert dict(zip(header, rows[0], strict=True))["RMSE"] == f"{real.train.rmse:.3f}"

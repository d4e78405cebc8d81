import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

import descentlab as dl
from descentlab.core import RunError, StorageError
from descentlab.runs import RunFolder
from descentlab.spec import override, preset
from descentlab.studio.files._hidden_folders import TRASH
from descentlab.studio.shelf._reports import find_report
from descentlab.studio.shelf._shelf import Shelf


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    experiment = override(preset("circle"), ["epochs=3", "num_seeds=8"])
    dl.train(experiment, out=folder / "slow", report=False)
    dl.train(override(experiment, ["epochs=40", "optimizer.learning_rate=0.1"]), out=folder / "fast", report=False)
    dl.train(override(preset("iris"), ["epochs=1"]), out=folder / "flowers")
    return folder


def test_runs_are_listed_with_what_is_sure_of_them(runs: Path) -> None:
    entries = {entry.name: entry for entry in Shelf(runs).entries()}
    assert set(entries) == {"slow", "fast", "flowers"}
    assert "mean of 8 seeds" in entries["slow"].result
    assert " to " in entries["flowers"].result
    assert entries["flowers"].has_report
    assert not entries["slow"].has_report


def test_a_folder_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "none").entries() == []


def test_the_newest_is_first_and_a_study_stands_among_the_runs(runs: Path, tmp_path: Path) -> None:
    for day, name in enumerate(("slow", "flowers", "fast"), 1):
        shutil.copytree(runs / name, tmp_path / name)
        environment = {**RunFolder(runs / name).environment(), "created": f"2026-01-0{day}T12:00:00+00:00"}
        (tmp_path / name / "environment.json").write_text(json.dumps(environment))
    dl.sweep("circle", learning_rate=[0.01, 0.1], epochs=2, out=tmp_path / "study", report=True)
    entries = Shelf(tmp_path).entries()
    assert [entry.name for entry in entries] == ["study", "fast", "flowers", "slow"]
    assert [entry.kind for entry in entries] == ["study", "run", "run", "run"]
    assert (entries[0].result, entries[0].data) == ("sweep: 20 networks over learning_rate", "circle")
    assert entries[1].created == "2026-01-03 12:00"
    assert find_report(tmp_path, "study") is not None
    details = Shelf(tmp_path).details("study")
    assert len(details.sentences) > 0
    assert tomllib.loads(details.description)["kind"] == "sweep"


def test_the_interval_is_that_of_the_score(tmp_path: Path) -> None:
    run = dl.train(override(preset("plane"), ["epochs=2"]), out=tmp_path / "plane", report=False)
    low, high = run.metrics["test"]["r2_ci95"]
    entry = Shelf(tmp_path).entries()[0]
    assert entry.result == f"R² {run.metrics['test']['r2']:.3f} ({low:.3f} to {high:.3f})"
    rows = Shelf(tmp_path).details("plane").table
    assert rows[0] == ("part", "loss", "R²")
    assert rows[2] == ("test", f"{run.metrics['test']['loss']:.4f}", f"{run.metrics['test']['r2']:.4f}"
                       f" ({low:.3f} to {high:.3f})")  # fmt: skip


def test_details_are_what_the_run_says(runs: Path) -> None:
    found = Shelf(runs).details("flowers")
    metrics = RunFolder(runs / "flowers").metrics()
    assert list(found.sentences) == [*metrics["outcome"], *metrics["notes"]]
    assert tomllib.loads(found.description)["epochs"] == 1


def test_an_unfinished_run_says_how_to_go_on(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "flowers", tmp_path / "half")
    (tmp_path / "half" / "metrics.json").unlink()
    shelf = Shelf(tmp_path)
    entry = shelf.entries()[0]
    assert (entry.state, entry.is_finished) == ("can be resumed, epoch 0 of 1", False)
    assert shelf.details("half").sentences == (
        f"Not finished. To continue it: `descentlab train --resume {tmp_path / 'half'}`",
    )
    with RunFolder(tmp_path / "half").lock():
        assert shelf.entries()[0].state == "in training, epoch 0 of 1"


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"test": {"accuracy": 0.5, "ci95": ["a", None]}}, "accuracy 0.500"),
        ({"test": {"accuracy": 0.5, "ci95": 7}}, "accuracy 0.500"),
        ({"test": {"accuracy": {"mean": None, "sd": None}, "loss": None}}, ""),
        ({"test": {"accuracy": "<script>"}}, ""),
        ({}, ""),
    ],
)
def test_strange_metrics_hide_no_other_run(runs: Path, tmp_path: Path, values: dict[str, Any], result: str) -> None:
    shutil.copytree(runs / "flowers", tmp_path / "strange")
    (tmp_path / "strange" / "metrics.json").write_text(json.dumps(values))
    shelf = Shelf(tmp_path)
    assert [entry.result for entry in shelf.entries()] == [result]
    assert shelf.details("strange").sentences == ()
    shutil.copytree(runs / "flowers", tmp_path / "other")
    assert len(shelf.compare(["strange", "other"]).statements) >= 1


def test_a_damaged_run_is_listed_and_can_be_deleted(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "flowers", tmp_path / "broken")
    (tmp_path / "broken" / "experiment.toml").write_text("]")
    shelf = Shelf(tmp_path)
    assert shelf.entries()[0].state.startswith("damaged: ")
    with pytest.raises(RunError, match="not TOML"):
        shelf.details("broken")
    shelf.take_away("broken")
    assert shelf.entries() == []


def test_what_is_deleted_can_be_put_back(runs: Path) -> None:
    shelf = Shelf(runs)
    weights = (runs / "flowers" / "weights.safetensors").read_bytes()
    ticket = shelf.take_away("flowers")
    assert not (runs / "flowers").exists()
    assert {entry.name for entry in shelf.entries()} == {"slow", "fast"}
    assert shelf.put_back(ticket) == "flowers"
    assert (runs / "flowers" / "weights.safetensors").read_bytes() == weights
    with pytest.raises(RunError, match="not there any more"):
        shelf.put_back(ticket)


def test_leaving_the_page_deletes_for_good(tmp_path: Path) -> None:
    dl.train(override(preset("iris"), ["epochs=1"]), out=tmp_path / "gone", report=False)
    shelf = Shelf(tmp_path)
    shelf.take_away("gone")
    shelf.forget()
    assert list(tmp_path.iterdir()) == []


def test_another_page_s_trash_is_left_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        dl.train(override(preset("iris"), ["epochs=1"]), out=tmp_path / name, report=False)
    first, second = Shelf(tmp_path), Shelf(tmp_path)
    first.take_away("one")
    ticket = second.take_away("two")
    first.forget()
    assert second.put_back(ticket) == "two"
    assert [entry.name for entry in second.entries()] == ["two"]
    assert not (tmp_path / TRASH).exists()


def test_a_trash_that_leads_elsewhere_is_not_used(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "flowers", tmp_path / "runs" / "flowers")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "runs" / TRASH).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="link to elsewhere"):
        Shelf(tmp_path / "runs").take_away("flowers")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "runs" / "flowers").is_dir()


def test_a_name_that_is_used_again_is_not_overwritten(tmp_path: Path) -> None:
    experiment = override(preset("iris"), ["epochs=1"])
    dl.train(experiment, out=tmp_path / "same", report=False)
    shelf = Shelf(tmp_path)
    ticket = shelf.take_away("same")
    dl.train(experiment, out=tmp_path / "same", report=False)
    with pytest.raises(RunError, match="another same"):
        shelf.put_back(ticket)


@pytest.mark.parametrize("name", ["..", "../slow", "/etc", ".trash", "no-such-run", "", "a/b", "slow\x00", "x" * 400])
def test_nothing_but_a_run_of_the_folder_is_deleted(name: str, runs: Path) -> None:
    with pytest.raises(RunError, match="no run or study"):
        Shelf(runs).take_away(name)


def test_a_link_out_of_the_folder_is_not_followed(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(runs / "slow")
    with pytest.raises(RunError, match="no run or study"):
        Shelf(tmp_path).take_away("link")
    assert (runs / "slow").is_dir()


@pytest.mark.parametrize("name", ["my first run", "Größe-001", 'a"b onclick=x', "-x"])
def test_any_name_that_a_folder_may_have_will_do(runs: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(runs / "flowers", tmp_path / name)
    shelf = Shelf(tmp_path)
    assert shelf.entries()[0].name == name
    assert shelf.details(name).description
    assert shelf.put_back(shelf.take_away(name)) == name


def test_a_run_in_training_is_not_deleted(runs: Path) -> None:
    with RunFolder(runs / "slow").lock(), pytest.raises(RunError):
        Shelf(runs).take_away("slow")
    assert (runs / "slow").is_dir()

from pathlib import Path

import pytest

import gradlab as gl
from gradlab.core import RunError
from gradlab.runs import RunFolder
from gradlab.spec import override, preset
from gradlab.studio._shelf import TRASH, Shelf


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    experiment = override(preset("circle"), ["epochs=3", "num_seeds=8"])
    gl.train(experiment, out=folder / "slow", report=False)
    gl.train(override(experiment, ["epochs=40", "optimizer.learning_rate=0.1"]), out=folder / "fast", report=False)
    gl.train(override(preset("iris"), ["epochs=1"]), out=folder / "flowers")
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


def test_a_comparison_names_what_differs_and_whether_it_is_real(runs: Path) -> None:
    found = Shelf(runs).compare(["fast", "slow"])
    assert ("optimizer.learning_rate", "0.1", "0.03") in found.settings
    assert ("epochs", "40", "3") in found.settings
    assert len(found.settings) == 2
    assert "the difference is real" in found.statement
    assert any(name == "test accuracy" for name, *_ in found.results)


def test_other_data_cannot_be_compared(runs: Path) -> None:
    assert "cannot be compared" in Shelf(runs).compare(["flowers", "slow"]).statement


def test_one_seed_cannot_show_a_difference(tmp_path: Path) -> None:
    for name, rate in (("a", 0.1), ("b", 0.01)):
        experiment = override(preset("circle"), ["epochs=1", f"optimizer.learning_rate={rate}"])
        gl.train(experiment, out=tmp_path / name, report=False)
    assert "0 seeds in common" in Shelf(tmp_path).compare(["a", "b"]).statement


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
    gl.train(override(preset("iris"), ["epochs=1"]), out=tmp_path / "gone", report=False)
    shelf = Shelf(tmp_path)
    shelf.take_away("gone")
    shelf.forget()
    assert not any((tmp_path / TRASH).iterdir())


def test_a_name_that_is_used_again_is_not_overwritten(tmp_path: Path) -> None:
    experiment = override(preset("iris"), ["epochs=1"])
    gl.train(experiment, out=tmp_path / "same", report=False)
    shelf = Shelf(tmp_path)
    ticket = shelf.take_away("same")
    gl.train(experiment, out=tmp_path / "same", report=False)
    with pytest.raises(RunError, match="another same"):
        shelf.put_back(ticket)


@pytest.mark.parametrize("name", ["..", "../slow", "/etc", ".trash", "no-such-run", "", "a/b", "slow\x00"])
def test_nothing_but_a_run_of_the_folder_is_deleted(name: str, runs: Path) -> None:
    with pytest.raises(RunError, match="no run or study"):
        Shelf(runs).take_away(name)


def test_a_link_out_of_the_folder_is_not_followed(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(runs / "slow")
    with pytest.raises(RunError, match="no run or study"):
        Shelf(tmp_path).take_away("link")
    assert (runs / "slow").is_dir()


def test_a_run_in_training_is_not_deleted(runs: Path) -> None:
    with RunFolder(runs / "slow").lock(), pytest.raises(RunError):
        Shelf(runs).take_away("slow")
    assert (runs / "slow").is_dir()

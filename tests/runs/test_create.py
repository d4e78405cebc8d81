"""A new run's folder appears whole, under its own name, or not at all."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from descentlab.core import RunError, StorageError
from descentlab.runs import RunFolder, create_run, describe_environment, list_runs
from descentlab.spec import Experiment, preset

FILES = ["environment.json", "experiment.toml", "preparation.json"]


def _create(*, out: Path | None = None, root: Path = Path("runs"), name: str = "iris") -> RunFolder:
    experiment = preset("iris").model_copy(update={"name": name})
    return create_run(experiment, out=out, root=root, preparation={}, environment=describe_environment())


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_runs_are_numbered_from_what_is_there(tmp_path: Path) -> None:
    names = [_create(root=tmp_path / "runs").name for _ in range(3)]
    assert names == ["iris-001", "iris-002", "iris-003"]
    (tmp_path / "runs" / "iris-041").mkdir()
    (tmp_path / "runs" / "iris-050-copy").mkdir()
    assert _create(root=tmp_path / "runs").name == "iris-042"
    assert _create(root=tmp_path / "runs", name="i.is").name == "i.is-001"
    assert sorted(path.name for path in (tmp_path / "runs" / "iris-042").iterdir()) == FILES


def test_writers_at_once_never_collide(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: _create(root=tmp_path / "runs"), range(24)))
    assert len({run.path for run in runs}) == 24
    assert all(run.experiment.name == "iris" for run in runs)
    assert len(_names(tmp_path / "runs")) == 24  # nothing hidden is left


def test_one_of_many_writers_gets_a_named_folder(tmp_path: Path) -> None:
    def attempt(_: int) -> bool:
        try:
            _create(out=tmp_path / "mine")
        except RunError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert _names(tmp_path) == ["mine"]


def test_a_named_folder_and_its_parents_are_made(tmp_path: Path) -> None:
    run = _create(out=tmp_path / "deep" / "er" / "mine")
    assert run.path == tmp_path / "deep" / "er" / "mine"
    assert sorted(path.name for path in run.path.iterdir()) == FILES


def test_an_empty_folder_is_filled_and_stays_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    inode = mine.stat().st_ino
    monkeypatch.chdir(mine)
    assert _create(out=Path()).experiment == preset("iris")
    assert mine.stat().st_ino == inode
    assert sorted(path.name for path in mine.iterdir() if not path.name.startswith(".")) == FILES


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    run = _create(out=tmp_path / "mine")
    with pytest.raises(RunError, match=r"is a run already; continue it by resume=.*mine"):
        _create(out=run.path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("")
    with pytest.raises(RunError, match=r"is not empty \(it holds thesis\.tex\)"):
        _create(out=tmp_path / "other")
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="is a file"):
        _create(out=tmp_path / "file")
    with pytest.raises(RunError, match="file is a file, not a folder"):
        _create(out=tmp_path / "file" / "run")
    assert _names(tmp_path / "other") == ["thesis.tex"]


def test_a_run_half_written_is_never_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = []
    replace = Path.replace

    def list_and_replace(self: Path, target: Path) -> Path:
        before.append(list_runs(tmp_path / "runs"))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", list_and_replace)
    _create(root=tmp_path / "runs")
    assert len(before) == 3
    assert all(not listing.runs and not listing.damaged for listing in before)
    assert [run.name for run in list_runs(tmp_path / "runs").runs] == ["iris-001"]


@pytest.mark.parametrize("exists", [False, True])
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(tmp_path: Path, exists: bool) -> None:
    if exists:
        (tmp_path / "mine").mkdir()
    code = """
import resource, sys
from pathlib import Path
from descentlab.core import StorageError
from descentlab.runs import create_run
from descentlab.spec import preset
resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
try:
    create_run(preset("iris"), out=Path(sys.argv[1]), preparation={}, environment={})
except StorageError as error:
    sys.exit("told: " + str(error))
"""
    out = tmp_path / "mine" if exists else tmp_path / "made" / "mine"
    done = subprocess.run([sys.executable, "-c", code, str(out)], capture_output=True, text=True, check=False)
    assert done.stderr.startswith("told: ")
    assert "the disk is full" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == (["mine"] if exists else [])


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written") as caught:
        _create(root=Path("/proc/runs"))
    assert "\n" not in str(caught.value)
    with pytest.raises(StorageError, match="cannot be written"):
        _create(out=tmp_path / ("n" * 300))
    assert _names(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into a read-only folder")
def test_a_read_only_folder_is_told_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        _create(root=tmp_path / "runs")
    tmp_path.chmod(0o700)
    assert _names(tmp_path) == []


def test_a_full_disk_in_training_keeps_the_checkpoint_before(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run.load_checkpoint()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        run.save_checkpoint({}, {"epoch": 9})
    monkeypatch.undo()
    after = run.load_checkpoint()
    assert before is not None
    assert after is not None
    assert after.meta == before.meta
    assert _names(run.path / "checkpoint") == ["state.safetensors"]


def test_what_cannot_be_kept_as_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not valid Unicode"):
        create_run(Experiment(), out=tmp_path / "run", preparation={"file": "\udcff"}, environment={})
    assert _names(tmp_path) == []

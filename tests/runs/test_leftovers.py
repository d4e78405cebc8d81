"""What killed processes left half written: the next writer in that place removes it, unless a living one holds it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from descentlab.core import StorageError
from descentlab.runs import save_results
from descentlab.runs._create import publish
from descentlab.runs._files import write_whole
from descentlab.runs._leftovers import sweep_folder

HOLDER = """
import sys, time
from pathlib import Path
from descentlab.runs._create import staged
from descentlab.runs import _create, _leftovers

def wait(path, content, *, durable):
    path.write_bytes(content)
    print("holds", flush=True)
    time.sleep(60)

_create.write_whole = wait
with staged(Path(sys.argv[1]), {"a": b"1"}):
    pass
"""
FILE_HOLDER = """
import os, sys, time
from pathlib import Path
from descentlab.runs import _files

def wait(self, path):
    print("holds", flush=True)
    time.sleep(60)

_files.put_in_place = wait
_files.write_whole(Path(sys.argv[1]), b"1", durable=False)
"""


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".partial"))


@pytest.mark.parametrize("holder", [HOLDER, FILE_HOLDER], ids=["folder", "file"])
def test_only_what_nobody_holds_is_removed(tmp_path: Path, holder: str) -> None:
    command = [sys.executable, "-c", holder, str(tmp_path / "x-001")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holds\n"
        assert len(hidden(tmp_path)) == 1
        sweep_folder(tmp_path)
        assert len(hidden(tmp_path)) == 1
        process.kill()
        process.wait()
    assert len(hidden(tmp_path)) == 1
    sweep_folder(tmp_path)
    assert hidden(tmp_path) == []


def leave_leftovers(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    left = folder / ".iris-001.0123abcd.partial"
    left.mkdir()
    (left / "environment.json").write_bytes(b"{")
    (folder / ".report.html.89abcdef.partial").write_bytes(b"<")
    (folder / ".notes.partial").write_bytes(b"a file of somebody else")
    (folder / "x.89abcdef.partial").write_bytes(b"another")


KEPT = {".notes.partial", "x.89abcdef.partial"}


def test_a_new_run_sweeps_the_folder_of_runs(tmp_path: Path) -> None:
    leave_leftovers(tmp_path / "runs")
    path = publish({"experiment.toml": b""}, out=None, root=tmp_path / "runs", name="iris")
    assert {entry.name for entry in (tmp_path / "runs").iterdir()} == {*KEPT, path.name}


def test_a_file_that_is_written_again_sweeps_its_leftovers(tmp_path: Path) -> None:
    leave_leftovers(tmp_path)
    write_whole(tmp_path / "report.html", b"new")
    assert hidden(tmp_path) == [".iris-001.0123abcd.partial", *sorted(KEPT)]


def test_an_analysis_sweeps_and_appears_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "runs" / "iris-curvature"
    for _ in range(2):  # a new one, and one in place of an earlier one
        leave_leftovers(tmp_path / "runs")
        save_results(folder, result={"a": 1}, report="page")
        assert {entry.name for entry in (tmp_path / "runs").iterdir()} == {*KEPT, folder.name}
        assert {entry.name for entry in folder.iterdir()} == {"result.json", "report.html"}


@pytest.mark.parametrize("is_new", [True, False])
def test_an_analysis_on_a_full_disk_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    folder = tmp_path / "iris-curvature"
    if not is_new:
        save_results(folder, result={"a": 1}, report="page")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == "result.json":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(StorageError, match="the disk is full"):
        save_results(folder, result={"a": 2}, report="other page")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert folder.exists() == (not is_new)


WRITER = """
import sys
from pathlib import Path
from descentlab.runs._create import publish
for _ in range(40):
    publish({"experiment.toml": b""}, out=None, root=Path(sys.argv[1]), name="x", durable=False)
"""


def test_writers_that_sweep_at_once_do_not_take_each_others_folders(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "runs")]) for _ in range(4)]
    deadline = time.monotonic() + 60
    while any(writer.poll() is None for writer in writers) and time.monotonic() < deadline:
        if (tmp_path / "runs").exists():
            sweep_folder(tmp_path / "runs")
    assert [writer.wait() for writer in writers] == [0] * 4
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [f"x-{place:03d}" for place in range(1, 161)]

"""Deletions: undone, final, left by a studio that was killed, and the uploads that go with them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from descentlab.core import RunError, StorageError
from descentlab.runs import RunFolder
from descentlab.studio.files._hidden_folders import FINAL, TRASH, UPLOADS
from descentlab.studio.files._uploads import Uploads
from descentlab.studio.shelf._trash import Trash

TOKEN = "0123456789abcdef"
DELETE = """
import sys, time
from pathlib import Path
from descentlab.studio.shelf._trash import Trash
runs = Path(sys.argv[1])
trash = Trash(runs)
for name in sys.argv[3:]:
    trash.take(runs / name)
if sys.argv[2] == "final":
    trash.seal()
print("deleted", flush=True)
time.sleep(600)
"""


def make_run(path: Path, data: str = "iris", file: str = "experiment.toml") -> Path:
    path.mkdir(parents=True)
    (path / file).write_text(f'[data]\npath = "{data}"\n')
    (path / "weights.safetensors").write_bytes(b"weights")
    return path


def make_upload(runs: Path, token: str = TOKEN) -> Path:
    own = runs / UPLOADS / token
    own.mkdir(parents=True)
    (own / "pets.csv").write_text("a,b\n1,2\n")
    return own


@contextlib.contextmanager
def deleting(runs: Path, *names: str, how: str = "open") -> Iterator[subprocess.Popen[str]]:
    """A process that has deleted some runs, and lives."""
    command = [sys.executable, "-c", DELETE, str(runs), how, *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "deleted\n"
            yield process
        finally:
            process.kill()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=30) == -signal.SIGKILL


def delete_for_good(runs: Path, *names: str, is_open: bool = False) -> Trash:
    trash = Trash(runs, lambda _: is_open)
    for name in names:
        trash.take(runs / name)
    trash.seal()
    trash.empty()
    return trash


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    make_run(folder / "one")
    make_run(folder / "two", file="study.toml")
    return folder


@pytest.mark.skipif(os.name != "posix", reason="only there SIGKILL ends a process")
def test_what_a_killed_studio_had_not_deleted_for_good_comes_back(runs: Path) -> None:
    with deleting(runs, "one", "two") as process:
        assert not (runs / "one").exists()
        assert Trash(runs).restore() == ()  # a studio that lives still holds them
        assert not (runs / "one").exists()
        kill(process)
    told = Trash(runs).restore()
    assert len(told) == 1
    assert "they are back: " in told[0]
    assert {word.strip(".,") for word in told[0].split()[-2:]} == {"one", "two"}
    assert (runs / "one" / "weights.safetensors").read_bytes() == b"weights"
    assert (runs / "two" / "study.toml").is_file()
    assert not (runs / TRASH).exists()
    assert Trash(runs).restore() == ()


@pytest.mark.skipif(os.name != "posix", reason="only there SIGKILL ends a process")
def test_a_name_that_is_taken_meanwhile_keeps_the_old_one_in_the_trash(runs: Path) -> None:
    with deleting(runs, "one") as process:
        kill(process)
    make_run(runs / "one", data="another")
    told = Trash(runs).restore()
    assert len(told) == 1
    assert "there is another one by now" in told[0]
    left = next((runs / TRASH).glob("*/one"))
    assert str(left) in told[0]
    assert "another" in (runs / "one" / "experiment.toml").read_text()
    Trash(runs).empty()
    assert left.is_dir()
    (runs / "one").rename(runs / "another")
    assert "one" in Trash(runs).restore()[0]
    assert "iris" in (runs / "one" / "experiment.toml").read_text()
    assert not (runs / TRASH).exists()


def test_a_kill_in_the_middle_of_the_removal_brings_no_half_run_back(runs: Path) -> None:
    upload = make_upload(runs)
    make_run(runs / "three", data=f"runs/{UPLOADS}/{TOKEN}/pets.csv")
    with deleting(runs, "one", "three", how="final") as process:
        kill(process)
    (next((runs / TRASH).glob(f"*{FINAL}/one")) / "weights.safetensors").unlink()
    assert Trash(runs).restore() == ()
    Trash(runs).empty()
    assert sorted(entry.name for entry in runs.iterdir()) == [UPLOADS, "two"]
    assert not upload.exists()


def test_what_others_put_into_the_trash_is_left_alone(runs: Path, tmp_path: Path) -> None:
    outside = make_run(tmp_path / "outside")
    for name in (f"{TOKEN}/.lock", "notes/one/x", f"notes{FINAL}/x", "file"):
        (runs / TRASH / name).parent.mkdir(parents=True, exist_ok=True)
        (runs / TRASH / name).write_text("")
    (runs / TRASH / TOKEN / "link").symlink_to(outside)
    (runs / TRASH / f"{TOKEN[::-1]}{FINAL}").symlink_to(outside)
    trash = Trash(runs)
    assert trash.restore() == ()
    trash.empty()
    assert sorted(path.name for path in (runs / TRASH).iterdir()) == sorted(
        [TOKEN, "notes", f"notes{FINAL}", "file", f"{TOKEN[::-1]}{FINAL}"]
    )
    assert (outside / "weights.safetensors").is_file()
    assert not (runs / "link").exists()


def test_a_trash_that_is_a_link_is_not_followed(runs: Path, tmp_path: Path) -> None:
    make_run(tmp_path / "elsewhere" / TOKEN / "other")
    (runs / TRASH).symlink_to(tmp_path / "elsewhere")
    trash = Trash(runs)
    assert trash.restore() == ()
    trash.empty()
    with pytest.raises(StorageError, match="link to elsewhere"):
        trash.take(runs / "one")
    assert (tmp_path / "elsewhere" / TOKEN / "other").is_dir()
    assert (runs / "one").is_dir()


def test_a_run_in_training_stays_and_leaves_no_trash(runs: Path) -> None:
    with RunFolder(runs / "one").lock(), pytest.raises(RunError, match="being trained"):
        Trash(runs).take(runs / "one")
    assert sorted(entry.name for entry in runs.iterdir()) == ["one", "two"]


def test_an_upload_goes_with_the_last_run_that_needs_it(runs: Path) -> None:
    upload, other = make_upload(runs), make_upload(runs, TOKEN[::-1])
    data = f"{runs}/{UPLOADS}/{TOKEN}/pets.csv"
    make_run(runs / "first", data)
    make_run(runs / "second", data)
    make_run(runs / "study", data, file="study.toml")
    make_run(runs / "lesson" / "inner", data)
    for name in ("first", "second", "study"):
        delete_for_good(runs, name)
        assert upload.is_dir(), name
    trash = Trash(runs)
    trash.take(runs / "lesson")
    Trash(runs).empty()
    assert upload.is_dir()
    trash.seal()
    trash.empty()
    assert not upload.exists()
    assert (other / "pets.csv").is_file()


def test_a_deletion_that_may_be_undone_still_needs_its_upload(runs: Path) -> None:
    upload = make_upload(runs)
    for name in ("first", "second"):
        make_run(runs / name, str(upload / "pets.csv"))
    undone = Trash(runs)
    ticket = undone.take(runs / "first")
    delete_for_good(runs, "second")
    assert upload.is_dir()
    undone.put_back(ticket)
    assert (upload / "pets.csv").is_file()


def test_an_upload_that_a_page_has_open_waits_for_it(runs: Path) -> None:
    page = Uploads(runs)
    path = page.place("pets.csv", (".csv",))
    path.write_text("a,b\n1,2\n")
    make_run(runs / "first", str(path))
    delete_for_good(runs, "first")
    assert path.is_file()
    page.close()
    assert not path.parent.exists()
    Trash(runs).empty()
    assert not (runs / TRASH).exists()


def test_an_open_playground_keeps_its_table(runs: Path) -> None:
    upload = make_upload(runs, "playground-Ab_-9xyz")
    make_run(runs / "first", str(upload / "table-1.csv"))
    delete_for_good(runs, "first", is_open=True)
    assert upload.is_dir()
    assert Trash(runs).restore() == ()
    Trash(runs).empty()
    assert not upload.exists()
    assert not (runs / TRASH).exists()


def test_nothing_outside_the_uploads_and_nothing_of_somebody_s_own_is_removed(runs: Path, tmp_path: Path) -> None:
    own = make_upload(runs, "my-tables")
    outside = tmp_path / "outside" / TOKEN
    outside.mkdir(parents=True)
    (runs / UPLOADS / TOKEN).symlink_to(outside)
    beside = runs / TOKEN[::-1]
    beside.mkdir()
    make_run(runs / "first", f"{own} {outside} {beside} ../../{TOKEN} {runs}/{UPLOADS}")
    delete_for_good(runs, "first")
    assert own.is_dir()
    assert outside.is_dir()
    assert beside.is_dir()
    assert (runs / UPLOADS / TOKEN).is_symlink()


def test_uploads_behind_a_link_are_not_touched(runs: Path, tmp_path: Path) -> None:
    upload = make_upload(tmp_path / "elsewhere")
    (runs / UPLOADS).symlink_to(upload.parent)
    make_run(runs / "first", str(upload / "pets.csv"))
    delete_for_good(runs, "first")
    assert upload.is_dir()


def test_a_description_that_cannot_be_read_may_need_any_upload(runs: Path) -> None:
    upload = make_upload(runs)
    make_run(runs / "first", str(upload / "pets.csv"))
    (runs / "two" / "study.toml").write_bytes(b"#" * (2**20 + 1))
    delete_for_good(runs, "first")
    assert upload.is_dir()


def test_a_run_that_is_put_back_while_others_are_read_keeps_its_upload(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = make_upload(runs)
    for name in ("first", "second"):
        make_run(runs / name, str(upload / "pets.csv"))
    undone = Trash(runs)
    ticket = undone.take(runs / "first")
    walk = os.walk

    def walk_while_it_is_put_back(root: Path, **options: Any) -> Iterator[Any]:
        for place in walk(root, **options):
            if (runs / TRASH / ticket).exists() and place[0] == str(runs):  # its folders are listed by now
                undone.put_back(ticket)
            yield place

    delete = Trash(runs)
    delete.take(runs / "second")
    delete.seal()
    monkeypatch.setattr("descentlab.studio.files._upload_use.os.walk", walk_while_it_is_put_back)
    delete.empty()
    assert (runs / "first").is_dir()
    assert (upload / "pets.csv").is_file()


def test_a_run_behind_a_link_needs_its_upload(runs: Path, tmp_path: Path) -> None:
    upload = make_upload(runs)
    for place in (runs / "first", tmp_path / "elsewhere"):
        make_run(place, str(upload / "pets.csv"))
    (runs / "link").symlink_to(tmp_path / "elsewhere")
    delete_for_good(runs, "first")
    assert upload.is_dir()


def test_a_damaged_run_takes_its_upload_along(runs: Path) -> None:
    upload = make_upload(runs)
    make_run(runs / "first")
    (runs / "first" / "experiment.toml").write_text(f"] {upload} is not TOML")
    shutil.copytree(runs / "first", runs / "second")
    delete_for_good(runs, "first")
    assert upload.is_dir()
    delete_for_good(runs, "second")
    assert not upload.exists()

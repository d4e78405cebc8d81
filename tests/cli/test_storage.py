"""Full disks and folders that cannot be written, at every moment of a training."""

import errno
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Answer, Descentlab

TRAIN = ("train", "iris", "--epochs", 3, "--checkpoint-every", 0)
LONG = ("train", "iris", "--epochs", 2000, "--checkpoint-every", 0)


def is_one_line(answer: Answer) -> bool:
    """Say whether a command was refused in one line."""
    return answer.code == 2 and answer.out == "" and bool(re.fullmatch(r"descentlab: error: [^\n]+\n", answer.err))


def fail_at(monkeypatch: pytest.MonkeyPatch, name: str, *, after: int = 0) -> None:
    """Fill the disk at the moment when a file of that name is put in its place, but for the first so many times."""
    times = [0]
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.name.startswith(f".{name}."):
            times[0] += 1
            if times[0] > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)


@pytest.mark.parametrize(
    "name",
    ["experiment.toml", "state.safetensors", "history.parquet", "report.html", "weights.safetensors", "metrics.json"],
)
def test_a_disk_that_fills_leaves_nothing_behind(
    descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fail_at(monkeypatch, name)
    words = TRAIN if name == "state.safetensors" else TRAIN[:4]
    for out in ([], ["--out", "a/b"]):
        answer = descentlab(*words, *out)
        assert is_one_line(answer), answer
        assert "the disk is full" in answer.err
        assert list(home.iterdir()) == []


def test_a_disk_that_fills_ends_every_block_of_many_seeds(
    descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, "state.safetensors")
    answer = descentlab("train", "iris", "--seeds", 40, "--epochs", 1_000_000, "--checkpoint-every", 0)
    assert is_one_line(answer), answer
    assert list(home.iterdir()) == []


@pytest.mark.shipped
@pytest.mark.parametrize("name", ["state.safetensors", "report.html", "metrics.json"])
def test_a_disk_that_fills_behind_a_checkpoint_keeps_what_was_trained(
    descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as patch:
        fail_at(patch, name, after=1 if name == "state.safetensors" else 0)
        answer = descentlab(*LONG)
    assert is_one_line(answer), answer
    assert "descentlab train --resume runs/iris-001" in answer.err
    resumed = descentlab("train", "--resume", "runs/iris-001", "-q")
    assert (resumed.code, resumed.err) == (0, "")
    assert descentlab("train", "iris", "--epochs", 2000, "--out", "straight", "-q", "--no-report").code == 0
    weights = [(home / run / "weights.safetensors").read_bytes() for run in ("runs/iris-001", "straight")]
    assert weights[0] == weights[1]


@pytest.fixture
def tiny_disk(home: Path) -> Iterator[Path]:
    """A real disk of 64 kB in memory; only root may mount one."""
    disk = home / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.name != "posix" or os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_real_disk_without_room_for_the_page(descentlab: Descentlab, tiny_disk: Path) -> None:
    answer = descentlab(*TRAIN[:4], "--out", tiny_disk / "run")
    assert is_one_line(answer), answer
    assert "the disk is full" in answer.err
    assert list(tiny_disk.iterdir()) == []


def test_a_real_disk_that_is_the_run_s_own_folder(descentlab: Descentlab, tiny_disk: Path) -> None:
    answer = descentlab(*TRAIN[:4], "--out", tiny_disk)
    assert is_one_line(answer), answer
    assert "the disk is full" in answer.err
    assert tiny_disk.is_dir()
    assert list(tiny_disk.iterdir()) == []


@pytest.mark.parametrize("room", [0, 4, 20])
def test_a_real_disk_that_is_almost_full(descentlab: Descentlab, tiny_disk: Path, room: int) -> None:
    (tiny_disk / "ballast").write_bytes(bytes(1024 * (64 - room)))
    answer = descentlab(*TRAIN[:4], "--no-report", "--out", tiny_disk / "run")
    assert is_one_line(answer), answer
    assert [file.name for file in tiny_disk.iterdir()] == ["ballast"]


def test_a_real_disk_without_room_for_predictions(descentlab: Descentlab, tiny_disk: Path, trained: Path) -> None:
    (tiny_disk / "told.csv").write_text("as it was")
    (tiny_disk / "ballast").write_bytes(bytes(1024 * 60))
    answer = descentlab("predict", trained, trained.parent / "flowers.csv", "--out", tiny_disk / "told.csv")
    assert is_one_line(answer), answer
    assert (tiny_disk / "told.csv").read_text() == "as it was"
    assert len(list(tiny_disk.iterdir())) == 2


@pytest.fixture
def read_only(home: Path) -> Iterator[Path]:
    """A folder that even root cannot write to."""
    folder = home / "locked"
    folder.mkdir()
    if os.geteuid():
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("root needs the right to mount a disk that is read-only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_folder(
    descentlab: Descentlab, read_only: Path, monkeypatch: pytest.MonkeyPatch, trained: Path
) -> None:
    table = trained.parent / "flowers.csv"
    for out in ("run", "a/b/run", ""):
        answer = descentlab(*TRAIN, "--out", read_only / out)
        assert is_one_line(answer), answer
        assert "cannot be written" in answer.err
    with monkeypatch.context() as patch:
        patch.chdir(read_only)
        assert is_one_line(descentlab(*TRAIN))
        assert is_one_line(descentlab("predict", trained, table, "--out", "told.csv"))
    assert list(read_only.iterdir()) == []


def test_a_folder_that_may_not_be_read(descentlab: Descentlab, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.geteuid():
        pytest.skip("root may read everything")
    (home / "runs").mkdir(mode=0)
    assert is_one_line(descentlab("runs"))
    assert is_one_line(descentlab("show", "iris-001"))

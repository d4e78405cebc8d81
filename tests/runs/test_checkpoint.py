"""A checkpoint is there whole, or the one before it is."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from descentlab.core import RunError
from descentlab.runs import RunFolder

WRITER = """
import sys
from pathlib import Path
import numpy as np
from descentlab.runs import RunFolder
run = RunFolder(Path(sys.argv[1]))
print("ready", flush=True)
epoch = 2
while True:
    epoch += 1
    run.save_checkpoint({"state": np.full(200_000, epoch)}, {"epoch": epoch})
"""


def test_a_checkpoint_reads_back(run: RunFolder) -> None:
    run.save_checkpoint({"key": np.array([1, 2], np.uint32), "step": np.array(7)}, {"epoch": 3, "best": [0.5, None]})
    checkpoint = run.load_checkpoint({"key": (2,), "step": ()})
    assert checkpoint is not None
    assert checkpoint.meta == {"epoch": 3, "best": [0.5, None]}
    assert checkpoint.tensors["key"].dtype == np.uint32
    assert checkpoint.tensors["step"].shape == ()
    assert run.checkpoint_meta() == checkpoint.meta
    with pytest.raises(RunError, match="lacks 'more'"):
        run.load_checkpoint({"key": (2,), "step": (), "more": ()})


def test_a_killed_writer_leaves_a_whole_checkpoint_and_its_leftovers_go(run: RunFolder) -> None:
    folder = run.path / "checkpoint"
    epochs = set[int]()
    for attempt in range(20):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(run.path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.01 + 0.013 * attempt)
            os.kill(writer.pid, signal.SIGKILL)
        checkpoint = run.load_checkpoint()
        assert checkpoint is not None
        if checkpoint.meta["epoch"] > 2:
            assert np.unique(checkpoint.tensors["state"]).tolist() == [checkpoint.meta["epoch"]]
        epochs.add(checkpoint.meta["epoch"])
        if attempt >= 3 and len(epochs) > 1:  # a machine that is busy may kill the first ones before they write
            break
    assert len(epochs) > 1
    (folder / ".state.safetensors.0000.partial").write_bytes(b"half")
    run.save_checkpoint({"state": np.zeros(1)}, {"epoch": 1})
    assert [path.name for path in folder.iterdir()] == ["state.safetensors"]


def test_dropping_a_checkpoint_removes_its_folder(run: RunFolder) -> None:
    run.drop_checkpoint()
    assert not (run.path / "checkpoint").exists()
    run.drop_checkpoint()


def test_a_second_process_cannot_train_into_the_same_run(run: RunFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from descentlab.runs import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(run.path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match="being trained by another process"), run.lock():
            pass
        other.kill()
    with run.lock():  # a process that was killed holds nothing
        pass


def test_a_run_is_held_once_in_one_process_and_let_go_after_an_error(run: RunFolder) -> None:
    with run.lock(), pytest.raises(RunError, match="another process"), run.lock():
        pass
    with pytest.raises(ZeroDivisionError), run.lock():
        _ = 1 / 0
    with run.lock():
        pass


@pytest.mark.skipif(os.name != "posix", reason="flock is the lock of POSIX")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_trained_on_all_the_same(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
    entered = False
    with run.lock():
        entered = True
    assert entered
    assert (run.path / ".lock").is_file()  # nothing was put in its place


def test_a_link_in_place_of_the_checkpoint_s_folder_is_not_followed(run: RunFolder, tmp_path: Path) -> None:
    run.drop_checkpoint()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "state.safetensors").write_bytes(b"precious")
    (run.path / "checkpoint").symlink_to(outside)
    for act in (lambda: run.save_checkpoint({}, {}), run.load_checkpoint, run.drop_checkpoint):
        with pytest.raises(RunError, match="is a link to"):
            act()
    assert (outside / "state.safetensors").read_bytes() == b"precious"

"""Locks, so that only one process writes into a folder."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from descentlab.core import RunError
from descentlab.runs._files import inside, storage_errors
from descentlab.runs._leftovers import HOLD, lock_if_free

LOCK = HOLD


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder for this process. The operating system releases the lock when the process ends, however it ends.

    The lock is on a hidden file, which is not removed.

    Raises:
        RunError: If another process holds the lock.
        StorageError: If the folder cannot be written.
    """
    path = inside(folder, LOCK)
    with storage_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        if not _is_acquired(descriptor):
            raise RunError(f"{folder} is being trained by another process; wait for it, or train another run")
        yield
    finally:
        os.close(descriptor)


@contextmanager
def held_to_move(folder: Path) -> Iterator[None]:
    """Lock a folder while it is moved.

    Raises:
        RunError: If another process holds the lock.
        StorageError: If the folder cannot be written.
    """
    with ExitStack() as held:
        lock = locked(folder)
        if os.name == "posix":
            held.enter_context(lock)
        else:  # Windows cannot move a folder with an open file
            with lock:
                pass
        yield


def _is_acquired(descriptor: int) -> bool:
    try:
        return lock_if_free(descriptor)
    except OSError:
        # A file system without locks (some network drives) is no reason to refuse to train.
        return True

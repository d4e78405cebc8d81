"""One writer at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from descentlab.core import RunError
from descentlab.runs._files import inside, storage_errors

LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone. The system lets go of it when the process ends, however it ends.

    The lock is `flock`'s on a hidden file, which stays. Windows has no such lock, and there nothing is held.

    Raises:
        RunError: If another process holds it.
        StorageError: If the folder cannot be written.
    """
    path = inside(folder, LOCK)
    with storage_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        _acquire(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, folder: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunError(f"{folder} is being trained by another process; wait for it, or train another run") from None
    except OSError:
        # A file system without locks (some network drives) is no reason to refuse to train.
        return

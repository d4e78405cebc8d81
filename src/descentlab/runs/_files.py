"""Files that are written whole or not at all, and careful reading of folders that may be hostile."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from descentlab.core import RunError, StorageError
from descentlab.runs._leftovers import lock_if_free, partial_name, sweep_leftovers

_NO_LINK_NO_WAIT = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write `path` into an error of one line that says what to do."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageError(f"{path}: the disk is full; free some space, or name another folder by --out") from None
        why = error.strerror or str(error)
        raise StorageError(f"{path}: cannot be written ({why}); name a folder by --out that can be written") from None


def short_line(text: object) -> str:
    """Shorten a message that quotes a file to one line of bounded length: its beginning and its end."""
    line = " ".join(str(text).split())
    return line if len(line) <= 500 else f"{line[:300]} ... {line[-150:]}"


def write_whole(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all: at any moment `path` is the old file or the new one.

    Args:
        path: The file.
        content: Its bytes.
        durable: Whether this holds after a power cut too, which takes waiting for the disk. However a process ends,
            it leaves no half-written file, with or without.

    Raises:
        StorageError: If the disk is full or the folder cannot be written; nothing is left behind.
    """
    with storage_errors(path):
        replace_file(path, content, durable=durable)


def replace_file(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file as `write_whole` does, but leave an `OSError` of the system as it is."""
    sweep_leftovers(path)
    while not _write(path, content, durable=durable):  # another writer took the new file for a leftover
        pass
    if durable:
        sync_folder(path.parent)


def _write(path: Path, content: bytes, *, durable: bool) -> bool:
    """Write a hidden file, which is held meanwhile, and rename it; False if it is gone by then."""
    partial = partial_name(path)
    try:
        with partial.open("xb") as file:
            with contextlib.suppress(OSError):  # not every file system has locks
                lock_if_free(file.fileno())
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
            if os.name == "posix":
                return put_in_place(partial, path)
        return put_in_place(partial, path)  # Windows renames no open file
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def put_in_place(partial: Path, path: Path) -> bool:
    """Rename what was written under a hidden name; False if it is gone, since it was taken for a leftover."""
    try:
        partial.replace(path)
    except FileNotFoundError:
        if partial.exists() or not path.parent.exists():
            raise
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make the file names in a folder survive a power cut."""
    if os.name == "posix":  # other systems cannot open a folder
        _sync(folder)


def sync_files(folder: Path) -> None:
    """Make a folder with all its files survive a power cut, wherever they were written without waiting for the disk.

    Raises:
        StorageError: If the disk is full.
    """
    with storage_errors(folder):
        for file in folder.iterdir():
            if not file.name.startswith(".") and stat.S_ISREG(file.lstat().st_mode):
                _sync(file)
        sync_folder(folder)
        sync_folder(folder.parent)


def _sync(path: Path) -> None:
    # Only Linux and macOS can synchronise what was opened for reading alone.
    access = os.O_RDONLY if os.name == "posix" else os.O_RDWR
    descriptor = os.open(path, access | _NO_LINK_NO_WAIT)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def inside(folder: Path, name: str) -> Path:
    """Return the path of a run's file after checking that it lies in the run's folder.

    Raises:
        RunError: If it is a link to another place.
    """
    path = folder / name
    real = os.path.realpath(path)
    if real != os.path.join(os.path.realpath(folder), name):  # noqa: PTH118 - Path would normalise the name that is checked
        raise RunError(
            f"{path} is a link to {real}; a run keeps its files in its own folder, so copy the file or remove the link"
        )
    return path


def checked_file(folder: Path, name: str, *, limit: int) -> Path:
    """Return the path of a run's file after checking that it is a plain file of at most `limit` bytes.

    Raises:
        RunError: If it is missing, a link to another place, no plain file, or too large.
    """
    path = inside(folder, name)
    try:
        status = path.lstat()
    except OSError as error:
        raise RunError(f"{folder} has no {name} ({error.strerror}); the run is damaged or not finished") from None
    if not stat.S_ISREG(status.st_mode):
        raise RunError(f"{path} is not a plain file; the run is damaged")
    if status.st_size > limit:
        raise RunError(
            f"{path} has {status.st_size:,} bytes, and this file of a run at most {limit:,}; the run is damaged"
        )
    return path


def read_whole(folder: Path, name: str, *, limit: int) -> bytes:
    """Read a run's file of at most `limit` bytes.

    Raises:
        RunError: If it is missing, a link to another place, no plain file, too large, or cannot be read.
    """
    path = checked_file(folder, name, limit=limit)
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_LINK_NO_WAIT)
        with os.fdopen(descriptor, "rb") as file:
            # `read` allocates as many bytes as are asked for before it reads any.
            return file.read(min(limit, os.fstat(descriptor).st_size))
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror})") from None

"""Files written whole or not at all, and files of a folder that may be hostile, read with care."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from descentlab.core import RunError, StorageError

PARTIAL = ".partial"
"""The ending of what is still being written. Its name also begins with a dot, so that nothing lists it."""

_NO_LINK_NO_WAIT = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write `path` into one line that says what to do."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageError(f"{path}: the disk is full; free some room, or name another folder by --out") from None
        why = error.strerror or str(error)
        raise StorageError(f"{path}: cannot be written ({why}); name a folder by --out that can be") from None


def short_line(text: object) -> str:
    """Bring a message that quotes a file into one line of bounded length: its beginning and its end."""
    line = " ".join(str(text).split())
    return line if len(line) <= 500 else f"{line[:300]} ... {line[-150:]}"


def partial_name(path: Path) -> Path:
    """Name a hidden sibling of `path` that no other writer uses."""
    return path.with_name(f".{path.name}.{token_hex(4)}{PARTIAL}")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: at any moment, even of a power cut, `path` is the old file or the new one.

    Raises:
        StorageError: If the disk is full or the folder cannot be written; nothing is left behind.
    """
    partial = partial_name(path)
    with storage_errors(path):
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def inside(folder: Path, name: str) -> Path:
    """Return the path of a run's file, once it is known to lie in the run's folder.

    Raises:
        RunError: If a link leads elsewhere.
    """
    path = folder / name
    real = os.path.realpath(path)
    if real != os.path.join(os.path.realpath(folder), name):  # noqa: PTH118 - Path would tidy the name that is checked
        raise RunError(f"{path} is a link to {real}; a run holds its own files, so copy the file or remove the link")
    return path


def checked_file(folder: Path, name: str, *, limit: int) -> Path:
    """Return the path of a run's file, once it is known to be a plain file of no more than `limit` bytes.

    Raises:
        RunError: If it is missing, leads elsewhere, is no plain file, or is too large.
    """
    path = inside(folder, name)
    try:
        status = path.lstat()
    except OSError as error:
        raise RunError(f"{folder} has no {name} ({error.strerror}); the run is damaged or not finished") from None
    if not stat.S_ISREG(status.st_mode):
        raise RunError(f"{path} is not a plain file; the run is damaged")
    if status.st_size > limit:
        raise RunError(f"{path} is {status.st_size:,} bytes long, more than the {limit:,} a run may have there")
    return path


def read_whole(folder: Path, name: str, *, limit: int) -> bytes:
    """Read a run's file of no more than `limit` bytes.

    Raises:
        RunError: If it is missing, leads elsewhere, is no plain file, is too large, or cannot be read.
    """
    path = checked_file(folder, name, limit=limit)
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_LINK_NO_WAIT)
        with os.fdopen(descriptor, "rb") as file:
            # Room for what is asked for is taken before anything is read.
            return file.read(min(limit, os.fstat(descriptor).st_size))
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror})") from None

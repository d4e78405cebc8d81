"""What killed processes left half written, which the next writer in the same place removes."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

PARTIAL = ".partial"
"""Ending of a file or folder that is still being written. Its name also begins with a dot, so that nothing lists it."""

HOLD = ".lock"
"""File of a folder that its writer locks."""


def partial_name(path: Path) -> Path:
    """Return a hidden name beside `path` that no other writer uses."""
    return path.with_name(f".{path.name}.{token_hex(4)}{PARTIAL}")


def lock_if_free(descriptor: int) -> bool:
    """Lock an open file, unless another process holds it. The lock ends with the process, or when the file is closed.

    Raises:
        OSError: If the file system has no locks.
    """
    from filelock import lock_descriptor

    return lock_descriptor(descriptor, blocking=False)


@contextlib.contextmanager
def held_folder(path: Path) -> Iterator[Path]:
    """Create a hidden folder beside `path`, and hold it within the block as far as its file system has locks."""
    while True:
        hidden = partial_name(path)
        hidden.mkdir()
        try:
            descriptor = os.open(hidden / HOLD, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except FileNotFoundError:  # another process took it for a leftover
            continue
        try:
            if _is_held(descriptor, hidden / HOLD):
                yield hidden
                return
        finally:
            os.close(descriptor)


def _is_held(descriptor: int, path: Path) -> bool:
    try:
        is_locked = lock_if_free(descriptor)
    except OSError:  # without locks, nobody removes it either
        return True
    try:
        # Who removed the folder in between held the lock until then, so that it may be free now.
        return is_locked and os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def sweep_leftovers(path: Path) -> None:
    """Remove what killed writers of `path` left beside it; what a living writer holds stays.

    Args:
        path: The file that is about to be written, or the folder.
    """
    pattern = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}{re.escape(PARTIAL)}")
    _sweep(path.parent, pattern)


def sweep_folder(folder: Path) -> None:
    """Remove everything that killed writers left half written in a folder; what a living writer holds stays."""
    _sweep(folder, re.compile(rf"\..+\.[0-9a-f]{{8}}{re.escape(PARTIAL)}"))


def _sweep(folder: Path, pattern: re.Pattern[str]) -> None:
    try:
        with os.scandir(folder) as entries:
            left = [Path(entry.path) for entry in entries if pattern.fullmatch(entry.name) and not entry.is_symlink()]
    except OSError:  # it does not exist yet, or cannot be read: there is nothing to remove
        return
    for partial in left:
        with contextlib.suppress(OSError):  # another process removes it, or has just put it in its place
            _remove_if_free(partial)


def _remove_if_free(partial: Path) -> None:
    is_folder = partial.is_dir()
    # Without O_CREAT for a file: it must not appear again where its writer has just renamed it.
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | (os.O_CREAT if is_folder else 0)
    descriptor = os.open(partial / HOLD if is_folder else partial, flags, 0o666)
    try:
        is_free = lock_if_free(descriptor)
        if is_free and os.name == "posix":
            _remove(partial, is_folder=is_folder)
    finally:
        os.close(descriptor)
    if is_free and os.name != "posix":  # Windows removes no open file; a writer that comes in between writes anew
        _remove(partial, is_folder=is_folder)


def _remove(partial: Path, *, is_folder: bool) -> None:
    if not is_folder:
        partial.unlink()
        return
    # Renamed first, so that a writer who begins in it just now finds it gone, and not half removed.
    doomed = partial_name(partial)
    partial.rename(doomed)
    shutil.rmtree(doomed)

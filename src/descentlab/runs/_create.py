"""Folders of new runs, which appear whole, under a name that no other writer has."""

import contextlib
import errno
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from descentlab.core import RunError
from descentlab.runs._experiment import ENVIRONMENT, EXPERIMENT, STUDY
from descentlab.runs._files import storage_errors, sync_files, write_whole
from descentlab.runs._folder import METRICS, PREPARATION, RunFolder
from descentlab.runs._json import pack_json, to_utf8
from descentlab.runs._leftovers import HOLD, PARTIAL, held_folder, sweep_folder
from descentlab.runs._lock import LOCK, locked
from descentlab.spec import Experiment, to_toml

_TAKEN = (errno.EEXIST, errno.ENOTEMPTY)


def create_run(
    experiment: Experiment,
    *,
    out: Path | None = None,
    root: Path = Path("runs"),
    preparation: Mapping[str, Any],
    environment: Mapping[str, Any],
    durable: bool = True,
) -> RunFolder:
    """Create the folder of a run with everything that is known before training.

    It is written under a hidden name beside its place and then renamed, so that nobody sees a half-written folder and
    writers that run at the same time never collide.

    Args:
        experiment: Description of the training.
        out: Folder of the run, new or empty. Default: the next free name under `root`, such as `runs/iris-001`.
        root: Folder of runs; it is created if it is missing.
        preparation: Preparation of the data, as plain values.
        environment: Machine and versions with which the run is made.
        durable: Whether the run is to survive a power cut from its first checkpoint on, as `RunFolder` has it.

    Returns:
        The run.

    Raises:
        RunError: If `out` exists and is not an empty folder.
        StorageError: If the disk is full or the folder cannot be written; nothing is left behind.
    """
    # The file that makes a folder a run comes last.
    files = {
        PREPARATION: pack_json(preparation),
        ENVIRONMENT: pack_json(environment),
        EXPERIMENT: to_utf8(to_toml(experiment)),
    }
    # Before its first checkpoint a run holds nothing that a power cut could take away.
    path = publish(files, out=out, root=root, name=experiment.name, durable=False)
    return RunFolder(path, durable=durable)


def publish(files: Mapping[str, bytes], *, out: Path | None, root: Path, name: str, durable: bool = True) -> Path:
    """Create a folder with some files, which appears whole.

    Args:
        files: Contents by file name; the file that identifies the kind of folder comes last.
        out: Folder, new or empty. Default: the next free name under `root`.
        root: Folder of runs; it is created if it is missing.
        name: Name of a numbered folder, without its number.
        durable: Whether to wait until the folder would survive a power cut.

    Returns:
        The folder.

    Raises:
        RunError: If `out` exists and is not an empty folder.
        StorageError: If the disk is full or the folder cannot be written; nothing is left behind.
    """
    if out is None:
        path = _publish_numbered(root, name, files)
    else:
        path = out
        if os.path.lexists(out):
            _fill_empty(out, files)
        elif not _publish(out, files):
            raise _taken(out)
    if durable:
        sync_files(path)
    return path


def _publish_numbered(root: Path, name: str, files: Mapping[str, bytes]) -> Path:
    while True:
        path = root / f"{name}-{_next_number(root, name):03d}"
        if _publish(path, files):
            return path


def _next_number(root: Path, name: str) -> int:
    pattern = re.compile(re.escape(name) + r"-(\d{1,9})")
    with storage_errors(root):
        entries = os.listdir(root) if root.is_dir() else []  # noqa: PTH208 - only the names are needed
    return 1 + max((int(match[1]) for match in map(pattern.fullmatch, entries) if match), default=0)


def _publish(path: Path, files: Mapping[str, bytes]) -> bool:
    """Write the files under a hidden name, then rename the folder; False if another writer took the name first."""
    with storage_errors(path):
        parents = [path.parent, *path.parent.parents]
        made = [parent for parent in parents if not parent.exists()]
        if not parents[len(made)].is_dir():
            raise RunError(f"{parents[len(made)]} is a file, not a folder; name another folder by --out")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep_folder(path.parent)
            while (is_published := _publish_once(path, files)) is None:
                pass
            return is_published
        except BaseException:
            _remove_empty(made)
            raise


def _publish_once(path: Path, files: Mapping[str, bytes]) -> bool | None:
    """Return whether the folder has its name now; None if another writer took it for a leftover."""
    with staged(path, files) as hidden:
        try:
            hidden.rename(path)
        except FileNotFoundError:
            if hidden.exists() or not path.parent.exists():
                raise
            return None
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            return False
        return True


@contextlib.contextmanager
def staged(path: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write files into a hidden folder beside `path`, which goes when the block ends, unless it was renamed.

    It is held while it is written. Windows renames no folder with an open file, so that it is let go just before.
    """
    hidden = None
    try:
        with held_folder(path) as hidden:
            for name, content in files.items():
                write_whole(hidden / name, content, durable=False)
            if os.name == "posix":
                (hidden / HOLD).unlink()
        (hidden / HOLD).unlink(missing_ok=True)
        yield hidden
    finally:
        if hidden is not None:
            shutil.rmtree(hidden, ignore_errors=True)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:  # another writer has put something there
            return


def _fill_empty(out: Path, files: Mapping[str, bytes]) -> None:
    """Fill a folder that the user made. It is not replaced, since it may be a mount point or the current folder."""
    if not out.is_dir():
        raise RunError(f"{out} is a file, not a folder; name another folder by --out")
    _check_is_empty(out)
    try:
        with locked(out):
            _check_is_empty(out)
            for name, content in files.items():
                write_whole(out / name, content, durable=False)
    except BaseException:
        with contextlib.suppress(OSError):  # the first error says more
            for name in (*files, LOCK):
                (out / name).unlink(missing_ok=True)
        raise


def _check_is_empty(out: Path) -> None:
    with storage_errors(out):
        names = sorted(entry.name for entry in out.iterdir())
    if EXPERIMENT in names or STUDY in names:
        raise _taken(out)
    others = [name for name in names if name != LOCK and not name.endswith(PARTIAL)]
    if others:
        raise RunError(f"{out} is not empty (it holds {others[0]}); name a new or an empty folder by --out")


def _taken(out: Path) -> RunError:
    kind = "study" if (out / STUDY).exists() else "run"
    go_on = "" if (out / METRICS).exists() else f"continue it by --resume {shlex.quote(str(out))}, or "
    return RunError(f"{out} is a {kind} already; {go_on}name another folder by --out")

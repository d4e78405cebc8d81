"""The folder of runs under a person's hands: listed, compared, taken away and put back."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from gradlab.core import RunError, StorageError
from gradlab.runs import RunFolder, StudyFolder
from gradlab.studio._run_comparison import RunComparison, compare_runs
from gradlab.studio._run_list import Details, Entry, describe, is_run, list_entries

TRASH = ".trash"
"""Within the folder of runs, and hidden from it: what is taken away lies there until the page is left."""


class Shelf:
    """The folder of runs, as one page works on it."""

    def __init__(self, runs: Path) -> None:
        """Know the folder; it need not exist."""
        self._runs = runs
        self._taken: dict[str, Path] = {}

    def entries(self) -> list[Entry]:
        """List runs and studies, newest first.

        Raises:
            RunError: If the folder cannot be read.
        """
        return list_entries(self._runs)

    def details(self, name: str) -> Details:
        """Say what there is to say of a run or study.

        Raises:
            RunError: If there is no such run or study, or it is damaged.
        """
        return describe(self._path(name))

    def compare(self, names: Sequence[str]) -> RunComparison:
        """Put runs beside each other.

        Raises:
            RunError: If there are too few or too many, or one of them is no finished run.
        """
        return compare_runs([RunFolder(self._path(name)) for name in names])

    def take_away(self, name: str) -> str:
        """Take a run or study away; `put_back` undoes it, `forget` makes it final.

        Returns:
            By which it is put back.

        Raises:
            RunError: If it is no run or study of this folder, or another process trains it.
            StorageError: If it cannot be moved.
        """
        path = self._path(name)
        folder = RunFolder(path) if is_run(path) else StudyFolder(path)
        ticket = secrets.token_hex(8)
        with contextlib.ExitStack() as held:
            lock = folder.lock()  # whoever trains it holds it
            if os.name == "posix":
                held.enter_context(lock)
            else:  # a folder with an open file cannot be moved there
                with lock:
                    pass
            self._move(path, self._runs / TRASH / ticket / name)
        self._taken[ticket] = self._runs / TRASH / ticket / name
        return ticket

    def _move(self, path: Path, place: Path) -> None:
        trash = self._runs / TRASH
        if trash.is_symlink():
            raise StorageError(f"{trash} is a link to elsewhere; remove it to delete runs")
        try:
            place.parent.mkdir(parents=True)
            path.rename(place)
        except OSError as error:
            self._tidy(place.parent)
            raise _refusal(path, "deleted", error) from None

    def put_back(self, ticket: str) -> str:
        """Put back what was taken away.

        Returns:
            Its name.

        Raises:
            RunError: If nothing was taken by this ticket, or its name is used by another by now.
            StorageError: If it cannot be moved.
        """
        place = self._taken.get(ticket)
        if place is None or not place.exists():
            raise RunError("it is not there any more")
        target = self._runs / place.name
        if os.path.lexists(target):
            raise RunError(f"there is another {place.name} by now; rename that one first")
        try:
            place.rename(target)
        except OSError as error:
            raise _refusal(target, "put back", error) from None
        del self._taken[ticket]
        self._tidy(place.parent)
        return place.name

    def forget(self) -> None:
        """Delete for good what was taken away."""
        taken, self._taken = self._taken, {}
        for place in taken.values():
            shutil.rmtree(place.parent, ignore_errors=True)
            self._tidy(place.parent)

    def _tidy(self, ticket: Path) -> None:
        """Remove folders that are empty; others may have something in theirs."""
        for folder in (ticket, self._runs / TRASH):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _path(self, name: str) -> Path:
        """Return the folder of a run or study; a name leads nowhere else."""
        path = self._runs / name
        is_plain = name != "" and not name.startswith(".") and not any(sign in name for sign in "/\\\0")
        try:
            is_ours = is_plain and not path.is_symlink() and (is_run(path) or (path / "study.toml").is_file())
        except OSError:  # a name too long for the system
            is_ours = False
        if not is_ours:
            raise RunError(f"there is no run or study '{name[:80]}' in {self._runs}")
        return path


def _refusal(path: Path, what: str, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be {what} ({error.strerror or error})")

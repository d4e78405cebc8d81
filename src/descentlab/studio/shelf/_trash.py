"""Deleted runs, until their deletion is final: they lie hidden in the folder of runs, and can be restored."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from descentlab.core import DescentlabError, RunError, StorageError
from descentlab.runs import held_to_move, locked
from descentlab.studio.files import FINAL, TRASH, named_uploads, unused

TICKET = re.compile(r"[0-9a-f]{16}")


class Trash:
    """The deletions of one page.

    Each deletion is a folder `.trash/TICKET/NAME`, which this process locks: one without a lock was left by a studio
    that was killed, and was never final. A deletion that becomes final is first marked by the name of its folder, so
    that a kill in the middle neither restores half a run nor leaves it.
    """

    def __init__(self, runs: Path, is_open: Callable[[str], bool] = lambda _: False) -> None:
        """Prepare for a folder, which need not exist.

        Args:
            runs: Folder of runs.
            is_open: Returns whether a page uses an upload, by the name of its folder.
        """
        self._runs = runs
        self._place = runs / TRASH
        self._is_open = is_open
        self._held: dict[str, contextlib.ExitStack] = {}

    def take(self, path: Path) -> str:
        """Move a folder of the folder of runs into the trash.

        Returns:
            A ticket for `put_back`.

        Raises:
            RunError: If another process holds the folder.
            StorageError: If it cannot be moved.
        """
        if self._place.is_symlink():
            raise StorageError(f"{self._place} is a link to elsewhere; remove it to delete runs")
        ticket = secrets.token_hex(8)
        place, held = self._place / ticket, contextlib.ExitStack()
        with held_to_move(path):  # fails if a process trains it
            try:
                place.mkdir(parents=True)
                held.enter_context(locked(place))
                path.rename(place / path.name)
            except OSError as error:
                held.close()
                self._tidy(place)
                raise _refusal(path, "deleted", error) from None
        self._held[ticket] = held
        return ticket

    def put_back(self, ticket: str) -> str:
        """Restore what was deleted.

        Returns:
            Its name.

        Raises:
            RunError: If there is no deletion of this ticket, or its name is in use again.
            StorageError: If it cannot be moved.
        """
        inside = self._inside(self._place / ticket) if ticket in self._held else []
        if not inside:
            raise RunError("it is not there any more")
        self._return(inside[0])
        self._held.pop(ticket, contextlib.ExitStack()).close()
        self._tidy(self._place / ticket)
        return inside[0].name

    def seal(self) -> None:
        """Make the deletions final; `empty` removes their files."""
        taken, self._held = self._held, {}
        for ticket, held in taken.items():
            with held if os.name == "posix" else contextlib.nullcontext():
                if os.name != "posix":  # Windows cannot move a folder with an open file
                    held.close()
                with contextlib.suppress(OSError):
                    (self._place / ticket).rename(self._place / f"{ticket}{FINAL}")

    def empty(self) -> None:
        """Remove all final deletions, also those of other pages, with the uploads that no other run needs.

        A deletion whose upload is used by a page waits until it is not.
        """
        for place in self._folders(TICKET.pattern + re.escape(FINAL)):
            left = unused(named_uploads(place, self._runs), self._runs)
            if all(self._drop(upload, place) for upload in left):
                shutil.rmtree(place, ignore_errors=True)
        self._tidy(self._place)

    def restore(self) -> tuple[str, ...]:
        """Restore what a killed studio had deleted but not made final.

        Returns:
            Notes on what was restored and what could not be, one a line.
        """
        back, notes = list[str](), list[str]()
        for ticket in self._folders(TICKET.pattern):
            try:
                with locked(ticket):
                    for place in self._inside(ticket):
                        notes += self._try_return(place, back)
            except RunError:  # a running studio holds the lock
                continue
            except StorageError as error:
                notes.append(f"{ticket} holds what was deleted when the studio was killed, and is not back: {error}")
            self._tidy(ticket)
        if back:
            them = "it is" if len(back) == 1 else "they are"
            notes.insert(0, f"Deleted when the studio was killed, and not for good, so {them} back: {', '.join(back)}.")
        return tuple(notes)

    def _try_return(self, place: Path, back: list[str]) -> list[str]:
        try:
            self._return(place)
        except DescentlabError as error:
            note = f"{place.name} was deleted when the studio was killed, and is not back: {error}. It lies in {place}"
            return [f"{note}, and comes back with the next start that finds its place free."]
        back.append(place.name)
        return []

    def _return(self, place: Path) -> None:
        target = self._runs / place.name
        if os.path.lexists(target):
            raise RunError(f"there is another {place.name} by now; rename that one first")
        try:
            place.rename(target)
        except OSError as error:
            raise _refusal(target, "put back", error) from None

    def _drop(self, upload: Path, place: Path) -> bool:
        """Move an upload to the files to remove, and return whether no page uses it."""
        if self._is_open(upload.name):
            return False
        try:
            with held_to_move(upload):
                upload.rename(place / f".{upload.name}")
        except RunError:
            return False
        except OSError:  # without the right to move it, waiting does not help
            return os.name == "posix"
        return True

    def _folders(self, pattern: str) -> list[Path]:
        try:
            entries = [] if self._place.is_symlink() else sorted(self._place.iterdir())
        except OSError:
            return []
        return [entry for entry in entries if re.fullmatch(pattern, entry.name) and _is_real_folder(entry)]

    def _inside(self, ticket: Path) -> list[Path]:
        entries = sorted(ticket.iterdir()) if ticket.is_dir() else []
        return [entry for entry in entries if not entry.name.startswith(".") and _is_real_folder(entry)]

    def _tidy(self, ticket: Path) -> None:
        """Remove a deletion's folder and the trash folder if they are empty."""
        with contextlib.suppress(OSError):
            if ticket != self._place and not self._inside(ticket):
                (ticket / ".lock").unlink(missing_ok=True)
        for folder in (ticket, self._place):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _refusal(path: Path, what: str, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be {what} ({error.strerror or error})")

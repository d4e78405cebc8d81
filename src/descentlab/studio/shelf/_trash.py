"""What is deleted, until that is final: it lies hidden in the folder of runs, and can come back."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from descentlab.core import DescentlabError, RunError, StorageError
from descentlab.runs import locked
from descentlab.studio.files import FINAL, TRASH, named_uploads, unused

TICKET = re.compile(r"[0-9a-f]{16}")


class Trash:
    """The deletions of one page.

    Each lies in a folder of its own, `.trash/TICKET/NAME`, which this process holds by a lock: one that nobody holds is
    left of a studio that was killed, and was never final. A deletion that is made final is first marked so by the name
    of its folder, so that a kill in the middle neither brings half a run back nor leaves it.
    """

    def __init__(self, runs: Path, is_open: Callable[[str], bool] = lambda _: False) -> None:
        """Know the folder; it need not exist.

        Args:
            runs: The folder of runs.
            is_open: Whether an upload, by its folder's name, is in the hands of a page.
        """
        self._runs = runs
        self._place = runs / TRASH
        self._is_open = is_open
        self._held: dict[str, contextlib.ExitStack] = {}

    def take(self, path: Path) -> str:
        """Take a folder of the folder of runs away.

        Returns:
            A ticket, by which it is put back.

        Raises:
            RunError: If another process holds it.
            StorageError: If it cannot be moved.
        """
        if self._place.is_symlink():
            raise StorageError(f"{self._place} is a link to elsewhere; remove it to delete runs")
        ticket = secrets.token_hex(8)
        place, held = self._place / ticket, contextlib.ExitStack()
        with _held_to_move(path):  # whoever trains it holds it
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
        """Put back what was taken away.

        Returns:
            Its name.

        Raises:
            RunError: If nothing was taken by this ticket, or its name is used by another by now.
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
        """Make the deletions final; `empty` has still to free the room that they take."""
        taken, self._held = self._held, {}
        for ticket, held in taken.items():
            with held if os.name == "posix" else contextlib.nullcontext():
                if os.name != "posix":  # elsewhere a folder with an open file cannot be moved
                    held.close()
                with contextlib.suppress(OSError):
                    (self._place / ticket).rename(self._place / f"{ticket}{FINAL}")

    def empty(self) -> None:
        """Remove all deletions that are final, those of other pages too, with the uploads that no other run needs.

        One whose upload is in the hands of a page waits until it is not.
        """
        for place in self._folders(TICKET.pattern + re.escape(FINAL)):
            left = unused(named_uploads(place, self._runs), self._runs)
            if all(self._drop(own, place) for own in left):
                shutil.rmtree(place, ignore_errors=True)
        self._tidy(self._place)

    def restore(self) -> tuple[str, ...]:
        """Bring back what a studio that was killed had not yet deleted for good.

        Returns:
            What was done, and what could not be, a line each.
        """
        back, told = list[str](), list[str]()
        for ticket in self._folders(TICKET.pattern):
            try:
                with locked(ticket):
                    for place in self._inside(ticket):
                        told += self._try_return(place, back)
            except RunError:  # a studio that lives holds it
                continue
            except StorageError as error:
                told.append(f"{ticket} holds what was deleted when the studio was killed, and is not back: {error}")
            self._tidy(ticket)
        if back:
            them = "it is" if len(back) == 1 else "they are"
            told.insert(0, f"Deleted when the studio was killed, and not for good, so {them} back: {', '.join(back)}.")
        return tuple(told)

    def _try_return(self, place: Path, back: list[str]) -> list[str]:
        try:
            self._return(place)
        except DescentlabError as error:
            told = f"{place.name} was deleted when the studio was killed, and is not back: {error}. It lies in {place}"
            return [f"{told}, and comes back with the next start that finds its place free."]
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

    def _drop(self, own: Path, place: Path) -> bool:
        """Put an upload to what is removed next; return whether nobody has it open."""
        if self._is_open(own.name):
            return False
        try:
            with _held_to_move(own):
                own.rename(place / f".{own.name}")
        except RunError:
            return False
        except OSError:  # who may not remove it now may never
            return os.name == "posix"
        return True

    def _folders(self, pattern: str) -> list[Path]:
        try:
            entries = [] if self._place.is_symlink() else sorted(self._place.iterdir())
        except OSError:
            return []
        return [entry for entry in entries if re.fullmatch(pattern, entry.name) and _is_own_folder(entry)]

    def _inside(self, ticket: Path) -> list[Path]:
        entries = sorted(ticket.iterdir()) if ticket.is_dir() else []
        return [entry for entry in entries if not entry.name.startswith(".") and _is_own_folder(entry)]

    def _tidy(self, ticket: Path) -> None:
        """Remove folders that are empty; others may have something in theirs."""
        with contextlib.suppress(OSError):
            if ticket != self._place and not self._inside(ticket):
                (ticket / ".lock").unlink(missing_ok=True)
        for folder in (ticket, self._place):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


@contextlib.contextmanager
def _held_to_move(folder: Path) -> Iterator[None]:
    """Hold a folder while it is moved."""
    with contextlib.ExitStack() as held:
        lock = locked(folder)
        if os.name == "posix":
            held.enter_context(lock)
        else:  # a folder with an open file cannot be moved there
            with lock:
                pass
        yield


def _refusal(path: Path, what: str, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be {what} ({error.strerror or error})")

"""Keeping order in a folder of runs: new names, notes, and the room that each folder takes."""

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from descentlab.core import RunError, StorageError, TextTable
from descentlab.runs._experiment import EXPERIMENT, STUDY
from descentlab.runs._files import read_whole, storage_errors, write_whole
from descentlab.runs._json import to_utf8
from descentlab.runs._lock import held_to_move
from descentlab.runs._results import is_analysis

NOTE = "note.txt"
MOST_NOTE_BYTES = 4_000


@dataclass(frozen=True)
class DiskUse:
    """The room that each entry of a folder of runs takes on the disk.

    Attributes:
        root: Folder of runs.
        entries: Name, kind and bytes of each entry, largest first. Kinds are "run", "study", "analysis" and "other",
            which holds deleted runs, uploads, and files that descentlab did not write.
    """

    root: Path
    entries: tuple[tuple[str, str, int], ...]

    @property
    def total(self) -> int:
        """Sum over all entries, in bytes."""
        return sum(size for _, _, size in self.entries)

    def __str__(self) -> str:
        rows = [(name, kind, _word(size)) for name, kind, size in self.entries]
        table = TextTable(header=("name", "kind", "size"), rows=tuple(rows))
        return f"{table}\n\nall: {_word(self.total)} in {self.root}"


def find_folder(text: str, root: Path) -> Path:
    """Find a run, a study or an analysis by its path, or by its name under `root`.

    Raises:
        RunError: If there is none; it guesses which was meant.
    """
    for place in (Path(text), root / text):
        if _kind(place) != "other":
            return place
    names = [entry.name for entry in _entries(root) if _kind(entry) != "other"]
    close = get_close_matches(Path(text[:200]).name, names, n=1, cutoff=0.5)
    guess = f"did you mean '{close[0]}'?" if close else f"it has {', '.join(names[-3:]) or 'none'}."
    raise RunError(f"there is no run, study or analysis '{text}', here or in {root}: {guess}")


def rename(folder: Path, name: str) -> Path:
    """Give a run, a study or an analysis another name in the same folder.

    Raises:
        RunError: If the name is taken or none that a folder may have, or another process holds the folder.
        StorageError: If it cannot be renamed.
    """
    if not name or name.startswith(".") or any(sign in name for sign in '/\\\0:*?"<>|') or len(name) > 100:
        raise RunError(f"'{name}' cannot be the name of a run: give 1 to 100 letters, digits, spaces, - or _")
    target = folder.resolve().with_name(name)
    if os.path.lexists(target):
        raise RunError(f"{target} is there already; give another name")
    try:
        with held_to_move(folder):
            folder.rename(target)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(f"{folder} cannot be renamed ({error.strerror or error})") from None
    return folder.with_name(name)


def write_note(folder: Path, text: str) -> None:
    """Write a note beside a run, a study or an analysis, in place of an earlier one; an empty one removes it.

    Raises:
        RunError: If the note is too long.
        StorageError: If it cannot be written.
    """
    content = to_utf8(" ".join(text.split()))
    if len(content) > MOST_NOTE_BYTES:
        raise RunError(f"the note has {len(content):,} bytes; at most {MOST_NOTE_BYTES:,} are kept, so shorten it")
    if content:
        write_whole(folder / NOTE, content)
        return
    with storage_errors(folder):
        (folder / NOTE).unlink(missing_ok=True)


def read_note(folder: Path) -> str:
    """Read the note beside a run; empty if there is none."""
    if not (folder / NOTE).is_file():
        return ""
    text = read_whole(folder, NOTE, limit=MOST_NOTE_BYTES).decode(errors="replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)


def disk_use(root: Path) -> DiskUse:
    """Measure the room that each entry of a folder of runs takes.

    Raises:
        RunError: If the folder cannot be read.
    """
    sizes = [(entry.name, _kind(entry), _num_bytes(entry)) for entry in _entries(root)]
    return DiskUse(root, tuple(sorted(sizes, key=lambda each: (-each[2], each[0]))))


def _entries(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise RunError(f"{root} cannot be read ({error.strerror})") from None


def _kind(path: Path) -> str:
    try:
        if (path / EXPERIMENT).is_file():
            return "run"
        if (path / STUDY).is_file():
            return "study"
    except (OSError, ValueError):  # a name that is too long for the system, or with a null character
        return "other"
    return "analysis" if is_analysis(path) else "other"


def _num_bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(file.lstat().st_size for file in files if file.is_file() and not file.is_symlink())


def _word(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"

"""Which uploads the runs and studies of a folder refer to."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from descentlab.studio.files._hidden_folders import FINAL, TRASH, UPLOADS

OWN = re.compile(r"[0-9a-f]{16}|playground-[A-Za-z0-9_-]{8}")
"""How a folder is called that was made up here; any other in there is somebody's own, and never touched."""
DESCRIPTIONS = ("experiment.toml", "study.toml")
MOST_BYTES = 2**20
"""A description that is longer is no run's."""


def named_uploads(folder: Path, runs: Path) -> list[Path]:
    """Return the uploads that a run or study names, or several of them below a folder.

    Args:
        folder: Where to look.
        runs: The folder of runs, whose uploads are meant.
    """
    try:
        texts = list(_descriptions(folder))
    except OSError:
        return []
    return [own for own in _uploads(runs) if any(own.name.encode() in text for text in texts)]


def unused(uploads: Iterable[Path], runs: Path) -> list[Path]:
    """Return those uploads that no run or study refers to; one whose deletion may be undone still counts.

    A description that cannot be read may name any of them, and then none is unused.

    Args:
        uploads: Folders of uploads.
        runs: The folder of runs.
    """
    left = list(uploads)
    try:
        # Twice, since a run that is put back at this moment may have been neither here nor there.
        for text in (*_descriptions(runs), *_descriptions(runs)) if left else ():
            left = [own for own in left if own.name.encode() not in text]
    except OSError:
        return []
    return left


def _uploads(runs: Path) -> list[Path]:
    place = runs / UPLOADS
    try:
        entries = [] if place.is_symlink() or not place.is_dir() else sorted(place.iterdir())
    except OSError:
        return []
    return [own for own in entries if OWN.fullmatch(own.name) and own.is_dir() and not own.is_symlink()]


def _descriptions(root: Path) -> Iterator[bytes]:
    """Read all descriptions below a folder. Runs may lie in folders of their own, as `--out runs/lesson/one` makes."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # what has gone meanwhile needs nothing
            raise error

    for parent, folders, files in os.walk(root, onerror=refuse):
        place = Path(parent)
        folders[:] = [name for name in folders if not _is_passed_over(place, name, root)]
        links = [name for name in folders if (place / name).is_symlink()]  # which are not walked into
        for path in (place / own / name for own in ("", *links) for name in DESCRIPTIONS):
            if path.name in files or path.parent != place:
                yield from _read(path)


def _is_passed_over(place: Path, name: str, root: Path) -> bool:
    is_final = place == root / TRASH and name.endswith(FINAL)
    return is_final or (place == root and name == UPLOADS)


def _read(path: Path) -> Iterator[bytes]:
    with contextlib.suppress(FileNotFoundError):
        if not path.is_file():
            return
        if path.stat().st_size > MOST_BYTES:
            raise OSError(f"{path} is too long to be a description")
        yield path.read_bytes()

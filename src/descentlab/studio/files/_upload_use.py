"""The uploads to which the runs and studies of a folder refer."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from descentlab.studio.files._hidden_folders import FINAL, TRASH, UPLOADS

UPLOAD_NAME = re.compile(r"[0-9a-f]{16}|playground-[A-Za-z0-9_-]{8}")
"""Pattern of the folders that the studio makes; any other folder in `.uploads` is never touched."""
DESCRIPTIONS = ("experiment.toml", "study.toml")
MOST_BYTES = 2**20
"""Longest description that belongs to a run, in bytes."""


def named_uploads(folder: Path, runs: Path) -> list[Path]:
    """Return the uploads that the runs and studies below a folder name.

    Args:
        folder: A run, a study, or a folder of several.
        runs: Folder of runs, which holds the uploads.
    """
    try:
        texts = list(_descriptions(folder))
    except OSError:
        return []
    return [upload for upload in _uploads(runs) if any(upload.name.encode() in text for text in texts)]


def unused(uploads: Iterable[Path], runs: Path) -> list[Path]:
    """Return the uploads to which no run or study refers; a run whose deletion may be undone still counts.

    A description that cannot be read may name any upload, so that none counts as unused.

    Args:
        uploads: Folders of uploads.
        runs: Folder of runs.
    """
    left = list(uploads)
    try:
        # Twice, since the first pass may miss a run that is moved back from the trash meanwhile.
        for text in (*_descriptions(runs), *_descriptions(runs)) if left else ():
            left = [upload for upload in left if upload.name.encode() not in text]
    except OSError:
        return []
    return left


def _uploads(runs: Path) -> list[Path]:
    place = runs / UPLOADS
    try:
        entries = [] if place.is_symlink() or not place.is_dir() else sorted(place.iterdir())
    except OSError:
        return []
    return [path for path in entries if UPLOAD_NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]


def _descriptions(root: Path) -> Iterator[bytes]:
    """Read all descriptions below a folder. Runs may lie in subfolders, as `--out runs/lesson/one` makes them."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # a folder that was removed meanwhile names no upload
            raise error

    for parent, folders, files in os.walk(root, onerror=refuse):
        place = Path(parent)
        folders[:] = [name for name in folders if not _is_passed_over(place, name, root)]
        links = [name for name in folders if (place / name).is_symlink()]  # os.walk does not enter these
        for path in (place / link / name for link in ("", *links) for name in DESCRIPTIONS):
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

"""Lists the pictures below a folder, and counts what is left out there."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from descentlab.data._names import counted, natural_key, quoted
from descentlab.data._picture_kinds import has_known_ending, is_picture_file, is_unread_picture, why_unread

SYSTEM_FOLDERS = frozenset(
    {
        "@eadir", "@tmp", "@recycle", "@recently-snapshot", "@sharebin", "#recycle", "#snapshot", "__macosx",
        "$recycle.bin", "recycler", "system volume information", "lost+found", "_vti_cnf", "found.000",
    }
)  # fmt: skip
"""Folders that storage and operating systems make among a person's files, in lower case."""

THUMBNAIL_FOLDERS = frozenset({"thumbnails", "thumbs", "_thumbs", "_thumbnails", "@thumb", "thumbnail"})


@dataclass(frozen=True)
class PictureListing:
    """The pictures below a folder.

    Attributes:
        folder: The folder.
        paths: Pictures, sorted by name.
        unread: Pictures, scans and films of kinds that are not read.
        aside: Pictures in folders of thumbnails and of storage systems, which are left out.
    """

    folder: Path
    paths: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()
    aside: tuple[Path, ...] = ()

    def __add__(self, other: "PictureListing") -> "PictureListing":
        return PictureListing(
            self.folder, self.paths + other.paths, self.unread + other.unread, self.aside + other.aside
        )

    def notes(self) -> list[str]:
        """Say how many files were read by their content, and how many were left out and why."""
        bare = [path for path in self.paths if not has_known_ending(path)]
        notes = []
        if bare:
            names = self._names(bare, 2)
            notes.append(
                f"Took {counted(len(bare), 'file')} without a picture's ending as pictures by content: {names}."
            )
        for why in dict.fromkeys(why_unread(path) for path in self.unread):
            paths = [path for path in self.unread if why_unread(path) == why]
            kinds = quoted(sorted({path.suffix.lower() for path in paths}))
            because = f"they are {why.replace('convert it', 'convert them')}" if why else f"{kinds} are not read"
            notes.append(
                f"Warning: left out {counted(len(paths), 'picture')}, since {because}: {self._names(paths, 3)}."
            )
        if self.aside:
            folders = sorted({path.parent for path in self.aside}, key=lambda path: natural_key(path.as_posix()))
            notes.append(
                f"Left out {counted(len(self.aside), 'picture')} in folders of thumbnails or of a storage system: "
                f"{self._names(folders, 3)}; rename such a folder if it is a class."
            )
        return notes

    def _names(self, paths: Sequence[Path], limit: int) -> str:
        return quoted([path.relative_to(self.folder).as_posix() for path in paths], limit)


def list_pictures(folder: Path, *, below: Path | None = None) -> PictureListing:
    """List the pictures below a folder; hidden files and folders are skipped.

    Args:
        folder: Folder to which names in the notes are relative.
        below: Folder whose pictures are listed. Default: `folder` itself.
    """
    paths: list[Path] = []
    unread: list[Path] = []
    aside: list[Path] = []
    for place, folders, files in os.walk(below or folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        is_aside = any(is_aside_folder(name) for name in Path(place).relative_to(folder).parts)
        for name in files:
            path = Path(place, name)
            if name.startswith(".") or not path.is_file():
                continue
            if is_picture_file(path):
                (aside if is_aside else paths).append(path)
            elif not is_aside and is_unread_picture(path):
                unread.append(path)
    key: Callable[[Path], object] = lambda path: natural_key(path.relative_to(folder).as_posix())
    return PictureListing(folder, *(tuple(sorted(each, key=key)) for each in (paths, unread, aside)))


def is_aside_folder(name: str) -> bool:
    """Recognise a folder of thumbnails, or of a storage system, by its name."""
    return name.lower() in SYSTEM_FOLDERS | THUMBNAIL_FOLDERS


def subfolders(folder: Path) -> list[Path]:
    """Return the visible subfolders in natural order, without those of thumbnails and of storage systems."""
    visible = [
        sub
        for sub in folder.iterdir()
        if sub.is_dir() and not sub.name.startswith(".") and not is_aside_folder(sub.name)
    ]
    return sorted(visible, key=lambda sub: natural_key(sub.name))


def has_pictures(folder: Path) -> bool:
    """Determine whether a picture that is read lies below a folder; stops at the first."""
    return next(_walk(folder), None) is not None


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and not is_aside_folder(name)]
        for name in files:
            if not name.startswith(".") and is_picture_file(path := Path(place, name)) and path.is_file():
                yield path

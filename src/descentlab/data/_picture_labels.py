"""Pictures whose labels are in a table, with a file name and a label in each row."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from descentlab.core import DataError
from descentlab.data._names import counted, quoted
from descentlab.data._picture_listing import PictureListing, list_pictures
from descentlab.data._picture_parts import Listed, part_of
from descentlab.data._table import Column, DataTable, WordColumn
from descentlab.data._tables import read_table
from descentlab.data._target import find_target

MIN_HITS = 2
"""Smallest number of files that a column must name: a label such as 1 may be the name of a file by chance."""

CHECKED = 50
"""Number of cells by which the column of file names is recognised."""


class PictureNames:
    """Finds the pictures of a folder by the names in a table.

    A name may lack its ending or the folders above it, differ by case, have backslashes, or be a number without the
    zeros in front of it in the file's name. Two files of one such name are none, unless one of them is in a folder
    `train`. A name that leads out of the folder is taken as one inside it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def listing(self) -> PictureListing:
        """All pictures below the folder."""
        return list_pictures(self._folder)

    def path(self, name: str) -> Path:
        """Return the path of the picture with a name, or where it would be."""
        plain = name.strip().replace("\\", "/")
        path = self._folder / plain
        is_inside = not PurePosixPath(plain).is_absolute() and ".." not in PurePosixPath(plain).parts
        path = path if is_inside else self._folder / Path(plain).name
        if path.is_file():
            return path
        return next((other for key in _keys(PurePosixPath(plain)) if (other := self._only(key))), path)

    def _only(self, key: str) -> Path | None:
        """Return the one file of a key, or of several the one in a folder of training pictures."""
        paths = self._index.get(key, [])
        if len(paths) > 1:
            paths = [path for path in paths if "train" in map(part_of, path.relative_to(self._folder).parts[:-1])]
        return paths[0] if len(paths) == 1 else None

    @cached_property
    def _index(self) -> dict[str, list[Path]]:
        """Files by each of their keys."""
        index: dict[str, list[Path]] = {}
        for path in self.listing.paths:
            relative = PurePosixPath(path.relative_to(self._folder).as_posix())
            for key in dict.fromkeys(_keys(relative)):
                index.setdefault(key, []).append(path)
        return index


def _keys(path: PurePosixPath) -> Iterable[str]:
    """Return the words by which a file may be named, the most certain first."""
    whole, name, stem = path.as_posix().lower(), path.name.lower(), path.stem.lower()
    yield whole
    yield path.with_suffix("").as_posix().lower() if path.name else whole
    yield f"/{name}"
    yield f"/{stem}"
    if stem.isdecimal():
        yield f"/#{stem.lstrip('0')}"


def list_labels(folder: Path, labels: str) -> Listed:
    """List the pictures that a table names.

    Args:
        folder: Folder of the pictures.
        labels: Path of the table, or its name within the folder.

    Raises:
        DataError: If no column of the table names pictures, or no other column is left.
    """
    path = Path(labels).expanduser()
    table = read_table(path if path.exists() else folder / path)
    names = PictureNames(folder)
    files = _file_column(folder, table, names)
    rest = table.without([files.name])
    if not rest.columns:
        raise DataError(f"{table.name} has a single column: expected a file name and its label in each row")
    target, note = find_target(rest, None)
    answers = table.column(target)
    rows = np.flatnonzero(~(files.is_missing | answers.is_missing))
    missing = table.num_rows - len(rows)
    paths = [names.path(str(name)) for name in files.take(rows).to_cells()]
    notes = [
        note if note and len(rest.columns) > 1 else "",
        f"Left out {counted(missing, 'row')} without a label." if missing else "",
        _unnamed(names.listing, paths, table.name),
    ]
    kept = [*table.notes, *(note for note in notes if note), *names.listing.notes()]
    return Listed(folder, tuple(paths), answers.take(rows), ("",) * len(rows), tuple(kept))


def _unnamed(listing: PictureListing, paths: list[Path], table: str) -> str:
    named = set(paths)
    others = [path.relative_to(listing.folder).as_posix() for path in listing.paths if path not in named]
    if not others:
        return ""
    return f"Left out {counted(len(others), 'picture')} that no row of {table} gives a label: {quoted(others, 3)}."


def _file_column(folder: Path, table: DataTable, names: PictureNames) -> WordColumn:
    """Find the column of file names, whose cells are most often files of the folder."""

    def hits(column: Column) -> int:
        cells = column.to_words().to_cells()[:CHECKED]
        return len({path for name in cells if (path := names.path(str(name))).is_file()})

    best = max(table.columns, key=hits)
    if hits(best) < MIN_HITS:
        raise DataError(f"no column of {table.name} names pictures in '{folder}'")
    return best.to_words()

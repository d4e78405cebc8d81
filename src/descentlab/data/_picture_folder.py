"""Folders of pictures, with a subfolder per class or a table of labels beside them."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from descentlab.core import DataError, MissingDataError
from descentlab.data._names import counted, natural_key, quoted
from descentlab.data._picture_files import (
    PICTURE_ENDINGS,
    Measure,
    find_pictures,
    measure_pictures,
)
from descentlab.data._picture_source import PicturesSource
from descentlab.data._progress import OnProgress
from descentlab.data._stored_pictures import Pictures, StoredPictures, open_pictures
from descentlab.data._table import Column, DataTable, WordColumn
from descentlab.data._tables import read_table
from descentlab.data._target import find_target, read_targets
from descentlab.spec import PicturesData

PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test", "validation": "validation",
         "val": "validation", "valid": "validation"}  # fmt: skip

MB = 10**6


@dataclass(frozen=True, eq=False)
class Listed:
    """Pictures of a folder before they are read.

    Attributes:
        folder: Folder of the pictures.
        paths: Path of each picture.
        answers: Target of each picture.
        parts: Part of the data that each picture is given for: train, validation, test; empty for none.
        notes: Notes on the folder, one sentence each.
    """

    folder: Path
    paths: tuple[Path, ...]
    answers: Column
    parts: tuple[str, ...]
    notes: tuple[str, ...] = ()


def load_pictures(spec: PicturesData, *, on_progress: OnProgress | None = None) -> PicturesSource:
    """Read a folder of pictures.

    Subfolders `train` and `test` (and `validation`), each with a subfolder per class, are taken as those parts.

    Args:
        spec: Folder, and size and colour of its pictures.
        on_progress: Called with a description of the work, the number of pictures done and their total.

    Returns:
        The pictures, all of one size.

    Raises:
        DataError: If there are no pictures of at least two classes, or if `strict` is set and a picture is broken.
        MissingDataError: If there is no such folder.
    """
    folder = Path(spec.path).expanduser()
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise MissingDataError(f"'{folder}' {what}: expected a folder of pictures with a subfolder per class")
    listed = _from_table(folder, spec.labels) if spec.labels is not None else _from_folders(folder)
    if not listed.paths:
        raise DataError(f"there are no pictures in '{folder}': expected {', '.join(sorted(PICTURE_ENDINGS))}")
    measures = measure_pictures(listed.paths)
    height, width, channels = _choose_shape(spec, [measure for measure in measures if isinstance(measure, Measure)])
    inputs, reasons = open_pictures(
        listed.paths, height, width, channels, in_memory=spec.in_memory_mb * MB, on_progress=on_progress
    )
    good = np.array([place for place, why in enumerate(reasons) if why is None], np.int64)
    labels = [path.relative_to(folder).as_posix() for path in listed.paths]
    broken = [f"{label} ({why})" for label, why in zip(labels, reasons, strict=True) if why is not None]
    if broken and (spec.strict or len(good) == 0):
        raise DataError(f"{len(broken):,} of {len(reasons):,} pictures in '{folder}' are broken: {quoted(broken)}")
    kept = [listed.parts[place] for place in good]
    notes = [
        *listed.notes,
        f"Skipped {counted(len(broken), 'broken picture')}: {quoted(broken)}." if broken else "",
        _resized(measures, height, width),
        _mixed(spec, measures),
        _stored(spec, inputs),
    ]
    return PicturesSource(
        name=folder.resolve().name,
        inputs=inputs,
        targets=read_targets(listed.answers.take(good), spec.task, folder.name),
        labels=tuple(labels[place] for place in good),
        checksum=_checksum(labels, listed.paths),
        named={part: rows for part in ("test", "validation") if len(rows := np.flatnonzero(np.array(kept) == part))},
        notes=tuple(note for note in notes if note),
    )


def _stored(spec: PicturesData, inputs: Pictures) -> str:
    if not isinstance(inputs, StoredPictures):
        return ""
    return (
        f"The pictures stay on disk, since they would take {inputs.nbytes / MB:,.0f} MB of memory and "
        f"data.in_memory_mb is {spec.in_memory_mb:,}; the trained network is the same."
    )


def _from_folders(folder: Path) -> Listed:
    parts = {sub: PARTS[sub.name.lower()] for sub in _subfolders(folder) if sub.name.lower() in PARTS}
    is_divided = "train" in parts.values() and all(_subfolders(sub) for sub in parts)
    roots = parts if is_divided else {folder: ""}
    pictures = [
        (path, sub.name, part)
        for root, part in roots.items()
        for sub in _subfolders(root)
        for path in find_pictures(sub)
    ]
    classes = sorted({name for _, name, _ in pictures}, key=natural_key)
    codes = np.array([classes.index(name) for _, name, _ in pictures], np.int32)
    if len(classes) == 1 or (not classes and find_pictures(folder)):
        where = f"all in '{classes[0]}'" if classes else "in no subfolder"
        raise DataError(f"the pictures in '{folder}' are {where}: expected a subfolder for each of two or more classes")
    counts = Counter(part for _, _, part in pictures)
    note = (
        "Took the parts from their folders: " + ", ".join(f"{count:,} {part}" for part, count in counts.items()) + "."
    )
    return Listed(
        folder,
        tuple(path for path, _, _ in pictures),
        WordColumn("class", codes, tuple(classes)),
        tuple(part for _, _, part in pictures),
        (note,) if is_divided else (),
    )


def _subfolders(folder: Path) -> list[Path]:
    visible = [sub for sub in folder.iterdir() if sub.is_dir() and not sub.name.startswith(".")]
    return sorted(visible, key=lambda sub: natural_key(sub.name))


def _from_table(folder: Path, labels: str) -> Listed:
    path = Path(labels).expanduser()
    table = read_table(path if path.exists() else folder / path)
    files = _file_column(folder, table)
    rest = table.without([files.name])
    if not rest.columns:
        raise DataError(f"{table.name} has a single column: expected a file name and its label in each row")
    target, note = find_target(rest, None)
    answers = table.column(target)
    rows = np.flatnonzero(~(files.is_missing | answers.is_missing))
    missing = table.num_rows - len(rows)
    paths = [_inside(folder, str(name)) for name in files.take(rows).to_cells()]
    notes = [
        note if note and len(rest.columns) > 1 else "",
        f"Left out {counted(missing, 'row')} without a label." if missing else "",
    ]
    return Listed(
        folder, tuple(paths), answers.take(rows), ("",) * len(rows), (*table.notes, *(note for note in notes if note))
    )


def _file_column(folder: Path, table: DataTable) -> WordColumn:
    """Find the column of file names, whose cells are most often files of the folder."""

    def hits(column: Column) -> int:
        return sum(_inside(folder, str(name)).is_file() for name in column.to_words().to_cells()[:50])

    best = max(table.columns, key=hits)
    if hits(best) == 0:
        raise DataError(f"no column of {table.name} names pictures in '{folder}'")
    return best.to_words()


def _inside(folder: Path, name: str) -> Path:
    """Return the path of a file that a table names; a path out of the folder becomes one in it."""
    path = folder / name
    is_inside = not Path(name).is_absolute() and ".." not in Path(name).parts
    return path if is_inside else folder / Path(name).name


def _choose_shape(spec: PicturesData, measures: Sequence[Measure]) -> tuple[int, int, int]:
    sizes = Counter((measure.height, measure.width) for measure in measures)
    height, width = sizes.most_common(1)[0][0] if sizes else (1, 1)
    if spec.height and not spec.width:
        height, width = spec.height, max(1, round(width * spec.height / height))
    elif spec.width and not spec.height:
        height, width = max(1, round(height * spec.width / width)), spec.width
    elif spec.height and spec.width:
        height, width = spec.height, spec.width
    is_color = spec.color == "rgb" or (spec.color == "auto" and any(measure.is_color for measure in measures))
    return height, width, 3 if is_color else 1


def _resized(measures: Sequence[Measure | str], height: int, width: int) -> str:
    sizes = [(measure.height, measure.width) for measure in measures if isinstance(measure, Measure)]
    other = sum(size != (height, width) for size in sizes)
    return f"Resized {other:,} of {len(measures):,} pictures to {width}x{height}." if other else ""


def _mixed(spec: PicturesData, measures: Sequence[Measure | str]) -> str:
    """Note that grey and colour pictures are mixed, unless the specification chooses one of them."""
    read = [measure for measure in measures if isinstance(measure, Measure)]
    in_color = sum(measure.is_color for measure in read)
    if spec.color != "auto" or in_color in (0, len(read)):
        return ""
    return (
        f"{in_color:,} of {len(read):,} pictures {'is' if in_color == 1 else 'are'} in colour, so all are read as "
        "colour; `--set data.color=gray` reads all as gray."
    )


def _checksum(labels: Sequence[str], paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for label, path in zip(labels, paths, strict=True):
        if path.is_file():
            digest.update(label.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return "sha256:" + digest.hexdigest()

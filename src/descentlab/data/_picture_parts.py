"""Classes and parts of a folder of pictures by its subfolders."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from descentlab.core import DataError
from descentlab.data._names import counted, natural_key, quoted
from descentlab.data._picture_kinds import is_picture_file
from descentlab.data._picture_listing import (
    PictureListing,
    has_pictures,
    is_aside_folder,
    list_pictures,
    subfolders,
)
from descentlab.data._table import Column, WordColumn

PART_NAME = re.compile(
    r"(?:seg_)?(?P<word>train|training|test|testing|val|valid|validation)"
    r"(?:[ _-]?(?:set|data|dataset|images|imgs|pictures|pics))?"
)
"""Names of folders of parts, in lower case: such as `train`, `Validation`, `test_set`."""

PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test"}


@dataclass(frozen=True, eq=False)
class Listed:
    """Pictures of a folder before they are read.

    Attributes:
        folder: Folder of the pictures.
        paths: Path of each picture.
        answers: Target of each picture.
        parts: Part of the data that each picture is given for: train, validation, test; empty for none.
        notes: Notes on the folder, one sentence each.
        train_folder: Name of the folder of training pictures, if the parts have folders.
    """

    folder: Path
    paths: tuple[Path, ...]
    answers: Column
    parts: tuple[str, ...]
    notes: tuple[str, ...] = ()
    train_folder: str = ""


@dataclass(frozen=True)
class _Divided:
    """Folders whose subfolders are classes, each with its part; and notes on what is beside them."""

    roots: dict[Path, str]
    notes: tuple[str, ...] = ()


def list_classes(folder: Path) -> Listed:
    """List the pictures of a folder with a subfolder for each class, or with folders of parts that have them.

    Raises:
        DataError: If the pictures are not in subfolders of two or more classes.
    """
    top, notes = _descend(folder, folder.parent)
    divided = _divide(top)
    listing, owners, more = PictureListing(folder), [], []
    for root, part in divided.roots.items():
        base, inner = _descend(root, folder) if part else (root, [])
        more += inner
        empty = [sub.name for sub in subfolders(base) if not has_pictures(sub)]
        for sub in _all_subfolders(base):
            its = list_pictures(folder, below=sub)
            listing, owners = listing + its, owners + [(sub.name, part)] * len(its.paths)
        more += _beside(folder, base, empty)
    classes = sorted({name for name, _ in owners}, key=natural_key)
    if len(classes) < 2:
        raise DataError(_why_no_classes(folder, classes, listing))
    counts = Counter(part for _, part in owners)
    taken = ", ".join(f"{count:,} {part}" for part, count in counts.items())
    train = next((root.relative_to(folder).as_posix() for root, part in divided.roots.items() if part == "train"), "")
    return Listed(
        folder,
        listing.paths,
        WordColumn("class", np.array([classes.index(name) for name, _ in owners], np.int32), tuple(classes)),
        tuple(part for _, part in owners),
        (
            *notes,
            *([f"Took the parts from their folders: {taken}."] if train else []),
            *divided.notes,
            *more,
            *listing.notes(),
        ),
        train,
    )


def part_of(name: str) -> str:
    """Return the part that a folder is named after; empty if none.

    Example:
        >>> part_of("Val"), part_of("test_set"), part_of("testimony")
        ('validation', 'test', '')
    """
    match = PART_NAME.fullmatch(name.lower())
    return "" if match is None else PARTS.get(match["word"], "validation")


def _descend(folder: Path, origin: Path) -> tuple[Path, list[str]]:
    """Go into a folder around the folder of classes: the only one with pictures, which has two or more subfolders."""
    inner = folder
    while not _loose_pictures(inner) and len(only := _with_pictures(inner)) == 1:
        inner = only[0]
    if inner == folder or len(_with_pictures(inner)) < 2:
        return folder, []
    return inner, [f"Took the classes from the folder '{inner.relative_to(origin).as_posix()}'."]


def _divide(top: Path) -> _Divided:
    """Find the folders of parts; without a training folder that has subfolders, every subfolder is a class."""
    subs = _with_pictures(top)
    named = {sub: part for sub in subs if (part := part_of(sub.name))}
    have_classes = {sub for sub in named if _with_pictures(sub)}
    train = [sub for sub, part in named.items() if part == "train"]
    if not any(sub in have_classes for sub in train):
        if train and len(named) > 1 and len(named) == len(subs):
            raise DataError(
                f"the pictures in '{top / train[0].name}' are in no subfolder, so they have no classes: expected a "
                "subfolder for each class, or a table of labels (--labels FILE)"
            )
        return _Divided({top: ""})
    notes = [
        f"Warning: left out the {counted(len(list_pictures(sub).paths), 'picture')} in '{sub.name}', which have no "
        f"classes since they are in no subfolders: `descentlab predict RUN {sub}` predicts them."
        for sub in named
        if sub not in have_classes
    ]
    if beside := [sub for sub in subs if sub not in named]:
        count = sum(len(list_pictures(sub).paths) for sub in beside)
        notes.append(
            f"Warning: left out {counted(count, 'picture')} in {quoted([sub.name for sub in beside])} beside the "
            "folders of parts: move them into a part to use them."
        )
    return _Divided({sub: part for sub, part in named.items() if sub in have_classes}, tuple(notes))


def _beside(folder: Path, base: Path, empty: list[str]) -> list[str]:
    """Note pictures beside the folders of classes, and folders that hold no pictures."""
    where = base.relative_to(folder).as_posix() if base != folder else base.name
    notes = []
    if loose := _loose_pictures(base):
        names = quoted([path.name for path in loose], 3)
        notes.append(f"Warning: left out {counted(len(loose), 'picture')} in '{where}' but in no subfolder: {names}.")
    if empty:
        notes.append(
            f"Left out {quoted(empty)} in '{where}': no pictures there can be read; add some if it is a class."
        )
    return notes


def _with_pictures(folder: Path) -> list[Path]:
    return [sub for sub in subfolders(folder) if has_pictures(sub)]


def _all_subfolders(folder: Path) -> list[Path]:
    """Return the subfolders, at last those of thumbnails and of storage systems, whose pictures are counted."""
    aside = [sub for sub in folder.iterdir() if sub.is_dir() and is_aside_folder(sub.name)]
    return [*subfolders(folder), *sorted(aside)]


def _loose_pictures(folder: Path) -> list[Path]:
    files = [path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file()]
    return sorted((path for path in files if is_picture_file(path)), key=lambda path: natural_key(path.name))


def _why_no_classes(folder: Path, classes: list[str], listing: PictureListing) -> str:
    if classes:
        where = f"all in '{classes[0]}'"
    elif _loose_pictures(folder):
        where = "in no subfolder"
    else:
        expected = "expected a subfolder for each class, with files such as .png or .jpg"
        return " ".join(
            [f"there are no pictures in '{folder}' that can be read: {expected}.", *list_pictures(folder).notes()]
        )
    expected = "expected a subfolder for each of two or more classes"
    aside = " ".join(["", *listing.notes()]) if listing.aside else ""
    return f"the pictures in '{folder}' are {where}: {expected}" + (
        ("" if classes else ", or a table of labels (--labels FILE)") + aside
    )

"""Folders of pictures, with a subfolder per class or a table of labels beside them."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from descentlab.core import DataError, MissingDataError
from descentlab.data._class_names import check_test_classes, compare_classes
from descentlab.data._names import counted, quoted
from descentlab.data._picture_blank import describe_blank
from descentlab.data._picture_depth import PixelDepth, choose_depth
from descentlab.data._picture_files import Measure, measure_pictures, measure_ranges
from descentlab.data._picture_kinds import PICTURE_ENDINGS
from descentlab.data._picture_labels import list_labels
from descentlab.data._picture_parts import Listed, list_classes
from descentlab.data._picture_source import PicturesSource
from descentlab.data._progress import OnProgress
from descentlab.data._stored_pictures import Pictures, StoredPictures, open_pictures, take_rows
from descentlab.data._target import TargetValues, read_targets
from descentlab.spec import PicturesData

MB = 10**6


def load_pictures(spec: PicturesData, *, on_progress: OnProgress | None = None) -> PicturesSource:
    """Read a folder of pictures.

    Subfolders `train` and `test` (and `validation`), each with a subfolder per class, are taken as those parts. The
    classes are those of the training pictures; others are named and left out.

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
    listed = list_labels(folder, spec.labels) if spec.labels is not None else list_classes(folder)
    if not listed.paths:
        raise DataError(f"there are no pictures in '{folder}': expected {', '.join(sorted(PICTURE_ENDINGS))}")
    measures = measure_pictures(listed.paths)
    height, width, channels = _choose_shape(spec, [measure for measure in measures if isinstance(measure, Measure)])
    depth, deep = _choose_depth(spec, listed.paths, measures)
    inputs, reasons = open_pictures(
        listed.paths, height, width, channels, in_memory=spec.in_memory_mb * MB, depth=depth, on_progress=on_progress
    )
    good = np.array([place for place, why in enumerate(reasons) if why is None], np.int64)
    labels = [path.relative_to(folder).as_posix() for path in listed.paths]
    broken = [f"{label} ({why})" for label, why in zip(labels, reasons, strict=True) if why is not None]
    if broken and (spec.strict or len(good) == 0):
        raise DataError(f"{len(broken):,} of {len(reasons):,} pictures in '{folder}' are broken: {quoted(broken)}")
    digests = [hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"" for path in listed.paths]
    lost = _lost_classes(listed, good) if spec.labels is None else ""
    notes = [
        *listed.notes,
        f"Skipped {counted(len(broken), 'broken picture')}: {quoted(broken)}." if broken else "",
        lost,
        deep,
        _resized(measures, height, width),
        _mixed(spec, measures),
        _stored(spec, inputs),
        describe_blank(inputs, [labels[place] for place in good], 1.0 / 255.0, f"'{folder}'"),
    ]
    return _compared(
        PicturesSource(
            name=folder.resolve().name,
            inputs=inputs,
            targets=read_targets(listed.answers.take(good), spec.task, folder.name),
            labels=tuple(labels[place] for place in good),
            checksum=_checksum(labels, digests),
            notes=tuple(note for note in notes if note),
            depth=depth,
            train_folder=listed.train_folder,
            is_compared=True,
            file_keys=np.array([int.from_bytes(digests[place][:8]) for place in good], np.uint64),
        ),
        np.array([listed.parts[place] for place in good]),
        spec,
    )


def _compared(source: PicturesSource, parts: np.ndarray, spec: PicturesData) -> PicturesSource:
    """Compare the classes of the parts, and leave out pictures of classes that no training picture has."""
    targets, notes = source.targets, source.notes
    if isinstance(targets, TargetValues):
        is_train = ~np.isin(parts, ("test", "validation"))
        compared = compare_classes(targets, is_train, merging=spec.merge_classes, name=source.name, unit="picture")
        is_test = parts == "test"
        if len(np.unique(targets.values[is_test])) > 1:  # a single unknown folder is one of unlabelled pictures
            check_test_classes(targets, compared, is_test, name=source.name)
        rows = np.flatnonzero(compared.is_known)
        parts, notes = parts[rows], (*notes, *compared.notes)
        source = replace(
            source,
            inputs=source.inputs if len(rows) == len(source.labels) else take_rows(source.inputs, rows),
            targets=compared.targets.take(rows),
            labels=tuple(source.labels[row] for row in rows.tolist()),
            file_keys=None if source.file_keys is None else source.file_keys[rows],
        )
    named = {part: rows for part in ("test", "validation") if len(rows := np.flatnonzero(parts == part))}
    return replace(source, named=named, notes=notes)


def _choose_depth(
    spec: PicturesData, paths: Sequence[Path], measures: Sequence[Measure | str]
) -> tuple[PixelDepth | None, str]:
    deep = [path for path, each in zip(paths, measures, strict=True) if isinstance(each, Measure) and each.is_deep]
    return choose_depth(measure_ranges(deep), spec.depth)


def _lost_classes(listed: Listed, good: np.ndarray) -> str:
    """Name the classes all of whose pictures are broken."""
    words = listed.answers.to_words()
    before, after = (np.bincount(codes, minlength=len(words.words)) for codes in (words.codes, words.codes[good]))
    names = [f"{words.words[code]} ({before[code]:,})" for code in np.flatnonzero((before > 0) & (after == 0))]
    if not names:
        return ""
    if (after > 0).sum() < 2:
        raise DataError(
            f"all pictures of these classes in '{listed.folder}' are broken, with their number: {quoted(names)}: "
            "a classifier needs pictures of at least two classes"
        )
    return (
        f"Warning: left out classes whose pictures are all broken, with their number: {quoted(names)}; replace these "
        "files, or the network does not know the classes."
    )


def _stored(spec: PicturesData, inputs: Pictures) -> str:
    if not isinstance(inputs, StoredPictures):
        return ""
    return (
        f"The pictures stay on disk, since they would take {inputs.nbytes / MB:,.0f} MB of memory and "
        f"data.in_memory_mb is {spec.in_memory_mb:,}; the trained network is the same."
    )


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


def _checksum(labels: Sequence[str], digests: Sequence[bytes]) -> str:
    whole = hashlib.sha256()
    for label, digest in zip(labels, digests, strict=True):
        if digest:
            whole.update(label.encode() + b"\0" + digest)
    return "sha256:" + whole.hexdigest()

"""MNIST and Fashion-MNIST from their original files, found on disk or downloaded."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from descentlab.core import DataError, MissingDataError
from descentlab.data._download import download
from descentlab.data._idx_files import read_idx
from descentlab.data._picture_source import PicturesSource
from descentlab.data._target import Target, TargetValues
from descentlab.spec import IdxData, KnownSet, known_set

Progress = Callable[[str, int, int], None]

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def data_folder() -> Path:
    """Return the folder of data: `$DESCENTLAB_DATA`, or descentlab's own in the user's cache."""
    named = os.environ.get("DESCENTLAB_DATA")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("descentlab"))


def is_idx_here(name: str) -> bool:
    """Say whether a set's four files are on disk, so that nothing need be downloaded."""
    folder = data_folder() / name
    return all((folder / file).is_file() or (folder / f"{file}.gz").is_file() for file in FILES)


def load_idx(spec: IdxData, *, url: str | None = None, on_progress: Progress | None = None) -> PicturesSource:
    """Read a set from its four IDX files, plain or as `.gz`; download those that are not there.

    The test part is the one that the set was published with. With `num_train`, so many of the training pictures are
    drawn by seed, each class in its share, and validation is cut from them.

    Args:
        spec: Which set.
        url: The folder to download from, in place of the set's own; `$DESCENTLAB_MNIST_URL` says the same, for the
            folder above `mnist` and `fashion-mnist`.
        on_progress: Called while downloading with the file's name, the bytes that are here, and all its bytes.

    Returns:
        The pictures, those to train on first.

    Raises:
        MissingDataError: If a file is neither there nor to be had; the message says where it belongs.
        DataError: If a file is damaged.
    """
    known, folder = known_set(spec.name), data_folder() / spec.name
    paths = [_find(folder, known, place, url, on_progress) for place in range(len(FILES))]
    train, train_ids = _read_pair(known, paths[0], paths[1])
    test, test_ids = _read_pair(known, paths[2], paths[3])
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    names = [
        f"{part} {row}" for part, ids in (("train", train_ids), ("test", test_ids)) for row in range(1, len(ids) + 1)
    ]
    target = Target(column=known.target, task="classification", classes=known.classes)
    return PicturesSource(
        name=spec.name,
        inputs=np.concatenate([train, test])[..., None],
        targets=TargetValues(target, np.concatenate([train_ids, test_ids]).astype(np.int32)),
        labels=tuple(names),
        checksum="sha256:" + digest.hexdigest(),
        named={"test": np.arange(len(train), len(train) + len(test))},
        num_train=spec.num_train,
    )


def _find(folder: Path, known: KnownSet, place: int, url: str | None, on_progress: Progress | None) -> Path:
    file, name, publisher = FILES[place], known.name, known.download
    for path in (folder / file, folder / f"{file}.gz"):
        if path.is_file():
            return path
    if publisher is None:
        raise MissingDataError(f"{name} is not in '{folder}', and is not to be had elsewhere. {_put_there()}")
    base = os.environ.get("DESCENTLAB_MNIST_URL")
    source = url or (f"{base.rstrip('/')}/{name}" if base else publisher.url)
    path = folder / f"{file}.gz"
    try:
        download(f"{source}/{path.name}", path, publisher.md5[place], on_progress=on_progress)
    except DataError as error:
        raise MissingDataError(f"{name} is not in '{folder}', and {error}. {_put_there()}") from error
    return path


def _put_there() -> str:
    return f"Put {', '.join(f'{each}.gz' for each in FILES)} there, or take digits, which needs no download"


def _read_pair(
    known: KnownSet, images: Path, labels: Path
) -> tuple[UInt8[np.ndarray, "pictures height width"], UInt8[np.ndarray, " pictures"]]:
    pictures, ids = read_idx(images), read_idx(labels)
    height, width = known.shape[:2]
    if pictures.ndim != 3 or pictures.shape[1:] != (height, width) or len(pictures) == 0:
        raise DataError(
            f"{images.name} holds an array of shape {pictures.shape}: expected (pictures, {height}, {width})"
        )
    if ids.shape != (len(pictures),):
        raise DataError(f"{labels.name} has shape {ids.shape} where {images.name} has {len(pictures):,} pictures")
    if ids.max() >= len(known.classes):
        raise DataError(f"{labels.name} holds the label {ids.max()}: expected 0 to {len(known.classes) - 1}")
    return pictures, ids

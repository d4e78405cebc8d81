"""MNIST and Fashion-MNIST from their original files, which are on disk or downloaded."""

import hashlib
import os
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from descentlab.core import DataError, MissingDataError
from descentlab.data._download import download
from descentlab.data._idx_files import read_idx
from descentlab.data._picture_source import PicturesSource
from descentlab.data._progress import OnProgress
from descentlab.data._target import Target, TargetValues
from descentlab.spec import IdxData, KnownSet, known_set

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def data_folder() -> Path:
    """Return the folder of data: `$DESCENTLAB_DATA`, or the folder of descentlab in the user's cache."""
    named = os.environ.get("DESCENTLAB_DATA")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("descentlab"))


def is_idx_here(name: str) -> bool:
    """Determine whether the four files of a set are on disk, so that no download is needed."""
    folder = data_folder() / name
    return all((folder / file).is_file() or (folder / f"{file}.gz").is_file() for file in FILES)


def load_idx(spec: IdxData, *, url: str | None = None, on_progress: OnProgress | None = None) -> PicturesSource:
    """Read a set from its four IDX files, plain or as `.gz`, and download those that are missing.

    The test set is the published one. With `num_train`, so many of the training pictures are drawn by seed, each class
    in its share, and the validation set is taken from them.

    Args:
        spec: Name of the set.
        url: Folder to download from, in place of the published one; `$DESCENTLAB_MNIST_URL` names the folder above
            `mnist` and `fashion-mnist` instead.
        on_progress: Called during a download with the name of the file, the bytes received and its size in bytes.

    Returns:
        The pictures, those of the training files first.

    Raises:
        MissingDataError: If a file is missing and cannot be downloaded; the message names the folder it belongs in.
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


def _find(folder: Path, known: KnownSet, place: int, url: str | None, on_progress: OnProgress | None) -> Path:
    file, name, publisher = FILES[place], known.name, known.download
    for path in (folder / file, folder / f"{file}.gz"):
        if path.is_file():
            return path
    if publisher is None:
        raise MissingDataError(f"{name} is not in '{folder}', and no download of it is known. {_put_there()}")
    base = os.environ.get("DESCENTLAB_MNIST_URL")
    source = url or (f"{base.rstrip('/')}/{name}" if base else publisher.url)
    path = folder / f"{file}.gz"
    try:
        download(f"{source}/{path.name}", path, publisher.md5[place], on_progress=on_progress)
    except DataError as error:
        raise MissingDataError(f"{name} is not in '{folder}', and {error.message}. {_put_there()}") from error
    return path


def _put_there() -> str:
    return f"Put {', '.join(f'{file}.gz' for file in FILES)} there, or use digits, which needs no download"


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
        raise DataError(f"{labels.name} has shape {ids.shape}, but {images.name} has {len(pictures):,} pictures")
    if ids.max() >= len(known.classes):
        raise DataError(f"{labels.name} holds the label {ids.max()}: expected 0 to {len(known.classes) - 1}")
    return pictures, ids

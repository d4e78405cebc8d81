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
from descentlab.spec import IdxData

Progress = Callable[[str, int, int], None]

SIDE = 28
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
MD5 = {
    "mnist": (
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    "fashion-mnist": (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
}
URLS = {
    "mnist": "https://ossci-datasets.s3.amazonaws.com/mnist",
    "fashion-mnist": "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
}
CLASSES = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
}  # fmt: skip


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
    folder = data_folder() / spec.name
    paths = [_find(folder, spec.name, place, url, on_progress) for place in range(4)]
    train, train_ids = _read_pair(paths[0], paths[1])
    test, test_ids = _read_pair(paths[2], paths[3])
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    names = [
        f"{part} {row}" for part, ids in (("train", train_ids), ("test", test_ids)) for row in range(1, len(ids) + 1)
    ]
    target = Target(column="class", task="classification", classes=CLASSES[spec.name])
    return PicturesSource(
        name=spec.name,
        inputs=np.concatenate([train, test])[..., None],
        targets=TargetValues(target, np.concatenate([train_ids, test_ids]).astype(np.int32)),
        labels=tuple(names),
        checksum="sha256:" + digest.hexdigest(),
        named={"test": np.arange(len(train), len(train) + len(test))},
        num_train=spec.num_train,
    )


def _find(folder: Path, name: str, place: int, url: str | None, on_progress: Progress | None) -> Path:
    file = FILES[place]
    for path in (folder / file, folder / f"{file}.gz"):
        if path.is_file():
            return path
    base = os.environ.get("DESCENTLAB_MNIST_URL")
    source = url or (f"{base.rstrip('/')}/{name}" if base else URLS[name])
    path = folder / f"{file}.gz"
    try:
        download(f"{source}/{path.name}", path, MD5[name][place], on_progress=on_progress)
    except DataError as error:
        raise MissingDataError(
            f"{name} is not in '{folder}', and {error}. Put {', '.join(f'{each}.gz' for each in FILES)} there, "
            "or take digits, which needs no download"
        ) from error
    return path


def _read_pair(
    images: Path, labels: Path
) -> tuple[UInt8[np.ndarray, "pictures height width"], UInt8[np.ndarray, " pictures"]]:
    pictures, ids = read_idx(images), read_idx(labels)
    if pictures.ndim != 3 or pictures.shape[1:] != (SIDE, SIDE) or len(pictures) == 0:
        raise DataError(f"{images.name} holds an array of shape {pictures.shape}: expected (pictures, {SIDE}, {SIDE})")
    if ids.shape != (len(pictures),):
        raise DataError(f"{labels.name} has shape {ids.shape} where {images.name} has {len(pictures):,} pictures")
    if ids.max() > 9:
        raise DataError(f"{labels.name} holds the label {ids.max()}: expected 0 to 9")
    return pictures, ids

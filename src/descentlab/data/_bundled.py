"""The small data sets that scikit-learn contains, read without importing it, which would take a second."""

import functools
import gzip
import hashlib
import importlib.util
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from descentlab.core import MissingDataError
from descentlab.data._picture_source import PicturesSource
from descentlab.data._table import DataTable, NumberColumn, WordColumn
from descentlab.data._table_source import TableSource, plain_source
from descentlab.data._target import Target, TargetValues
from descentlab.spec import BundledData, KnownSet, known_set


def load_bundled(spec: BundledData) -> TableSource | PicturesSource:
    """Read a bundled data set.

    Args:
        spec: Name of the set.

    Returns:
        The examples: pictures for the digits, else a table.

    Raises:
        MissingDataError: If the files of scikit-learn are missing.
    """
    return LOADERS[spec.name](known_set(spec.name))


def _read_table_of_classes(known: KnownSet) -> TableSource:
    """Read a file whose first line counts the examples and whose last column holds class ids."""
    data = _read(known.files[0])
    cells = np.loadtxt(io.BytesIO(data), delimiter=",", skiprows=1)
    ids = cells[:, -1].astype(np.int32)
    target = Target(column=known.target, task="classification", classes=known.classes)
    columns = _numbers(known, cells[:, :-1])
    answers = WordColumn(known.target, ids, known.classes)
    return plain_source(_table(known, (*columns, answers), data), TargetValues(target, ids))


def _read_diabetes(known: KnownSet) -> TableSource:
    inputs, answers = (_read(file) for file in known.files)
    columns = _numbers(known, np.loadtxt(io.BytesIO(gzip.decompress(inputs))))
    answer = NumberColumn(known.target, np.loadtxt(io.BytesIO(gzip.decompress(answers))))
    target = Target(column=answer.name, task="regression")
    return plain_source(_table(known, (*columns, answer), inputs + answers), TargetValues(target, answer.values))


def _read_digits(known: KnownSet) -> PicturesSource:
    data = _read(known.files[0])
    cells = np.loadtxt(io.BytesIO(gzip.decompress(data)), delimiter=",", dtype=np.uint8)
    target = Target(column=known.target, task="classification", classes=known.classes)
    return PicturesSource(
        name=known.name,
        inputs=cells[:, :-1].reshape(-1, *known.shape),
        targets=TargetValues(target, cells[:, -1].astype(np.int32)),
        labels=_rows(len(cells)),
        checksum=_checksum(data),
        levels=16,
    )


LOADERS: dict[str, Callable[[KnownSet], TableSource | PicturesSource]] = {
    "iris": _read_table_of_classes,
    "wine": _read_table_of_classes,
    "breast-cancer": _read_table_of_classes,
    "digits": _read_digits,
    "diabetes": _read_diabetes,
}
"""Function that reads each bundled set."""


def _numbers(known: KnownSet, cells: np.ndarray) -> tuple[NumberColumn, ...]:
    return tuple(NumberColumn(column, cells[:, place].copy()) for place, column in enumerate(known.inputs))


def _table(known: KnownSet, columns: tuple[NumberColumn | WordColumn, ...], data: bytes) -> DataTable:
    return DataTable(known.name, columns, _rows(len(columns[0].is_missing)), checksum=_checksum(data))


def _rows(count: int) -> tuple[str, ...]:
    return tuple(str(row) for row in range(1, count + 1))


def _checksum(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@functools.cache
def _folders() -> tuple[str, ...]:
    package = importlib.util.find_spec("sklearn")
    return tuple(package.submodule_search_locations or ()) if package else ()


def _read(file: str) -> bytes:
    for folder in _folders():
        path = Path(folder) / "datasets" / "data" / file
        if path.is_file():
            return path.read_bytes()
    raise MissingDataError(f"scikit-learn's data file {file} is not installed: pip install scikit-learn")

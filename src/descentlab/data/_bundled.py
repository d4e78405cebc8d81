"""The small sets that scikit-learn brings along, read without importing it: that alone would take a second."""

import gzip
import hashlib
import importlib.util
import io
from pathlib import Path

import numpy as np

from descentlab.core import MissingDataError
from descentlab.data._picture_source import PicturesSource
from descentlab.data._table import NumberColumn, Table, WordColumn
from descentlab.data._table_source import TableSource, plain_source
from descentlab.data._target import Target, TargetValues
from descentlab.spec import BundledData

CELL_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness",
    "compactness", "concavity", "concave points", "symmetry", "fractal dimension",
)  # fmt: skip
FEATURES = {
    "iris": ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
    "wine": (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
    ),
    "breast-cancer": (
        *(f"mean {name}" for name in CELL_MEASURES),
        *(f"{name} error" for name in CELL_MEASURES),
        *(f"worst {name}" for name in CELL_MEASURES),
    ),
    "diabetes": ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
}  # fmt: skip
TARGETS = {"iris": "species", "wine": "class", "breast-cancer": "diagnosis", "diabetes": "progression"}
FILES = {"iris": "iris.csv", "wine": "wine_data.csv", "breast-cancer": "breast_cancer.csv"}


def load_bundled(spec: BundledData) -> TableSource | PicturesSource:
    """Read a bundled set.

    Args:
        spec: Which.

    Returns:
        Its examples: pictures for the digits, else a table.

    Raises:
        MissingDataError: If scikit-learn's files are not there.
    """
    if spec.name == "digits":
        return _digits()
    return _diabetes() if spec.name == "diabetes" else _classes(spec.name)


def _classes(name: str) -> TableSource:
    data = _read(FILES[name])
    first, _, rest = data.decode().partition("\n")
    classes = tuple(first.strip().split(",")[2:])
    cells = np.loadtxt(io.StringIO(rest), delimiter=",")
    ids = cells[:, -1].astype(np.int32)
    target = Target(column=TARGETS[name], task="classification", classes=classes)
    columns = _numbers(name, cells[:, :-1])
    answers = WordColumn(TARGETS[name], ids, classes)
    return plain_source(_table(name, (*columns, answers), data), TargetValues(target, ids))


def _diabetes() -> TableSource:
    inputs, answers = _read("diabetes_data_raw.csv.gz"), _read("diabetes_target.csv.gz")
    columns = _numbers("diabetes", np.loadtxt(io.BytesIO(gzip.decompress(inputs))))
    answer = NumberColumn(TARGETS["diabetes"], np.loadtxt(io.BytesIO(gzip.decompress(answers))))
    target = Target(column=answer.name, task="regression")
    return plain_source(_table("diabetes", (*columns, answer), inputs + answers), TargetValues(target, answer.values))


def _digits() -> PicturesSource:
    data = _read("digits.csv.gz")
    cells = np.loadtxt(io.BytesIO(gzip.decompress(data)), delimiter=",", dtype=np.uint8)
    target = Target(column="digit", task="classification", classes=tuple("0123456789"))
    return PicturesSource(
        name="digits",
        inputs=cells[:, :-1].reshape(-1, 8, 8, 1),
        targets=TargetValues(target, cells[:, -1].astype(np.int32)),
        labels=_rows(len(cells)),
        checksum=_checksum(data),
        levels=16,
    )


def _numbers(name: str, cells: np.ndarray) -> tuple[NumberColumn, ...]:
    return tuple(NumberColumn(column, cells[:, place].copy()) for place, column in enumerate(FEATURES[name]))


def _table(name: str, columns: tuple[NumberColumn | WordColumn, ...], data: bytes) -> Table:
    return Table(name, columns, _rows(len(columns[0].is_missing)), checksum=_checksum(data))


def _rows(count: int) -> tuple[str, ...]:
    return tuple(str(row) for row in range(1, count + 1))


def _checksum(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _read(file: str) -> bytes:
    package = importlib.util.find_spec("sklearn")
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "datasets" / "data" / file
        if path.is_file():
            return path.read_bytes()
    raise MissingDataError(f"scikit-learn's data file {file} is not installed: pip install scikit-learn")

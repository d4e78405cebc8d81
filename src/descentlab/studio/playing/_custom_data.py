"""A person's data for the playground: pasted, uploaded or drawn."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import DataError, message_of
from descentlab.data import read_table
from descentlab.spec import TableData

MOST_BYTES = 5_000_000
MOST_POINTS = 2_000
REACH = 5.0
"""Two columns of numbers are scaled to the range from minus to plus this number, as the playground's data sets."""


@dataclass(frozen=True)
class CustomData:
    """Data that was read from a table.

    Attributes:
        points: x1, x2 and target of each row, if the table has two columns of numbers before its target; else None.
        table: Description of the table, if it has other columns; else None.
        is_regression: Whether the target is a number.
        num_rows: Number of rows.
        note: Sentence on how the table was read.
    """

    points: list[tuple[float, float, Any]] | None
    table: TableData | None
    is_regression: bool
    num_rows: int
    note: str


def read_custom_data(text: bytes, folder: Path, suffix: str = ".csv", *, called: str = "the rows") -> CustomData:
    """Read a table whose last column is the target.

    Args:
        text: Bytes of the file.
        folder: Folder in which to keep the file, under a name drawn here.
        suffix: Ending of the file, which tells its kind.
        called: Name of the data in error messages.

    Returns:
        Points or a table.

    Raises:
        DataError: If the bytes hold no table, or are too many.
    """
    if len(text) > MOST_BYTES:
        raise DataError(
            f"{len(text):,} bytes are too many for the playground; use at most {MOST_BYTES:,}, or the Data page"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="table-", suffix=suffix, delete=False) as file:
        file.write(text)
    path = Path(file.name)
    try:
        return _read(path)
    except DataError as error:
        path.unlink(missing_ok=True)
        raise DataError(message_of(error).replace(str(path), called).replace(path.name, called)) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _read(path: Path) -> CustomData:
    table = read_table(path)
    if len(table.columns) < 2:
        raise DataError(f"{path.name} has a single column: a table needs two or more, the last of them the target")
    *inputs, target = table.columns
    numbers = [column.to_numbers().values for column in inputs]
    is_regression = _is_regression(target)
    are_points = len(inputs) == 2 and all(np.isfinite(values).all() for values in numbers)
    if not are_points or len(numbers[0]) > MOST_POINTS:
        data = TableData(path=str(path), target=target.name)
        columns = "1 column tells" if len(inputs) == 1 else f"{len(inputs)} columns tell"
        return CustomData(None, data, is_regression, len(numbers[0]), f"{columns} '{target.name}'.")
    words = target.to_words()
    labels = (
        [float(value) for value in target.to_numbers().values]
        if is_regression
        else [words.words[code] if code >= 0 else "missing" for code in words.codes]
    )
    laid = [_lay_out(values) for values in numbers]
    points = [(float(x1), float(x2), label) for x1, x2, label in zip(*laid, labels, strict=True)]
    path.unlink(missing_ok=True)
    spans = ", ".join(f"x{place} is '{column.name}' from {values.min():.4g} to {values.max():.4g}"
                      for place, (column, values) in enumerate(zip(inputs, numbers, strict=True), 1))  # fmt: skip
    return CustomData(points, None, is_regression, len(points), f"{spans}, laid out from -{REACH:g} to {REACH:g}.")


def _is_regression(target: Any) -> bool:
    numbers = target.to_numbers().values
    return bool(np.isfinite(numbers).all()) and len(np.unique(numbers)) > 10


def _lay_out(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    return np.round(2.0 * REACH * (values - low) / ((high - low) or 1.0) - REACH, 3)

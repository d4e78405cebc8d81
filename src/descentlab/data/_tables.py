"""Reading of tables in every form: a file, a DataFrame, columns, records or an array."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from descentlab.core import DataError, MissingDataError
from descentlab.data._arff import is_arff, read_arff_rows, refuse_sparse
from descentlab.data._beneath import Beneath
from descentlab.data._encoding import decode
from descentlab.data._inference import infer_column
from descentlab.data._json_rows import JSON_ENDINGS, read_json_rows
from descentlab.data._names import in_line, unique_names
from descentlab.data._numerals import LARGEST_EXACT
from descentlab.data._table import Column, DataTable, NumberColumn, number_word
from descentlab.data._text import HeaderMode, Reading, table_of_rows, table_of_text
from descentlab.data._unpacking import Content, unpack
from descentlab.data._workbook import read_workbook

TABLE_ENDINGS = (
    *(".csv", ".tsv", ".txt", ".data", ".tab", ".dat"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    *(".jsonl", ".ndjson", ".arff"),
    *(".gz", ".bz2", ".xz", ".zip"),
    *(".parquet", ".pq"),
)
"""Endings of files that are read as tables."""


def read_table(
    source: Any,
    *,
    header: HeaderMode = "auto",
    encoding: str | None = None,
    separator: str | None = None,
    beneath: Beneath | None = None,
    name: str = "table",
) -> DataTable:
    """Read a table in any form.

    Args:
        source: The path of a text file such as CSV or TSV, a workbook, JSON lines or Parquet, which may be compressed;
            a DataFrame; columns by name; a list of records; or an array of shape (rows, columns), whose columns are
            named x0, x1, ...
        header: Whether the first row of a text file or a sheet names the columns, or the number of the line that does.
        encoding: Encoding of a text file; None to recognise it.
        separator: Delimiter of a text file, or its name, as "tab"; None to find it.
        beneath: Row beneath the header of the training file, which is left out of this file too; None to recognise one.
        name: Name of a table that is not a file.

    Returns:
        The table.

    Raises:
        DataError: If the source is not a table.
        MissingDataError: If the file does not exist.
    """
    if isinstance(source, str | Path):
        return _read_file(existing_file(Path(source)), Reading(header, encoding, separator, beneath))
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return _from_cells([(str(key), source.iloc[:, place]) for place, key in enumerate(source.columns)], name)
    if isinstance(source, Mapping):
        source = {key: [cell] for key, cell in source.items()} if all(map(np.isscalar, source.values())) else source
        return _from_cells([(str(key), cells) for key, cells in source.items()], name)
    if isinstance(source, Sequence) and source and all(isinstance(record, Mapping) for record in source):
        keys = dict.fromkeys(key for record in source for key in record)
        return _from_cells([(str(key), [record.get(key) for record in source]) for key in keys], name)
    return _from_array(to_array(source, "X"), name)


def read_column(name: str, cells: Any) -> Column:
    """Turn cells of any type into a column."""
    return _column(name, cells)[0]


def existing_file(path: Path) -> Path:
    """Return the path of an existing file.

    Raises:
        DataError: If the path is a folder, or not a regular file.
        MissingDataError: If nothing is there.
    """
    path = path.expanduser()
    if path.is_dir():
        raise DataError(f"'{path}' is a folder: expected a file, or pictures in a subfolder per class")
    if not path.exists():
        raise MissingDataError(f"there is no file '{path}': check the name, or give the whole path")
    if not path.is_file():
        raise DataError(f"'{path}' is not a regular file")
    return path


def to_array(values: Any, what: str) -> np.ndarray:
    """Turn values that a caller passes into a NumPy array of numbers or words."""
    if hasattr(values, "toarray"):
        raise DataError(f"{what} is sparse: pass {what}.toarray()")
    try:
        return np.asarray(values)
    except (ValueError, TypeError) as error:
        raise DataError(f"{what} is not an array: its rows differ in length or type ({error})") from error


def _read_file(path: Path, reading: Reading) -> DataTable:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from error
    checksum = "sha256:" + hashlib.sha256(data).hexdigest()
    content = unpack(path, data)
    if content.form == "parquet":
        return _read_parquet(content, checksum)
    if content.form == "workbook":
        rows, notes = read_workbook(content.data, content.name)
        return table_of_rows(rows, content.name, reading, notes, checksum)
    if content.ending in JSON_ENDINGS:
        text, notes = decode(content.data, content.name, reading.encoding)
        return table_of_rows(read_json_rows(text, content.name), content.name, reading, notes, checksum, unit="line")
    start = content.data[:100_000].decode("latin-1")
    refuse_sparse(start, content.name)
    if is_arff(start):
        text, notes = decode(content.data, content.name, reading.encoding)
        rows, named = read_arff_rows(text, content.name), replace(reading, header="yes")
        return table_of_rows(rows, content.name, named, notes, checksum, unit="line")
    table = table_of_text(content, reading, checksum)
    return replace(table, encoding=reading.encoding, separator=reading.separator)


def _read_parquet(content: Content, checksum: str) -> DataTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pq.read_table(pa.BufferReader(content.data))
        cells = [(name, _parquet_cells(arrow.column(place))) for place, name in enumerate(arrow.column_names)]
    except (OSError, ValueError, OverflowError, pa.ArrowException) as error:  # among them names that are no text
        raise DataError(f"cannot read '{content.name}' as Parquet: {in_line(str(error))}") from error
    return _from_cells(cells, content.name, checksum)


def _parquet_cells(column: Any) -> Any:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind) and column.null_count:  # floats, which NumPy takes for them, would merge large ones
        cells = column.to_pylist()
        if any(cell is not None and abs(cell) > LARGEST_EXACT for cell in cells):
            return cells
    if any(test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_timestamp)):
        return column.to_numpy()
    cells = column.to_pylist()
    if pa.types.is_nested(kind):  # lists and the like are no words to learn from, but do not spoil other columns
        return [None if cell is None else str(cell) for cell in cells]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return [None if cell is None else cell.decode("utf-8", errors="replace") for cell in cells]
    return cells


def _from_array(array: np.ndarray, name: str) -> DataTable:
    if array.ndim != 2:
        raise DataError(
            f"X has shape {array.shape}: expected (examples, features), or pictures (examples, height, width, channels)"
        )
    table = _from_cells([(f"x{place}", array[:, place]) for place in range(array.shape[1])], name)
    return replace(table, is_named=False)


def _from_cells(cells: Sequence[tuple[str, Any]], name: str, checksum: str = "") -> DataTable:
    names = unique_names([key for key, _ in cells])
    pairs = [_column(key, values) for key, (_, values) in zip(names, cells, strict=True)]
    lengths = {len(column.is_missing) for column, _ in pairs}
    if len(lengths) > 1:
        raise DataError(f"{name}: its columns have different lengths, from {min(lengths)} to {max(lengths)}")
    num_rows = lengths.pop() if lengths else 0
    columns = tuple(column for column, _ in pairs)
    labels = tuple(str(row) for row in range(1, num_rows + 1))
    notes = tuple(note for _, note in pairs if note)
    return DataTable(name, columns, labels, notes, checksum or checksum_of(columns))


def checksum_of(columns: Sequence[Column], data: bytes = b"") -> str:
    """Return the SHA-256 of some bytes and of the cells of some columns."""
    digest = hashlib.sha256(data)
    for column in columns:
        digest.update(f"{column.name}\0".encode())
        if isinstance(column, NumberColumn):
            digest.update(np.ascontiguousarray(column.values).tobytes())
        else:
            digest.update("\0".join(column.words).encode() + column.codes.tobytes())
    return "sha256:" + digest.hexdigest()


def _column(name: str, values: Any) -> tuple[Column, str | None]:
    """Turn the cells of one column, of any type, into numbers or words."""
    dtype = getattr(values, "dtype", None)
    if dtype is not None and getattr(dtype, "kind", "O") in "biufmM" and hasattr(values, "to_numpy"):
        if not (dtype.kind in "iu" and _has_long(values)):
            return _numbers(name, _plain(values, dtype.kind), dtype)
        values = values.astype(object)
    array = values if isinstance(values, np.ndarray) else np.asarray(values, dtype=object)
    if array.dtype.kind in "biufmM":
        return _numbers(name, array, array.dtype)
    if array.ndim != 1:
        raise DataError(
            f"column '{name}' holds arrays of shape {array.shape[1:]}: expected one number or word per cell"
        )
    cells = array.tolist()
    kinds = {type(cell) for cell in cells if not _is_nothing(cell)}
    if kinds and kinds <= {int, float} and all(abs(cell) <= LARGEST_EXACT for cell in cells if type(cell) is int):
        numbers = np.array([np.nan if _is_nothing(cell) else float(cell) for cell in cells])
        return _numbers(name, numbers, numbers.dtype)
    words = ["" if _is_nothing(cell) else _word(cell) for cell in cells]
    index: dict[str, int] = {}
    codes = np.array([index.setdefault(word, len(index)) for word in words], np.int32)
    return infer_column(name, codes, list(index))


def _has_long(values: Any) -> bool:
    """Return whether some whole numbers of a column have more digits than float64 keeps."""
    present = values[~values.isna()] if hasattr(values, "isna") else values
    return len(present) > 0 and max(abs(int(present.min())), abs(int(present.max()))) > LARGEST_EXACT


def _plain(values: Any, kind: str) -> np.ndarray:
    if kind == "m":
        return values.to_numpy(dtype="timedelta64[ns]")
    return values.to_numpy(dtype="datetime64[s]") if kind == "M" else values.to_numpy(dtype=np.float64, na_value=np.nan)


def _numbers(name: str, values: np.ndarray, dtype: Any) -> tuple[Column, str | None]:
    if values.ndim != 1:
        raise DataError(f"column '{name}' has shape {values.shape}: expected one value per row")
    if values.dtype.kind == "M":
        seconds = values.astype("datetime64[s]")
        moments = np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64))
        return NumberColumn(name, moments, is_moment=True), None
    if values.dtype.kind == "m":
        return NumberColumn(name, np.where(np.isnat(values), np.nan, values / np.timedelta64(1, "s"))), None
    if values.dtype.kind in "iu" and _has_long(values):
        words, codes = np.unique(values, return_inverse=True)  # float64 would merge some of them
        return infer_column(name, codes.astype(np.int32), [str(word) for word in words.tolist()])
    return NumberColumn(name, values.astype(np.float64), is_boolean=dtype.kind == "b"), None


def _is_nothing(cell: Any) -> bool:
    return (
        cell is None or type(cell).__name__ in {"NAType", "NaTType"} or (isinstance(cell, float) and math.isnan(cell))
    )


def _word(cell: Any) -> str:
    if isinstance(cell, float | np.floating):
        return number_word(float(cell)) if np.isfinite(cell) else str(float(cell))
    return str(cell)

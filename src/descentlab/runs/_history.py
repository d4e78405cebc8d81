"""The history of a training as a Parquet table, with one row per member and epoch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import RunError, ShapeError
from descentlab.runs._files import short_line

Columns = dict[str, Shaped[np.ndarray, " rows"]]

KEY_COLUMNS = ("member", "seed", "epoch")
MAX_FILE_BYTES = 2 * 2**30
_MAX_VALUES = 200_000_000


def pack_history(columns: Mapping[str, Shaped[np.ndarray, " rows"]]) -> bytes:
    """Write columns of numbers as the bytes of a Parquet file.

    Raises:
        ShapeError: If `member`, `seed` or `epoch` is missing, or if the columns differ in length.
    """
    missing = [name for name in KEY_COLUMNS if name not in columns]
    if missing or len({len(column) for column in columns.values()}) > 1:
        lengths = {name: len(column) for name, column in columns.items()}
        raise ShapeError(
            f"a history needs the columns {', '.join(KEY_COLUMNS)}, all of one length; it has the lengths {lengths}"
        )
    return pack_table(columns)


def pack_table(columns: Mapping[str, Shaped[np.ndarray, " rows"]]) -> bytes:
    """Write columns of numbers or texts, all of one length, as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({name: _to_arrow(column) for name, column in columns.items()}), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _to_arrow(column: Shaped[np.ndarray, " rows"]) -> Any:
    import pyarrow as pa

    # `pa.array` would import pandas (0.25 s) to find out whether what it is given is a pandas series.
    if column.dtype.kind == "O" and any(isinstance(cell, list) for cell in column.tolist()):
        return pa.array(column.tolist(), pa.list_(pa.float64()))
    if column.dtype.kind in "USO":
        return _texts_to_arrow(column.tolist())
    if column.dtype.kind == "b":
        return pa.array(column.tolist(), pa.bool_())
    column = np.ascontiguousarray(column)
    return pa.Array.from_buffers(pa.from_numpy_dtype(column.dtype), len(column), [None, pa.py_buffer(column)])


def _texts_to_arrow(cells: list[Any]) -> Any:
    import pyarrow as pa

    if not all(isinstance(cell, str) for cell in cells):  # a missing text is a null
        return pa.array(cells, pa.string())
    texts = [cell.encode() for cell in cells]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    array = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))
    return array.cast(pa.string())


def unpack_history(content: bytes, where: Path) -> Columns:
    """Read columns of numbers from the bytes of a Parquet file.

    Raises:
        RunError: If the bytes are not Parquet, or not a history.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        num_values = file.metadata.num_rows * file.metadata.num_columns
        if not 0 <= num_values <= _MAX_VALUES:
            raise RunError(
                f"{where} claims to have {num_values:,} values, but a history may have at most {_MAX_VALUES:,}"
            )
        table = file.read(use_threads=False).combine_chunks()
        table.validate(full=True)
        columns = {name: _to_numpy(table.column(name), name, where) for name in table.column_names}
    except RunError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError, MemoryError) as error:
        raise RunError(f"{where} is damaged: {short_line(error)}") from None
    missing = [name for name in KEY_COLUMNS if name not in columns]
    if missing:
        raise RunError(f"{where} has no column '{missing[0]}'; it has {', '.join(columns)[:200]}")
    return columns


def _to_numpy(column: Any, name: str, where: Path) -> Shaped[np.ndarray, " rows"]:
    import pyarrow as pa

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)) or column.null_count:
        raise RunError(
            f"{where}: column '{name[:80]}' holds {column.type} or missing values; a history holds numbers only"
        )
    dtype = np.dtype(column.type.to_pandas_dtype())
    if column.num_chunks == 0:
        return np.empty(0, dtype)
    chunk = column.chunk(0)
    # `to_numpy` would import pandas (0.25 s).
    return np.frombuffer(chunk.buffers()[1], dtype, count=len(chunk), offset=chunk.offset * dtype.itemsize)


def read_table(path: Path) -> Columns:
    """Read columns of numbers or texts from a Parquet file; a missing number is NaN.

    Raises:
        RunError: If the file is missing, or not such a table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        if not 0 <= file.metadata.num_rows * file.metadata.num_columns <= _MAX_VALUES:
            raise RunError(f"{path} claims to have more than the {_MAX_VALUES:,} values that a table may have")
        table = file.read(use_threads=False)
        return {name: _column(table.column(name)) for name in table.column_names}
    except FileNotFoundError:
        raise RunError(f"{path} is missing: the study is not finished, or the file was removed") from None
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError, MemoryError) as error:
        raise RunError(f"{path} is damaged: {short_line(error)}") from None


def _column(column: Any) -> Shaped[np.ndarray, " rows"]:
    import pyarrow as pa

    if pa.types.is_string(column.type):
        return np.array(column.to_pylist(), dtype=object)
    return column.combine_chunks().to_numpy(zero_copy_only=False)

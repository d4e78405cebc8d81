"""Networks of a study that have been trained, as Parquet files that any program reads while the study goes on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import RunError
from descentlab.runs._files import read_whole, short_line
from descentlab.runs._tensors import MAX_UNCHECKED_BYTES

COMMON = b"descentlab.common"
"""Where the file names the arrays that its networks have in common, such as the epochs of their curves."""


def pack_part(
    by_network: Mapping[str, Shaped[np.ndarray, "networks ..."]], common: Mapping[str, Shaped[np.ndarray, " values"]]
) -> bytes:
    """Write arrays as the bytes of a Parquet file with a row for each network.

    Args:
        by_network: Arrays of one or two axes, the first of which is the networks'; with a second, a row holds a list.
        common: Whole numbers that the networks have in common.

    Returns:
        The bytes. Numbers keep all their bits.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: _to_arrow(array) for name, array in by_network.items()})
    words = json.dumps({name: array.tolist() for name, array in common.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({COMMON: words}), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _to_arrow(array: Shaped[np.ndarray, "networks ..."]) -> Any:
    import pyarrow as pa

    flat = np.ascontiguousarray(array).ravel()
    # `pa.array` would import pandas to find out whether what it is given is a pandas series.
    values = pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), len(flat), [None, pa.py_buffer(flat)])
    return values if array.ndim == 1 else pa.FixedSizeListArray.from_arrays(values, array.shape[1])


def unpack_part(folder: Path, name: str) -> dict[str, np.ndarray]:
    """Read the arrays of a part, those by network and those in common.

    Raises:
        RunError: If the file is not such a table, or too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = read_whole(folder, name, limit=MAX_UNCHECKED_BYTES)
    try:
        table = pq.read_table(pa.BufferReader(content))
        common = json.loads((table.schema.metadata or {})[COMMON])
        arrays = {name: _to_numpy(table.column(name).combine_chunks()) for name in table.column_names}
        return arrays | {name: np.array(values, np.int64) for name, values in common.items()}
    except (pa.ArrowException, KeyError, ValueError, TypeError, OSError) as error:
        raise RunError(f"{folder / name} is damaged: {short_line(error)}; run the study anew") from error


def _to_numpy(column: Any) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_fixed_size_list(column.type):
        values = column.flatten().to_numpy(zero_copy_only=False)
        return values.reshape(len(column), column.type.list_size)
    return column.to_numpy(zero_copy_only=False)

"""The curves of a study as a long table."""

from pathlib import Path

import numpy as np

from descentlab.studies import Study

ROWS = 1_000_000
"""Rows that are held in memory at a time."""


def save_history(study: Study, path: Path) -> None:
    """Write the curves as a long table, a row per network and epoch, some networks at a time.

    Args:
        study: The trained study.
        path: The Parquet file to write.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    num_points = len(study.epochs)
    together = max(1, ROWS // max(num_points, 1))
    fields = [("member", pa.int32()), ("seed", pa.int64()), ("epoch", pa.int32())]
    schema = pa.schema([*fields, *((name, pa.float32()) for name in study.curves)])
    seeds = study.columns["seed"].astype(np.int64)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for begin in range(0, study.num_networks, together):
            rows = slice(begin, begin + together)
            members = np.arange(begin, min(begin + together, study.num_networks), dtype=np.int32)
            columns = {
                "member": np.repeat(members, num_points),
                "seed": np.repeat(seeds[rows], num_points),
                "epoch": np.tile(study.epochs.astype(np.int32), len(members)),
                **{name: np.ascontiguousarray(values[rows]).ravel() for name, values in study.curves.items()},
            }
            arrays = [
                pa.Array.from_buffers(field.type, len(columns[field.name]), [None, pa.py_buffer(columns[field.name])])
                for field in schema
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

"""Parquet files with columns of every type, and what a reader should find."""

import datetime as dt
import decimal
import io
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evidence._made_tables import FEWEST_ROWS, MOST_ROWS, MadeTable

WHOLE = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32())
REAL = (pa.float32(), pa.float64(), pa.float16())
KINDS = ("whole", "real", "word", "category", "boolean", "decimal", "date", "moment", "time", "nothing", "bytes")
NESTED = "list"


def make_parquet_table(rng: np.random.Generator) -> MadeTable:
    """Make a table in a Parquet file; columns of types without a plain value may be refused, or read in any way."""
    num_rows = int(rng.integers(FEWEST_ROWS, MOST_ROWS))
    kinds = ["real", *rng.choice([*KINDS, NESTED], int(rng.integers(1, 5))).tolist()]
    arrays, columns = zip(*(_column(kind, num_rows, rng) for kind in kinds), strict=True)
    names = [f"{kind} {place}" for place, kind in enumerate(kinds)]
    file = io.BytesIO()
    pq.write_table(pa.table(list(arrays), names=names), file, compression=str(rng.choice(["none", "snappy", "gzip"])))
    made = MadeTable(names, list(columns), file.getvalue(), how=[str(array.type) for array in arrays])
    made.num_sure = num_rows
    if rng.random() < 0.2:
        place = int(rng.integers(4, len(made.data) - 4))
        made.data = made.data[:place] + bytes([made.data[place] ^ 255]) + made.data[place + 1 :]
        made.how.append(f"byte {place} changed")
        made.num_sure = 0
    return made


def _column(kind: str, num_rows: int, rng: np.random.Generator) -> tuple[pa.Array, list]:
    """Return the cells as Arrow's, and what they are; an empty list for types that may be read in any way."""
    gaps = rng.random(num_rows) < (0.2 if rng.random() < 0.4 else 0.0)
    numbers = rng.integers(0, 100, num_rows)
    words = [f"word {number % 5}" for number in numbers]
    arrow_type, cells, wanted = _of_kind(kind, numbers.tolist(), words, rng)
    gap = None if kind in {"word", "category"} else math.nan
    array = pa.array([None if is_gap else cell for cell, is_gap in zip(cells, gaps, strict=True)], arrow_type)
    known = [gap if is_gap else cell for cell, is_gap in zip(wanted, gaps, strict=True)] if wanted else []
    return (array.dictionary_encode() if kind == "category" else array), known


def _of_kind(
    kind: str, numbers: list[int], words: list[str], rng: np.random.Generator
) -> tuple[pa.DataType, list, list]:
    zone = "Europe/Zurich" if rng.random() < 0.5 else None
    reals = [float(number) for number in numbers]
    day = dt.datetime(2020, 1, 1)
    kinds = {
        "whole": (WHOLE[int(rng.integers(len(WHOLE)))], numbers, reals),
        "real": (REAL[int(rng.integers(len(REAL)))], [np.float16(number) for number in numbers], reals),
        "boolean": (pa.bool_(), [number > 50 for number in numbers], [float(number > 50) for number in numbers]),
        "decimal": (pa.decimal128(12, 4), [decimal.Decimal(number) / 4 for number in numbers], [r / 4 for r in reals]),
        "word": (pa.large_string() if rng.random() < 0.3 else pa.string(), words, words),
        "category": (pa.string(), words, words),
        "date": (pa.date32(), [day.date() + dt.timedelta(number) for number in numbers], []),
        "moment": (
            pa.timestamp(str(rng.choice(["s", "ms", "us", "ns"])), zone),
            [day + dt.timedelta(hours=number) for number in numbers],
            [],
        ),
        "time": (pa.duration("s"), [dt.timedelta(seconds=number) for number in numbers], []),
        "nothing": (pa.null(), [None] * len(numbers), []),
        "bytes": (pa.binary(), [bytes([number]) for number in numbers], []),
        "list": (pa.list_(pa.int64()), [[number, 1] for number in numbers], []),
    }
    return kinds[kind]

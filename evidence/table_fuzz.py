"""Tables of every make, whole and damaged: each is read right, or refused in one line."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from descentlab.core import DescentlabError
from descentlab.data import read_table
from descentlab.data._table import DataTable
from evidence._made_parquet import make_parquet_table
from evidence._made_tables import MadeTable, make_text_table
from evidence._study import Figures, Finding, Study

TEXTS, PARQUETS = 80, 20
"""Tables of a repetition."""


def judge_table(made: MadeTable, path: Path) -> tuple[str, str]:
    """Read a table, and say "right", "said" (refused in one line) or "wrong", with the reason."""
    path.write_bytes(made.data)
    try:
        table = read_table(path)
    except DescentlabError as error:
        return ("said" if "\n" not in str(error) and len(str(error)) < 600 else "wrong"), str(error)
    except Exception as error:
        return "wrong", f"{type(error).__name__}: {error}"
    if made.must_fail:
        return "wrong", "was read, though it is damaged"
    if not made.num_sure:
        return "right", "damaged, and read"
    difference = _difference(made, table)
    return ("wrong", difference) if difference else ("right", "")


def _difference(made: MadeTable, table: DataTable) -> str:
    """Say how a table differs from what was written; nothing if it does not."""
    if (made.names and list(table.names) != made.names) or len(table.columns) != len(made.columns):
        return f"names {table.names}, not {made.names}"
    if table.num_rows != made.num_sure:
        return f"{table.num_rows} rows, not {made.num_sure}"
    for column, wanted in zip(table.columns, made.columns, strict=True):
        if not wanted:  # of a type that may be read in any way
            continue
        if any(isinstance(cell, str) for cell in wanted):
            is_same = [" ".join(str(cell).split()) or None for cell in column.to_words().to_cells()] == wanted
        else:
            is_same = np.array_equal(column.to_numbers().values, np.array(wanted, float), equal_nan=True)
        if not is_same:
            return f"cells of {column.name!r}: {column.to_cells()[:5]}, not {wanted[:5]}"
    return ""


def judge_many(number: int, texts: int = TEXTS, parquets: int = PARQUETS) -> tuple[Figures, list[str]]:
    """Make and read the tables of one repetition; return how many were what, and what is wrong."""
    rng = np.random.default_rng(number)
    counts = {"right": 0.0, "said": 0.0, "wrong": 0.0}
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for makes, ending, count in ((make_text_table, "csv", texts), (make_parquet_table, "parquet", parquets)):
            for _ in range(count):
                made = makes(rng)
                verdict, why = judge_table(made, Path(folder) / f"t.{ending}")
                counts[verdict] += 1
                if verdict == "wrong":
                    wrong.append(f"{why} [{', '.join(made.how)}]")
    return counts, wrong


def _judge(repetitions: Sequence[Figures]) -> Finding:
    total = {name: int(sum(each[name] for each in repetitions)) for name in ("right", "said", "wrong")}
    counted = ", ".join(f"{count} {name}" for name, count in total.items())
    return Finding(total["wrong"] == 0, f"of {sum(total.values())} tables: {counted}")


STUDY = Study(
    name="table-fuzz",
    claim="A text or Parquet file, whole or damaged, is read right or refused in one line.",
    method=f"{TEXTS} text files and {PARQUETS} Parquet files of random cells, quotes, delimiters, encodings and types, "
    "a quarter of the text files damaged; each compared with the cells that were written.",
    repetitions=30,
    measure=lambda number: judge_many(number)[0],
    judge=_judge,
)

"""What an analysis found, as a folder of files: one object, tables of numbers, and a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from gradlab.core import RunError
from gradlab.runs._files import storage_errors, write_whole
from gradlab.runs._history import pack_table
from gradlab.runs._json import pack_json, to_utf8

RESULT = "result.json"
REPORT = "report.html"


def save_results(
    folder: Path,
    *,
    result: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Shaped[np.ndarray, " rows"]]] | None = None,
    report: str | None = None,
) -> None:
    """Write what an analysis found, in place of what an earlier one of the same name found there.

    Args:
        folder: Where to; made where it is missing. An analysis of a run goes to a folder in the run's own.
        result: Plain values, as `--json` prints them. NaN and infinity become null.
        tables: Columns of numbers by table name, each written as `NAME.parquet`.
        report: A page, or None.

    Raises:
        RunError: If `folder` is a file.
        StorageError: If the disk is full or the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} is a file, not a folder; name another folder by --out")
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, columns in (tables or {}).items():
        write_whole(folder / f"{name}.parquet", pack_table(columns))
    if report is not None:
        write_whole(folder / REPORT, to_utf8(report))
    write_whole(folder / RESULT, pack_json(result))

"""What an analysis found, as a folder of files: one object, tables of numbers, and a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import RunError
from descentlab.runs._experiment import EXPERIMENT, STUDY
from descentlab.runs._files import read_whole, storage_errors, write_whole
from descentlab.runs._format import check_format, stamp
from descentlab.runs._forms import ResultForm, check_form
from descentlab.runs._history import pack_table
from descentlab.runs._json import MAX_BYTES, pack_json, to_utf8, unpack_json

RESULT = "result.json"
REPORT = "report.html"


@dataclass(frozen=True)
class AnalysisFolder:
    """What an analysis found, on disk: in the folder of runs, or in the folder of the run that it looked into.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def name(self) -> str:
        """The folder's own name, as `circle-landscape`."""
        return self.path.resolve().name

    @property
    def report_path(self) -> Path:
        """Where its page is."""
        return self.path / REPORT

    @property
    def written(self) -> datetime:
        """When it was written; an analysis that is made again takes the place of the one before."""
        return datetime.fromtimestamp((self.path / RESULT).stat().st_mtime, UTC).astimezone()

    def result(self) -> dict[str, Any]:
        """Read what it found."""
        values = unpack_json(read_whole(self.path, RESULT, limit=MAX_BYTES), self.path / RESULT)
        check_format(values, self.path / RESULT)
        return check_form(values, ResultForm, self.path / RESULT)


def is_analysis(path: Path) -> bool:
    """Whether a folder is an analysis, and no run or study: it has an object of results and a page."""
    try:
        has_both = all((path / name).is_file() for name in (RESULT, REPORT))
        return has_both and not any((path / name).exists() for name in (EXPERIMENT, STUDY))
    except (OSError, ValueError):  # a name too long for the system, or with a null in it
        return False


def list_analyses(root: Path = Path("runs")) -> list[str]:
    """Name the analyses of a folder: of runs, or of one run.

    Raises:
        RunError: If it cannot be read.
    """
    try:
        entries = sorted(entry.name for entry in root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise RunError(f"{root} cannot be read ({error.strerror})") from None
    return [name for name in entries if not name.startswith(".") and is_analysis(root / name)]


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
    write_whole(folder / RESULT, pack_json({**stamp(), **result}))

"""Results of an analysis as a folder of files: a JSON object, tables of numbers, and a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import RunError
from descentlab.runs._create import publish, staged
from descentlab.runs._experiment import EXPERIMENT, STUDY
from descentlab.runs._files import read_whole, storage_errors, sync_files
from descentlab.runs._format import check_format, stamp
from descentlab.runs._forms import ResultForm, check_form
from descentlab.runs._history import pack_table
from descentlab.runs._json import MAX_BYTES, pack_json, to_utf8, unpack_json
from descentlab.runs._leftovers import sweep_folder

RESULT = "result.json"
REPORT = "report.html"


@dataclass(frozen=True)
class AnalysisFolder:
    """Results of an analysis on disk, in the folder of runs or in the folder of the analysed run.

    Attributes:
        path: Folder of the analysis.
    """

    path: Path

    @property
    def name(self) -> str:
        """Name of the folder, such as `circle-landscape`."""
        return self.path.resolve().name

    @property
    def report_path(self) -> Path:
        """Path of the page."""
        return self.path / REPORT

    @property
    def written(self) -> datetime:
        """Time of writing; a repeated analysis replaces the previous one."""
        return datetime.fromtimestamp((self.path / RESULT).stat().st_mtime, UTC).astimezone()

    def result(self) -> dict[str, Any]:
        """Read the result."""
        values = unpack_json(read_whole(self.path, RESULT, limit=MAX_BYTES), self.path / RESULT)
        check_format(values, self.path / RESULT)
        return check_form(values, ResultForm, self.path / RESULT)


def is_analysis(path: Path) -> bool:
    """Determine whether a folder is an analysis, and not a run or study: it has a result and a page."""
    try:
        has_both = all((path / name).is_file() for name in (RESULT, REPORT))
        return has_both and not any((path / name).exists() for name in (EXPERIMENT, STUDY))
    except (OSError, ValueError):  # a name that is too long for the system, or with a null character
        return False


def list_analyses(root: Path = Path("runs")) -> list[str]:
    """List the names of the analyses in a folder of runs or in the folder of a run.

    Raises:
        RunError: If the folder cannot be read.
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
    """Write the results of an analysis, in place of earlier results of the same name.

    Args:
        folder: Folder of the analysis; it is created if it is missing. An analysis of a run has a folder in the run's.
        result: Plain values, as `--json` prints them. NaN and infinity become null.
        tables: Columns of numbers by table name, each written as `NAME.parquet`.
        report: HTML of the page, or None for no page.

    Raises:
        RunError: If `folder` is a file.
        StorageError: If the disk is full or the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} is a file, not a folder; name another folder by --out")
    contents = {f"{name}.parquet": pack_table(columns) for name, columns in (tables or {}).items()}
    if report is not None:
        contents[REPORT] = to_utf8(report)
    contents[RESULT] = pack_json({**stamp(), **result})
    if not folder.exists():
        publish(contents, out=folder, root=folder.parent, name=folder.name)
        return
    with storage_errors(folder):
        sweep_folder(folder.parent)
        sweep_folder(folder)
        with staged(folder, contents) as hidden:  # if the disk is full, the earlier results stay
            for name in contents:
                (hidden / name).replace(folder / name)
        sync_files(folder)

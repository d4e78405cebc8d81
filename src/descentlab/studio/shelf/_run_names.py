"""Folders and kinds of runs, studies and analyses, by their names."""

from pathlib import Path
from typing import Literal

from descentlab.runs import is_analysis

Kind = Literal["run", "study", "analysis"]


def kind_of(path: Path) -> Kind | None:
    """Return the kind of a folder, or None if descentlab did not write it."""
    try:
        if (path / "experiment.toml").is_file():
            return "run"
        if (path / "study.toml").is_file():
            return "study"
    except (OSError, ValueError):  # a name too long for the system, or with a null in it
        return None
    return "analysis" if is_analysis(path) else None


def find_folder(runs: Path, name: str) -> Path | None:
    """Find the folder of a run, a study or an analysis.

    Args:
        runs: Folder of runs.
        name: Name of the run, study or analysis, without slashes.

    Returns:
        The folder; None if there is none, or it is a link.
    """
    if not name or name.startswith(".") or any(sign in name for sign in "/\\\0"):
        return None
    path = runs / name
    return None if kind_of(path) is None or path.is_symlink() else path

"""The files of a run, a study or an analysis that can be downloaded."""

import stat
from dataclasses import dataclass
from pathlib import Path

from descentlab.core import RunError
from descentlab.runs import list_analyses
from descentlab.studio.shelf._run_names import find_folder

ENDINGS = (".parquet", ".json", ".toml", ".safetensors", ".html")
"""Endings of the files that descentlab writes; other files in the folder are not served."""

HOLDS = {
    "members.parquet": "a row a network: its setting, seed, final numbers and outcome",
    "history.parquet": "the curves: a row per network and epoch",
    "symptoms.parquet": "gradients, updates and outputs of each layer at some steps",
    "metrics.json": "what came out, as plain values",
    "result.json": "what came out, as plain values",
    "weights.safetensors": "the trained weights",
    "snapshots.safetensors": "the weights after some epochs",
    "experiment.toml": "what was trained; descentlab train takes it",
    "study.toml": "what was varied, in which experiment",
    "preparation.json": "how the data was prepared",
    "environment.json": "machine, versions, seeds, checksum of the data",
    "report.html": "the report, which needs nothing but itself",
}


@dataclass(frozen=True)
class RunFile:
    """A file that can be downloaded.

    Attributes:
        path: Path of the file in the folder, with slashes.
        num_bytes: Size of the file, in bytes.
        holds: Content of the file, in words.
    """

    path: str
    num_bytes: int
    holds: str


def list_files(folder: Path) -> tuple[RunFile, ...]:
    """List the files of a folder and of the analyses in it, without links and hidden files."""
    inner = [name for name in list_analyses(folder) if not (folder / name).is_symlink()]
    return tuple(file for place in ("", *inner) for file in _files_of(folder, place))


def _files_of(folder: Path, place: str) -> list[RunFile]:
    files: list[RunFile] = []
    try:
        entries = sorted((folder / place).iterdir())
    except OSError as error:
        raise RunError(f"{folder / place} cannot be read ({error.strerror})") from None
    for entry in entries:
        if entry.name.startswith(".") or entry.suffix not in ENDINGS:
            continue
        try:
            status = entry.lstat()
        except OSError:  # the file was removed while the others were read
            continue
        if stat.S_ISREG(status.st_mode):
            path = f"{place}/{entry.name}" if place else entry.name
            usual = f"{entry.stem.replace('-', ' ')}: numbers behind the figures" if entry.suffix == ".parquet" else ""
            files.append(RunFile(path, status.st_size, HOLDS.get(entry.name, usual)))
    return files


def find_file(runs: Path, name: str, path: str) -> Path | None:
    """Find a file that `list_files` names, and no other.

    Args:
        runs: Folder of runs.
        name: Name of a run, a study or an analysis.
        path: Path of the file in its folder.

    Returns:
        The file, or None.
    """
    folder = find_folder(runs, name)
    try:
        is_listed = folder is not None and any(path == file.path for file in list_files(folder))
    except RunError:  # a folder that may not be read
        is_listed = False
    return folder / path if folder is not None and is_listed else None


def word_size(num_bytes: int) -> str:
    """Write a file's size.

    Example:
        >>> word_size(812), word_size(3_400), word_size(52_000_000)
        ('812 bytes', '3.4 kB', '52 MB')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if num_bytes >= size:
            amount = num_bytes / size
            return f"{amount:.1f} {unit}" if amount < 10.0 else f"{amount:.0f} {unit}"
    return f"{num_bytes} bytes"

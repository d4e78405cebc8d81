"""A study on disk: its description, the networks trained so far, and the results."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from descentlab.core import RunError
from descentlab.runs._checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from descentlab.runs._create import publish
from descentlab.runs._experiment import ENVIRONMENT, STUDY, read_study
from descentlab.runs._files import read_whole, storage_errors, write_whole
from descentlab.runs._folder import METRICS, REPORT
from descentlab.runs._forms import EnvironmentForm, StudyMetricsForm, check_form
from descentlab.runs._history import Columns, pack_table, read_table
from descentlab.runs._json import MAX_BYTES, pack_json, to_utf8, unpack_json
from descentlab.runs._lock import locked
from descentlab.runs._tensors import Tensors, pack_tensors, unpack_tensors
from descentlab.spec import StudySpec, study_to_toml

MEMBERS = "members.parquet"
HISTORY = "history.parquet"
PARTS = "parts"
BLOCKS = "blocks"


@dataclass(frozen=True)
class StudyFolder:
    """A study on disk. During training, finished networks are in `parts/`; at the end, they are in two tables.

    Attributes:
        path: Folder of the study.
    """

    path: Path

    @property
    def name(self) -> str:
        """Name of the folder, such as `iris-sweep-001`."""
        return self.path.resolve().name

    @property
    def study(self) -> StudySpec:
        """Description of the study, read from `study.toml`."""
        return read_study(self.path)

    @property
    def is_finished(self) -> bool:
        """Whether the study has ended: `metrics.json` is written last."""
        return (self.path / METRICS).is_file()

    @property
    def report_path(self) -> Path:
        """Path of the study's page, which may not exist yet."""
        return self.path / REPORT

    def environment(self) -> dict[str, Any]:
        """Read the machine and the versions that the study was made with."""
        values = unpack_json(read_whole(self.path, ENVIRONMENT, limit=MAX_BYTES), self.path / ENVIRONMENT)
        return check_form(values, EnvironmentForm, self.path / ENVIRONMENT)

    def metrics(self) -> dict[str, Any]:
        """Read the metrics, which only a finished study has."""
        values = unpack_json(read_whole(self.path, METRICS, limit=MAX_BYTES), self.path / METRICS)
        return check_form(values, StudyMetricsForm, self.path / METRICS)

    def save_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write the metrics, which marks the study as finished, and remove the files that resuming would need."""
        write_whole(self.path / METRICS, pack_json(metrics))
        for name in (PARTS, BLOCKS):
            shutil.rmtree(self.path / name, ignore_errors=True)

    def lock(self) -> AbstractContextManager[None]:
        """Lock the study for this process, so that no second process trains into it."""
        return locked(self.path)

    def save_part(self, arrays: Mapping[str, Shaped[np.ndarray, "members ..."]], labels: Mapping[str, str]) -> None:
        """Write the measurements of some trained networks, whole or not at all.

        Args:
            arrays: Measurements by name; the first axis is that of the networks.
            labels: Texts beside them.
        """
        with storage_errors(self.path):
            (self.path / PARTS).mkdir(exist_ok=True)
            number = 1 + max((int(file.stem) for file in self._part_files()), default=0)
        write_whole(self.path / PARTS / f"{number:06d}.safetensors", pack_tensors(arrays, dict(labels)))

    def parts(self) -> Iterator[tuple[Tensors, dict[str, str]]]:
        """Read the measurements of the networks trained so far."""
        for file in self._part_files():
            yield unpack_tensors(self.path / PARTS, file.name)

    def _part_files(self) -> list[Path]:
        files = (self.path / PARTS).glob("*.safetensors") if (self.path / PARTS).is_dir() else []
        return sorted(file for file in files if file.stem.isdigit())

    def save_block(self, name: str, arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> None:
        """Write the state of networks in training."""
        folder = self.path / BLOCKS / name
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(folder, arrays, {})

    def load_block(self, name: str) -> Checkpoint | None:
        """Read the state of networks in training, or return None if there is none."""
        return load_checkpoint(self.path / BLOCKS / name, None)

    def save_members(self, columns: Mapping[str, Shaped[np.ndarray, " rows"]]) -> None:
        """Write one row per network: its seed, its hyperparameters, its results and its verdict."""
        write_whole(self.path / MEMBERS, pack_table(columns))

    def members(self) -> Columns:
        """Read the table of networks."""
        return read_table(self.path / MEMBERS)

    def save_history(self, write: Callable[[Path], None]) -> None:
        """Write the curves, with one row per network and epoch.

        Args:
            write: Function that writes the table to a path; a long table is written piece by piece.
        """
        partial = self.path / f".{HISTORY}.partial"
        with storage_errors(self.path):
            try:
                write(partial)
                partial.replace(self.path / HISTORY)
            finally:
                partial.unlink(missing_ok=True)

    def history(self) -> Columns:
        """Read the curves."""
        return read_table(self.path / HISTORY)

    def save_report(self, html: str) -> None:
        """Write the study's page."""
        write_whole(self.report_path, to_utf8(html))

    def discard_if_untrained(self) -> None:
        """Remove a study that failed before any training; files that descentlab did not write are kept."""
        if self._part_files() or (self.path / BLOCKS).is_dir() or self.is_finished:
            return
        with storage_errors(self.path):
            for file in [*(self.path / name for name in (STUDY, ENVIRONMENT, MEMBERS, HISTORY, REPORT)),
                         *self.path.glob(".lock")]:  # fmt: skip
                file.unlink(missing_ok=True)
            if (self.path / PARTS).is_dir():
                (self.path / PARTS).rmdir()
            if not any(self.path.iterdir()):
                self.path.rmdir()


def create_study(
    study: StudySpec, *, out: Path | None = None, root: Path = Path("runs"), environment: Mapping[str, Any]
) -> StudyFolder:
    """Create the folder of a study with everything that is known before training. It appears whole, as a run's does.

    Args:
        study: Description of the study.
        out: Folder of the study, new or empty. Default: the next free name under `root`, such as
            `runs/iris-sweep-001`.
        root: Folder of runs; it is created if it is missing.
        environment: Machine and versions with which the study is made.

    Returns:
        The study.

    Raises:
        RunError: If `out` exists and is not an empty folder.
        StorageError: If the disk is full or the folder cannot be written; nothing is left behind.
    """
    files = {ENVIRONMENT: pack_json(environment), STUDY: to_utf8(study_to_toml(study))}
    name = f"{study.experiment.name}-{study.kind}"
    return StudyFolder(publish(files, out=out, root=root, name=name))


def find_study(text: str, root: Path = Path("runs")) -> StudyFolder:
    """Open a study by its path, or by its name under `root`.

    Raises:
        RunError: If there is no such study; the message guesses which one was meant.
    """
    for place in (Path(text), root / text):
        try:
            if (place / STUDY).is_file():
                folder = StudyFolder(place)
                _ = folder.study  # refuses a folder whose description is damaged
                return folder
        except (OSError, ValueError):  # a name that is too long for the system, or with a null character
            break
    names = list_studies(root)
    close = get_close_matches(Path(text).name, names, n=1, cutoff=0.5)
    guess = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(names[-3:]) or 'none'}"
    raise RunError(f"there is no study '{text[:80]}', here or in {root}: {guess}")


def list_studies(root: Path = Path("runs")) -> list[str]:
    """List the names of the studies in a folder of runs."""
    try:
        return sorted(entry.name for entry in root.iterdir() if (entry / STUDY).is_file()) if root.is_dir() else []
    except OSError as error:
        raise RunError(f"{root} cannot be read ({error.strerror})") from None

"""A study on disk: what was varied, what has been trained of it, and what came of it."""

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
from descentlab.runs._checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, save_checkpoint
from descentlab.runs._create import publish
from descentlab.runs._experiment import ENVIRONMENT, STUDY, read_study
from descentlab.runs._files import read_whole, storage_errors, write_whole
from descentlab.runs._folder import METRICS, REPORT
from descentlab.runs._format import FIRST, check_format, stamp
from descentlab.runs._forms import EnvironmentForm, FirstStudyMetricsForm, StudyMetricsForm, check_form
from descentlab.runs._history import Columns, pack_table, read_table
from descentlab.runs._json import MAX_BYTES, pack_json, to_utf8, unpack_json
from descentlab.runs._leftovers import partial_name, sweep_folder
from descentlab.runs._lock import locked
from descentlab.runs._parts import pack_part, unpack_part
from descentlab.runs._study_metrics import current_metrics, with_current_outcomes
from descentlab.runs._tensors import unpack_tensors
from descentlab.spec import StudySpec, study_to_toml

MEMBERS = "members.parquet"
HISTORY = "history.parquet"
PARTS = "parts"
BLOCKS = "blocks"


@dataclass(frozen=True)
class StudyFolder:
    """A study on disk. While it trains, finished networks are in `parts/`; in the end, in two tables.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def name(self) -> str:
        """The folder's own name, as `iris-sweep-001`."""
        return self.path.resolve().name

    @property
    def study(self) -> StudySpec:
        """What was varied in which experiment, read from `study.toml`."""
        return read_study(self.path)

    @property
    def is_finished(self) -> bool:
        """Whether the study came to its end: `metrics.json` is written last."""
        return (self.path / METRICS).is_file()

    @property
    def report_path(self) -> Path:
        """Where the study's page is, or will be."""
        return self.path / REPORT

    def environment(self) -> dict[str, Any]:
        """Read where and with which versions the study was made."""
        values = unpack_json(read_whole(self.path, ENVIRONMENT, limit=MAX_BYTES), self.path / ENVIRONMENT)
        return check_form(values, EnvironmentForm, self.path / ENVIRONMENT)

    def metrics(self) -> dict[str, Any]:
        """Read the outcome in the form of the newest format; only a finished study has one."""
        where = self.path / METRICS
        values = unpack_json(read_whole(self.path, METRICS, limit=MAX_BYTES), where)
        check_format(values, where)
        if values.get("format", FIRST) == FIRST:
            values = current_metrics(check_form(values, FirstStudyMetricsForm, where))
        return with_current_outcomes(check_form(values, StudyMetricsForm, where))

    def save_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write the outcome, and by that mark the study as finished; what was kept for resuming is removed."""
        write_whole(self.path / METRICS, pack_json({**stamp(), **metrics}))
        for name in (PARTS, BLOCKS):
            shutil.rmtree(self.path / name, ignore_errors=True)

    def drop_partial_files(self) -> None:
        """Remove what processes left that were killed while they wrote; the caller holds the lock."""
        for folder in (self.path, self.path / PARTS, *(self.path / BLOCKS).glob("*/")):
            sweep_folder(folder)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the study for this process, so that no second one trains into it."""
        return locked(self.path)

    def save_part(
        self,
        by_network: Mapping[str, Shaped[np.ndarray, "networks ..."]],
        common: Mapping[str, Shaped[np.ndarray, " values"]],
    ) -> None:
        """Write some networks that have been trained, whole or not at all.

        Args:
            by_network: What was measured, by name; the first axis is the networks'.
            common: Whole numbers that they have in common.
        """
        with storage_errors(self.path):
            (self.path / PARTS).mkdir(exist_ok=True)
            number = 1 + max((int(file.stem) for file in self._part_files()), default=0)
        write_whole(self.path / PARTS / f"{number:06d}.parquet", pack_part(by_network, common))

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        """Read what was trained until now."""
        for file in self._part_files():
            if file.suffix == ".parquet":
                yield unpack_part(self.path / PARTS, file.name)
            else:  # of a study that was begun before format 4
                yield dict(unpack_tensors(self.path / PARTS, file.name)[0])

    def _part_files(self) -> list[Path]:
        files = (self.path / PARTS).iterdir() if (self.path / PARTS).is_dir() else []
        return sorted(file for file in files if file.stem.isdigit() and file.suffix in (".parquet", ".safetensors"))

    def save_block(self, name: str, arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> None:
        """Write the state of networks in training."""
        folder = self.path / BLOCKS / name
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(folder, arrays, {})

    def load_block(self, name: str) -> Checkpoint | None:
        """Read the state of networks in training, or return None where there is none."""
        return load_checkpoint(self.path / BLOCKS / name, None)

    def save_members(self, columns: Mapping[str, Shaped[np.ndarray, " rows"]]) -> None:
        """Write one row a network: its seed, its numbers, what it reached, its verdict."""
        write_whole(self.path / MEMBERS, pack_table(columns))

    def members(self) -> Columns:
        """Read one row a network."""
        return read_table(self.path / MEMBERS)

    def save_history(self, write: Callable[[Path], None]) -> None:
        """Write the curves, a row per network and epoch.

        Args:
            write: Writes the table to a path; a long table is written piece by piece.
        """
        partial = partial_name(self.path / HISTORY)
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
        """Remove a study that failed before anything was trained; any file that descentlab did not write stays."""
        has_blocks = any((self.path / BLOCKS).rglob(Path(CHECKPOINT).name))
        if self._part_files() or has_blocks or self.is_finished:
            return
        self.drop_partial_files()
        with storage_errors(self.path):
            for file in [*(self.path / name for name in (STUDY, ENVIRONMENT, MEMBERS, HISTORY, REPORT)),
                         *self.path.glob(".lock")]:  # fmt: skip
                file.unlink(missing_ok=True)
            shutil.rmtree(self.path / BLOCKS, ignore_errors=True)  # holds empty folders alone
            if (self.path / PARTS).is_dir():
                (self.path / PARTS).rmdir()
            if not any(self.path.iterdir()):
                self.path.rmdir()


def create_study(
    study: StudySpec, *, out: Path | None = None, root: Path = Path("runs"), environment: Mapping[str, Any]
) -> StudyFolder:
    """Make a study's folder with what is known before training. It appears whole, as a run's does.

    Args:
        study: What is to be trained.
        out: The study's own folder: a new one or an empty one. Default: the next free name under `root`, as
            `runs/iris-sweep-001`.
        root: The folder of runs; made where it is missing.
        environment: Where and with which versions the study is made.

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
        RunError: If there is no such study; it guesses which was meant.
    """
    for place in (Path(text), root / text):
        try:
            if (place / STUDY).is_file():
                folder = StudyFolder(place)
                _ = folder.study
                return folder
        except (OSError, ValueError):  # a name too long for the system, or with a null in it
            break
    names = list_studies(root)
    close = get_close_matches(Path(text).name, names, n=1, cutoff=0.5)
    guess = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(names[-3:]) or 'none'}"
    raise RunError(f"there is no study '{text[:80]}', here or in {root}: {guess}")


def list_studies(root: Path = Path("runs")) -> list[str]:
    """Name the studies of a folder."""
    try:
        return sorted(entry.name for entry in root.iterdir() if (entry / STUDY).is_file()) if root.is_dir() else []
    except OSError as error:
        raise RunError(f"{root} cannot be read ({error.strerror})") from None

"""A run on disk: a folder of files that can all be read without descentlab."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int, Shaped

from descentlab.core import RunError
from descentlab.runs import _checkpoint as checkpoint_file, _history as history_file
from descentlab.runs._checkpoint import CHECKPOINT, Checkpoint
from descentlab.runs._experiment import ENVIRONMENT, EXPERIMENT, read_experiment
from descentlab.runs._files import checked_file, read_whole, storage_errors, sync_files, write_whole
from descentlab.runs._forms import EnvironmentForm, MetricsForm, check_form
from descentlab.runs._json import MAX_BYTES, pack_json, to_utf8, unpack_json
from descentlab.runs._leftovers import PARTIAL, sweep_folder
from descentlab.runs._lock import locked
from descentlab.runs._tensors import Shapes, Tensors, check_are_reals, check_shapes, pack_tensors, unpack_tensors
from descentlab.spec import Experiment

if TYPE_CHECKING:
    import pandas as pd

PREPARATION = "preparation.json"
METRICS = "metrics.json"
WEIGHTS = "weights.safetensors"
SNAPSHOTS = "snapshots.safetensors"
HISTORY = "history.parquet"
SYMPTOMS = "symptoms.parquet"
REPORT = "report.html"
_EPOCHS = "epochs"


@dataclass(frozen=True)
class Snapshots:
    """The weights after some epochs of a training.

    Attributes:
        epochs: Number of each epoch; 0 is the state before the first step.
        tensors: Weights by name, of shape `(epochs, members, ...)`.
    """

    epochs: Int[np.ndarray, " epochs"]
    tensors: Tensors


@dataclass(frozen=True)
class RunFolder:
    """A run on disk.

    Every file is written whole or not at all, however a process ends. A power cut may take back what was written last;
    a durable run waits for the disk at each checkpoint and when its metrics are written, so that from then on all of it
    stays. Methods that read raise `RunError` if a file is missing or damaged; methods that write raise `StorageError`
    if the disk is full or the folder cannot be written.

    Attributes:
        path: Folder of the run.
        durable: Whether checkpoints and the finished run survive a power cut.
    """

    path: Path
    durable: bool = True

    @property
    def name(self) -> str:
        """Name of the folder, such as `iris-001`."""
        return self.path.resolve().name

    @property
    def experiment(self) -> Experiment:
        """Description of the training, read from `experiment.toml`."""
        return read_experiment(self.path)

    @property
    def is_finished(self) -> bool:
        """Whether the training has ended: `metrics.json` is written last."""
        return (self.path / METRICS).is_file()

    @property
    def report_path(self) -> Path:
        """Path of the run's page, which may not exist yet."""
        return self.path / REPORT

    @property
    def num_bytes(self) -> int:
        """Size of all files of the folder."""
        return sum(file.lstat().st_size for file in self.path.rglob("*") if file.is_file() and not file.is_symlink())

    def preparation(self) -> dict[str, Any]:
        """Read the preparation of the data."""
        return self._json(PREPARATION)

    def environment(self) -> dict[str, Any]:
        """Read the machine and the versions that the run was made with."""
        return check_form(self._json(ENVIRONMENT), EnvironmentForm, self.path / ENVIRONMENT)

    def metrics(self) -> dict[str, Any]:
        """Read the metrics, which only a finished run has."""
        return check_form(self._json(METRICS), MetricsForm, self.path / METRICS)

    def save_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write the metrics, which marks the run as finished. NaN and infinity become null."""
        content = pack_json(metrics)
        self._sync()  # a run that looks finished has all its files
        write_whole(self.path / METRICS, content, durable=self.durable)

    def lock(self) -> AbstractContextManager[None]:
        """Lock the run for this process, so that no second process trains into it.

        Returns:
            A context that holds the lock. Entering it raises `RunError` if another process holds the lock.
        """
        return locked(self.path)

    def save_checkpoint(self, tensors: Mapping[str, Shaped[np.ndarray, "..."]], meta: Mapping[str, Any]) -> None:
        """Write the state of the training, whole or not at all, in place of the previous one.

        Args:
            tensors: Arrays of the trainer by name.
            meta: Plain values beside them, in the same file, so that the two never disagree.
        """
        checkpoint_file.save_checkpoint(self.path, tensors, meta, durable=self.durable)
        self._sync()

    def load_checkpoint(self, expected: Mapping[str, tuple[int, ...]] | None = None) -> Checkpoint | None:
        """Read the state of the training, or return None if there is none.

        Args:
            expected: Shape of each array, which is compared with the header of the file before the rest is read.
        """
        return checkpoint_file.load_checkpoint(self.path, expected)

    def checkpoint_meta(self) -> dict[str, Any] | None:
        """Read the notes beside the state of the training, without the arrays, or return None if there is no state."""
        return checkpoint_file.load_meta(self.path)

    def drop_checkpoint(self) -> None:
        """Remove the state of the training, which a finished run does not need."""
        checkpoint_file.drop_checkpoint(self.path)

    def drop_partial_files(self) -> None:
        """Remove what processes left that were killed while they wrote."""
        sweep_folder(self.path)

    def save_weights(self, tensors: Mapping[str, Shaped[np.ndarray, "members ..."]]) -> None:
        """Write the trained weights, by names such as `hidden/weight`."""
        write_whole(self.path / WEIGHTS, pack_tensors(tensors, {}), durable=False)

    def load_weights(self, expected: Mapping[str, tuple[int, ...]] | None = None) -> Tensors:
        """Read the trained weights.

        Args:
            expected: Shape of each array of one member, without the leading axis of members. The shapes are
                compared with the header of the file before the rest is read.

        Returns:
            Weights by name, of shape `(members, ...)`.
        """
        tensors = self._tensors(WEIGHTS, expected, ("members",))
        check_are_reals(tensors, self.path / WEIGHTS)
        return tensors

    def save_snapshots(
        self, epochs: Int[np.ndarray, " epochs"], tensors: Mapping[str, Shaped[np.ndarray, "epochs members ..."]]
    ) -> None:
        """Write the weights after some epochs of the training."""
        write_whole(self.path / SNAPSHOTS, pack_tensors({_EPOCHS: epochs, **tensors}, {}), durable=False)

    def load_snapshots(self, expected: Mapping[str, tuple[int, ...]] | None = None) -> Snapshots | None:
        """Read the weights after some epochs of the training, or return None if none were kept.

        Args:
            expected: Shapes as in `load_weights`.
        """
        if not (self.path / SNAPSHOTS).exists():
            return None
        tensors = self._tensors(SNAPSHOTS, expected, ("epochs", "members"))
        epochs = tensors.pop(_EPOCHS, np.empty(0))
        lengths = {tensor.shape[:1] for tensor in tensors.values()}
        if epochs.ndim != 1 or epochs.dtype.kind not in "iu" or lengths - {epochs.shape}:
            raise RunError(
                f"{self.path / SNAPSHOTS}: '{_EPOCHS}' does not hold one epoch for each snapshot; the run is damaged"
            )
        check_are_reals(tensors, self.path / SNAPSHOTS)
        return Snapshots(epochs, tensors)

    def save_history(self, columns: Mapping[str, Shaped[np.ndarray, " rows"]]) -> None:
        """Write the history of the training.

        Args:
            columns: `member`, `seed` and `epoch`, then any measurements, with one row per member and epoch.
        """
        write_whole(self.path / HISTORY, history_file.pack_history(columns), durable=False)

    def history(self) -> history_file.Columns:
        """Read the history of the training, as columns by name."""
        content = read_whole(self.path, HISTORY, limit=history_file.MAX_FILE_BYTES)
        return history_file.unpack_history(content, self.path / HISTORY)

    def history_frame(self) -> "pd.DataFrame":
        """Read the history of the training, as a DataFrame of pandas."""
        import pandas as pd

        return pd.DataFrame(self.history())

    def save_symptoms(self, columns: Mapping[str, Shaped[np.ndarray, " rows"]]) -> None:
        """Write what was recorded of the layers at some steps, with one row per member, step and layer."""
        write_whole(self.path / SYMPTOMS, history_file.pack_table(columns))

    def symptoms(self) -> history_file.Columns:
        """Read what was recorded of the layers at some steps, as columns by name."""
        if self.is_finished and not (self.path / SYMPTOMS).exists():
            raise RunError(f"{self.path} has recorded no symptoms; train with symptoms=True, or --symptoms")
        return history_file.read_table(checked_file(self.path, SYMPTOMS, limit=history_file.MAX_FILE_BYTES))

    def save_report(self, html: str) -> None:
        """Write the run's page."""
        write_whole(self.report_path, to_utf8(html), durable=self.durable and self.is_finished)

    def discard_if_untrained(self) -> None:
        """Remove a run that failed before its first checkpoint, so that nothing is left behind.

        A run that has a checkpoint, or weights and metrics, is kept, and so is any file that descentlab did not write.
        """
        if (self.path / CHECKPOINT).exists() or (self.is_finished and (self.path / WEIGHTS).exists()):
            return
        names = (WEIGHTS, METRICS, HISTORY, SYMPTOMS, REPORT, SNAPSHOTS, EXPERIMENT, PREPARATION, ENVIRONMENT)
        ours = [self.path / name for name in names]
        with storage_errors(self.path):
            for file in [*ours, *self.path.glob(".lock"), *self.path.glob(f".*{PARTIAL}")]:
                file.unlink(missing_ok=True)
            if (self.path / CHECKPOINT).parent.is_dir():
                self.drop_checkpoint()
            if not any(self.path.iterdir()):
                self.path.rmdir()

    def _sync(self) -> None:
        if self.durable:
            sync_files(self.path)

    def _json(self, name: str) -> dict[str, Any]:
        return unpack_json(read_whole(self.path, name, limit=MAX_BYTES), self.path / name)

    def _tensors(self, name: str, expected: Mapping[str, tuple[int, ...]] | None, lead: tuple[str, ...]) -> Tensors:
        def check(shapes: Shapes) -> None:
            weights = {key: shape for key, shape in shapes.items() if key != _EPOCHS or name != SNAPSHOTS}
            check_shapes(weights, expected or {}, self.path / name, lead=lead)

        return unpack_tensors(self.path, name, check if expected is not None else None)[0]

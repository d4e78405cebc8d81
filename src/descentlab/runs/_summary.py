"""Summaries of runs, one line each, and their table."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from descentlab.core import TextTable
from descentlab.runs._folder import RunFolder
from descentlab.runs._manage import read_note
from descentlab.spec import ArraysData, DataSpec, PicturesData, PointsData, TableData

_SCORES = ("accuracy", "r2")


@dataclass(frozen=True)
class RunSummary:
    """Summary of a run, for one line of a listing.

    Attributes:
        name: Name of the folder.
        path: Path of the folder.
        data: Short name of the data, such as `iris` or `penguins.csv`.
        created: Time at which the run was made, with its time zone; None if the folder does not state it.
        epochs_done: Number of epochs trained so far.
        epochs_planned: Number of epochs requested. Training may have stopped early, or not have ended yet.
        is_finished: Whether the training has ended.
        num_seeds: Number of members, each trained with its own seed.
        score_name: `accuracy` or `r2`; empty if there is no test result.
        score: Score on the test set, averaged over the seeds.
        score_sd: Standard deviation of the score over the seeds; None for a single seed.
        note: What a person has noted beside the run; empty if nothing.
    """

    name: str
    path: Path
    data: str
    created: datetime | None
    epochs_done: int
    epochs_planned: int
    is_finished: bool
    num_seeds: int
    score_name: str
    score: float | None
    score_sd: float | None
    note: str = ""

    def row(self) -> tuple[str, ...]:
        """Return the run as words, in the columns of a listing."""
        score = "" if self.score is None else f"{self.score_name} {self.score:.3f}"
        return (
            self.name,
            self.data,
            f"{self.created:%Y-%m-%d %H:%M}" if self.created else "",
            f"{self.epochs_done}/{self.epochs_planned}",
            str(self.num_seeds),
            score if self.score_sd is None else f"{score} ± {self.score_sd:.3f}",
            "finished" if self.is_finished else "not finished",
        )


@dataclass(frozen=True)
class DamagedRun:
    """A folder of a run that cannot be read.

    Attributes:
        path: Path of the folder.
        reason: Reason in one line.
    """

    path: Path
    reason: str


@dataclass(frozen=True)
class RunListing:
    """All runs of a folder, oldest first.

    Attributes:
        root: Folder of runs.
        runs: Runs that can be read.
        damaged: Runs that cannot be read.
    """

    root: Path
    runs: tuple[RunSummary, ...]
    damaged: tuple[DamagedRun, ...] = ()

    def table(self) -> TextTable:
        """Return the runs as a table of words."""
        header = ("run", "data", "created", "epochs", "seeds", "test", "state")
        if not any(run.note for run in self.runs):
            return TextTable(header=header, rows=tuple(run.row() for run in self.runs))
        return TextTable(header=(*header, "note"), rows=tuple((*run.row(), run.note) for run in self.runs))

    def to_json(self) -> dict[str, Any]:
        """Return the runs as plain values."""
        return {
            "root": str(self.root),
            "runs": [{name: _plain(value) for name, value in vars(run).items()} for run in self.runs],
            "damaged": [{"path": str(run.path), "reason": run.reason} for run in self.damaged],
        }

    def __str__(self) -> str:
        lines = [str(self.table())] if self.runs else [f"no runs in {self.root}"]
        return "\n".join([*lines, *(f"damaged: {run.reason}" for run in self.damaged)])

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def summarise(run: RunFolder) -> RunSummary:
    """Read the summary of a run.

    Raises:
        RunError: If the run is damaged.
    """
    experiment = run.experiment
    environment = run.environment()
    metrics = run.metrics() if run.is_finished else {}
    score_name, score, deviation = _score(metrics)
    return RunSummary(
        name=run.name,
        path=run.path,
        data=data_name(experiment.data),
        created=read_moment(environment.get("created", "")),
        epochs_done=_epochs_done(run, metrics, experiment.epochs),
        epochs_planned=experiment.epochs,
        is_finished=run.is_finished,
        num_seeds=_num_seeds(environment),
        score_name=score_name,
        score=score,
        score_sd=deviation,
        note=read_note(run.path),
    )


def data_name(data: DataSpec) -> str:
    """Return a short name of the data, such as `iris` or `penguins.csv`."""
    if isinstance(data, TableData | PicturesData):
        return Path(data.path).name or data.path
    if isinstance(data, PointsData):
        return f"{len(data.points)} points"
    return data.name if not isinstance(data, ArraysData) else f"{data.name} (in Python)"


def read_moment(text: str) -> datetime | None:
    """Read a time as `environment.json` states it; None if the text is no time with a time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _num_seeds(environment: dict[str, Any]) -> int:
    return len(environment.get("seeds", [])) or 1


def _epochs_done(run: RunFolder, metrics: dict[str, Any], planned: int) -> int:
    """Return the number of epochs of the member that has trained longest."""
    done = metrics.get("epochs", planned) if metrics else (run.checkpoint_meta() or {}).get("epoch", 0)
    counts = [count for count in (done if isinstance(done, list) else [done]) if isinstance(count, int)]
    return max(counts, default=planned)


def _score(metrics: dict[str, Any]) -> tuple[str, float | None, float | None]:
    for name in _SCORES:
        value = metrics.get("test", {}).get(name)
        if isinstance(value, dict):
            return name, _number(value.get("mean")), _number(value.get("sd"))
        if _number(value) is not None:
            return name, _number(value), None
    return "", None, None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else None

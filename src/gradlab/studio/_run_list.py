"""The runs and studies of a folder, a line each, and what there is to say of one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gradlab.core import GradlabError, RunError
from gradlab.runs import RunFolder, RunSummary, StudyFolder, list_runs, list_studies, read_moment
from gradlab.spec import study_to_toml, to_toml

PARTS = ("train", "validation", "test")
SCORES = ("loss", "accuracy", "r2")
INTERVALS = {"accuracy": "ci95", "r2": "r2_ci95"}
"""Where a single network's score has its interval."""


@dataclass(frozen=True)
class Entry:
    """A line of the list.

    Attributes:
        name: The folder's name.
        kind: "run" or "study".
        data: What was learned from.
        created: When, in words.
        result: The test score with what is sure of it, in words.
        state: Whether it is finished, in training, or can be resumed.
        is_finished: Whether its training came to its end.
        has_report: Whether there is a page to open.
        moment: When, in seconds; 0 where the folder does not say.
    """

    name: str
    kind: str
    data: str = ""
    created: str = ""
    result: str = ""
    state: str = ""
    is_finished: bool = False
    has_report: bool = False
    moment: float = 0.0


@dataclass(frozen=True)
class Details:
    """What there is to say of a run or a study.

    Attributes:
        sentences: What came of it.
        scores: The scores of each part: a header, then a row a part; empty for a study.
        description: What was trained, as TOML.
    """

    sentences: tuple[str, ...]
    scores: tuple[tuple[str, ...], ...]
    description: str


def list_entries(root: Path) -> list[Entry]:
    """List runs and studies, newest first; damaged ones are at the end.

    Raises:
        RunError: If the folder cannot be read.
    """
    listing = list_runs(root)
    runs = [_run_entry(summary) for summary in listing.runs]
    studies = [_study_entry(StudyFolder(root / name)) for name in list_studies(root) if not name.startswith(".")]
    damaged = [Entry(run.path.name, "run", state=f"damaged: {run.reason}") for run in listing.damaged]
    return [*sorted([*runs, *studies], key=lambda entry: (-entry.moment, entry.name)), *damaged]


def _run_entry(summary: RunSummary) -> Entry:
    folder = RunFolder(summary.path)
    done = f"epoch {summary.epochs_done} of {summary.epochs_planned}"
    return Entry(
        summary.name,
        "run",
        summary.data,
        _when(summary.created),
        _result(summary, folder),
        "finished" if summary.is_finished else _state_of_unfinished(folder, done),
        summary.is_finished,
        has_report=summary.is_finished and folder.report_path.is_file(),
        moment=summary.created.timestamp() if summary.created else 0.0,
    )


def _result(summary: RunSummary, folder: RunFolder) -> str:
    if summary.score is None:
        return ""
    score = f"{summary.score_name} {summary.score:.3f}"
    if summary.num_seeds > 1:
        deviation = "" if summary.score_sd is None else f" ± {summary.score_sd:.3f}"
        return f"{score}{deviation} (mean of {summary.num_seeds} seeds)"
    return score + _interval(folder.metrics().get("test", {}), summary.score_name)


def _study_entry(folder: StudyFolder) -> Entry:
    try:
        study, created = folder.study, read_moment(folder.environment().get("created", ""))
    except GradlabError as error:
        return Entry(folder.name, "study", state=f"damaged: {error}")
    varied = ", ".join(variable.name for variable in study.variables)
    return Entry(
        folder.name,
        "study",
        study.experiment.name,
        _when(created),
        f"{study.num_members:,} networks over {varied}",
        "finished" if folder.is_finished else _state_of_unfinished(folder, ""),
        folder.is_finished,
        has_report=folder.is_finished and folder.report_path.is_file(),
        moment=created.timestamp() if created else 0.0,
    )


def _state_of_unfinished(folder: RunFolder | StudyFolder, done: str) -> str:
    after = f", {done}" if done else ""
    try:
        with folder.lock():
            return f"can be resumed{after}"
    except RunError:  # whoever trains it holds it
        return f"in training{after}"
    except GradlabError:  # a folder that may only be read
        return f"not finished{after}"


def describe(path: Path) -> Details:
    """Say what there is to say of a run or a study.

    Raises:
        RunError: If its files are damaged.
    """
    if not is_run(path):
        study = StudyFolder(path)
        metrics = study.metrics() if study.is_finished else {}
        return Details(_sentences(study, metrics, "sweep"), (), study_to_toml(study.study))
    run = RunFolder(path)
    metrics = run.metrics() if run.is_finished else {}
    told = [(part, metrics[part]) for part in PARTS if metrics.get(part)]
    names = [name for name in SCORES if any(name in scores for _, scores in told)]
    rows = [(part, *(score_words(scores, name) for name in names)) for part, scores in told]
    table = (("part", *names), *rows) if rows else ()
    return Details(_sentences(run, metrics, "train"), table, to_toml(run.experiment))


def _sentences(folder: RunFolder | StudyFolder, metrics: Mapping[str, Any], verb: str) -> tuple[str, ...]:
    if not folder.is_finished:
        return (f"Not finished. To continue it: gradlab {verb} --resume {folder.path}",)
    return tuple(str(sentence) for name in ("outcome", "notes") for sentence in metrics.get(name, []))


def is_run(path: Path) -> bool:
    """Whether a folder is a run, rather than a study."""
    return (path / "experiment.toml").is_file()


def score_words(scores: Mapping[str, Any], name: str) -> str:
    """Word a part's score: of one network with its interval, of several as mean and deviation."""
    value = scores.get(name)
    if isinstance(value, Mapping):
        mean, deviation = as_number(value.get("mean")), as_number(value.get("sd"))
        after = "" if deviation is None else f" ± {deviation:.4f}"
        return "not a number" if mean is None else f"{mean:.4f}{after}"
    number = as_number(value)
    if number is None:
        return "not a number" if name in scores else ""
    return f"{number:.4f}{_interval(scores, name)}"


def _interval(scores: Mapping[str, Any], name: str) -> str:
    """Word the interval of a single network's score; a folder from a stranger may hold anything in its place."""
    found = scores.get(INTERVALS.get(name, ""))
    ends = [as_number(end) for end in found] if isinstance(found, list) else []
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return ""
    return f" ({ends[0]:.3f} to {ends[1]:.3f})"


def as_number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e300 and math.isfinite(value) else None


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""

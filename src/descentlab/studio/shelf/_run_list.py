"""The list of the runs, studies and analyses of a folder."""

from dataclasses import dataclass, replace
from pathlib import Path

from descentlab.core import DescentlabError, RunError
from descentlab.runs import (
    AnalysisFolder,
    RunFolder,
    RunSummary,
    StudyFolder,
    data_name,
    list_analyses,
    list_runs,
    list_studies,
    read_moment,
)
from descentlab.studio.shelf._reports import find_report
from descentlab.studio.shelf._run_details import SHOWN_NAMES, interval_words
from descentlab.studio.shelf._run_facts import verb_of, when
from descentlab.studio.shelf._run_names import Kind


@dataclass(frozen=True)
class RunEntry:
    """A line of the list.

    Attributes:
        name: Name of the folder.
        kind: "run", "study" or "analysis".
        data: Name of the data.
        created: Date and time, in words.
        result: Test score with its interval or deviation; or the kind of study or analysis, in words.
        state: "finished", in training, or how far it is and whether it can be resumed, in words.
        is_finished: Whether the training is finished.
        has_report: Whether there is a report to open.
        moment: Date and time in seconds; 0 if the folder does not say.
        is_link: Whether the folder is a link, so that nothing of it is shown, and nothing deleted, from here.
    """

    name: str
    kind: Kind
    data: str = ""
    created: str = ""
    result: str = ""
    state: str = ""
    is_finished: bool = False
    has_report: bool = False
    moment: float = 0.0
    is_link: bool = False


def list_entries(root: Path) -> list[RunEntry]:
    """List runs, studies and analyses, newest first, with damaged ones at the end.

    Raises:
        RunError: If the folder cannot be read.
    """
    listing = list_runs(root)
    runs = [_run_entry(summary) for summary in listing.runs]
    studies = [_study_entry(StudyFolder(root / name)) for name in list_studies(root) if not name.startswith(".")]
    analyses = [_analysis_entry(AnalysisFolder(root / name)) for name in list_analyses(root)]
    damaged = [RunEntry(run.path.name, "run", state=f"damaged: {run.reason}") for run in listing.damaged]
    entries = sorted([*runs, *studies, *analyses], key=lambda entry: (-entry.moment, entry.name))
    return [_without_links(root, entry) for entry in (*entries, *damaged)]


def _without_links(root: Path, entry: RunEntry) -> RunEntry:
    """Replace the state of a link by a note that it is one."""
    if not (root / entry.name).is_symlink():
        return entry
    state = f"a link; to open it: descentlab studio --runs {(root / entry.name).resolve().parent}"
    return replace(entry, state=state, is_finished=False, has_report=False, is_link=True)


def _run_entry(summary: RunSummary) -> RunEntry:
    folder = RunFolder(summary.path)
    done = f"epoch {summary.epochs_done} of {summary.epochs_planned}"
    return RunEntry(
        summary.path.name,
        "run",
        summary.data,
        when(summary.created),
        _result(summary, folder),
        "finished" if summary.is_finished else _state_of_unfinished(folder, done),
        summary.is_finished,
        has_report=find_report(summary.path.parent, summary.path.name) is not None,
        moment=summary.created.timestamp() if summary.created else 0.0,
    )


def _result(summary: RunSummary, folder: RunFolder) -> str:
    if summary.score is None:
        return ""
    score = f"{SHOWN_NAMES.get(summary.score_name, summary.score_name)} {summary.score:.3f}".replace("-", "−")
    if summary.num_seeds > 1:
        deviation = "" if summary.score_sd is None else f" ± {summary.score_sd:.3f}"
        return f"{score}{deviation} (mean of {summary.num_seeds} seeds)"
    return score + interval_words(folder.metrics().get("test", {}), summary.score_name)


def _study_entry(folder: StudyFolder) -> RunEntry:
    try:
        study, created = folder.study, read_moment(folder.environment().get("created", ""))
        metrics = folder.metrics() if folder.is_finished else {}
    except DescentlabError as error:
        return RunEntry(folder.path.name, "study", state=f"damaged: {error}")
    varied = ", ".join(variable.name for variable in study.variables)
    return RunEntry(
        folder.path.name,
        "study",
        data_name(study.experiment.data),
        when(created),
        f"{verb_of(study, metrics)}: {study.num_members:,} networks over {varied}",
        "finished" if folder.is_finished else _state_of_unfinished(folder, ""),
        folder.is_finished,
        has_report=find_report(folder.path.parent, folder.path.name) is not None,
        moment=created.timestamp() if created else 0.0,
    )


def _analysis_entry(folder: AnalysisFolder) -> RunEntry:
    try:
        written = folder.written
    except OSError:  # the analysis is being written again
        return RunEntry(folder.path.name, "analysis", result="analysis", state="finished", is_finished=True)
    return RunEntry(
        folder.path.name,
        "analysis",
        created=when(written),
        result="analysis",
        state="finished",
        is_finished=True,
        has_report=find_report(folder.path.parent, folder.path.name) is not None,
        moment=written.timestamp(),
    )


def _state_of_unfinished(folder: RunFolder | StudyFolder, done: str) -> str:
    after = f", {done}" if done else ""
    try:
        with folder.lock():
            return f"can be resumed{after}"
    except RunError:  # the process that trains it holds the lock
        return f"in training{after}"
    except DescentlabError:  # the folder may only be read
        return f"not finished{after}"

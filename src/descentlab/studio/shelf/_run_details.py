"""The description of a run, a study or an analysis."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from descentlab.core import PARTS
from descentlab.runs import AnalysisFolder, RunFolder, StudyFolder, list_analyses
from descentlab.spec import study_to_toml, to_toml
from descentlab.studio.shelf._numbers import as_number
from descentlab.studio.shelf._reports import find_report, report_address
from descentlab.studio.shelf._run_facts import Facts, analysis_facts, run_facts, study_facts, verb_of
from descentlab.studio.shelf._run_files import RunFile, list_files
from descentlab.studio.shelf._run_names import kind_of
from descentlab.studio.shelf._study_settings import settings_rows

SCORES = ("loss", "accuracy", "r2")
INTERVALS = {"accuracy": "ci95", "r2": "r2_ci95"}
"""Names of the intervals of a single network's scores, by score."""
SHOWN_NAMES = {"r2": "R²"}
"""Names of scores for a person, by their names in files, if they differ."""
MOST_SETTINGS = 40

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Details:
    """The description of a run, a study or an analysis.

    Attributes:
        sentences: Outcome and notes.
        facts: What was trained, when, and how long it took: a name and words for each.
        title: Title of the table.
        table: Scores of each part of a run, or losses of each setting of a study: a header, then the rows.
        reports: Name and address of each report.
        files: Files that can be downloaded.
        description: Experiment or study as TOML; empty for an analysis.
    """

    sentences: tuple[str, ...]
    facts: Facts = ()
    title: str = ""
    table: Rows = ()
    reports: tuple[tuple[str, str], ...] = ()
    files: tuple[RunFile, ...] = ()
    description: str = ""


def describe(path: Path) -> Details:
    """Describe a run, a study or an analysis.

    Raises:
        RunError: If its files are damaged.
    """
    kind = kind_of(path)
    describe_kind = _of_run if kind == "run" else _of_study if kind == "study" else _of_analysis
    return describe_kind(path)


def _of_run(path: Path) -> Details:
    run = RunFolder(path)
    metrics = run.metrics() if run.is_finished else {}
    scored_parts = [(part, metrics[part]) for part in PARTS if metrics.get(part)]
    names = [name for name in SCORES if any(name in scores for _, scores in scored_parts)]
    rows = [(part, *(score_words(scores, name) for name in names)) for part, scores in scored_parts]
    return Details(
        _sentences(run, metrics, "train"),
        run_facts(run, metrics),
        "Scores",
        (("part", *(SHOWN_NAMES.get(name, name) for name in names)), *rows) if rows else (),
        _reports(path),
        list_files(path),
        to_toml(run.experiment),
    )


def _of_study(path: Path) -> Details:
    study = StudyFolder(path)
    metrics = study.metrics() if study.is_finished else {}
    spec = study.study
    table = settings_rows(metrics)
    more = len(table) - 1 - MOST_SETTINGS
    after = (f"The table has {MOST_SETTINGS} of {len(table) - 1:,} settings; members.parquet has all.",)
    return Details(
        (*_sentences(study, metrics, verb_of(spec, metrics)), *(after if more > 0 else ())),
        study_facts(study, metrics),
        "Settings",
        table[: MOST_SETTINGS + 1],
        _reports(path),
        list_files(path),
        study_to_toml(spec),
    )


def _of_analysis(path: Path) -> Details:
    analysis = AnalysisFolder(path)
    result = analysis.result()
    return Details(_outcome(result), analysis_facts(analysis, result), reports=_reports(path), files=list_files(path))


def _reports(path: Path) -> tuple[tuple[str, str], ...]:
    first = [("report", report_address(path.name))] if find_report(path.parent, path.name) else []
    inner = [name for name in list_analyses(path) if not (path / name).is_symlink()]
    return (*first, *((f"report of {name}", report_address(path.name, name)) for name in inner))


def _sentences(folder: RunFolder | StudyFolder, metrics: Mapping[str, Any], verb: str) -> tuple[str, ...]:
    if not folder.is_finished:
        return (f"Not finished. To continue it: `descentlab {verb} --resume {folder.path}`",)
    return _outcome(metrics)


def _outcome(metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sentences of a result: its answer and statements, or the plain sentences of format 1."""
    answer = [metrics["answer"]] if metrics.get("answer") else []
    statements = [statement["text"] for statement in (*answer, *metrics.get("statements", []))]
    return tuple(str(sentence) for sentence in (*metrics.get("outcome", []), *statements, *metrics.get("notes", [])))


def score_words(scores: Mapping[str, Any], name: str) -> str:
    """Write a part's score: of one network with its interval, of several as mean and deviation."""
    value = scores.get(name)
    if isinstance(value, Mapping):
        mean, deviation = as_number(value.get("mean")), as_number(value.get("sd"))
        after = "" if deviation is None else f" ± {deviation:.4f}"
        return "not a number" if mean is None else f"{mean:.4f}{after}".replace("-", "−")
    number = as_number(value)
    if number is None:
        return "not a number" if name in scores else ""
    return f"{number:.4f}".replace("-", "−") + interval_words(scores, name)


def interval_words(scores: Mapping[str, Any], name: str) -> str:
    """Write the interval of a single network's score; a folder from somebody else may hold anything in its place."""
    interval = scores.get(INTERVALS.get(name, ""))
    ends = [as_number(end) for end in interval] if isinstance(interval, list) else []
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return ""
    return f" ({ends[0]:.3f} to {ends[1]:.3f})".replace("-", "−")

"""Comparison of finished studies: their settings and their results."""

from collections.abc import Mapping, Sequence
from typing import Any

from descentlab.results import seconds as word_seconds
from descentlab.runs import StudyFolder
from descentlab.spec import StudySpec
from descentlab.studio.shelf._differences import Flat, cautions, differing, flatten, why_not, without_places
from descentlab.studio.shelf._numbers import as_number
from descentlab.studio.shelf._run_comparison import RunComparison, read_finished
from descentlab.studio.shelf._run_facts import summary_of, varied_words, verb_of

TOO_GOOD = (
    "The best of many settings owes a little to luck, the more so the more there were: its loss on seeds that did not "
    "choose it is the fairer one. Whether one best setting is really better than another, two runs would tell: train "
    "both by descentlab train --seeds 10, and compare them here."
)


def compare_studies(folders: Sequence[StudyFolder]) -> RunComparison:
    """Compare studies.

    Args:
        folders: Two studies or more, all of them finished.

    Raises:
        RunError: If there are too few or too many, or one of them is not finished or damaged.
    """
    names, metrics, checksums = read_finished(folders, "studies")
    specs = [folder.study for folder in folders]
    asked = [_flatten(spec, each) for spec, each in zip(specs, metrics, strict=True)]
    flat = without_places(asked, checksums)
    settings = differing(flat)
    statements = why_not(flat, checksums) or _judged(metrics)
    return RunComparison(names, settings, _results(metrics), (*statements, *cautions(flat, settings)))


def _flatten(spec: StudySpec, metrics: Mapping[str, Any]) -> Flat:
    varied = {variable.name: varied_words(variable).partition(": ")[2] for variable in spec.variables}
    flat = flatten(spec.experiment.model_dump(mode="json", exclude={"name"}))
    # The experiment's value of a varied setting is not used.
    rest = {name: value for name, value in flat.items() if name.rpartition(".")[2] not in varied and name not in varied}
    return {"asked for": verb_of(spec, metrics), **{f"{name}, varied": words for name, words in varied.items()}, **rest}


def _judged(metrics: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    parts = [summary.get("judged_on") for each in metrics if (summary := summary_of(each)).get("best")]
    if len(set(parts)) > 1:
        return ("Their settings were compared on other parts of the data: their losses do not compare.",)
    return (TOO_GOOD,) if len(parts) > 1 else ()


def _results(metrics: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    results = [_result(each) for each in metrics]
    names = dict.fromkeys(name for result in results for name in result)
    return tuple((name, *(result.get(name, "") for result in results)) for name in names)


def _result(metrics: Mapping[str, Any]) -> dict[str, str]:
    tables, summary = metrics.get("tables", {}), summary_of(metrics)
    taken, share = as_number(metrics.get("seconds", {}).get("total")), as_number(summary.get("share"))
    settings = tables.get("settings", [])
    words = {
        "best setting": summary.get("best") or "",
        f"{summary.get('judged_on', '')} loss there": _number(summary.get("loss")),
        "on seeds that did not choose it": _number(summary.get("loss_on_fresh_seeds")),
        "stable settings": f"{sum(row['is_stable'] for row in settings)} of {len(settings)}" if settings else "",
        "outcomes": ", ".join(f"{row['networks']:,} {row['verdict']}" for row in tables.get("verdicts", [])),
        "converge": "" if share is None else f"{share:.1%}",
        "dimension of the border": _dimension(summary),
        "took": "" if taken is None else word_seconds(taken),
    }
    return {name: word for name, word in words.items() if word}


def _number(value: Any) -> str:
    number = as_number(value)
    return "" if number is None else f"{number:.4g}"


def _dimension(summary: Mapping[str, Any]) -> str:
    dimension, error = as_number(summary.get("dimension")), as_number(summary.get("dimension_error"))
    if dimension is None:
        return ""
    return f"{dimension:.2f}" + ("" if error is None else f" ± {error:.2f}")

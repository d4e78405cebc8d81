"""Finished studies beside each other: what differs in them, and what came of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from descentlab.results import seconds as word_seconds
from descentlab.runs import StudyFolder
from descentlab.spec import StudySpec
from descentlab.studies import word_value
from descentlab.studio.shelf._differences import Flat, cautions, differing, flatten, why_not, without_places
from descentlab.studio.shelf._numbers import as_number
from descentlab.studio.shelf._run_comparison import RunComparison, read_finished
from descentlab.studio.shelf._run_facts import varied_words, verb_of

OWN = ("loss", "loss_on_fresh_seeds", "other_choices", "next")
"""What stands in the best setting beside its values."""
TOO_GOOD = (
    "The best of many settings owes a little to luck, the more so the more there were: its loss on seeds that did not "
    "choose it is the fairer one. Whether one best setting is really better than another, two runs would tell: train "
    "both by descentlab train --seeds 10, and compare them here."
)


def compare_studies(folders: Sequence[StudyFolder]) -> RunComparison:
    """Put studies beside each other.

    Args:
        folders: Two studies or more, all of them finished.

    Raises:
        RunError: If there are too few or too many, or one of them is not finished or damaged.
    """
    names, metrics, checksums = read_finished(folders, "studies")
    specs = [folder.study for folder in folders]
    asked = [_flatten(spec, one) for spec, one in zip(specs, metrics, strict=True)]
    flat = without_places(asked, checksums)
    settings = differing(flat)
    statements = why_not(flat, checksums) or _judged(metrics)
    return RunComparison(names, settings, _results(metrics), (*statements, *cautions(flat, settings)))


def _flatten(spec: StudySpec, metrics: Mapping[str, Any]) -> Flat:
    varied = {variable.name: varied_words(variable).partition(": ")[2] for variable in spec.variables}
    flat = flatten(spec.experiment.model_dump(mode="json", exclude={"name"}))
    # The experiment's own value of what is varied says nothing.
    own = {name: value for name, value in flat.items() if name.rpartition(".")[2] not in varied and name not in varied}
    return {"asked for": verb_of(spec, metrics), **{f"{name}, varied": told for name, told in varied.items()}, **own}


def _judged(metrics: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    bests = [one for one in metrics if one.get("best")]
    if len({one.get("judged_on") for one in bests}) > 1:
        return ("Their settings were compared on other parts of the data: their losses do not compare.",)
    return (TOO_GOOD,) if len(bests) > 1 else ()


def _results(metrics: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    told = [_told(one) for one in metrics]
    names = dict.fromkeys(name for one in told for name in one)
    return tuple((name, *(one.get(name, "") for one in told)) for name in names)


def _told(metrics: Mapping[str, Any]) -> dict[str, str]:
    best = metrics.get("best") or {}
    values = {name: value for name, value in best.items() if name not in OWN}
    taken = as_number(metrics.get("seconds", {}).get("total"))
    verdicts = metrics.get("verdicts", {})
    part = metrics.get("judged_on", "")
    found = {
        "best setting": ", ".join(f"{name} {_value(value)}" for name, value in values.items()),
        f"{part} loss there": _number(best.get("loss")),
        "on seeds that did not choose it": _number(best.get("loss_on_fresh_seeds")),
        "stable settings": _stable(metrics.get("settings", [])),
        "verdicts": ", ".join(f"{count:,} {name}" for name, count in verdicts.items()),
        "converge": "" if (share := as_number(metrics.get("converges"))) is None else f"{share:.1%}",
        "dimension of the border": _dimension(metrics),
        "took": "" if taken is None else word_seconds(taken),
    }
    return {name: words for name, words in found.items() if words}


def _value(value: Any) -> str:
    number = as_number(value)
    return str(value)[:80] if number is None else word_value(number)


def _number(value: Any) -> str:
    number = as_number(value)
    return "" if number is None else f"{number:.4g}"


def _stable(settings: Sequence[Mapping[str, Any]]) -> str:
    return f"{sum(bool(one.get('is_stable')) for one in settings)} of {len(settings)}" if settings else ""


def _dimension(metrics: Mapping[str, Any]) -> str:
    dimension, error = as_number(metrics.get("dimension")), as_number(metrics.get("dimension_error"))
    if dimension is None:
        return ""
    return f"{dimension:.2f}" + ("" if error is None else f" ± {error:.2f}")

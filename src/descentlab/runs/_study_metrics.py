"""The outcome of a study that an older version wrote, as this one writes it."""

from collections.abc import Mapping
from typing import Any

from descentlab.core import PARTS


def current_metrics(values: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the outcome of format 1 into the form of format 2: laboratory, answer, statements, notes, tables, seconds.

    Args:
        values: What `metrics.json` holds in format 1.
    """
    first, *others = [{"text": sentence} for sentence in values.get("outcome", [])] or [None]
    return {
        "laboratory": str(values.get("verb", "")).replace("-", "_"),
        "answer": first,
        "statements": others,
        "notes": list(values.get("notes", [])),
        "tables": {
            "settings": [_setting(row) for row in values.get("settings", [])],
            "summary": _summary(values),
            "verdicts": _counts(values.get("verdicts", {})),
        },
        "seconds": values.get("seconds", {}),
    }


FIRST_OUTCOMES = {
    "too-slow": "improving",
    "plateau": "not learning",
    "saturated": "saturated units",
    "dead": "dead units",
    "too-short": "too short to tell",
}
"""Outcomes by the words that earlier versions had for them."""
_FIRST_COLUMNS = {first.replace("-", "_"): name.replace(" ", "_") for first, name in FIRST_OUTCOMES.items()}


def with_current_outcomes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the words for what became of the networks into those of this version.

    Args:
        values: What `metrics.json` holds, checked for its form.
    """
    tables = dict(values.get("tables", {}))
    if "settings" in tables:
        tables["settings"] = [
            {_FIRST_COLUMNS.get(name, name): value for name, value in row.items()} for row in tables["settings"]
        ]
    if "verdicts" in tables:
        tables["verdicts"] = [
            {**row, "verdict": FIRST_OUTCOMES.get(row["verdict"], row["verdict"])} for row in tables["verdicts"]
        ]
    return {**values, "tables": tables} if tables else dict(values)


def _setting(row: Mapping[str, Any]) -> dict[str, Any]:
    losses = {f"{part}_loss": row[part].get("loss") for part in PARTS if row.get(part)}
    counts = {entry["verdict"].replace("-", "_"): entry["networks"] for entry in _counts(row.get("verdicts", {}))}
    return {"setting": row["setting"], "is_stable": row.get("is_stable", False), **losses, **counts}


def _summary(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts about the whole; those that format 1 does not have are left out."""
    best = values.get("best") or {}
    named = [(name, value) for name, value in best.items() if name not in NOT_VARIED]
    region = values.get("stable_region") or ()
    low, high = region if len(region) == 2 else (None, None)  # a stranger's file may hold any number of them
    return {
        "best": ", ".join(f"{name} {_word(value)}" for name, value in named) or None,
        "loss": best.get("loss"),
        "loss_on_fresh_seeds": best.get("loss_on_fresh_seeds"),
        "judged_on": values.get("judged_on", ""),
        "stable_from": low,
        "stable_to": high,
        "share": values.get("converges"),
        "dimension": values.get("dimension"),
        "dimension_error": values.get("dimension_error"),
        "networks_per_second": values.get("networks_per_second"),
    }


NOT_VARIED = ("loss", "loss_on_fresh_seeds", "other_choices", "next")
"""What stands in the best setting of format 1 beside its values."""


def _word(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.4g}" if is_number else str(value)[:80]


def _counts(verdicts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"verdict": verdict, "networks": count} for verdict, count in verdicts.items()]

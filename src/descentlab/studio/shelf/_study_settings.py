"""The settings of a study as rows of words."""

from collections.abc import Mapping
from typing import Any

from descentlab.judgement import OUTCOMES
from descentlab.studio.shelf._numbers import as_number
from descentlab.studio.shelf._run_facts import summary_of


def settings_rows(metrics: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the settings of a sweep as rows: a header, then each with its losses over the seeds and its outcomes.

    Args:
        metrics: Metrics of the study, as its folder holds them.

    Returns:
        The rows; none if there are no settings.
    """
    settings = metrics.get("tables", {}).get("settings", [])
    if not settings:
        return ()
    parts = dict.fromkeys(("train", summary_of(metrics).get("judged_on") or "train"))
    header = ("setting", *(f"{part} loss" for part in parts), "outcomes")
    return header, *(
        (row["setting"], *(_loss(row.get(f"{part}_loss")) for part in parts), _verdicts(row)) for row in settings
    )


def _loss(loss: Mapping[str, Any] | None) -> str:
    mean, deviation = as_number((loss or {}).get("mean")), as_number((loss or {}).get("sd"))
    if mean is None:
        return "-"
    return f"{mean:.4g}" + ("" if deviation is None else f" ± {deviation:.2g}")


def _verdicts(row: Mapping[str, Any]) -> str:
    counts = ((outcome, as_number(row.get(outcome.replace(" ", "_")))) for outcome in OUTCOMES)
    return ", ".join(f"{count:.0f} {outcome}" for outcome, count in counts if count)

"""Finished runs beside each other: what differs in them, what came of it, and whether that is more than chance."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.core import RunError
from descentlab.data import TablePreparation
from descentlab.evaluation import PairedDifference, compare_paired, holm
from descentlab.runs import RunFolder, StudyFolder
from descentlab.studio.shelf._differences import Flat, cautions, differing, flatten, why_not, without_places
from descentlab.studio.shelf._numbers import as_number
from descentlab.studio.shelf._run_details import PARTS, SCORES, SHOWN_NAMES, score_words
from descentlab.workbench import open_run

FEWEST_SEEDS = 6
"""With fewer seeds the comparison's test can never show a difference."""
MOST_RUNS = 6
LEVEL = 0.05


@dataclass(frozen=True)
class RunComparison:
    """Runs beside each other.

    Attributes:
        names: The runs, or the studies.
        settings: Settings in which they differ: name, and each run's value.
        results: Scores: name, and each run's value in words.
        statements: Which differences are real, or why that cannot be said.
    """

    names: tuple[str, ...]
    settings: tuple[tuple[str, ...], ...]
    results: tuple[tuple[str, ...], ...]
    statements: tuple[str, ...]


def compare_runs(folders: Sequence[RunFolder]) -> RunComparison:
    """Put runs beside each other.

    Args:
        folders: Two runs or more, all of them finished.

    Raises:
        RunError: If there are too few or too many, or one of them is not finished or damaged.
    """
    names, metrics, checksums = read_finished(folders, "runs")
    asked = [_flatten(folder) for folder in folders]
    flat = without_places(asked, checksums)
    settings = differing(flat)
    statements = why_not(flat, checksums) or _tell_differences(names, metrics)
    return RunComparison(names, settings, _results(metrics), (*statements, *cautions(flat, settings)))


def read_finished(
    folders: Sequence[RunFolder | StudyFolder], what: str
) -> tuple[tuple[str, ...], list[dict[str, Any]], list[str]]:
    """Read names, numbers and checksums of the data of what is to be compared.

    Args:
        folders: Two or more, all of them finished.
        what: What a person calls them.

    Raises:
        RunError: If there are too few or too many, or one of them is not finished or damaged.
    """
    if not 2 <= len(folders) <= MOST_RUNS:
        raise RunError(f"{len(folders)} {what} to compare; choose 2 to {MOST_RUNS}")
    for folder in folders:
        if not folder.is_finished:
            verb = "train" if isinstance(folder, RunFolder) else folder.study.kind
            raise RunError(f"{folder.name} is not finished; continue it by: descentlab {verb} --resume {folder.path}")
    checksums = [str(folder.environment().get("data_checksum", "")) for folder in folders]
    return tuple(folder.name for folder in folders), [folder.metrics() for folder in folders], checksums


def _flatten(folder: RunFolder) -> Flat:
    """Lay a run's settings out; a table's target by its name, also where nobody named it."""
    flat = flatten(folder.experiment.model_dump(mode="json", exclude={"name"}))
    if flat.get("data.kind") != "table":
        return flat
    preparation = open_run(folder.path).member_data().read_preparation()
    return {**flat, "data.target": preparation.target.column} if isinstance(preparation, TablePreparation) else flat


def _results(metrics: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    scores = [
        (f"{part} {SHOWN_NAMES.get(name, name)}", *(score_words(one.get(part, {}), name) for one in metrics))
        for part in PARTS
        for name in SCORES
        if any(name in one.get(part, {}) for one in metrics)
    ]
    seeds = ("seeds", *(str(len(one.get("seeds", [])) or 1) for one in metrics))
    return (*scores, seeds, ("epochs trained", *(_epochs(one) for one in metrics)))


def _epochs(metrics: Mapping[str, Any]) -> str:
    told = metrics.get("epochs", [])
    counts = told if isinstance(told, list) else [told]
    if not counts:
        return ""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _tell_differences(names: Sequence[str], metrics: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    by_seed = [_members(one) for one in metrics]
    told = [set.intersection(*(set(one) for one in own.values())) if own else set[str]() for own in by_seed]
    name = next((name for name in ("accuracy", "r2") if all(name in own for own in told)), None)
    if name is None:
        return ("Not all of them have a test score of the same kind, so that nothing can be said of a difference.",)
    pairs = list(itertools.combinations(range(len(names)), 2))
    found = [_compare(by_seed[first], by_seed[second], name) for first, second in pairs]
    real = [one for one in found if isinstance(one, PairedDifference)]
    corrected = iter(holm([one.p_value for one in real]))
    return tuple(
        f"{names[first]} and {names[second]}: {one}"
        if isinstance(one, str)
        else _tell(f"{names[first]} minus {names[second]}", name, one, next(corrected), len(real))
        for (first, second), one in zip(pairs, found, strict=True)
    )


def _members(metrics: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return the test scores of each network by its seed."""
    test, seeds = metrics.get("test", {}), metrics.get("seeds", [])
    members = test.get("members") if isinstance(test.get("members"), list) else None
    if members is None:
        return {seeds[0]: test} if test and seeds else {}
    return {one["seed"]: one for one in members if isinstance(one, Mapping) and isinstance(one.get("seed"), int)}


def _compare(
    first: Mapping[int, Mapping[str, Any]], second: Mapping[int, Mapping[str, Any]], name: str
) -> PairedDifference | str:
    seeds = sorted(set(first) & set(second))
    if len(seeds) < FEWEST_SEEDS:
        common = "1 seed" if len(seeds) == 1 else f"{len(seeds)} seeds"
        return (
            f"{common} in common, and it takes {FEWEST_SEEDS} to show a difference at 5%. To know, train both with "
            "--seeds 10."
        )
    values = [[as_number(own[seed].get(name)) for seed in seeds] for own in (first, second)]
    if any(value is None for own in values for value in own):
        return f"some of their networks have no test {name}, and the others alone would say too little."
    return compare_paired(*(np.array(own, np.float64) for own in values))


def _tell(what: str, name: str, found: PairedDifference, p_value: float, num_compared: int) -> str:
    interval = "" if found.ci95 is None else f" (95% interval {found.ci95[0]:+.4f} to {found.ci95[1]:+.4f})"
    corrected = f" after Holm's correction for {num_compared} comparisons" if num_compared > 1 else ""
    shown = SHOWN_NAMES.get(name, name)
    words = "the difference is real" if p_value < LEVEL else "it may be chance"
    return (
        f"{what}: {found.mean:+.4f} in test {shown}{interval}, on average over the {found.num_seeds} seeds that both "
        f"have; p = {p_value:.2g}{corrected}: {words}."
    )

"""Comparison of finished runs: their settings, their scores, and whether differences are more than chance."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from descentlab.core import PARTS, RunError
from descentlab.data import TablePreparation
from descentlab.evaluation import PairedDifference, compare_paired, holm
from descentlab.runs import RunFolder, StudyFolder
from descentlab.studio.shelf._differences import Flat, cautions, differing, flatten, why_not, without_places
from descentlab.studio.shelf._numbers import as_number
from descentlab.studio.shelf._run_details import SCORES, SHOWN_NAMES, score_words
from descentlab.workbench import open_run

FEWEST_SEEDS = 6
"""With fewer seeds the comparison's test can never show a difference."""
MOST_RUNS = 6
LEVEL = 0.05


@dataclass(frozen=True)
class RunComparison:
    """A comparison of runs, or of studies.

    Attributes:
        names: Names of the runs, or of the studies.
        settings: Settings that differ: their name, and each run's value.
        results: Scores: their name, and each run's value in words.
        statements: Sentences on which differences are real, or why that cannot be said.
    """

    names: tuple[str, ...]
    settings: tuple[tuple[str, ...], ...]
    results: tuple[tuple[str, ...], ...]
    statements: tuple[str, ...]


def compare_runs(folders: Sequence[RunFolder]) -> RunComparison:
    """Compare runs.

    Args:
        folders: Two runs or more, all of them finished.

    Raises:
        RunError: If there are too few or too many runs, or one is not finished or damaged.
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
    """Read names, metrics and checksums of the data of runs or studies to compare.

    Args:
        folders: Two runs or studies or more, all of them finished.
        what: Word for them in messages, "runs" or "studies".

    Raises:
        RunError: If there are too few or too many, or one is not finished or damaged.
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
    """Return a run's settings by their dotted names, with a table's target by name even if nobody named it."""
    flat = flatten(folder.experiment.model_dump(mode="json", exclude={"name"}))
    if flat.get("data.kind") != "table":
        return flat
    preparation = open_run(folder.path).member_data().read_preparation()
    return {**flat, "data.target": preparation.target.column} if isinstance(preparation, TablePreparation) else flat


def _results(metrics: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    scores = [
        (f"{part} {SHOWN_NAMES.get(name, name)}", *(score_words(each.get(part, {}), name) for each in metrics))
        for part in PARTS
        for name in SCORES
        if any(name in each.get(part, {}) for each in metrics)
    ]
    seeds = ("seeds", *(str(len(each.get("seeds", [])) or 1) for each in metrics))
    return (*scores, seeds, ("epochs trained", *(_epochs(each) for each in metrics)))


def _epochs(metrics: Mapping[str, Any]) -> str:
    recorded = metrics.get("epochs", [])
    counts = recorded if isinstance(recorded, list) else [recorded]
    if not counts:
        return ""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _tell_differences(names: Sequence[str], metrics: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    by_seed = [_members(each) for each in metrics]
    scores = [set.intersection(*map(set, members.values())) if members else set[str]() for members in by_seed]
    name = next((name for name in ("accuracy", "r2") if all(name in names for names in scores)), None)
    if name is None:
        return ("Not all of them have a test score of the same kind, so that nothing can be said of a difference.",)
    pairs = list(itertools.combinations(range(len(names)), 2))
    differences = [_compare(by_seed[first], by_seed[second], name) for first, second in pairs]
    real = [each for each in differences if isinstance(each, PairedDifference)]
    corrected = iter(holm([each.p_value for each in real]))
    return tuple(
        f"{names[first]} and {names[second]}: {each}"
        if isinstance(each, str)
        else _tell(f"{names[first]} minus {names[second]}", name, each, next(corrected), len(real))
        for (first, second), each in zip(pairs, differences, strict=True)
    )


def _members(metrics: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return the test scores of each network by its seed."""
    test, seeds = metrics.get("test", {}), metrics.get("seeds", [])
    members = test.get("members") if isinstance(test.get("members"), list) else None
    if members is None:
        return {seeds[0]: test} if test and seeds else {}
    return {each["seed"]: each for each in members if isinstance(each, Mapping) and isinstance(each.get("seed"), int)}


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
    values = [[as_number(members[seed].get(name)) for seed in seeds] for members in (first, second)]
    if any(value is None for numbers in values for value in numbers):
        return f"some of their networks have no test {name}, and the others alone would say too little."
    return compare_paired(*(np.array(numbers, np.float64) for numbers in values))


def _tell(what: str, name: str, pair: PairedDifference, p_value: float, num_compared: int) -> str:
    interval = "" if pair.ci95 is None else f" (95% interval {pair.ci95[0]:+.4f} to {pair.ci95[1]:+.4f})"
    corrected = f" after Holm's correction for {num_compared} comparisons" if num_compared > 1 else ""
    shown = SHOWN_NAMES.get(name, name)
    words = "the difference is real" if p_value < LEVEL else "it may be chance"
    return (
        f"{what}: {pair.mean:+.4f} in test {shown}{interval}, on average over the {pair.num_seeds} seeds that both "
        f"have; p = {p_value:.2g}{corrected}: {words}."
    )

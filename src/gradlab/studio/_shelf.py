"""The runs and studies of a folder: listed, compared, taken away and put back."""

import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradlab.core import RunError, StorageError
from gradlab.evaluation import compare_paired
from gradlab.runs import RunFolder, StudyFolder, list_runs, list_studies
from gradlab.spec import to_toml

TRASH = ".trash"
"""Within the folder of runs, and hidden from it: what is taken away lies there until the page is left."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
FEWEST_SEEDS = 6
"""With fewer seeds the comparison's test can never show a difference."""


@dataclass(frozen=True)
class Entry:
    """A line of the list.

    Attributes:
        name: The folder's name.
        kind: "run" or "study".
        data: What was learned from.
        created: When, in words.
        result: The test score with what is sure of it, in words.
        state: Whether it is finished.
        is_finished: The same.
        has_report: Whether there is a page to open.
    """

    name: str
    kind: str
    data: str
    created: str
    result: str
    state: str
    is_finished: bool
    has_report: bool


@dataclass(frozen=True)
class RunComparison:
    """Runs beside each other.

    Attributes:
        names: The runs.
        settings: Settings in which they differ: name, and each run's value.
        results: Scores: name, and each run's value in words.
        statement: Whether the difference is real, or why that cannot be said.
    """

    names: tuple[str, ...]
    settings: tuple[tuple[str, ...], ...]
    results: tuple[tuple[str, ...], ...]
    statement: str


class Shelf:
    """The folder of runs, as a page works on it."""

    def __init__(self, runs: Path) -> None:
        """Know the folder; it need not exist."""
        self._runs = runs
        self._taken: dict[str, Path] = {}

    def entries(self) -> list[Entry]:
        """List runs and studies, newest first.

        Raises:
            RunError: If the folder cannot be read.
        """
        listing = list_runs(self._runs)
        runs = [self._run_entry(summary) for summary in reversed(listing.runs)]
        damaged = [
            Entry(run.path.name, "run", "", "", "", f"damaged: {run.reason}", is_finished=False, has_report=False)
            for run in listing.damaged
        ]
        studies = [self._study_entry(name) for name in list_studies(self._runs)]
        return [*runs, *studies, *damaged]

    def _run_entry(self, summary: Any) -> Entry:
        _, data, created, _, seeds, score, state = summary.row()
        folder = RunFolder(summary.path)
        of = f" (mean of {seeds} seeds)" if summary.num_seeds > 1 else _interval(folder) if summary.is_finished else ""
        return Entry(
            summary.name, "run", data, created, f"{score}{of}", state, summary.is_finished,
            has_report=summary.is_finished and folder.report_path.is_file(),
        )  # fmt: skip

    def _study_entry(self, name: str) -> Entry:
        is_finished = (self._runs / name / "metrics.json").is_file()
        state = "finished" if is_finished else "not finished"
        has_report = is_finished and (self._runs / name / "report.html").is_file()
        return Entry(name, "study", "", "", "", state, is_finished, has_report)

    def description(self, name: str) -> str:
        """Return what a run trained, as TOML.

        Raises:
            RunError: If there is no such run.
        """
        return to_toml(RunFolder(self._path(name)).experiment)

    def outcome(self, name: str) -> list[str]:
        """Return what came of a run, in words.

        Raises:
            RunError: If there is no such finished run.
        """
        folder = RunFolder(self._path(name))
        metrics = folder.metrics() if folder.is_finished else {"outcome": ["Not finished."], "notes": []}
        return [*metrics["outcome"], *metrics["notes"]]

    def compare(self, names: Sequence[str]) -> RunComparison:
        """Put runs beside each other.

        Args:
            names: Two runs or more, finished.

        Raises:
            RunError: If there are fewer, or one of them is no finished run.
        """
        if len(names) < 2:
            raise RunError("choose two runs or more to compare")
        folders = [RunFolder(self._path(name)) for name in names]
        for folder in folders:
            if not folder.is_finished:
                raise RunError(
                    f"{folder.path.name} is not finished; continue it by: gradlab train --resume {folder.path}"
                )
        flat = [_flatten(folder.experiment.model_dump(mode="json")) for folder in folders]
        keys = [key for key in dict.fromkeys(key for one in flat for key in one) if key != "name"]
        settings = tuple(
            (key, *(_word(one.get(key)) for one in flat))
            for key in keys
            if len({_word(one.get(key)) for one in flat}) > 1
        )
        metrics = [folder.metrics() for folder in folders]
        results = tuple(
            (f"{part} {name}", *(_score(one.get(part, {}).get(name)) for one in metrics))
            for part in ("train", "validation", "test")
            for name in ("loss", "accuracy", "r2")
            if any(name in one.get(part, {}) for one in metrics)
        )
        return RunComparison(tuple(names), settings, results, _state_difference(names, flat, metrics))

    def take_away(self, name: str) -> str:
        """Take a run or study away; `put_back` undoes it, `forget` makes it final.

        Returns:
            By which it is put back.

        Raises:
            RunError: If it is no run or study of this folder, or another process trains it.
            StorageError: If it cannot be moved.
        """
        path = self._path(name)
        folder = RunFolder(path) if (path / "experiment.toml").is_file() else StudyFolder(path)
        with folder.lock():
            pass  # whoever trains it holds it
        ticket = secrets.token_hex(8)
        place = self._runs / TRASH / ticket
        try:
            place.parent.mkdir(exist_ok=True)
            place.mkdir()
            path.rename(place / name)
        except OSError as error:
            raise StorageError(f"{path} cannot be deleted ({error.strerror})") from None
        self._taken[ticket] = place / name
        return ticket

    def put_back(self, ticket: str) -> str:
        """Put back what was taken away.

        Returns:
            Its name.

        Raises:
            RunError: If nothing was taken by this ticket, or its name is used by another by now.
        """
        place = self._taken.get(ticket)
        if place is None or not place.exists():
            raise RunError("it is not there any more")
        target = self._runs / place.name
        if target.exists():
            raise RunError(f"there is another {place.name} by now; rename that one first")
        place.rename(target)
        place.parent.rmdir()
        del self._taken[ticket]
        return place.name

    def forget(self) -> None:
        """Delete for good what was taken away."""
        for place in self._taken.values():
            shutil.rmtree(place.parent, ignore_errors=True)
        self._taken = {}

    def _path(self, name: str) -> Path:
        """Return the folder of a run or study; a name leads nowhere else."""
        path = self._runs / name
        is_ours = NAME.fullmatch(name) is not None and not path.is_symlink()
        if not is_ours or not any((path / file).is_file() for file in ("experiment.toml", "study.toml")):
            raise RunError(f"there is no run or study '{name}' in {self._runs}")
        return path


def _interval(folder: RunFolder) -> str:
    test = folder.metrics().get("test", {})
    interval = test.get("ci95") or test.get("accuracy_ci95") or test.get("r2_ci95")
    return f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""


def _flatten(values: Any, prefix: str = "") -> dict[str, Any]:
    if isinstance(values, Mapping):
        return {key: value for name, one in values.items() for key, value in _flatten(one, f"{prefix}{name}.").items()}
    if isinstance(values, list) and values and isinstance(values[0], Mapping):
        return {
            key: value for place, one in enumerate(values) for key, value in _flatten(one, f"{prefix}{place}.").items()
        }
    return {prefix.rstrip("."): values}


def _word(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _score(value: Any) -> str:
    if isinstance(value, Mapping):
        sd = value.get("sd")
        return f"{value['mean']:.4f}" + ("" if sd is None else f" ± {sd:.4f}")
    return "" if value is None else f"{value:.4f}"


def _state_difference(names: Sequence[str], flat: Sequence[dict[str, Any]], metrics: Sequence[dict[str, Any]]) -> str:
    """Say whether the first two runs differ by more than chance, where that can be said."""
    if len(names) > 2:
        return "Choose two runs to hear whether their difference is real."
    if any(_data_of(flat[0]) != _data_of(one) for one in flat):
        return "They were tested on other data or other parts of it, so their scores cannot be compared."
    both = [{one["seed"]: one for one in metric.get("test", {}).get("members", [])} for metric in metrics]
    seeds = sorted(set(both[0]) & set(both[1]))
    if len(seeds) < FEWEST_SEEDS:
        return (
            f"They have {len(seeds)} seeds in common; it takes {FEWEST_SEEDS} to show a difference at 5%. Train both "
            "with --seeds 10 to know."
        )
    name = "accuracy" if "accuracy" in both[0][seeds[0]] else "loss"
    first, second = (np.array([one[seed][name] for seed in seeds], np.float64) for one in both)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return (
            f"Some of their networks diverged and have no test {name}, so that the others alone would say too little."
        )
    found = compare_paired(first, second)
    interval = "" if found.ci95 is None else f", 95% interval {found.ci95[0]:.4f} to {found.ci95[1]:.4f}"
    words = "is real" if found.is_real else "may be chance"
    return (
        f"Test {name} of {names[0]} minus that of {names[1]}, over {len(seeds)} seeds that both have: {found.mean:.4f}"
        f"{interval}, p = {found.p_value:.3f}: the difference {words}."
    )


def _data_of(flat: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in flat.items() if key.startswith(("data.", "split.")) or key == "data_seed"}

"""The results of a study on disk: every repetition with its date and the commit that it was measured at."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from descentlab.runs import describe_environment
from evidence._study import Figures, Finding, Study

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Repetition:
    """One repetition that was made.

    Attributes:
        number: Which one.
        at: When it ended, in UTC.
        commit: The commit of the code; with "+changes" where files of `src` or `evidence` differed from it.
        seconds: How long it took.
        figures: What was measured.
    """

    number: int
    at: str
    commit: str
    seconds: float
    figures: Figures


@dataclass(frozen=True)
class Record:
    """A study and the repetitions made so far.

    Attributes:
        study: The study.
        repetitions: Those made, by number.
        environment: Machine and versions of the latest repetition.
    """

    study: Study
    repetitions: tuple[Repetition, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        return len(self.repetitions) == self.study.repetitions

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits of the repetitions, in the order in which they were measured."""
        return tuple(dict.fromkeys(each.commit for each in sorted(self.repetitions, key=lambda each: each.at)))

    @property
    def latest(self) -> str | None:
        """When the latest repetition ended."""
        return max((each.at for each in self.repetitions), default=None)

    @property
    def finding(self) -> Finding | None:
        """What the repetitions say; None until all are made."""
        return self.study.judge([each.figures for each in self.repetitions]) if self.is_finished else None


def read_record(study: Study, folder: Path = RESULTS) -> Record:
    """Read what was measured of a study; a record of another claim or method counts as nothing."""
    path = folder / f"{study.name}.json"
    if not path.exists():
        return Record(study)
    content = json.loads(path.read_text(encoding="utf-8"))
    if (content["claim"], content["method"]) != (study.claim, study.method):
        return Record(study)
    repetitions = (Repetition(**each) for each in content["repetitions"])
    kept = tuple(each for each in repetitions if each.number < study.repetitions)
    return Record(study, kept, content["environment"])


def write_record(record: Record, folder: Path = RESULTS) -> None:
    """Write the results as they stand now."""
    study, finding = record.study, record.finding
    content = {
        "name": study.name,
        "claim": study.claim,
        "method": study.method,
        "planned": study.repetitions,
        "finding": None if finding is None else asdict(finding),
        "commits": record.commits,
        "environment": record.environment,
        "repetitions": [asdict(each) for each in record.repetitions],
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{study.name}.json"
    # Whole or not at all: Ctrl-C may come at any moment.
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def continue_study(record: Record, folder: Path = RESULTS, note: Callable[[str], None] = lambda _: None) -> Record:
    """Make the repetitions that are missing, and write the results after each.

    Args:
        record: What was measured before.
        folder: Where the results are written.
        note: Is called with a line about each repetition.

    Returns:
        The finished record.
    """
    study = record.study
    made = {each.number: each for each in record.repetitions}
    for number in range(study.repetitions):
        if number in made:
            continue
        begin = time.perf_counter()
        figures = study.measure(number)
        seconds = round(time.perf_counter() - begin, 1)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        made[number] = Repetition(number, at, current_commit(), seconds, dict(figures))
        environment = describe_environment(seeds=()) | {"load": round(os.getloadavg()[0], 1)}
        record = Record(study, tuple(made[each] for each in sorted(made)), environment)
        write_record(record, folder)
        note(f"{study.name}: {len(made)} of {study.repetitions} ({seconds:.0f} s)")
    return record


def current_commit() -> str:
    """Name the commit of the code, and say whether it was changed since."""
    commit = _git("rev-parse", "--short=10", "HEAD")
    if commit is None:
        return "unknown"
    return f"{commit}+changes" if _git("status", "--porcelain", "--", "src", "evidence/*.py") else commit


def commits_since(commit: str) -> str:
    """Say how many commits changed the package since a result was measured; "?" where git does not know it."""
    return _git("rev-list", "--count", f"{commit.removesuffix('+changes')}..HEAD", "--", "src") or "?"


def _git(*words: str) -> str | None:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, or no checkout
        return None

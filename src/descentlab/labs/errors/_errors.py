"""`errors`: where a trained network errs, and what its errors say of the data."""

import math
import os
import time
from dataclasses import replace
from pathlib import Path

from descentlab import results, training
from descentlab.core import SpecError
from descentlab.evaluation import ClassMetrics
from descentlab.labs.errors._measure import Measurement
from descentlab.labs.errors._page import build_page
from descentlab.labs.errors._result import Errors
from descentlab.labs.errors._source import Source, find_source
from descentlab.labs.errors._words import describe, notes_of
from descentlab.runs import save_results
from descentlab.workbench import SILENT, Run, Watcher, need_run

EXAMPLES = 2_000
FEWEST_EXAMPLES = 20
SHOWN = 24
MOST_SHOWN = 500


def errors(
    run: str | os.PathLike[str] | Run,
    *,
    part: str | None = None,
    member: int | None = None,
    examples: int = EXAMPLES,
    shown: int = SHOWN,
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> Errors:
    """Find where a trained network errs, and what its errors say of the data.

    Which classes are taken for each other, which examples are ambiguous, which labels are likely to be wrong (by
    confident learning, checked on labels that were flipped on purpose), which pixels or columns the answers rest on,
    and how the accuracy falls as examples are disturbed. The run's own report has the whole confusion matrix, the worst
    mistakes and the calibration.

    Args:
        run: A run, its folder or name.
        part: Whose examples are looked at: "test", "validation" or "train". Default: the first of them that there is.
        member: Which network of a run with several seeds. Default: all of them, up to five, where examples are
            disturbed or shuffled; single examples are of the first.
        examples: How many examples are disturbed and shuffled, drawn from the part.
        shown: How many examples of each kind are shown at most.
        out: Where page and numbers go. Default: `errors/` in the run's folder.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        What was found.

    Raises:
        RunError: If there is no such run, part or member, or the run's data is gone.
        SpecError: If a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> found = dl.errors("mnist-cnn-001")  # doctest: +SKIP

    References:
        Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels" (2021).
        Breiman, "Random forests" (2001), for permutation importance.
        Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (2017).
    """
    begin = time.perf_counter()
    if examples < FEWEST_EXAMPLES:
        raise SpecError(f"examples={examples}: expected {FEWEST_EXAMPLES} or more")
    if not 1 <= shown <= MOST_SHOWN:
        raise SpecError(f"shown={shown}: expected 1 to {MOST_SHOWN} examples of each kind")
    found_run = need_run(run)
    training.prepare_engine()
    source = find_source(found_run, part=part, member=member, watcher=watcher)
    loaded = time.perf_counter()
    job = Measurement(source, num_examples=examples, num_shown=shown, watcher=watcher)
    found = _measure(source, job)
    end = time.perf_counter()
    times = {"load": loaded - begin, **job.seconds, "total": end - begin}
    found = replace(found, sentences=describe(found), notes=notes_of(found, source), seconds=times)
    return _saved(found, found_run, out) if report else found


def _measure(source: Source, job: Measurement) -> Errors:
    metrics = source.members[0].result.metrics
    answered, importance = job.answered(), job.importance()
    return Errors(
        name=source.run.folder.name,
        experiment=source.run.experiment,
        classes=source.run.classes,
        part=source.part,
        metrics=metrics,
        chance=metrics.baseline_accuracy if isinstance(metrics, ClassMetrics) else math.nan,
        num_members=len(source.members),
        answered=answered,
        importance=importance,
        pixels=job.pixels(importance),
        robustness=job.robustness(),
        samples=job.samples(),
        sentences=(),
        notes=(),
        seconds={},
    )


def _saved(found: Errors, run: Run, out: str | os.PathLike[str] | None) -> Errors:
    place = run.path / "errors" if out is None else Path(out)
    page = results.render_page(build_page(found))
    save_results(place, result=found.to_json(), tables=found.tables(), report=page)
    return replace(found, path=place)

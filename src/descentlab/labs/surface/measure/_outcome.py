"""Descents at many settings from the same starts."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.labs.surface.measure._descend import BLOCK, RuleName, Setting, descend
from descentlab.labs.surface.measure._judge import judge
from descentlab.labs.surface.measure._survey import Survey


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of all starts at one setting.

    Attributes:
        setting: Rate, momentum and noise.
        fates: By start, the number of the place where it arrived, or its `Fate`.
        points: Where each ended; None where they were not kept.
        values: The loss there; None likewise.
    """

    setting: Setting
    fates: Int[np.ndarray, " starts"]
    points: Float[np.ndarray, "starts dims"] | None = None
    values: Float[np.ndarray, " starts"] | None = None


def run_settings(
    found: Survey,
    starts: Float[np.ndarray, "starts dims"],
    settings: Sequence[Setting],
    *,
    steps: int,
    rule: RuleName = "sgd",
    seed: int = 0,
    keeps_ends: bool = False,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Outcome, ...]:
    """Descend from the same starts at every setting, and judge each descent.

    Starts go in blocks, a thread a core, and of a block only what is said of it is kept, so that memory stays bounded.

    Args:
        found: The places there are.
        starts: From where.
        settings: Rate, momentum and noise; all see the same noise, but for its size.
        steps: Of each descent.
        rule: How a gradient becomes a step.
        seed: Draws the noise.
        keeps_ends: Whether to keep where each ended, and the loss there.
        on_progress: Called with how many descents are done, and of how many.

    Returns:
        One outcome a setting.
    """
    num, dims = starts.shape
    places = [slice(first, min(first + BLOCK, num)) for first in range(0, num, BLOCK)]
    outcomes = tuple(
        Outcome(
            setting,
            np.zeros(num, np.int16),
            np.zeros((num, dims)) if keeps_ends else None,
            np.zeros(num) if keeps_ends else None,
        )
        for setting in settings
    )

    def run(outcome: Outcome, stream: int) -> int:
        where = places[stream]
        ends = descend(found.surface, starts[where], outcome.setting, steps=steps, rule=rule, seed=seed, stream=stream)
        outcome.fates[where], values = judge(found, ends)
        if outcome.points is not None and outcome.values is not None:
            outcome.points[where], outcome.values[where] = ends.points, values
        return where.stop - where.start

    tasks = [(outcome, stream) for outcome in outcomes for stream in range(len(places))]
    done, total = 0, num * len(settings)
    for ended in _in_threads(run, tasks):
        done += ended
        on_progress(done, total)
    return outcomes


def _in_threads(run: Callable[[Outcome, int], int], tasks: Sequence[tuple[Outcome, int]]) -> Iterator[int]:
    """Run tasks on a thread a core; the first alone, since it compiles what the others need."""
    yield from (run(*task) for task in tasks[:1])
    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        yield from (future.result() for future in [threads.submit(run, *task) for task in tasks[1:]])
    finally:
        # After Ctrl-C what has not begun is left out.
        threads.shutdown(cancel_futures=True)

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
    """The outcome of all starts at one setting.

    Attributes:
        setting: Rate, momentum and noise.
        fates: Number of the place where each start arrived, or its `Fate`.
        points: End of each descent; None if the ends were not kept.
        values: Loss at each end; None if the ends were not kept.
    """

    setting: Setting
    fates: Int[np.ndarray, " starts"]
    points: Float[np.ndarray, "starts dims"] | None = None
    values: Float[np.ndarray, " starts"] | None = None


def run_settings(
    survey: Survey,
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

    Starts run in blocks, one thread for each core, and a block leaves nothing but its outcome, so that memory stays
    bounded.

    Args:
        survey: The places of the surface.
        starts: Points from which the descents begin.
        settings: Rate, momentum and noise of each; all have the same noise, except for its size.
        steps: Steps of each descent.
        rule: Name of the update rule.
        seed: Seed of the noise.
        keeps_ends: Whether to keep the end of each descent, and the loss there.
        on_progress: Called with the number of descents that are done, and the number of all.

    Returns:
        The outcome at each setting.
    """
    num, dims = starts.shape
    blocks = [slice(first, min(first + BLOCK, num)) for first in range(0, num, BLOCK)]
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
        block = blocks[stream]
        ends = descend(survey.surface, starts[block], outcome.setting, steps=steps, rule=rule, seed=seed, stream=stream)
        outcome.fates[block], values = judge(survey, ends)
        if outcome.points is not None and outcome.values is not None:
            outcome.points[block], outcome.values[block] = ends.points, values
        return block.stop - block.start

    tasks = [(outcome, stream) for outcome in outcomes for stream in range(len(blocks))]
    done, total = 0, num * len(settings)
    for ended in _in_threads(run, tasks):
        done += ended
        on_progress(done, total)
    return outcomes


def _in_threads(run: Callable[[Outcome, int], int], tasks: Sequence[tuple[Outcome, int]]) -> Iterator[int]:
    """Run tasks with one thread for each core; the first task alone, since it compiles the program for the others."""
    yield from (run(*task) for task in tasks[:1])
    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        yield from (future.result() for future in [threads.submit(run, *task) for task in tasks[1:]])
    finally:
        # After Ctrl-C what has not begun is left out.
        threads.shutdown(cancel_futures=True)

"""The descents of `surface`: all settings from the same starts, the basins, and a few paths."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from descentlab.labs.surface import measure
from descentlab.labs.surface._design import Design
from descentlab.labs.surface._measured import Basins, Descents, Paths
from descentlab.labs.surface.measure import Outcome, Setting, Survey
from descentlab.workbench import Watcher

BASIN_SIDES = {1: (512,), 2: (144, 142)}
"""Starts along each variable of the grid whose basins are drawn, by the number of variables: whole blocks of them."""
BASIN_RATES = 64
"""Rates whose basins are drawn above each other, on a surface of one variable."""
NUM_PATHS = 6
MOST_MOMENTS = 120
"""Most points of a path: enough to draw its first steps one by one."""


class Measurement:
    """The measurement of one surface."""

    def __init__(self, survey: Survey, design: Design, watcher: Watcher) -> None:
        self._survey = survey
        self._design = design
        self._watcher = watcher
        self._axes = self._basin_axes()
        self._done = 0
        self._total = self._count()

    def run(self) -> Descents:
        """Run all settings from all starts."""
        design, survey = self._design, self._survey
        starts = measure.draw_starts(survey.surface, design.request.starts, seed=design.request.seed)
        (usual,) = self._run(starts, [design.usual], keeps_ends=True)
        sweeps = {name: self._sweep(starts, settings, usual) for name, settings in design.sweeps.items()}
        gains = {
            name: measure.find_gain(survey, usual, outcomes)
            for name, outcomes in sweeps.items()
            if len(outcomes) > 1 and survey.best and len(starts) > 1
        }
        return Descents(
            survey=survey,
            design=design,
            starts=starts,
            usual=usual,
            sweeps=sweeps,
            gains=gains,
            basins=self._basins(),
            paths=self._paths(starts),
        )

    def _sweep(
        self, starts: Float[np.ndarray, "starts dims"], settings: Sequence[Setting], usual: Outcome
    ) -> tuple[Outcome, ...]:
        # The outcome at the usual setting is known already.
        others = iter(self._run(starts, [setting for setting in settings if setting != usual.setting]))
        return tuple(usual if setting == usual.setting else next(others) for setting in settings)

    def _basins(self) -> Basins:
        grid = Basins(self._axes, ())
        return replace(grid, outcomes=self._run(grid.starts, self._basin_settings(), keeps_ends=True))

    def _basin_axes(self) -> tuple[np.ndarray, ...]:
        domain = self._survey.surface.domain
        return tuple(
            low + (np.arange(side) + 0.5) / side * (high - low)
            for side, (low, high) in zip(BASIN_SIDES[len(domain)], domain, strict=True)
        )

    def _basin_settings(self) -> list[Setting]:
        if self._survey.surface.dimensions == 2:
            return list(self._design.panels)
        rates = [setting.learning_rate for setting in self._design.sweeps["learning_rate"]]
        return [replace(self._design.usual, learning_rate=float(rate)) for rate in
                np.geomspace(rates[0], rates[-1], BASIN_RATES)]  # fmt: skip

    def _paths(self, starts: Float[np.ndarray, "starts dims"]) -> tuple[Paths, ...]:
        request = self._design.request
        later = np.geomspace(1, request.steps, MOST_MOMENTS - 40).round().astype(int).tolist()
        at = tuple(sorted({*range(min(41, request.steps)), *later}))
        chosen = _spread(starts[:256], NUM_PATHS)
        return tuple(
            Paths(setting, at, measure.follow(
                self._survey.surface, chosen, setting, at=at, steps=request.steps, rule=request.rule, seed=request.seed,
            ))
            for setting in self._design.panels
        )  # fmt: skip

    def _run(
        self, starts: Float[np.ndarray, "starts dims"], settings: Sequence[Setting], *, keeps_ends: bool = False
    ) -> tuple[Outcome, ...]:
        before = self._done

        def on_progress(done: int, _: int) -> None:
            self._done = before + done
            self._watcher.on_loading("descending", self._done, self._total)

        request = self._design.request
        return measure.run_settings(
            self._survey, starts, settings, steps=request.steps, rule=request.rule, seed=request.seed,
            keeps_ends=keeps_ends, on_progress=on_progress,
        )  # fmt: skip

    def _count(self) -> int:
        # The usual setting once, the others of each sweep, and the basins.
        others = sum(len(settings) - 1 for settings in self._design.sweeps.values())
        grid = int(np.prod([len(axis) for axis in self._axes]))
        return (1 + others) * self._design.request.starts + grid * len(self._basin_settings())


def _spread(points: Float[np.ndarray, "points dims"], num: int) -> Float[np.ndarray, "chosen dims"]:
    """Choose points that lie far from each other, each the farthest from those before."""
    chosen = [0]
    away = np.linalg.norm(points - points[0], axis=-1)
    while len(chosen) < min(num, len(points)):
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=-1))
    return points[chosen]

"""`surface`: what descent does on a loss of one or two variables, from thousands of starts at once."""

import hashlib
import os
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from descentlab import results, training
from descentlab.core import TextTable
from descentlab.labs.surface import measure as surfaces
from descentlab.labs.surface._design import STARTS, STEPS, Design, Values, make_design, parse_domain, read_wish
from descentlab.labs.surface._page import build_page
from descentlab.labs.surface._result import Basins, Paths, SurfaceResult
from descentlab.labs.surface._words import describe, notes_of
from descentlab.labs.surface.measure import Domain, Outcome, Setting, Surface, Survey
from descentlab.runs import save_results
from descentlab.workbench import SILENT, Watcher

BASIN_SIDES = {1: (512,), 2: (144, 142)}
"""Starts along each variable of the grid whose basins are drawn, by the number of variables: whole blocks of them."""
BASIN_RATES = 64
"""Of one variable, rates whose basins are drawn above each other."""
NUM_PATHS = 6
MOST_MOMENTS = 120
"""Places along a path: enough to draw its first steps one by one."""


def surface(
    what: str,
    *,
    learning_rate: Values = None,
    momentum: Values = None,
    noise: Values = None,
    starts: int = STARTS,
    steps: int = STEPS,
    restarts: int | None = None,
    domain: str | Domain | None = None,
    optimizer: str = "sgd",
    seed: int = 0,
    out: str | os.PathLike[str] | None = None,
    report: bool = True,
    watcher: Watcher = SILENT,
) -> SurfaceResult:
    """Descend on a surface from thousands of starts at once, and tell where they end and what changes that.

    One value of a rate, momentum or noise sets it; several are compared, while the others stand still.

    Args:
        what: A surface by its name, as "himmelblau", or one's own formula of x, or of x and y.
        learning_rate: Rates, as "0.001:0.1:24". Default: 24 around half of what the sharpest minimum allows.
        momentum: Shares of the velocity that are kept, as "0:0.9:4". Default: 0, beside seven up to 0.95.
        noise: Standard deviations of what is added to each part of each gradient in the first four fifths of the
            steps. Default: 0, beside six from a tenth to ten times the surface's usual gradient.
        starts: Drawn evenly over the domain.
        steps: Of each descent.
        restarts: The most starts that the best is taken of. Default: 20.
        domain: Where starts are drawn and minima looked for, as "-3:3" or "-2:2,-1:3".
        optimizer: "sgd", "nesterov", "rmsprop" or "adam".
        seed: Draws starts and noise.
        out: Where page and numbers go. Default: `runs/NAME-surface`.
        report: Whether to write page and numbers.
        watcher: What is called while it goes on.

    Returns:
        What was found.

    Raises:
        SpecError: If the surface is unknown, its formula cannot be read, or a number is out of range.

    Example:
        >>> import descentlab as dl
        >>> found = dl.surface("x^4 - 3*x^2 + x", noise="0:10:6")  # doctest: +SKIP
    """
    begin = time.perf_counter()
    wish = read_wish(
        optimizer=optimizer, learning_rate=learning_rate, momentum=momentum, noise=noise, starts=starts, steps=steps,
        restarts=restarts, seed=seed,
    )  # fmt: skip
    chosen = surfaces.find_surface(what, domain=parse_domain(domain) if isinstance(domain, str) else domain)
    training.prepare_engine()
    found = surfaces.survey(chosen)
    surveyed = time.perf_counter()
    result = _Job(found, make_design(wish, found), watcher).run()
    end = time.perf_counter()
    result = replace(result, seconds={"survey": surveyed - begin, "descend": end - surveyed, "total": end - begin})
    result = replace(result, sentences=describe(result), notes=notes_of(result))
    if not report:
        return result
    place = Path("runs") / f"{_folder_name(chosen)}-surface" if out is None else Path(out)
    page = results.render_page(build_page(result))
    save_results(place, result=result.to_json(), tables=result.tables(), report=page)
    return replace(result, path=place)


def list_surfaces() -> TextTable:
    """Return the surfaces that have names, with their formulas and what they are known for."""
    every = [surfaces.find_surface(name) for name in surfaces.surface_names()]
    return TextTable(("name", "formula", "what it is"), tuple((one.name, one.formula, one.about) for one in every))


def _folder_name(surface: Surface) -> str:
    """Make a folder's name: of one's own formula its letters and numbers, and a mark that no other formula has."""
    if surface.name in surfaces.surface_names():
        return surface.name
    letters = re.sub(r"[^a-z0-9]+", "-", surface.name.lower()).strip("-")[:30].strip("-")
    return f"{letters}-{hashlib.blake2b(surface.name.encode(), digest_size=3).hexdigest()}"


class _Job:
    """One analysis of a surface."""

    def __init__(self, found: Survey, design: Design, watcher: Watcher) -> None:
        self._found = found
        self._design = design
        self._watcher = watcher
        self._axes = self._basin_axes()
        self._done = 0
        self._total = self._count()

    def run(self) -> SurfaceResult:
        """Run all settings from all starts."""
        design, found = self._design, self._found
        starts = surfaces.draw_starts(found.surface, design.wish.starts, seed=design.wish.seed)
        (usual,) = self._run(starts, [design.usual], keeps_ends=True)
        sweeps = {
            name: self._sweep(starts, settings, usual)
            for name, settings in (
                ("learning_rate", design.rates), ("momentum", design.momenta), ("noise", design.noises),
            )
        }  # fmt: skip
        gains = {
            name: surfaces.find_gain(found, usual, outcomes)
            for name, outcomes in sweeps.items()
            if len(outcomes) > 1 and found.best and len(starts) > 1
        }
        return SurfaceResult(
            found=found,
            design=design,
            starts=starts,
            usual=usual,
            by_rate=sweeps["learning_rate"],
            by_momentum=sweeps["momentum"],
            by_noise=sweeps["noise"],
            gains=gains,
            basins=self._basins(),
            paths=self._paths(starts),
        )

    def _sweep(
        self, starts: Float[np.ndarray, "starts dims"], settings: Sequence[Setting], usual: Outcome
    ) -> tuple[Outcome, ...]:
        """Run all settings but the usual one, whose outcome is known."""
        others = iter(self._run(starts, [setting for setting in settings if setting != usual.setting]))
        return tuple(usual if setting == usual.setting else next(others) for setting in settings)

    def _basins(self) -> Basins:
        grid = np.stack(np.meshgrid(*self._axes, indexing="xy"), axis=-1).reshape(-1, len(self._axes))
        return Basins(self._axes, self._run(grid, self._basin_settings(), keeps_ends=True))

    def _basin_axes(self) -> tuple[np.ndarray, ...]:
        domain = self._found.surface.domain
        return tuple(
            low + (np.arange(side) + 0.5) / side * (high - low)
            for side, (low, high) in zip(BASIN_SIDES[len(domain)], domain, strict=True)
        )

    def _basin_settings(self) -> list[Setting]:
        if self._found.surface.dimensions == 2:
            return list(self._design.panels)
        rates = [setting.learning_rate for setting in self._design.rates]
        return [replace(self._design.usual, learning_rate=float(rate)) for rate in
                np.geomspace(rates[0], rates[-1], BASIN_RATES)]  # fmt: skip

    def _paths(self, starts: Float[np.ndarray, "starts dims"]) -> tuple[Paths, ...]:
        steps = self._design.wish.steps
        at = tuple(
            sorted({*range(min(41, steps)), *np.geomspace(1, steps, MOST_MOMENTS - 40).round().astype(int).tolist()})
        )
        chosen = _spread(starts[:256], NUM_PATHS)
        wish = self._design.wish
        return tuple(
            Paths(setting, at, surfaces.follow(
                self._found.surface, chosen, setting, at=at, steps=steps, rule=wish.rule, seed=wish.seed,
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

        wish = self._design.wish
        return surfaces.run_settings(
            self._found, starts, settings, steps=wish.steps, rule=wish.rule, seed=wish.seed, keeps_ends=keeps_ends,
            on_progress=on_progress,
        )  # fmt: skip

    def _count(self) -> int:
        """Count all descents: the usual setting once, the others of each sweep, and the basins."""
        sweeps = (self._design.rates, self._design.momenta, self._design.noises)
        others = sum(len(settings) - 1 for settings in sweeps if settings)
        grid = int(np.prod([len(axis) for axis in self._axes]))
        return (1 + others) * self._design.wish.starts + grid * len(self._basin_settings())


def _spread(points: Float[np.ndarray, "points dims"], num: int) -> Float[np.ndarray, "chosen dims"]:
    """Choose points that lie far from each other: each next one the farthest from those before."""
    chosen = [0]
    away = np.linalg.norm(points - points[0], axis=-1)
    while len(chosen) < min(num, len(points)):
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=-1))
    return points[chosen]

"""The measurements of `surface`, as numbers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from descentlab.core import Estimate
from descentlab.labs.surface import measure
from descentlab.labs.surface._design import Design, rate_limit
from descentlab.labs.surface.measure import Gain, Outcome, Place, Setting, Survey


@dataclass(frozen=True, eq=False)
class Basins:
    """The end of each start of an even grid, at several rates.

    Attributes:
        axes: Places of the grid along each variable.
        outcomes: Outcome at each rate; starts in the order of rows (y) and columns (x).
    """

    axes: tuple[Float[np.ndarray, " _"], ...]
    outcomes: tuple[Outcome, ...]

    @property
    def starts(self) -> Float[np.ndarray, "starts dims"]:
        """The points of the grid."""
        return np.stack(np.meshgrid(*self.axes, indexing="xy"), axis=-1).reshape(-1, len(self.axes))


@dataclass(frozen=True, eq=False)
class Paths:
    """A few descents step by step.

    Attributes:
        setting: Rate, momentum and noise.
        steps: Numbers of steps after which the points were recorded.
        points: Point of each descent after each of these steps.
    """

    setting: Setting
    steps: tuple[int, ...]
    points: Float[np.ndarray, "times starts dims"]


@dataclass(frozen=True, eq=False)
class Descents:
    """Descents on a surface from many starts.

    Attributes:
        survey: The surface, its minima and its other places.
        design: The settings that were run.
        starts: Starts, drawn evenly over the domain.
        usual: Outcome of the starts at the usual setting.
        sweeps: Outcomes by the name of the number that differs among them, which rises; the usual one is among them.
        gains: Gain of the best setting by the name of the number that differs.
        basins: Ends of the starts of a grid.
        paths: A few descents at a low, the usual and a high rate.
    """

    survey: Survey
    design: Design
    starts: Float[np.ndarray, "starts dims"]
    usual: Outcome
    sweeps: dict[str, tuple[Outcome, ...]]
    gains: dict[str, Gain]
    basins: Basins
    paths: tuple[Paths, ...]

    @property
    def by_rate(self) -> tuple[Outcome, ...]:
        """The outcomes at each learning rate."""
        return self.sweeps["learning_rate"]

    @property
    def restarts(self) -> tuple[Estimate, ...]:
        """How often the best of 1, 2, 3, ... starts ends in a global minimum, at the usual setting."""
        hits = measure.is_in_global(self.survey, self.usual)
        return tuple(measure.share_of_best(hits, num) for num in range(1, self.design.request.restarts + 1))

    def limit_of(self, place: Place) -> float:
        """Return the largest rate at which a descent can settle in a minimum."""
        return rate_limit(self.design.request.rule, place, self.design.usual.momentum)

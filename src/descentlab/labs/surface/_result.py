"""What `surface` found, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from descentlab.core import TextTable
from descentlab.labs.surface import measure as surfaces
from descentlab.labs.surface._design import Design, rate_limit
from descentlab.labs.surface.measure import Fate, Gain, Outcome, Place, Setting, Share, Survey

NAMED_MINIMA = 4
"""So many minima are told apart by name; of more, only whether they are global."""


@dataclass(frozen=True, eq=False)
class Basins:
    """Where each start of an even grid ended, at several rates.

    Attributes:
        axes: The grid's places along each variable.
        outcomes: One a rate; starts in the order of rows (y) and columns (x).
    """

    axes: tuple[Float[np.ndarray, " _"], ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, eq=False)
class Paths:
    """A few descents step by step.

    Attributes:
        setting: Rate, momentum and noise.
        steps: After how many steps.
        points: Where each was.
    """

    setting: Setting
    steps: tuple[int, ...]
    points: Float[np.ndarray, "times starts dims"]


@dataclass(frozen=True, eq=False)
class SurfaceResult:
    """What descent does on a surface.

    Attributes:
        found: The surface, its minima and all other places.
        design: What was run.
        starts: Drawn evenly over the domain.
        usual: What became of them at the usual setting.
        by_rate: The same at other rates, rising; the usual one is among them.
        by_momentum: At other momenta.
        by_noise: At other sizes of the noise.
        gains: What the best of the others gains, by the name of what differs.
        basins: Where each start of a grid ended.
        paths: A few descents at a low, the usual and a high rate.
        sentences: What it shows, in words.
        notes: What a reader must know to trust it.
        seconds: Times by phase.
        path: Where page and numbers are; None if they were not written.
    """

    found: Survey
    design: Design
    starts: Float[np.ndarray, "starts dims"]
    usual: Outcome
    by_rate: tuple[Outcome, ...]
    by_momentum: tuple[Outcome, ...]
    by_noise: tuple[Outcome, ...]
    gains: dict[str, Gain]
    basins: Basins
    paths: tuple[Paths, ...]
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] | None = None
    path: Path | None = None

    @property
    def sweeps(self) -> dict[str, tuple[Outcome, ...]]:
        """The outcomes by the name of what differs among them."""
        every = {"learning_rate": self.by_rate, "momentum": self.by_momentum, "noise": self.by_noise}
        return {name: outcomes for name, outcomes in every.items() if outcomes}

    @property
    def restarts(self) -> tuple[Share, ...]:
        """How often the best of 1, 2, 3, ... starts ends in a global minimum, at the usual setting."""
        hits = surfaces.is_in_global(self.found, self.usual)
        return tuple(surfaces.share_of_best(hits, num) for num in range(1, self.design.wish.restarts + 1))

    def limit_of(self, place: Place) -> float:
        """Return the largest rate at which a descent can settle in a minimum."""
        return rate_limit(self.design.wish.rule, place, self.design.usual.momentum)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        surface, wish = self.found.surface, self.design.wish
        return {
            "outcome": list(self.sentences),
            "notes": list(self.notes),
            "surface": surface.name,
            "formula": surface.formula,
            "latex": surface.latex,
            "domain": [list(side) for side in surface.domain],
            "places": [self._place_values(place) for place in self.found.places],
            "optimizer": wish.rule,
            "setting": vars(self.design.usual),
            "starts": wish.starts,
            "steps": wish.steps,
            "seed": wish.seed,
            "ends": {
                name: _share_values(surfaces.share_of(is_so)) for name, is_so in ends_by_name(self.found, self.usual)
            },
            "sweeps": {
                name: [self._outcome_values(name, outcome) for outcome in outcomes]
                for name, outcomes in self.sweeps.items()
            },
            "gains": {
                name: {**vars(gain), "best": getattr(self.sweeps[name][gain.best].setting, name)}
                for name, gain in self.gains.items()
            },
            "restarts": [_share_values(share) for share in self.restarts],
            "seconds": {name: round(value, 4) for name, value in (self.seconds or {}).items()},
        }

    def _place_values(self, place: Place) -> dict[str, Any]:
        return {
            "kind": place.kind,
            "point": list(place.point),
            "value": place.value,
            "eigenvalues": list(place.eigenvalues),
            "is_global": place.is_global,
            "rate_limit": self.limit_of(place) if place.is_low else None,
        }

    def _outcome_values(self, name: str, outcome: Outcome) -> dict[str, Any]:
        return {
            name: getattr(outcome.setting, name),
            "global": _share_values(surfaces.share_of(surfaces.is_in_global(self.found, outcome))),
            "ends": {what: float(is_so.mean()) for what, is_so in ends_by_name(self.found, outcome)},
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the numbers behind the figures, as columns by table."""
        variables = self.found.surface.variables
        gauge = self.found.gauge
        tables = {
            "starts": _columns(self.found, variables, self.starts, self.usual),
            "relief": {
                **{name: gauge.points[:, k] for k, name in enumerate(variables)}, "loss": gauge.values.ravel(),
            },
        }  # fmt: skip
        every = [
            {**_columns(self.found, variables, _grid(self.basins.axes), outcome),
             "learning_rate": np.full(outcome.fates.size, outcome.setting.learning_rate)}
            for outcome in self.basins.outcomes
        ]  # fmt: skip
        tables["basins"] = {name: np.concatenate([one[name] for one in every]) for name in every[0]}
        shares = [(name, outcome) for name, outcomes in self.sweeps.items() for outcome in outcomes]
        tables["shares"] = {
            "varied": np.array([name for name, _ in shares]),
            **{
                field: np.array([getattr(outcome.setting, field) for _, outcome in shares])
                for field in ("learning_rate", "momentum", "noise")
            },
            **{
                what: np.array([is_so(self.found, outcome).mean() for _, outcome in shares])
                for what, is_so in (("global", surfaces.is_in_global), ("local", surfaces.is_in_local))
            },
        }
        return tables

    def table(self) -> TextTable:
        """Return the minima, the lowest first: where, how low, how sharp, what rate they allow, who ended there."""
        rows = []
        for number, place in enumerate(self.found.minima[:10]):
            share = float((self.usual.fates == number).mean())
            sharpness = f"{place.sharpness:.4g}" if place.eigenvalues else "-"
            limit = self.limit_of(place)
            rows.append(
                (
                    place.kind,
                    where(place),
                    f"{level(self.found, place):.4g}",
                    "yes" if place.is_global else "no",
                    sharpness,
                    f"{limit:.4g}" if np.isfinite(limit) and limit > 0.0 else "-",
                    f"{100 * share:.1f}%",
                )
            )
        left = len(self.found.minima) - len(rows)
        title = f"The lowest {len(rows)} of {len(self.found.minima)} minima" if left > 0 else "Minima"
        return TextTable(("kind", "at", "loss", "global", "sharpness", "rate limit", "starts"), tuple(rows), title)

    def __str__(self) -> str:
        return "\n".join([*self.sentences, *(["", str(self.table())] if self.found.minima else [])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<li>{escape(line)}</li>" for line in self.sentences)
        return f"<ul>{lines}</ul>{self.table()._repr_html_()}"


def where(place: Place) -> str:
    """Write where a place is, as `x = 1` or `(3, 2)`; of a valley, one of its points."""
    numbers = [f"{value:.4g}" if abs(value) >= 5e-5 else "0" for value in place.point]
    return f"x = {numbers[0]}" if len(numbers) == 1 else f"({', '.join(numbers)})"


def level(found: Survey, place: Place) -> float:
    """Return how high a place is, to be written: 0 for what only rounding has made of 0."""
    return 0.0 if abs(place.value) < 1e-12 * found.gauge.height else place.value


def ends_by_name(found: Survey, outcome: Outcome) -> list[tuple[str, Bool[np.ndarray, " starts"]]]:
    """Name where starts ended, and say which did; only names that some start has.

    Args:
        found: The places there are.
        outcome: What became of the starts.

    Returns:
        Minima first, then other places, then what became of the rest.
    """
    names = end_names(found)
    ids = end_ids(found, outcome)
    return [(names[k], ids == k) for k in range(len(names)) if (ids == k).any()]


def end_names(found: Survey) -> tuple[str, ...]:
    """Name all the ways in which a descent may end; `end_ids` counts through them."""
    minima = found.minima
    if len(minima) <= NAMED_MINIMA:
        first = [f"{place.kind} at {where(place)}" for place in minima]
        first += [""] * (NAMED_MINIMA - len(minima))
    else:
        first = ["a global minimum" if len(found.best) > 1 else "the global minimum", "another minimum", "", ""]
    return (
        *first, Fate.DIVERGED.words, Fate.OSCILLATING.words, Fate.LEFT.words, "at a saddle or maximum",
        Fate.PLATEAU.words, Fate.MOVING.words, Fate.UNDEFINED.words,
    )  # fmt: skip


_FATE_IDS = {
    Fate.DIVERGED: 4, Fate.OSCILLATING: 5, Fate.LEFT: 6, Fate.PLATEAU: 8, Fate.MOVING: 9, Fate.UNDEFINED: 10,
}  # fmt: skip


def end_ids(found: Survey, outcome: Outcome) -> np.ndarray:
    """Return by start which of `end_names` it has."""
    lookup = np.zeros(len(found.places) + len(Fate), np.int8)  # the fates, which are negative, lie at its end
    is_named = len(found.minima) <= NAMED_MINIMA
    for number, place in enumerate(found.places):
        if place.is_low:
            lookup[number] = number if is_named else int(not place.is_global)
        else:
            lookup[number] = _FATE_IDS[Fate.PLATEAU] if place.kind == "plateau" else 7
    for fate, number in _FATE_IDS.items():
        lookup[int(fate)] = number
    return lookup[outcome.fates]


def _share_values(share: Share) -> dict[str, Any]:
    return {"share": share.value, "ci95": list(share.ci95)}


def _grid(axes: Sequence[np.ndarray]) -> np.ndarray:
    return np.stack(np.meshgrid(*axes, indexing="xy"), axis=-1).reshape(-1, len(axes))


def _columns(
    found: Survey, variables: Sequence[str], starts: Float[np.ndarray, "starts dims"], outcome: Outcome
) -> dict[str, np.ndarray]:
    names = np.array(end_names(found), object)  # a million references to eleven words
    columns = {f"start_{name}": starts[:, k] for k, name in enumerate(variables)}
    if outcome.points is not None:
        columns |= {f"end_{name}": outcome.points[:, k] for k, name in enumerate(variables)}
    if outcome.values is not None:
        columns["loss"] = outcome.values
    return {**columns, "end": names[end_ids(found, outcome)]}

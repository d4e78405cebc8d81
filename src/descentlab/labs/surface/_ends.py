"""Names of the places on a surface, and of the ways in which a descent ends."""

import numpy as np
from jaxtyping import Bool, Int

from descentlab.labs.surface.measure import Fate, Outcome, Place, Survey

NAMED_MINIMA = 4
"""Most minima that are distinguished by name; of more, each is either global or not."""

_FATE_IDS = {
    Fate.DIVERGED: 4, Fate.OSCILLATING: 5, Fate.LEFT: 6, Fate.PLATEAU: 8, Fate.MOVING: 9, Fate.UNDEFINED: 10,
}  # fmt: skip


def minus(text: str) -> str:
    """Write the minus of numbers as a page does."""
    return text.replace("-", "−")


def where(place: Place) -> str:
    """Write the point of a place, as `x = 1` or `(3, 2)`."""
    numbers = [f"{value:.4g}" if abs(value) >= 5e-5 else "0" for value in place.point]
    return minus(f"x = {numbers[0]}" if len(numbers) == 1 else f"({', '.join(numbers)})")


def level(survey: Survey, place: Place) -> float:
    """Return the loss of a place for a reader: 0 where only rounding keeps it from 0."""
    return 0.0 if abs(place.value) < 1e-12 * survey.gauge.height else place.value


def end_names(survey: Survey) -> tuple[str, ...]:
    """Name all the ways in which a descent may end; `end_ids` counts through them."""
    minima = survey.minima
    if len(minima) <= NAMED_MINIMA:
        first = [f"{place.kind} at {where(place)}" for place in minima]
        first += [""] * (NAMED_MINIMA - len(minima))
    else:
        first = ["a global minimum" if len(survey.best) > 1 else "the global minimum", "another minimum", "", ""]
    return (
        *first, Fate.DIVERGED.words, Fate.OSCILLATING.words, Fate.LEFT.words, "at a saddle or maximum",
        Fate.PLATEAU.words, Fate.MOVING.words, Fate.UNDEFINED.words,
    )  # fmt: skip


def end_ids(survey: Survey, outcome: Outcome) -> Int[np.ndarray, " starts"]:
    """Return the number in `end_names` of the end of each start."""
    lookup = np.zeros(len(survey.places) + len(Fate), np.int8)  # the fates, which are negative, lie at its end
    is_named = len(survey.minima) <= NAMED_MINIMA
    for number, place in enumerate(survey.places):
        if place.is_low:
            lookup[number] = number if is_named else int(not place.is_global)
        else:
            lookup[number] = _FATE_IDS[Fate.PLATEAU] if place.kind == "plateau" else 7
    for fate, number in _FATE_IDS.items():
        lookup[int(fate)] = number
    return lookup[outcome.fates]


def ends_by_name(survey: Survey, outcome: Outcome) -> list[tuple[str, Bool[np.ndarray, " starts"]]]:
    """Return the ends that some start has by name, minima first, with the starts that have each."""
    ids = end_ids(survey, outcome)
    return [(name, ids == k) for k, name in enumerate(end_names(survey)) if (ids == k).any()]

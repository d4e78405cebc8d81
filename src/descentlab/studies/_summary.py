"""Numbers that summarise a study: its stable region, a band over the seeds, the settings beside the best one."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from descentlab.judgement import count_outcomes
from descentlab.studies._design import Value
from descentlab.studies._study import Study

STABLE_SHARE = 0.9
"""A setting is stable if at least this share of its networks neither diverged nor oscillated nor got stuck."""
FACTOR = 10.0
"""Low and high are a tenth and ten times of the best, where such values were tried."""
UNSTABLE = ("diverged", "saturated units", "dead units", "oscillating")


def stable_settings(study: Study) -> Bool[np.ndarray, " settings"]:
    """Return whether each setting is stable."""
    is_unstable = np.isin(study.by_setting(study.outcomes).astype(str), UNSTABLE)
    return 1.0 - is_unstable.mean(axis=1) >= STABLE_SHARE


def stable_region(study: Study) -> tuple[float, float] | None:
    """Return the lowest and the highest value of the varied number between which all settings are stable.

    Returns:
        The region around the best setting (or the widest, if that setting is not stable); None if there is no stable
        setting, or more than one variable.
    """
    values = only_numbers(study)
    if values is None:
        return None
    is_stable = stable_settings(study)
    order = np.argsort(values)
    runs = _runs([bool(is_stable[place]) for place in order])
    if not runs:
        return None
    best = None if study.best is None else int(np.flatnonzero(order == study.best.place)[0])
    around = [run for run in runs if best is not None and run[0] <= best <= run[1]]
    low, high = around[0] if around else max(runs, key=lambda run: run[1] - run[0])
    return float(values[order[low]]), float(values[order[high]])


def only_numbers(study: Study) -> np.ndarray | None:
    """Return the values of the variable; None if there are several variables or its values are words."""
    if len(study.variables) != 1:
        return None
    values = next(iter(study.variables.values()))
    return None if any(isinstance(value, str) for value in values) else np.array(values, np.float64)


BAND = (0.1, 0.5, 0.9)
"""Lower edge, middle and upper edge of the band over the seeds, as shares of them: it holds the middle 80%."""


def band_over_seeds(values: Float[np.ndarray, "points seeds"]) -> tuple[Float[np.ndarray, " points"], ...]:
    """Return the lower edge, the median and the upper edge of each row; NaN if that seed diverged.

    Each is the value of one seed, so that a few diverged seeds do not change the others.

    Example:
        >>> low, median, high = band_over_seeds(np.array([[1.0, 2.0, np.inf]]))
        >>> median.tolist(), high.tolist()
        ([2.0], [nan])
    """
    with np.errstate(invalid="ignore"):
        edges = [np.quantile(values, share, axis=1, method="nearest").astype(np.float64) for share in BAND]
    return tuple(np.where(np.isfinite(edge), edge, np.nan) for edge in edges)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif flag:
            runs.append((place, place))
    return runs


def name_setting(setting: dict[str, Value]) -> str:
    """Write a setting as words, such as `learning_rate 0.1, momentum 0.9`."""
    return ", ".join(f"{name} {word_value(value)}" for name, value in setting.items())


def word_value(value: Value) -> str:
    """Write a value with at most four digits."""
    return value if isinstance(value, str) else f"{value:.4g}"


def low_right_high(study: Study) -> dict[str, int]:
    """Choose the best setting, and those that are nearest to a tenth and to ten times of it.

    Returns:
        Places of settings by "low", "right" and "high"; empty unless one number above 0 was varied.
    """
    values = only_numbers(study)
    if values is None or study.best is None or values.min() <= 0.0 or len(values) < 2:
        return {}
    best = study.best.place
    logs = np.log(values)
    chosen = {"right": best}
    below, above = np.flatnonzero(values < values[best]), np.flatnonzero(values > values[best])
    if len(below):
        low = int(below[np.argmin(np.abs(logs[below] - logs[best] + np.log(FACTOR)))])
        chosen = {"low": low, "right": best}
    if len(above):
        chosen["high"] = int(above[np.argmin(np.abs(logs[above] - logs[best] - np.log(FACTOR)))])
    return chosen


def typical_network(study: Study, setting: int) -> tuple[str, int, int]:
    """Return the most frequent outcome of a setting, of how many networks it is, and the place of the first of them."""
    outcomes = [study.judgements[place].outcome for place in study.places_of(setting)]
    counts = count_outcomes(outcomes)
    outcome = max(counts, key=lambda name: counts[name])
    return outcome, counts[outcome], study.places_of(setting)[outcomes.index(outcome)]

"""What a study shows, in sentences: the best setting, how sure that is, and what goes wrong on either side of it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from descentlab.evaluation import PairedDifference
from descentlab.studies._design import Value
from descentlab.studies._study import Study

STABLE_SHARE = 0.9
"""A setting is stable if at least this share of its networks neither diverged nor oscillated nor got stuck."""
UNSTABLE = ("diverged", "saturated", "dead", "oscillating")

_WORDS = {
    "diverged": "diverged",
    "saturated": "saturated (their units answer the same to every example, and no gradient is left)",
    "dead": "died (their units are zero for every example, and no gradient is left)",
    "oscillating": "jumped around without settling",
    "plateau": "stayed on a plateau, no better than one answer for all",
    "too-slow": "were too slow",
    "converged": "converged",
    "too-short": "were too short to judge",
}


def stable_settings(study: Study) -> Bool[np.ndarray, " settings"]:
    """Say which settings are stable."""
    is_unstable = np.isin(study.by_setting(study.verdicts).astype(str), UNSTABLE)
    return 1.0 - is_unstable.mean(axis=1) >= STABLE_SHARE


def stable_region(study: Study) -> tuple[float, float] | None:
    """Return the lowest and highest value of the one number that was varied between which all settings are stable.

    Returns:
        The region around the best setting (or the widest, if that is not stable); None where there is none, or more
        than one thing was varied.
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
    """Return the values of the one variable, if there is one and it is a number."""
    if len(study.variables) != 1:
        return None
    values = next(iter(study.variables.values()))
    return None if any(isinstance(value, str) for value in values) else np.array(values, np.float64)


BAND = (0.1, 0.5, 0.9)
"""The band over the seeds holds the middle 80% of them, around their median."""


def band_over_seeds(values: Float[np.ndarray, "points seeds"]) -> tuple[Float[np.ndarray, " points"], ...]:
    """Return the lower edge, the median and the upper edge of each row; NaN where that seed diverged.

    Each is the value of one seed, so that a few that diverged do not carry the others away.

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


def describe_study(study: Study) -> tuple[str, ...]:
    """Say what a study shows.

    Args:
        study: All its networks.

    Returns:
        Sentences: the best setting, whether the next is really worse, what happens below and above, how well it fits.
    """
    return (*_best(study), *_sides(study), *_fit(study))


def name_setting(setting: dict[str, Value]) -> str:
    """Name a setting by its values, as `learning_rate 0.1, momentum 0.9`."""
    return ", ".join(f"{name} {word_value(value)}" for name, value in setting.items())


def word_value(value: Value) -> str:
    """Write a value with the digits that matter."""
    return value if isinstance(value, str) else f"{value:.4g}"


def _best(study: Study) -> tuple[str, ...]:
    best, settings = study.best, study.settings()
    if best is None:
        return ("Every setting diverged from at least one seed: there is no best one; try lower rates.",)
    part = {"validation": "validation", "test": "test", "train": "training"}[study.held_out]
    seeds = "one seed" if study.num_seeds == 1 else f"{study.num_seeds} seeds"
    told = f"Best: {name_setting(settings[best.place])}, with a mean {part} loss of {best.mean:.4g} over {seeds}"
    if best.fresh_mean is not None and abs(best.fresh_mean - best.mean) > 0.01 * abs(best.mean):
        told += f" ({best.fresh_mean:.4g} on seeds that did not choose it)"
    sentences = [told + "."]
    others = [name_setting(settings[place]) for place in best.likely if place != best.place]
    if study.num_seeds == 1:
        sentences.append("One seed cannot tell whether that is luck: use --seeds 10.")
    elif others:
        shown = "; ".join(others[:4]) + (f" and {len(others) - 4} more" if len(others) > 4 else "")
        sentences.append(f"Other seeds might have chosen: {shown}.")
    else:
        sentences.append("Any draw of these seeds would have chosen the same.")
    if best.next_place is not None and study.num_seeds > 1:
        sentences.append(_next(study, settings))
    values = only_numbers(study)
    if values is not None and len(values) > 2 and values[best.place] in (values.min(), values.max()):
        end = "lowest" if values[best.place] == values.min() else "highest"
        sentences.append(f"It is the {end} value tried, so a better one may lie beyond: widen the range.")
    return tuple(sentences)


def _next(study: Study, settings: list[dict[str, Value]]) -> str:
    best = study.best
    assert best is not None
    assert best.next_place is not None
    pair = best.differences[best.next_place]
    told = (
        f"The next best, {name_setting(settings[best.next_place])}, is worse by {pair.mean:.3g} on average"
        f"{word_interval(pair)}, and on {pair.num_above} of {pair.num_seeds} seeds: "
    )
    few = " Fewer than 6 seeds can show none." if pair.num_seeds < 6 and not pair.is_real else ""
    return told + f"{word_reality(pair, len(best.differences))}.{few}"


def word_interval(pair: PairedDifference) -> str:
    """Write the interval of a difference in brackets, or nothing where there is none."""
    return "" if pair.ci95 is None else f" (95% interval {pair.ci95[0]:.3g} to {pair.ci95[1]:.3g})"


def word_reality(pair: PairedDifference, num_comparisons: int) -> str:
    """Say whether a difference is real, and that its p-value was corrected, since its interval was not.

    Example:
        >>> word_reality(PairedDifference(0.2, (0.1, 0.3), 0.0625, 8, 8, is_real=False), 8)
        'it may be luck (p = 0.062, corrected for 8 comparisons)'
    """
    corrected = f", corrected for {num_comparisons} comparisons" if num_comparisons > 1 else ""
    return f"{'a real difference' if pair.is_real else 'it may be luck'} (p = {pair.p_value:.2g}{corrected})"


def _sides(study: Study) -> tuple[str, ...]:
    values = only_numbers(study)
    if values is None or study.best is None:
        counts = Counter(study.verdicts.tolist())
        told = ", ".join(f"{count} {_WORDS[name]}" for name, count in counts.most_common())
        return (f"Of {study.num_networks} networks {told}.",)
    name = next(iter(study.variables))
    is_stable, verdicts = stable_settings(study), study.by_setting(study.verdicts)
    best = values[study.best.place]
    region = stable_region(study)
    told = [] if region is None else [f"Stable from {region[0]:.4g} to {region[1]:.4g}."]
    for side, chosen, signs in (
        ("below", values < best, ("plateau", "too-slow")),
        ("above", values > best, ("plateau",)),
    ):
        bad = [
            place for place in np.flatnonzero(chosen)
            if not is_stable[place] or np.mean(np.isin(verdicts[place].astype(str), signs)) > 0.5
        ]  # fmt: skip
        if bad:
            counts = Counter(verdicts[bad].ravel().tolist())
            words = ", ".join(f"{count} {_WORDS[verdict]}" for verdict, count in counts.most_common(3))
            low, high = min(values[bad]), max(values[bad])
            span = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
            total = len(bad) * study.num_seeds
            told.append(f"Too {'low' if side == 'below' else 'high'} ({name} {span}): of {total} networks {words}.")
    if values.max() > best and not any(study.verdicts == "diverged"):
        told.append("No loss overflowed: what fails at the high end fails in another way.")
    return tuple(told)


def _fit(study: Study) -> tuple[str, ...]:
    best = study.best
    if best is None or study.held_out == "train":
        return ()
    own = range(best.place * study.num_seeds, (best.place + 1) * study.num_seeds)
    fits = Counter(study.judgements[place].fit for place in own)
    count, total = max(fits.values()), study.num_seeds
    word = fits.most_common(1)[0][0]
    meaning = {
        "over-fitted": "over-fitted: the held-out loss rose from its lowest while the training loss fell on",
        "under-fitted": "under-fitted: the training loss itself stayed high, so the network is too small or too slow",
        "fine": "neither over- nor under-fitted",
    }.get(word)
    return (f"At the best setting {count} of {total} networks were {meaning}.",) if meaning else ()

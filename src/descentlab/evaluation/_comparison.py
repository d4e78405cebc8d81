"""Whether a difference between two settings is real: paired over the seeds that both were trained from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError, generator
from descentlab.evaluation._intervals import Interval

NUM_FLIPS = 4_096
"""Sign flips that the test looks at, the identity among them; up to 12 seeds these are all."""
NUM_RESAMPLES = 2_000
LEVEL = 0.05


@dataclass(frozen=True)
class PairedDifference:
    """How much one setting differs from another on the same seeds.

    Attributes:
        mean: Mean of first minus second over the seeds.
        ci95: The differences that the same test would not reject at 5%, so that it holds 0 exactly where a single
            comparison shows nothing; None for fewer than 6 seeds, which can reject none.
        p_value: Chance of a mean at least as far from 0 if the sign of each seed's difference were a coin's throw; 1
            for one seed.
        num_seeds: Seeds compared.
        num_above: Seeds on which the first is above the second.
        is_real: Whether that chance is below 5%, after Holm's correction where several were compared.
    """

    mean: float
    ci95: Interval | None
    p_value: float
    num_seeds: int
    num_above: int
    is_real: bool


def compare_paired(
    first: Float[np.ndarray, " seeds"], second: Float[np.ndarray, " seeds"], *, seed: int = 0
) -> PairedDifference:
    """Compare two settings over the seeds that both were trained from.

    The seeds' own luck (their split, draw and order) is the same on both sides and goes out of the difference. The
    test flips signs, so that it needs no normal distribution; with n seeds its p-value is at least 2 / 2^n, so fewer
    than 6 seeds can never show a difference at 5%. A flip of some signs reaches the observed sum where the mean of the
    flipped differences is 0 or below; the means of all subsets of the seeds therefore give p-value and interval alike.

    Args:
        first: A number per seed, all finite.
        second: The other setting's, of the same seeds in the same order.
        seed: Draws the sign flips where there are too many to try all.

    Returns:
        The difference.

    Raises:
        ShapeError: If the two have not one number each for the same seeds.

    Example:
        >>> compare_paired(np.arange(8.0) + 1.0, np.arange(8.0)).is_real
        True

    References:
        Fisher, "The design of experiments" (1935), the randomisation test.
        Hartigan, "Using subsample values as typical values" (1969), the interval.
    """
    if first.shape != second.shape or not len(first):
        raise ShapeError(
            f"a paired comparison needs a number per seed on both sides; it has {first.shape}, {second.shape}"
        )
    difference = first.astype(np.float64) - second.astype(np.float64)
    means = _subset_means(difference, seed)
    rounding = 1e-12 * float(np.abs(difference).max())
    num_flips = len(means) + 1  # what was seen is one of the possible draws, so the p-value is never 0
    rarest = 1 + min(int((means <= rounding).sum()), int((means >= -rounding).sum()))
    p_value = min(1.0, 2.0 * rarest / num_flips)
    outside = math.ceil(LEVEL / 2.0 * num_flips) - 1
    interval = (float(means[outside - 1]), float(means[-outside])) if outside else None
    num_above = int((difference > 0.0).sum())
    return PairedDifference(float(difference.mean()), interval, p_value, len(difference), num_above, p_value < LEVEL)


def _subset_means(difference: Float[np.ndarray, " seeds"], seed: int) -> Float[np.ndarray, " subsets"]:
    """Return the means of all subsets of the seeds that are not empty (of many of them, drawn), rising."""
    num = len(difference)
    if 2**num <= NUM_FLIPS:
        is_in = (np.arange(1, 2**num)[:, None] >> np.arange(num)) & 1
    else:
        is_in = generator(seed, "sign flips").integers(0, 2, (NUM_FLIPS - 1, num))
        is_in[~is_in.any(axis=1)] = 1
    return np.sort(is_in @ difference / is_in.sum(axis=1))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct p-values for having asked several questions.

    Returns:
        Corrected p-values in the same order.

    Example:
        >>> holm([0.01, 0.04])
        (0.02, 0.04)

    References:
        Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    order = np.argsort(p_values, kind="stable")
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[int(place)]))
        corrected[int(place)] = highest
    return tuple(corrected)


@dataclass(frozen=True)
class Best:
    """Which of several settings was best, and how sure that is.

    Attributes:
        place: Place of the best setting.
        mean: Its mean over seeds. As the lowest of several it flatters itself a little: see `fresh_mean`.
        fresh_mean: Its mean as estimated on seeds that did not choose it; None for one seed.
        likely: Places that were best in at least 2.5% of the draws of seeds with replacement.
        next_place: Place of the second best; None if there is one setting.
        differences: Each other setting minus the best, by place, with Holm's correction.
        beaten: How many settings had a seed that diverged, and were therefore set aside.
    """

    place: int
    mean: float
    fresh_mean: float | None
    likely: tuple[int, ...]
    next_place: int | None
    differences: Mapping[int, PairedDifference]
    beaten: int


def find_best(values: Float[np.ndarray, "settings seeds"], *, seed: int = 0) -> Best | None:
    """Find the setting of the lowest mean, and how sure that is.

    Seeds are drawn with replacement, and the choice is made anew in each draw: how often another setting wins tells
    how sure the choice is. The mean of the chosen one is too low, since luck helped to choose it; the seeds that a
    draw left out give one that is not.

    Args:
        values: What is to be low, as a loss. A setting with a value that is not finite is set aside: a rate that
            diverges from one seed in five is not to be recommended.
        seed: Draws the seeds.

    Returns:
        The best; None if every setting was set aside.

    References:
        Efron and Tibshirani, "An introduction to the bootstrap" (1993).
    """
    usable = np.flatnonzero(np.all(np.isfinite(values), axis=1))
    if not len(usable):
        return None
    kept = values[usable].astype(np.float64)
    means = kept.mean(axis=1)
    order = np.argsort(means, kind="stable")
    best = int(order[0])
    num = kept.shape[1]
    draws = generator(seed, "resample").integers(0, num, (NUM_RESAMPLES, num))
    winners = np.argmin(np.stack([kept[:, row].mean(axis=1) for row in draws]), axis=1)
    shares = np.bincount(winners, minlength=len(kept)) / NUM_RESAMPLES
    pairs = [compare_paired(kept[place], kept[best], seed=seed) for place in order[1:]]
    corrected = holm([pair.p_value for pair in pairs])
    differences = {
        int(usable[place]): replace(pair, p_value=p, is_real=p < LEVEL)
        for place, pair, p in zip(order[1:], pairs, corrected, strict=True)
    }
    likely = {int(usable[place]) for place in np.flatnonzero(shares >= 0.025)} | {int(usable[best])}
    return Best(
        place=int(usable[best]),
        mean=float(means[best]),
        fresh_mean=_fresh_mean(kept, draws, winners),
        likely=tuple(sorted(likely)),
        next_place=int(usable[order[1]]) if len(order) > 1 else None,
        differences=differences,
        beaten=len(values) - len(usable),
    )


def _fresh_mean(kept: np.ndarray, draws: np.ndarray, winners: np.ndarray) -> float | None:
    """Average, over the draws, what each draw's winner had on the seeds that the draw left out."""
    seeds = np.arange(kept.shape[1])
    left_out = [kept[winner, np.isin(seeds, row, invert=True)] for row, winner in zip(draws, winners, strict=True)]
    found = [float(values.mean()) for values in left_out if len(values)]
    return float(np.mean(found)) if found else None

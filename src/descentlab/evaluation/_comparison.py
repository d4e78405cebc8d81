"""Comparison of settings over the same seeds, which says whether a difference is real."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from descentlab.core import ShapeError, generator
from descentlab.evaluation._intervals import Interval

NUM_FLIPS = 4_096
"""Sign flips that the test looks at, the identity among them; with up to 12 seeds these are all possible ones."""
NUM_RESAMPLES = 2_000
LEVEL = 0.05


@dataclass(frozen=True)
class PairedDifference:
    """The difference between two settings on the same seeds.

    Attributes:
        mean: Mean of first minus second over the seeds.
        ci95: Differences that the same test would not reject at 5%, so that they include 0 exactly if a single
            comparison shows no difference; None for fewer than 6 seeds, which can reject none.
        p_value: Probability of a mean at least as far from 0 if the sign of each seed's difference were random; 1
            for one seed.
        num_seeds: Number of seeds compared.
        num_above: Number of seeds on which the first is above the second.
        is_real: Whether the p-value is below 5%, after Holm's correction if several settings were compared.
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
    """Compare two settings over the seeds that both were trained with.

    The luck of a seed (its split, draw and order) is the same on both sides and cancels in the difference. The test
    flips signs, so that it needs no normal distribution; with n seeds its p-value is at least 2 / 2^n, so fewer
    than 6 seeds can never show a difference at 5%. A flip of some signs reaches the observed sum if the mean of the
    flipped differences is 0 or below; so the means of all subsets of the seeds give both p-value and interval.

    Args:
        first: One finite number a seed, of the first setting.
        second: Numbers of the second setting, of the same seeds in the same order.
        seed: Draws the sign flips if there are too many to try all.

    Returns:
        The difference.

    Raises:
        ShapeError: If the two do not have one number each for the same seeds.

    Example:
        >>> compare_paired(np.arange(8.0) + 1.0, np.arange(8.0)).is_real
        True

    References:
        Fisher, "The design of experiments" (1935), the randomisation test.
        Hartigan, "Using subsample values as typical values" (1969), the interval.
    """
    if first.shape != second.shape or not len(first):
        raise ShapeError(
            f"the two sides have shapes {first.shape} and {second.shape}: a paired comparison needs one number per "
            "seed on each side, of the same seeds"
        )
    difference = first.astype(np.float64) - second.astype(np.float64)
    means = _subset_means(difference, seed)
    rounding = 1e-12 * float(np.abs(difference).max())
    num_flips = len(means) + 1  # the observed signs are one of the possible draws, so the p-value is never 0
    rarest = 1 + min(int((means <= rounding).sum()), int((means >= -rounding).sum()))
    p_value = min(1.0, 2.0 * rarest / num_flips)
    outside = math.ceil(LEVEL / 2.0 * num_flips) - 1
    interval = (float(means[outside - 1]), float(means[-outside])) if outside else None
    num_above = int((difference > 0.0).sum())
    return PairedDifference(float(difference.mean()), interval, p_value, len(difference), num_above, p_value < LEVEL)


def _subset_means(difference: Float[np.ndarray, " seeds"], seed: int) -> Float[np.ndarray, " subsets"]:
    """Return the sorted means of all non-empty subsets of the seeds, or of drawn ones if there are too many."""
    num = len(difference)
    if 2**num <= NUM_FLIPS:
        is_in = (np.arange(1, 2**num)[:, None] >> np.arange(num)) & 1
    else:
        is_in = generator(seed, "sign flips").integers(0, 2, (NUM_FLIPS - 1, num))
        is_in[~is_in.any(axis=1)] = 1
    return np.sort(is_in @ difference / is_in.sum(axis=1))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct the p-values of several tests by Holm's method.

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
    """The best of several settings, and how sure the choice is.

    Attributes:
        place: Position of the best setting.
        mean: Mean of the best setting over seeds. As the lowest of several it is a little too low: see `fresh_mean`.
        fresh_mean: Mean of the best setting, estimated on seeds that did not choose it; None for one seed.
        likely: Positions of the settings that were best in at least 2.5% of the draws of seeds with replacement.
        next_place: Position of the second best setting; None if there is only one.
        differences: Difference of each other setting minus the best, by position, with Holm's correction.
        beaten: Number of settings that were set aside because a seed diverged.
    """

    place: int
    mean: float
    fresh_mean: float | None
    likely: tuple[int, ...]
    next_place: int | None
    differences: Mapping[int, PairedDifference]
    beaten: int


def find_best(values: Float[np.ndarray, "settings seeds"], *, seed: int = 0) -> Best | None:
    """Find the setting of the lowest mean, and how sure the choice is.

    Seeds are drawn with replacement, and the choice is made anew in each draw: the share of draws in which another
    setting wins shows how sure the choice is. The mean of the chosen setting is too low, since luck helped to choose
    it; the seeds that a draw left out give a mean that is not.

    Args:
        values: Numbers to be low, such as losses. A setting with a value that is not finite is set aside: a learning
            rate that diverges with one seed in five is not to be recommended.
        seed: Draws the seeds.

    Returns:
        The best setting; None if every setting was set aside.

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
    """Average over the draws the mean of each draw's winner on the seeds that the draw left out."""
    seeds = np.arange(kept.shape[1])
    left_out = [kept[winner, np.isin(seeds, row, invert=True)] for row, winner in zip(draws, winners, strict=True)]
    means = [float(values.mean()) for values in left_out if len(values)]
    return float(np.mean(means)) if means else None

"""95% intervals of numbers that are measured on few examples or few seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Interval = tuple[float, float]
SHARE: Interval = (0.0, 1.0)
"""Bounds of a share."""

_Z = 1.959963984540054
"""The normal distribution's 0.975 quantile."""
_FIRST_T = (12.7062047362, 4.3026527297, 3.1824463053, 2.7764451052, 2.5705818356, 2.4469118511, 2.3646242516)
"""Student's 0.975 quantile for 1 to 7 degrees of freedom, for which the series of `t_quantile` is too coarse."""


def wilson_interval(num_right: int | float, num_examples: int | float) -> Interval:
    """Compute Wilson's 95% interval of a share.

    Unlike the share ± two standard errors it stays between 0 and 1, and has a width even if all or none are right.

    Args:
        num_right: Number of examples that are right; not whole where weighted examples count for fewer equal ones.
        num_examples: Number of examples, or the effective number of weighted ones; at least one.

    Returns:
        Lower and upper end of the interval.

    Example:
        >>> low, high = wilson_interval(29, 30)
        >>> round(low, 3), round(high, 3)
        (0.833, 0.994)

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927); with an effective number
        of examples: Dean and Pagano, "Evaluating confidence interval methods for binomial proportions in clustered
        surveys" (2015).
    """
    share, z2 = num_right / num_examples, _Z**2 / num_examples
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z / (1 + z2) * math.sqrt(share * (1 - share) / num_examples + z2 / (4 * num_examples))
    # Rounding would leave the ends of none and of all a little off 0 and 1.
    low = 0.0 if num_right <= 0 else max(0.0, middle - half)
    return low, 1.0 if num_right >= num_examples else min(1.0, middle + half)


def paired_share_difference(gained: int | float, lost: int | float, num_examples: int) -> tuple[float, Interval]:
    """Compute the difference of two shares of the same examples, with its 95% interval.

    This is an adjusted Wald interval: each of the two counts is raised by one, so that the interval has a width even
    if no example differs.

    Args:
        gained: Number of examples that are right the second time and were not the first time; it need not be whole
            if the second time is a mean of several.
        lost: Number of examples that were right the first time and are not the second time.
        num_examples: Number of all examples, at least one.

    Returns:
        The difference, and the lower and upper end of its interval.

    Example:
        >>> difference, (low, high) = paired_share_difference(30, 10, 100)
        >>> round(difference, 3), round(low, 3), round(high, 3)
        (0.2, 0.078, 0.315)

    References:
        Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
        data" (2012).
    """
    raised = num_examples + 2
    first, second = (gained + 1) / raised, (lost + 1) / raised
    middle = first - second
    half = _Z * math.sqrt((first + second - middle**2) / raised)
    return (gained - lost) / num_examples, (max(-1.0, middle - half), min(1.0, middle + half))


def t_quantile(degrees: int) -> float:
    """Compute the 0.975 quantile of Student's t, to a few parts in a hundred thousand.

    SciPy has it to the last bit, but its import takes a second.

    Args:
        degrees: Degrees of freedom, at least 1.

    Returns:
        The quantile, 12.7 for one degree and 1.96 for very many.

    References:
        Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.5.
    """
    if degrees <= len(_FIRST_T):
        return _FIRST_T[degrees - 1]
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees**power for power, term in enumerate(terms, start=1))


@dataclass(frozen=True)
class Repeats:
    """What several networks of one experiment differ in.

    Attributes:
        word: Word for them: "seeds" or "folds".
        widening: Factor by which the interval of a mean over them is wider than that of independent values.
    """

    word: str = "seeds"
    widening: float = 1.0


SEEDS = Repeats()


def repeats_over(num_folds: int | None) -> Repeats:
    """Describe the networks of a cross-validation, or those of several seeds.

    The training sets of folds overlap, so that their scores vary less than independent ones: the variance of the mean
    is taken as (1 / K + n_test / n_train) of the sample's, and not as 1 / K.

    Args:
        num_folds: Number of folds K; None for seeds.

    Returns:
        The word and the widening.

    Example:
        >>> round(repeats_over(5).widening, 3)
        1.5

    References:
        Nadeau and Bengio, "Inference for the generalization error" (2003).
    """
    if num_folds is None:
        return SEEDS
    return Repeats("folds", math.sqrt(1.0 + num_folds / (num_folds - 1)))


def mean_and_deviation(
    values: Sequence[float | int], over: Repeats = SEEDS
) -> tuple[float, float | None, Interval | None]:
    """Compute a mean over seeds or folds, its standard deviation and its 95% t interval.

    The interval covers the randomness of the seeds. It cannot cover that of the data set, which all seeds share.

    Args:
        values: One number a seed, at least one.
        over: What the values differ in.

    Returns:
        The mean, the standard deviation (of a sample, with n - 1) and the interval; the last two are None for a
        single seed.
    """
    num = len(values)
    mean = math.fsum(values) / num
    if num < 2:
        return mean, None, None
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (num - 1))
    half = over.widening * t_quantile(num - 1) * deviation / math.sqrt(num)
    return mean, deviation, (mean - half, mean + half)


def clip(interval: Interval | None, bounds: Interval | None) -> Interval | None:
    """Cut an interval at the bounds of its values, which Student's interval may exceed; where there are any."""
    if interval is None or bounds is None:
        return interval
    return max(bounds[0], interval[0]), min(bounds[1], interval[1])

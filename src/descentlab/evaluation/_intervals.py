"""95% intervals: how far from the truth a number may be that comes from few examples or few seeds."""

import math
from collections.abc import Sequence

Interval = tuple[float, float]

_Z = 1.959963984540054
"""The normal distribution's 0.975 quantile."""
_FIRST_T = (12.7062047362, 4.3026527297, 3.1824463053, 2.7764451052, 2.5705818356, 2.4469118511, 2.3646242516)
"""Student's 0.975 quantile for 1 to 7 degrees of freedom, where the series below is too coarse."""


def wilson_interval(num_right: int, num_examples: int) -> Interval:
    """Compute Wilson's 95% interval of a share.

    Unlike the share ± two standard errors it stays within 0 and 1 and has a width where all or none are right.

    Args:
        num_right: How many of the examples are right.
        num_examples: How many there are, at least one.

    Returns:
        Its lower and upper end.

    Example:
        >>> low, high = wilson_interval(29, 30)
        >>> round(low, 3), round(high, 3)
        (0.833, 0.994)

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    share, z2 = num_right / num_examples, _Z**2 / num_examples
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z / (1 + z2) * math.sqrt(share * (1 - share) / num_examples + z2 / (4 * num_examples))
    return max(0.0, middle - half), min(1.0, middle + half)


def paired_share_difference(gained: int | float, lost: int | float, num_examples: int) -> tuple[float, Interval]:
    """Compute the difference of two shares of the same examples, with its 95% interval.

    An adjusted Wald interval: each of the two counts is raised by one, so that it has a width where none differs.

    Args:
        gained: Examples that are right the second time and were not the first; where the second time is the mean of
            several, parts of examples count.
        lost: Examples that were right the first time and are not the second.
        num_examples: All of them, at least one.

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

    SciPy has it to the last bit, at the price of a second for its import.

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


def mean_and_deviation(values: Sequence[float | int]) -> tuple[float, float | None, Interval | None]:
    """Compute a mean over seeds, its standard deviation and its 95% t interval.

    The interval covers the draw of the seeds. It cannot cover the draw of the data set, which all seeds share.

    Args:
        values: A number per seed, at least one.

    Returns:
        The mean, and the standard deviation (of a sample, with n - 1) and the interval, or None and None for a
        single seed.
    """
    num = len(values)
    mean = math.fsum(values) / num
    if num < 2:
        return mean, None, None
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (num - 1))
    half = t_quantile(num - 1) * deviation / math.sqrt(num)
    return mean, deviation, (mean - half, mean + half)


def clip_to_share(interval: Interval) -> Interval:
    """Cut an interval down to what a share can be, as Student's knows of no ends."""
    return max(0.0, interval[0]), min(1.0, interval[1])

"""Draws of rows, each class in its share."""

import numpy as np
from jaxtyping import Float, Int


def draw_stratified(
    rows: Int[np.ndarray, " rows"], strata: Int[np.ndarray, " examples"], count: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " chosen"], Int[np.ndarray, " rest"]]:
    """Draw exactly `count` of some rows, each class in its share.

    Args:
        rows: Rows to draw from.
        strata: Class of every example.
        count: Number of rows to draw.
        rng: Generator of random numbers.

    Returns:
        The drawn rows and the others, both in ascending order. Each class keeps an example among the others if that is
        possible.
    """
    order = rng.permutation(rows)
    _, classes, sizes = np.unique(strata[order], return_inverse=True, return_counts=True)
    quotas = _quotas(sizes, count, rng)
    by_class = np.argsort(classes, kind="stable")
    place = np.empty(len(order), np.int64)
    place[by_class] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_chosen = place < quotas[classes]
    return np.sort(order[is_chosen]), np.sort(order[~is_chosen])


def _quotas(sizes: Int[np.ndarray, " classes"], count: int, rng: np.random.Generator) -> Int[np.ndarray, " classes"]:
    """Divide `count` places among the classes by largest remainders; equal remainders are ordered at random."""
    exact: Float[np.ndarray, " classes"] = sizes * (count / max(sizes.sum(), 1))
    quotas = np.floor(exact).astype(np.int64)
    tie_breaker = rng.permutation(len(sizes))
    by_remainder = np.lexsort((tie_breaker, -(exact - quotas).round(9)))
    for limit in (sizes - 1, sizes):
        while (missing := count - quotas.sum()) > 0 and len(open_ := by_remainder[(quotas < limit)[by_remainder]]):
            quotas[open_[:missing]] += 1
    return quotas

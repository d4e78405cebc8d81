"""Division of examples into training, validation and test set."""

import contextlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import DataError, generator
from descentlab.spec import SplitSpec


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows of each part, in ascending order. No row is in two parts."""

    train: Int[np.ndarray, " train"]
    validation: Int[np.ndarray, " validation"]
    test: Int[np.ndarray, " test"]


def divide(
    strata: Int[np.ndarray, " examples"],
    split: SplitSpec,
    seed: int,
    *,
    name: str,
    named: dict[str, Int[np.ndarray, " _"]] | None = None,
    num_train: int | None = None,
) -> Parts:
    """Divide examples into parts, each class in its share, drawn by seed.

    The sizes of the parts depend on the number of examples only, never on the seed, so that networks of different
    seeds can be trained together.

    Args:
        strata: Class of each example; the same number for all examples of a regression.
        split: Shares of the parts.
        seed: Seed that draws the parts.
        name: Name of the data.
        named: Rows of "test" and "validation", if they are given with the data.
        num_train: Number of examples to draw from those outside the test set; None for all.

    Returns:
        The parts.

    Raises:
        DataError: If the examples are too few for the shares.
    """
    named = named or {}
    taken = np.concatenate([np.zeros(0, np.int64), *named.values()])
    rest = np.setdiff1d(np.arange(len(strata)), taken)
    rng = generator(seed, "split")
    test, rest = _part("test", split.test, rest, strata, named, rng)
    if num_train is not None:
        if num_train > len(rest):
            raise DataError(f"data.num_train={num_train} exceeds the {len(rest)} training examples of {name}")
        rest, _ = draw_stratified(rest, strata, num_train, rng)
    validation, train = _part("validation", split.validation, rest, strata, named, rng)
    shares = {"test": split.test, "validation": split.validation}
    empty = [part for part, rows in (("test", test), ("validation", validation)) if shares[part] and not len(rows)]
    if len(train) < 2 or empty:
        raise DataError(
            f"{name} has {len(strata)} usable examples, too few for split.test={split.test} and "
            f"split.validation={split.validation}: add examples{_smaller(strata, split, seed, named, num_train)}"
        )
    return Parts(train, validation, test)


def _smaller(
    strata: Int[np.ndarray, " examples"],
    split: SplitSpec,
    seed: int,
    named: dict[str, Int[np.ndarray, " _"]],
    num_train: int | None,
) -> str:
    """Return which part can be left out, so that the examples are enough for the others; empty if none can."""
    for changes in ({"test": 0.0}, {"test": 0.0, "validation": 0.0}):
        smaller = split.model_copy(update=changes)
        if smaller == split or set(changes) & set(named):
            continue
        with contextlib.suppress(DataError):
            divide(strata, smaller, seed, name="", named=named, num_train=num_train)
            options = " ".join(f"--set split.{part}=0" for part in changes)
            alone = " --set early_stopping=none" if "validation" in changes else ""
            return f", or train without: {options}{alone}"
    return ""


def _part(
    part: str,
    share: float,
    rows: Int[np.ndarray, " rows"],
    strata: Int[np.ndarray, " examples"],
    named: dict[str, Int[np.ndarray, " _"]],
    rng: np.random.Generator,
) -> tuple[Int[np.ndarray, " chosen"], Int[np.ndarray, " rest"]]:
    if part in named:
        return np.sort(named[part]), rows
    return draw_stratified(rows, strata, round(len(rows) * share), rng)


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

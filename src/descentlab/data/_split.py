"""Division of examples into training, validation and test set."""

import contextlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from descentlab.core import DataError, generator
from descentlab.data._draw import draw_stratified
from descentlab.data._folds import Division, draw_fold, draw_groups, take_latest
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
    division: Division | None = None,
) -> Parts:
    """Divide examples into parts, each class in its share, drawn by seed.

    The sizes of the parts depend on the number of examples only, never on the seed, so that networks of different
    seeds can be trained together; those of folds and of groups differ a little.

    Args:
        strata: Class of each example; the same number for all examples of a regression.
        split: Shares of the parts.
        seed: Seed that draws the parts.
        name: Name of the data.
        named: Rows of "test" and "validation", if they are given with the data.
        num_train: Number of examples to draw from those outside the test set; None for all.
        division: Groups of rows that stay together, or the times of rows, of which the test set gets the latest.

    Returns:
        The parts.

    Raises:
        DataError: If the examples are too few for the shares.
    """
    named = named or {}
    taken = np.concatenate([np.zeros(0, np.int64), *named.values()])
    rest = np.setdiff1d(np.arange(len(strata)), taken)
    rng = generator(seed, "split")
    if split.folds is not None:
        if "test" in named:
            raise DataError(f"{name} has a test set of its own, so folds cannot be drawn: leave out one of them")
        folds = (seed % split.folds, split.folds)
        test, rest = draw_fold(rest, strata, folds, generator(split.fold_seed or 0, "folds"), division, name)
    elif "test" in named:
        test = np.sort(named["test"])
    else:
        test, rest = _draw(split.test, rest, strata, rng, division)
    if num_train is not None:
        if num_train > len(rest):
            raise DataError(f"data.num_train={num_train} exceeds the {len(rest)} training examples of {name}")
        rest, _ = draw_stratified(rest, strata, num_train, rng)
    if "validation" in named:
        validation, train = np.sort(named["validation"]), rest
    else:
        validation, train = _draw(split.validation, rest, strata, rng, division)
    shares = {"test": split.test, "validation": split.validation}
    empty = [part for part, rows in (("test", test), ("validation", validation)) if shares[part] and not len(rows)]
    if division is not None and (len(train) < 2 or empty):
        raise DataError(
            f"{name}: '{division.column}' divides the {len(strata)} usable examples into too few pieces for a "
            f"{' and a '.join(empty) or 'training'} part: set its share to 0, or divide by another column"
        )
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


def _draw(
    share: float,
    rows: Int[np.ndarray, " rows"],
    strata: Int[np.ndarray, " examples"],
    rng: np.random.Generator,
    division: Division | None,
) -> tuple[Int[np.ndarray, " chosen"], Int[np.ndarray, " rest"]]:
    size = round(len(rows) * share)
    if not size or division is None:
        return draw_stratified(rows, strata, size, rng)
    if division.times is not None:
        return take_latest(rows, division.times, size)
    if division.groups is None or len(np.unique(division.groups[rows])) < 2:
        return rows[:0], rows
    return draw_groups(rows, strata, size, division.groups, rng)

"""How much a network loses when a part of its inputs is shuffled over the examples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped

from descentlab.core import generator
from descentlab.labs.errors.measure._credits import Estimates, Judged, estimate_loss

WANTED = 2_000
"""Shuffled examples of each part, about: few examples are shuffled several times."""
MOST_REPEATS = 20
PATCHES = 8
"""Patches of a picture down and across, about."""


@dataclass(frozen=True, eq=False)
class InputImportance:
    """How much is lost without each part of the inputs.

    Attributes:
        names: Names of the parts.
        lost: Accuracy, or R² of real numbers, that is lost.
        repeats: Number of times that each part is shuffled.
        num_examples: Number of examples that it is shuffled over.
    """

    names: tuple[str, ...]
    lost: Estimates
    repeats: int
    num_examples: int


def measure_importance(
    members: Sequence[Judged],
    names: Sequence[str],
    parts: Bool[np.ndarray, "parts *shape"],
    *,
    seed: int = 0,
    on_step: Callable[[], None] = lambda: None,
) -> InputImportance:
    """Measure how much is lost when a part of the inputs is taken from another example.

    A part that is shuffled over the examples keeps its distribution, and says nothing about the example any more. What
    other parts say as well is not missed: of two columns that say the same, neither is important.

    Args:
        members: Networks with their held-out examples.
        names: Names of the parts.
        parts: Which inputs of an example belong to each part.
        seed: Seed of the random orders.
        on_step: Called after each part of each network.

    Returns:
        The losses.

    References:
        Breiman, "Random forests" (2001), section 10.
        Fisher, Rudin and Dominici, "All models are wrong, but many are useful" (2019).
    """
    num = min(len(member.inputs) for member in members)
    repeats = int(np.clip(WANTED // max(num, 1), 1, MOST_REPEATS))
    before = [member.credit(member.inputs) for member in members]
    after = [_shuffled(member, parts, repeats, seed, on_step) for member in members]
    return InputImportance(tuple(names), estimate_loss(before, after, is_classes=members[0].is_classes), repeats, num)


def _shuffled(
    judged: Judged, parts: Bool[np.ndarray, "parts *shape"], repeats: int, seed: int, on_step: Callable[[], None]
) -> Float[np.ndarray, "parts repeats examples"]:
    inputs = judged.inputs
    orders = [generator(seed, "importance", repeat).permutation(len(inputs)) for repeat in range(repeats)]
    credits_of = []
    for part in parts:
        credits_of.append(np.stack([judged.credit(np.where(part[None], inputs[order], inputs)) for order in orders]))
        on_step()
    return np.stack(credits_of)


def patches_of(shape: tuple[int, int, int]) -> Bool[np.ndarray, "patches rows columns colours"]:
    """Divide a picture into patches, about eight down and across, row by row."""
    height, width, _ = shape
    side = max(1, round(min(height, width) / PATCHES))
    parts = np.zeros((-(-height // side) * -(-width // side), *shape), np.bool_)
    starts = [(top, left) for top in range(0, height, side) for left in range(0, width, side)]
    for place, (top, left) in enumerate(starts):
        parts[place, top : top + side, left : left + side] = True
    return parts


def columns_of(input_columns: Sequence[str]) -> tuple[tuple[str, ...], Bool[np.ndarray, "columns inputs"]]:
    """Group the inputs by the column of a table that they come from.

    Args:
        input_columns: For each input, the column that it comes from.

    Returns:
        The columns, and which inputs belong to each.
    """
    names = tuple(dict.fromkeys(input_columns))
    return names, np.array([[column == name for column in input_columns] for name in names])


def spread_of(
    inputs: Float[np.ndarray, "examples *shape"], parts: Bool[np.ndarray, "parts *shape"]
) -> Float[np.ndarray, " parts"]:
    """Measure how much each part varies between examples: the root of the mean variance of its inputs."""
    variances = inputs.astype(np.float64).var(axis=0)
    return np.sqrt(np.array([variances[part].mean() for part in parts]))


def paint(
    values: Float[np.ndarray, " parts"], parts: Shaped[np.ndarray, "parts rows columns colours"]
) -> Float[np.ndarray, "rows columns"]:
    """Arrange the values of patches as a picture."""
    return np.einsum("p,prc->rc", values, parts[..., 0].astype(np.float64))

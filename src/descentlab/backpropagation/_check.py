"""An account compared with automatic differentiation and central differences."""

from dataclasses import dataclass

import numpy as np

from descentlab.backpropagation._account import Account
from descentlab.backpropagation._autodiff import differentiate
from descentlab.backpropagation._differences import Differences, no_differences, take_differences
from descentlab.backpropagation._kinks import layers_of_unknown_kinks
from descentlab.backpropagation._quantities import Quantity, quantities
from descentlab.backpropagation._step import Array, largest_of
from descentlab.networks import not_stated

TOLERANCE = 1e-6
"""Relative error up to which two ways of computing a derivative are said to agree."""

SAMPLES = 240
"""Entries whose central difference is taken, over all arrays, where not all are."""

SHOWN = 6
"""Entries of each array whose three numbers are kept, to be read beside each other."""


@dataclass(frozen=True)
class ThreeWays:
    """One derivative, computed in three ways.

    Attributes:
        place: The place in its array. Of δ and ∂C/∂a the first number is the example.
        ours: The derivative by the layer's rule.
        autodiff: The derivative by automatic differentiation.
        difference: The derivative by central differences; NaN where a kink lies within every step, or none were taken.
    """

    place: tuple[int, ...]
    ours: float
    autodiff: float
    difference: float


@dataclass(frozen=True)
class ArrayCheck:
    """One array of the account beside the same array computed in two other ways.

    A relative error is the largest difference between two entries over the largest entry of the array: an entry that
    is small beside its neighbours need not have as many digits. Where rounding hides more than 1e-6 of the
    largest entry itself (a derivative of 1e-9 of a cost of 1), the error is measured by what can be seen at all,
    and `is_resolved` is False.

    Attributes:
        layer: The layer; "inputs" for the examples themselves.
        of: The array: "weight", "bias", ..., "delta" (∂C/∂z) or "activation" (∂C/∂a).
        size: The number of entries.
        largest: The largest absolute entry.
        autodiff: Relative error against automatic differentiation, which is compared at every entry.
        central_differences: Relative error against central differences; 0 where all sampled entries lie at kinks.
        num_checked: Entries compared with central differences.
        num_kinks: Entries sampled besides, at which a kink lies within every step.
        is_resolved: Whether 1e-6 of the largest entry is above rounding, for both comparisons.
        entries: The largest of those that were compared in all three ways, the largest first.
    """

    layer: str
    of: str
    size: int
    largest: float
    autodiff: float
    central_differences: float
    num_checked: int
    num_kinks: int
    is_resolved: bool
    entries: tuple[ThreeWays, ...]

    @property
    def agrees(self) -> bool:
        """Whether all three ways give the same numbers. An error that is no number does not count as small."""
        return self.autodiff <= TOLERANCE and self.central_differences <= TOLERANCE


@dataclass(frozen=True)
class Check:
    """All arrays of an account, checked in two ways.

    Attributes:
        arrays: The arrays from the output back to the inputs.
        not_checkable: Why no central differences were taken; empty where they were.
    """

    arrays: tuple[ArrayCheck, ...]
    not_checkable: str = ""

    @property
    def autodiff(self) -> float:
        """The largest relative error against automatic differentiation."""
        return _worst([each.autodiff for each in self.arrays])

    @property
    def central_differences(self) -> float:
        """The largest relative error against central differences."""
        return _worst([each.central_differences for each in self.arrays])

    @property
    def agrees(self) -> bool:
        """Whether every array agrees in all three ways."""
        return all(each.agrees for each in self.arrays)

    @property
    def num_checked(self) -> int:
        """How many derivatives were compared with central differences."""
        return sum(each.num_checked for each in self.arrays)

    @property
    def num_kinks(self) -> int:
        """How many could not be, because a kink lies within every step."""
        return sum(each.num_kinks for each in self.arrays)

    def sentences(self) -> tuple[str, ...]:
        """Say in words what was compared and what came of it."""
        total = sum(each.size for each in self.arrays)
        how_many = "all" if self.num_checked + self.num_kinks == total else f"{self.num_checked:,} of"
        by_autodiff = (
            f"Checked: {total:,} derivatives against automatic differentiation (largest relative error "
            f"{self.autodiff:.1e})"
        )
        by_differences = f"{how_many} {total:,} against central differences in float64 ({self.central_differences:.1e})"
        if self.not_checkable:
            words = [f"{by_autodiff}.", f"Central differences: {self.not_checkable}."]
        else:
            words = [f"{by_autodiff} and {by_differences}."]
        if not self.agrees:
            wrong = ", ".join(f"{each.layer}/{each.of}" for each in self.arrays if not each.agrees)
            words.append(f"They do not agree to {TOLERANCE:g}: {wrong}.")
        if self.num_kinks:
            words.append(
                f"{self.num_kinks:,} sampled derivatives lie at a kink (a ReLU at 0, a tie in a max pooling), where "
                "there is no difference to take."
            )
        hidden = [each for each in self.arrays if not each.is_resolved]
        if hidden:
            words.append(
                f"{len(hidden)} of {len(self.arrays)} arrays are too small beside the cost for {TOLERANCE:g} of "
                "them to be seen in float64; they are compared as far as rounding allows."
            )
        return tuple(words)


def check(account: Account, *, num_samples: int = SAMPLES, seed: int = 0) -> Check:
    """Compute every derivative of an account in two other ways, and compare.

    Automatic differentiation goes through the network's program and knows nothing of the account's rules; central
    differences know nothing of derivatives at all.

    Args:
        account: The account.
        num_samples: About how many derivatives to take central differences of.
        seed: Draws the sample.

    Returns:
        Relative errors, array by array.
    """
    asked = quantities(account)
    theirs = differentiate(account.problem, asked)
    unknown = layers_of_unknown_kinks(account.problem.network)
    if unknown:
        differences = no_differences(asked, num_samples=num_samples, seed=seed)
    else:
        differences = take_differences(account.problem, asked, num_samples=num_samples, seed=seed)
    arrays = tuple(
        _compare(each, theirs[each.shift], differences[each.shift], is_checkable=not unknown) for each in asked
    )
    return Check(arrays, not_stated(unknown, "where its derivative jumps") if unknown else "")


def _compare(each: Quantity, slopes: Array, differences: Differences, *, is_checkable: bool) -> ArrayCheck:
    known = np.isfinite(differences.doubts)
    ours = each.ours.ravel()[differences.places[known]]
    doubt = largest_of(differences.doubts[known]) + each.rounding
    scale = max(each.scale, largest_of(slopes))
    return ArrayCheck(
        layer=each.layer,
        of=each.of,
        size=each.ours.size,
        largest=each.scale,
        autodiff=_relative_error(each.ours, slopes, scale, each.rounding),
        central_differences=_relative_error(ours, differences.values[known], scale, doubt),
        num_checked=int(known.sum()),
        num_kinks=int((~known).sum()) if is_checkable else 0,
        is_resolved=doubt <= TOLERANCE * each.scale or not each.scale,
        entries=_side_by_side(each, slopes, differences),
    )


def _side_by_side(each: Quantity, slopes: Array, differences: Differences) -> tuple[ThreeWays, ...]:
    ours, theirs = each.ours.ravel()[differences.places], slopes.ravel()[differences.places]
    return tuple(
        ThreeWays(
            tuple(map(int, np.unravel_index(differences.places[k], each.ours.shape))),
            float(ours[k]), float(theirs[k]), float(differences.values[k]),
        )
        for k in np.argsort(-np.abs(ours), kind="stable")[:SHOWN]
    )  # fmt: skip


def _relative_error(ours: Array, theirs: Array, scale: float, doubt: float) -> float:
    distance = np.max(np.abs(ours - theirs), initial=0.0)
    if distance == 0.0:
        return 0.0
    return float(distance / max(scale, doubt / TOLERANCE))


def _worst(errors: list[float]) -> float:
    # Not `max`, which passes over NaN.
    return float(np.max(errors, initial=0.0))

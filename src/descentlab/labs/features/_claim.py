"""The textbook's three claims about layers, and the differences that decide them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from descentlab.core import Estimate
from descentlab.representations import CLASS, ENDS, HOLES, Depth

LOCAL = 1.0 / 3.0
"""A unit is local if it looks at no more than this share of the picture's side."""
SELECTIVITY = "selectivity for orientation"

Verdict = Literal["holds", "does not hold", "is not shown", "is not checkable"]
Over = Literal["first layer", "before training", "class alone"]


class Textbook(StrEnum):
    """What textbooks say of the layers of a network that takes pictures."""

    EDGES = "the first layer finds edges"
    STROKES = "the middle layers find loops and strokes"
    CLASSES = "the last layer finds whole classes"


@dataclass(frozen=True)
class Difference:
    """A difference that a claim rests on.

    Attributes:
        claim: The claim.
        quantity: What is compared: selectivity, or the score of a property.
        layer: Layer that it is measured at.
        over: What it is compared with.
        gain: By how much the layer has more of it.
    """

    claim: Textbook
    quantity: str
    layer: str
    over: Over
    gain: Estimate

    @property
    def is_limit(self) -> bool:
        """Whether it cannot speak against the claim, but only leave it unshown."""
        return self.over == "class alone"


def list_differences(depths: Sequence[Depth], weighted: Sequence[str], selective: Estimate) -> tuple[Difference, ...]:
    """List the differences that decide the claims, by the rules of `docs/features.md`.

    The layers with weights are named from the first to the last; `selective` is how much more selective for orientation
    the channels of the first are than untrained ones.
    """
    first, last = weighted[0], weighted[-1]
    by_name = {depth.name: depth for depth in depths}
    layers = depths[0].layers if depths else ()
    between = layers[layers.index(first) + 1 : layers.index(last)] if layers else ()
    return (
        Difference(Textbook.EDGES, SELECTIVITY, first, "before training", selective),
        *(_strokes([by_name[name] for name in (HOLES, ENDS) if name in by_name], first, between) if between else ()),
        *(_classes(by_name[CLASS], first, last) if CLASS in by_name else ()),
    )


def _strokes(depths: Sequence[Depth], first: str, between: Sequence[str]) -> Iterator[Difference]:
    for depth in depths:
        middle = depth.best(between)
        gains: Mapping[Over, Estimate] = {
            "first layer": depth.gain(middle, first),
            "before training": depth.gain_by_training(middle),
            # Whoever knows that it is an 8 knows of two holes without having seen one.
            "class alone": depth.gain_over_class(middle),
        }
        for over, gain in gains.items():
            yield Difference(Textbook.STROKES, depth.name, middle, over, gain)


def _classes(depth: Depth, first: str, last: str) -> Iterator[Difference]:
    yield Difference(Textbook.CLASSES, CLASS, last, "first layer", depth.gain(last, first))
    yield Difference(Textbook.CLASSES, CLASS, last, "before training", depth.gain_by_training(last))


def judge(claim: Textbook, differences: Sequence[Difference], extent: float | None) -> Verdict:
    """Judge a claim by its differences.

    It holds if each of them lies above 0 with its whole 95% interval; it does not if one lies below 0 likewise, or if
    the first layer's units are not local; else it is not shown. `extent` is the share of the picture's side that the
    median of those units looks at, None if that is unknown.
    """
    deciding = [each.gain for each in differences if each.claim == claim and not each.is_limit]
    limits = [each.gain for each in differences if each.claim == claim and each.is_limit]
    if claim == Textbook.EDGES and extent is None:
        return "is not checkable"
    is_local = claim != Textbook.EDGES or extent is None or extent <= LOCAL
    if not is_local or any(gain.high < 0.0 for gain in deciding):
        return "does not hold"
    return "holds" if deciding and all(gain.low > 0.0 for gain in (*deciding, *limits)) else "is not shown"

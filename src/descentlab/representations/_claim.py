"""The textbook's claim, part by part: edges first, loops and strokes in the middle, whole classes last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from descentlab.core import Estimate
from descentlab.representations._depth import Depth
from descentlab.representations._properties import CLASS, ENDS, HOLES

Verdict = Literal["holds", "does not hold", "is not shown", "is not checkable"]

LOCAL = 1.0 / 3.0
"""A unit is local if it looks at no more than so much of the picture's side."""


@dataclass(frozen=True)
class Part:
    """One part of the claim beside its evidence.

    Attributes:
        claim: The claim of textbooks.
        verdict: Whether it holds for this network.
        evidence: Why, in a sentence.
        gains: The differences that decide; all must be above 0.
    """

    claim: str
    verdict: Verdict
    evidence: str
    gains: tuple[tuple[str, Estimate], ...]


def judge(
    depths: Sequence[Depth], weighted: Sequence[str], *, selective: Estimate, extent: float | None
) -> tuple[Part, ...]:
    """Hold the claim's three parts against what was measured.

    A part holds if each of its differences lies above 0 with its whole 95% interval; it does not if one lies below 0
    likewise, or if what is needed is plainly lacking; else it is not shown. What is read no better than the class alone
    tells is not shown either. `docs/features.md` has the rules.

    Args:
        depths: The properties at every depth.
        weighted: Names of the layers with weights, from the first to the last.
        selective: The selectivity for orientation of the first layer's channels, less that of untrained ones.
        extent: The share of the picture's side that the first layer's median unit looks at; None if that is unknown.

    Returns:
        First, middle and last.
    """
    by_name = {depth.name: depth for depth in depths}
    first, last = weighted[0], weighted[-1]
    all_layers = depths[0].layers if depths else ()
    between = all_layers[all_layers.index(first) + 1 : all_layers.index(last)] if all_layers else ()
    return (
        _edges(first, selective, extent),
        _loops(by_name, first, between),
        _whole(by_name.get(CLASS), first, last),
    )


def _edges(first: str, selective: Estimate, extent: float | None) -> Part:
    claim = "the first layer finds edges"
    gains = (("selectivity for orientation, over untrained kernels", selective),)
    evidence = f"the channels of {first} are {_by(selective)} selective for orientation than untrained ones"
    if extent is None:
        how = "but a layer does not state which pixels they look at, so that nobody knows whether they are local"
        return Part(claim, "is not checkable", f"{evidence}, {how}", gains)
    if extent > LOCAL:
        how = (
            "but they are not local, as an edge is: the median one has nine tenths of its squared weights in a square "
            f"of {extent:.0%} of the picture's side"
        )
        return Part(claim, "does not hold", f"{evidence}, {how}", gains)
    return Part(claim, _verdict([selective]), f"{evidence}, and look at {extent:.0%} of the picture's side", gains)


def _loops(by_name: dict[str, Depth], first: str, between: Sequence[str]) -> Part:
    claim = "the middle layers find loops and strokes"
    wanted = [by_name[name] for name in (HOLES, ENDS) if name in by_name]
    if not between or not wanted:
        why = (
            "there is no layer between the first and the last" if not between else "the pictures do not differ in them"
        )
        return Part(claim, "is not shown", why, ())
    gains, beyond, evidence = [], [], []
    for depth in wanted:
        middle = depth.best(between)
        trained, deeper, more = depth.gain_by_training(middle), depth.gain(middle, first), depth.gain_over_class(middle)
        gains += [
            (f"{depth.name} at {middle}, over {first}", deeper),
            (f"{depth.name} at {middle}, over untrained", trained),
        ]
        beyond.append((f"{depth.name} at {middle}, over the class alone", more))
        evidence.append(
            f"{depth.name} are read at {middle} with accuracy {depth.score(middle).value:.3f}, {_by(deeper)} than at "
            f"{first}, {_by(trained)} than before training and {_by(more)} than the class alone tells"
        )
    verdict = _verdict([gain for _, gain in gains])
    if verdict == "holds" and any(gain.low <= 0.0 for _, gain in beyond):
        # Whoever knows that it is an 8 knows of two holes, without having found a hole.
        verdict = "is not shown"
    return Part(claim, verdict, "; ".join(evidence), (*gains, *beyond))


def _whole(depth: Depth | None, first: str, last: str) -> Part:
    claim = "the last layer finds whole classes"
    if depth is None:
        return Part(claim, "is not shown", "there are no classes", ())
    deeper, trained = depth.gain(last, first), depth.gain_by_training(last)
    evidence = (
        f"the class is read at {last} with accuracy {depth.score(last).value:.3f}, {_by(deeper)} than at {first} and "
        f"{_by(trained)} than before training"
    )
    gains = ((f"class at {last}, over {first}", deeper), (f"class at {last}, over untrained", trained))
    return Part(claim, _verdict([deeper, trained]), evidence, gains)


def _verdict(gains: Sequence[Estimate]) -> Verdict:
    if all(gain.low > 0.0 for gain in gains):
        return "holds"
    return "does not hold" if any(gain.high < 0.0 for gain in gains) else "is not shown"


def _by(gain: Estimate) -> str:
    # Rounded first, so that no zero has a sign.
    value, low, high = (round(number, 3) + 0.0 for number in (gain.value, gain.low, gain.high))
    return f"{abs(value):.3f} {'more' if value >= 0.0 else 'less'} ({low:+.3f} to {high:+.3f})"

"""The textbook's claim on planted readings: what must hold, what must not, and what nobody can tell."""

import numpy as np
import pytest

from descentlab.core import Estimate
from descentlab.representations import CLASS, ENDS, HOLES, PIXELS, Depth, Reading, judge, window_share

LAYERS = (PIXELS, "first", "middle", "last")
ORIENTED = Estimate(0.1, 0.05, 0.15)
NUM = 1_000


def reading(share: float) -> Reading:
    """A probe that is right for so many of the examples, the first ones, so that differences are paired."""
    return Reading(share, share, 1.0, (np.arange(NUM) < share * NUM).astype(np.float64))


def depth(name: str, trained: tuple[float, ...], untrained: tuple[float, ...], alone: float = 0.8) -> Depth:
    def by_layer(scores: tuple[float, ...]) -> dict[str, Reading]:
        return {layer: reading(score) for layer, score in zip(LAYERS, scores, strict=True)}

    return Depth(name, True, LAYERS, (by_layer(trained),), (by_layer(untrained),), 0.1, (reading(alone),))


FLAT = (0.5, 0.5, 0.5, 0.5)
TEXTBOOK = (
    depth(HOLES, (0.5, 0.6, 0.9, 0.8), FLAT),
    depth(ENDS, (0.5, 0.6, 0.9, 0.8), FLAT),
    depth(CLASS, (0.5, 0.6, 0.7, 0.95), FLAT),
)


def verdicts(*depths: Depth, selective: Estimate = ORIENTED, extent: float = 0.1) -> list[str]:
    return [one.verdict for one in judge(depths, ("first", "last"), selective=selective, extent=extent)]


def test_a_textbooks_network_passes() -> None:
    assert verdicts(*TEXTBOOK) == ["holds"] * 3


def test_what_the_untrained_network_gives_too_was_not_learned() -> None:
    same = tuple(
        depth(one.name, tuple(one.trained[0][layer].score for layer in LAYERS), (0.5, 0.6, 0.9, 0.95))
        for one in TEXTBOOK
    )
    assert verdicts(*same)[1:] == ["is not shown"] * 2


def test_what_gets_lost_on_the_way_does_not_hold() -> None:
    lost = (
        depth(HOLES, (0.5, 0.9, 0.7, 0.8), FLAT),
        depth(ENDS, (0.5, 0.6, 0.9, 0.8), FLAT),
        depth(CLASS, (0.5, 0.9, 0.7, 0.6), FLAT),
    )
    assert verdicts(*lost)[1:] == ["does not hold"] * 2


def test_what_the_class_alone_tells_was_not_shown_to_be_found() -> None:
    explained = (
        depth(HOLES, (0.5, 0.6, 0.9, 0.8), FLAT, alone=0.95),
        depth(ENDS, (0.5, 0.6, 0.9, 0.8), FLAT),
        TEXTBOOK[2],
    )
    assert verdicts(*explained)[1] == "is not shown"


def test_units_that_see_everything_find_no_edges_however_oriented() -> None:
    assert verdicts(*TEXTBOOK, extent=0.7)[0] == "does not hold"
    assert verdicts(*TEXTBOOK, selective=Estimate(0.02, -0.01, 0.05))[0] == "is not shown"
    assert verdicts(*TEXTBOOK, selective=Estimate(-0.1, -0.15, -0.05))[0] == "does not hold"


def test_without_a_middle_or_without_classes_nothing_is_shown() -> None:
    told = judge(TEXTBOOK, ("middle", "last"), selective=ORIENTED, extent=0.1)
    assert told[1].verdict == "is not shown"
    assert "no layer between" in told[1].evidence
    assert verdicts(*TEXTBOOK[:2])[2] == "is not shown"


def test_several_networks_have_to_agree() -> None:
    def pair(shares: tuple[float, float]) -> Depth:
        members = tuple(
            {layer: reading(share) for layer, share in zip(LAYERS, (0.5, 0.6, 0.7, share), strict=True)}
            for share in shares
        )
        return Depth(
            CLASS, True, LAYERS, members, ({layer: reading(0.5) for layer in LAYERS},) * 2, 0.1, (reading(1.0),) * 2
        )

    assert judge([pair((0.9, 0.91))], ("first", "last"), selective=ORIENTED, extent=0.1)[2].verdict == "holds"
    assert judge([pair((0.9, 0.62))], ("first", "last"), selective=ORIENTED, extent=0.1)[2].verdict == "is not shown"


def test_a_units_extent_is_the_square_that_holds_nine_tenths_of_it() -> None:
    weights = np.zeros((3, 20, 24, 1))
    weights[0, 3:8, 10:15] = 1.0
    weights[1] = 1.0
    weights[2, [0, -1], [0, -1]] = 1.0
    local, even, ends = window_share(weights)
    assert local == 5 / 20
    # Of 480 equal numbers a square of 20 holds five sixths at most, so that none is enough.
    assert (even, ends) == (1.0, 1.0)
    random = window_share(np.random.default_rng(0).normal(size=(20, 28, 28, 1)))
    assert random.mean() == pytest.approx(0.95, abs=0.03)

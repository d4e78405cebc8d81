"""The textbook's claims on planted readings: what must hold, what must not, and what nobody can tell."""

import numpy as np

from descentlab.core import Estimate
from descentlab.labs.features._claim import Textbook, Verdict, judge, list_differences
from descentlab.representations import CLASS, ENDS, HOLES, PIXELS, Depth, Reading

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


def verdicts(
    *depths: Depth,
    weighted: tuple[str, ...] = ("first", "last"),
    selective: Estimate = ORIENTED,
    extent: float | None = 0.1,
) -> list[Verdict]:
    differences = list_differences(depths, weighted, selective)
    return [judge(claim, differences, extent) for claim in Textbook]


def test_a_textbooks_network_passes() -> None:
    assert verdicts(*TEXTBOOK) == ["holds"] * 3


def test_what_the_untrained_network_gives_too_was_not_learned() -> None:
    same = tuple(
        depth(each.name, tuple(each.trained[0][layer].score for layer in LAYERS), (0.5, 0.6, 0.9, 0.95))
        for each in TEXTBOOK
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
    assert verdicts(*TEXTBOOK, weighted=("middle", "last"))[1] == "is not shown"
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

    assert verdicts(pair((0.9, 0.91)))[2] == "holds"
    assert verdicts(pair((0.9, 0.62)))[2] == "is not shown"


def test_whether_units_of_an_unknown_field_find_edges_is_not_checkable() -> None:
    assert verdicts(*TEXTBOOK, extent=None) == ["is not checkable", "holds", "holds"]

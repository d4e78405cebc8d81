"""The sentences of a curvature, on planted numbers: no surer than they are."""

import pytest

from descentlab.labs.curvature._measured import Curvature
from descentlab.labs.curvature._tables import fill_tables
from descentlab.labs.curvature._words import say
from descentlab.results import Statement
from descentlab.sharpness import StopKind
from tests.labs.curvature.conftest import curvature_of, stop_at, trace_of


def said(curvature: Curvature) -> tuple[Statement, ...]:
    words = say(fill_tables(curvature))
    return (words.answer, *words.statements)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.5, 0.5), "below the limit of stability: the sharpness is 2, 0.500 of the limit 4"),
        ((0.5, 0.99), "at the edge of stability: the sharpness is 3.96, 0.990 of the limit 4"),
        ((0.5, 1.2), "above the limit of stability"),
    ],
)
def test_one_training_is_held_against_its_limit(shares: tuple[float, ...], words: str) -> None:
    assert f"At a learning rate of 0.5 training ended {words}" in said(curvature_of(trace_of(*shares)))[0].text


def test_the_edge_of_stability_is_claimed_of_the_rates_that_are_at_it() -> None:
    below, edge = trace_of(0.5, 0.9, rate=0.1), trace_of(0.5, 1.01, rate=0.2)
    answers = [said(curvature_of(*traces))[0].text for traces in ((below, below), (below, edge), (edge, edge))]
    assert answers[0] == (
        "At none of the 2 rates did the sharpness settle within 2% of its limit; the nearest settled at 0.900 of it."
    )
    assert answers[1].startswith("At 1 of 2 rates (0.2) training settled at the edge of stability")
    assert answers[2].startswith("At all 2 rates training settled at the edge of stability")


@pytest.mark.parametrize(
    ("loss", "words"),
    [((2.0, 1.0), "a warning, not a verdict"), ((1.0, 1.0), "no lower than at the start, so it was thrown there")],
)
def test_a_flatter_place_is_called_good_only_with_a_lower_loss(loss: tuple[float, ...], words: str) -> None:
    statements = said(curvature_of(trace_of(3.0, 0.5, loss=loss)))
    assert "the sharpness began at 3 of the limit, and training moved to a flatter place" in statements[1].text
    assert words in statements[1].text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("not stationary", "training was ended before it had come to rest. A step down the gradient within 1% of the "
         "weights' length still lowers the loss by 20%."),
        ("saddle", "in some direction the loss bends down, and going there lowers it by 10%"),
        ("plateau", "no direction that was tried changes the loss by a thousandth"),
        ("minimum", "As far as these numbers show it is a minimum"),
    ],
)  # fmt: skip
def test_a_place_is_named_as_it_was_judged(kind: StopKind, words: str) -> None:
    (_, place) = said(curvature_of(trace_of(0.5, 0.5, stop=stop_at(kind, downhill=0.2, bent=0.1))))
    assert words in place.text
    eigenvalues = "the Hessian's eigenvalues reach from −0.500 (± 0.0010) to 2.000 (± 0.0010)."
    assert f"The gradient is 0.1 long; {eigenvalues}" in place.text


@pytest.mark.parametrize(("smallest", "is_strict"), [(-1e-4, True), (0.0, False), (-1e-6, False)])
def test_a_minimum_that_bends_down_a_little_is_strictly_none(smallest: float, is_strict: bool) -> None:
    (_, place) = said(curvature_of(trace_of(0.5, 0.5, smallest=smallest, stop=stop_at("minimum"))))
    assert ("Strictly it is none" in place.text) == is_strict


def test_no_loss_is_below_zero() -> None:
    (_, place) = said(curvature_of(trace_of(0.5, 0.5, loss=0.0, stop=stop_at("minimum"))))
    assert "none is below 0" in place.text

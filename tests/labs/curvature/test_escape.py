"""What is said of a test of escape follows from the losses, and never says more."""

import numpy as np
import pytest

from descentlab.labs.curvature._escape import Escape
from descentlab.labs.curvature._tables import fill_tables
from descentlab.labs.curvature._words import say
from descentlab.results import Statement, Tables
from tests.labs.curvature.conftest import curvature_of, trace_of

RNG = np.random.default_rng(0)
BEFORE = np.exp(RNG.normal(0.0, 1.0, 8))


def escape(go_on: float, noise: float, restart: float, num: int = 8, spread: float = 0.02) -> Escape:
    def times(factor: float) -> np.ndarray:
        return BEFORE[:num] * factor * np.exp(RNG.normal(0.0, spread, num))

    return Escape(np.arange(num), BEFORE[:num], times(go_on), times(noise), times(restart), 0.1)


def tables_of(losses: Escape) -> Tables:
    return fill_tables(curvature_of(trace_of(0.5, 0.5), escape=losses))


def said(losses: Escape) -> tuple[Statement, ...]:
    """Return what is said of a test of escape, behind what is said of the training."""
    return say(tables_of(losses)).statements


def text_of(losses: Escape) -> str:
    return " ".join(statement.text for statement in said(losses))


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ((0.5, 0.5, 2.0), "It was not stuck: it had not finished"),
        ((1.0, 1.0, 1.0), "nothing here speaks for a bad local minimum"),
        ((1.0, 1.0, 0.3), "this much speaks for having been stuck"),
        ((1.0, 0.4, 0.3), "noise and a fresh start reached a lower loss"),
        ((0.7, 0.7, 0.2), "not held fast, but slow or on a worse course"),
    ],
    ids=str,
)
def test_the_verdict_follows_from_the_losses(factors: tuple[float, float, float], words: str) -> None:
    assert words in text_of(escape(*factors))


def test_the_ratio_is_the_geometric_mean_over_pairs() -> None:
    losses = escape(0.5, 0.25, 2.0, spread=0.3)
    pairs = losses.compare()
    assert np.exp(pairs["go_on"].mean) == pytest.approx(np.prod(losses.go_on / losses.stop) ** (1 / 8))
    assert np.exp(pairs["restart"].mean) == pytest.approx(np.prod(losses.restart / losses.go_on) ** (1 / 8))
    ratio = tables_of(losses)["escape_comparisons"].cell("going on, beside the stop", "ratio")
    assert ratio.value == pytest.approx(np.exp(pairs["go_on"].mean))
    assert pairs["go_on"].ci95 is not None
    assert (ratio.low, ratio.high) == pytest.approx(tuple(np.exp(pairs["go_on"].ci95)))
    # Of 2^8 ways to flip the signs two are as far out; two questions were asked.
    assert pairs["noise"].p_value == pytest.approx(2 * 2 / 2**8)


def test_a_difference_of_two_per_cent_is_sure_and_yet_none() -> None:
    losses = escape(1.0, 0.98, 0.98, spread=1e-4)
    assert losses.compare()["restart"].is_real
    assert "nothing here speaks for" in text_of(losses)


def test_few_seeds_tell_nothing() -> None:
    statements = said(escape(1.0, 0.1, 0.1, num=5))
    verdict = next(statement for statement in statements if "fewer than 6 seeds" in statement.text)
    assert verdict.state == "not checkable"


def test_a_seed_that_diverged_is_left_out_and_said() -> None:
    losses = escape(0.5, 0.5, 2.0)
    losses.restart[2] = np.nan
    assert losses.compare()["restart"].num_seeds == 7
    assert "1 of 8 seeds are left out" in text_of(losses)
    nothing = Escape(np.arange(1), *[np.full(1, np.nan)] * 4, noise_scale=0.1)
    assert "It is not known" in text_of(nothing)
    assert "escape_comparisons" not in tables_of(nothing)
    alone = Escape(np.arange(1), *[np.ones(1)] * 4, noise_scale=0.1)
    assert "ended at 1 times the loss of going on." in text_of(alone)

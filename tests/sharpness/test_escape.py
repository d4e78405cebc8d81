"""What is said of a test of escape follows from the losses, and never says more."""

import numpy as np
import pytest

from descentlab.sharpness import Escape

RNG = np.random.default_rng(0)
BEFORE = np.exp(RNG.normal(0.0, 1.0, 8))


def escape(go_on: float, noise: float, restart: float, num: int = 8, spread: float = 0.02) -> Escape:
    def times(factor: float) -> np.ndarray:
        return BEFORE[:num] * factor * np.exp(RNG.normal(0.0, spread, num))

    return Escape(np.arange(num), BEFORE[:num], times(go_on), times(noise), times(restart), 0.1)


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
    assert any(words in sentence for sentence in escape(*factors).sentences())


def test_the_ratio_is_the_geometric_mean_over_pairs() -> None:
    found = escape(0.5, 0.25, 2.0, spread=0.3)
    pairs = found.compare()
    assert np.exp(pairs["go_on"].mean) == pytest.approx(np.prod(found.go_on / found.stop) ** (1 / 8))
    assert np.exp(pairs["restart"].mean) == pytest.approx(np.prod(found.restart / found.go_on) ** (1 / 8))
    # Of 2^8 ways to flip the signs two are as far out; two questions were asked.
    assert pairs["noise"].p_value == pytest.approx(2 * 2 / 2**8)


def test_a_difference_of_two_per_cent_is_sure_and_yet_none() -> None:
    found = escape(1.0, 0.98, 0.98, spread=1e-4)
    assert found.compare()["restart"].is_real
    assert any("nothing here speaks for" in sentence for sentence in found.sentences())


def test_few_seeds_tell_nothing() -> None:
    assert any("fewer than 6 seeds" in sentence for sentence in escape(1.0, 0.1, 0.1, num=5).sentences())


def test_a_seed_that_diverged_is_left_out_and_said() -> None:
    found = escape(0.5, 0.5, 2.0)
    found.restart[2] = np.nan
    assert found.compare()["restart"].num_seeds == 7
    assert any("1 of 8 seeds are left out" in sentence for sentence in found.sentences())
    nothing = Escape(np.arange(1), *[np.full(1, np.nan)] * 4, noise_scale=0.1)
    assert "cannot be told" in nothing.sentences()[0]
    assert nothing.to_json()["comparisons"] == {}

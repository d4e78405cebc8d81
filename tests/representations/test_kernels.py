"""How local the first layer's units are."""

import numpy as np
import pytest

from descentlab.representations import window_share


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

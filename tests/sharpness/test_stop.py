"""Places of known shape are judged as they are; steps around them are measured, not predicted."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from descentlab.sharpness import (
    Extremes,
    Stop,
    Surroundings,
    WeightPoint,
    find_extremes,
    is_bent_down,
    judge_stop,
    look_around,
)


class Bowl:
    """The loss 1 + w.Aw/2 + b.w of a diagonal A, as the functions of a network's loss are called."""

    def __init__(self, diagonal: list[float], slope: list[float], level: float = 1.0) -> None:
        self.diagonal, self.slope, self.level = np.array(diagonal), np.array(slope), level

    def loss(self, flat: Any, statistics: Any) -> Any:
        return self.level + self.slope @ flat + flat @ (self.diagonal * flat) / 2.0

    def gradient(self, flat: Any, statistics: Any) -> Any:
        return self.slope + self.diagonal * flat

    def product(self, flat: Any, statistics: Any, vector: Any) -> Any:
        return self.diagonal * vector


def stop_at(
    diagonal: list[float], slope: list[float], at: list[float], level: float = 1.0
) -> tuple[Stop, Surroundings, Extremes]:
    functions: Any = Bowl(diagonal, slope, level)
    place = WeightPoint.__new__(WeightPoint)
    for name, value in {"functions": functions, "flat": jnp.asarray(at), "statistics": {}}.items():
        object.__setattr__(place, name, value)
    ends = find_extremes(place.product, len(at), num_steps=len(at))
    around = look_around(place, ends)
    return judge_stop(ends, around), around, ends


def test_a_slope_is_no_place_to_rest() -> None:
    # At w = 100 e_3 the radius is 1; down a slope of 0.5 along a flat direction that gains 0.5.
    stop, around, _ = stop_at([4.0, 1.0, 0.0], [0.0, 0.0, 0.5], [0.0, 0.0, 100.0], level=-49.0)
    assert stop.kind == "not stationary"
    assert around.radius == pytest.approx(1.0)
    assert around.downhill == pytest.approx(0.5, rel=1e-4)


def test_the_largest_step_is_not_always_the_best() -> None:
    # The gradient is 4 x 0.5 = 2 across a valley of curvature 4: its floor is half a radius away, 0.5 below.
    stop, around, _ = stop_at([4.0, 0.0], [0.0, 0.0], [0.5, 100.0])
    assert stop.kind == "not stationary"
    assert around.downhill == pytest.approx(0.5 / 1.5, rel=1e-3)


@pytest.mark.parametrize(
    ("diagonal", "kind"),
    [
        ([4.0, 1.0, 0.0], "minimum"),
        ([4.0, -0.5, 0.0], "saddle"),
        ([0.1, -20.0, 0.0], "saddle"),  # the end that is largest in magnitude is the negative one
        ([1e-5, -1e-6, 0.0], "plateau"),
        ([4.0, -1e-4, 0.0], "minimum"),
    ],
    ids=str,
)
def test_where_no_slope_is_left_the_bends_decide(diagonal: list[float], kind: str) -> None:
    stop, around, ends = stop_at(diagonal, [0.0, 0.0, 0.0], [0.0, 0.0, 100.0])
    assert stop.kind == kind
    assert around.bent == pytest.approx(max(-min(diagonal), 0.0) / 2.0, rel=1e-3, abs=1e-6)
    assert around.rise == pytest.approx(max(diagonal) / 2.0, rel=1e-3, abs=1e-6)
    assert ends.smallest == pytest.approx(min(diagonal), abs=1e-6)
    assert is_bent_down(ends.smallest, ends.largest) == (min(diagonal) < 0.0)


def test_no_loss_is_below_zero() -> None:
    stop, _, _ = stop_at([4.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 100.0], level=0.0)
    assert stop.kind == "minimum"

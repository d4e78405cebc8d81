"""What became of each start: basins against theory, fates on planted descents, shares against counting."""

import functools
import itertools
import math

import numpy as np
import pytest

from descentlab.labs.surface.measure import (
    Fate,
    Setting,
    Survey,
    draw_starts,
    find_gain,
    find_surface,
    is_in_global,
    is_in_local,
    make_surface,
    restarts_for,
    run_settings,
    share_of,
    share_of_best,
    survey_surface,
    values_at,
)
from descentlab.labs.surface.measure._descend import Ends
from descentlab.labs.surface.measure._judge import judge
from descentlab.labs.surface.measure._outcome import Outcome


@functools.cache
def double_well() -> Survey:
    return survey_surface(find_surface("double-well"))


def test_basins_of_the_double_well_meet_at_its_maximum() -> None:
    starts = draw_starts(double_well().surface, 3_000, seed=0)
    left, right = (next(k for k, place in enumerate(double_well().places) if np.sign(place.point[0]) == side and
                        place.is_low) for side in (-1, 1))  # fmt: skip
    top = float(sorted(np.roots([4, 0, -4, 0.3]).real)[1])
    (outcome,) = run_settings(double_well(), starts, [Setting(0.01)], steps=2_000)
    np.testing.assert_array_equal(outcome.fates, np.where(starts[:, 0] < top, left, right))


def test_in_the_plane_the_basins_of_the_double_well_meet_at_the_saddle() -> None:
    survey = survey_surface(find_surface("double-well-2d"))
    starts = draw_starts(survey.surface, 2_000, seed=1)
    (outcome,) = run_settings(survey, starts, [Setting(0.01)], steps=2_000)
    saddle = next(place.point[0] for place in survey.places if place.kind == "saddle")
    np.testing.assert_array_equal(is_in_global(survey, outcome), starts[:, 0] < saddle)
    np.testing.assert_array_equal(is_in_local(survey, outcome), starts[:, 0] > saddle)


def test_no_start_stays_in_a_minimum_sharper_than_the_rate_allows() -> None:
    starts = draw_starts(double_well().surface, 1_000, seed=2)
    minima = [(k, 2 / place.sharpness) for k, place in enumerate(double_well().places) if place.is_low]
    # The lower minimum is the sharper one: between the two limits only the higher one holds a start.
    assert minima[0][1] < minima[1][1]
    for number, limit in minima:
        below, above = run_settings(double_well(), starts, [Setting(0.99 * limit), Setting(1.01 * limit)], steps=4_000)
        assert (below.fates == number).sum() > 200
        assert not (above.fates == number).any()


@pytest.mark.parametrize("momentum", [0.3, 0.9])
def test_momentum_raises_the_limit_as_theory_says(momentum: float) -> None:
    survey = survey_surface(make_surface("1 - exp(-x^2/2)"))
    starts = np.linspace(-0.05, 0.05, 101)[:, None]
    limit = 2 * (1 + momentum) / survey.minima[0].sharpness
    below, above = run_settings(
        survey, starts, [Setting(share * limit, momentum) for share in (0.98, 1.01)], steps=4_000
    )
    assert (below.fates == 0).all()
    assert (above.fates[starts[:, 0] != 0.0] != 0).all()


def fate_of(formula: str, rate: float, start: float, *, steps: int = 1_000, momentum: float = 0.0) -> Fate | str:
    survey = survey_surface(make_surface(formula))
    (outcome,) = run_settings(survey, np.array([[start]]), [Setting(rate, momentum)], steps=steps)
    number = int(outcome.fates[0])
    return Fate(number) if number < 0 else survey.places[number].kind


@pytest.mark.parametrize(
    ("formula", "rate", "start", "expected"),
    [
        ("x^2", 0.3, 2.0, "minimum"),
        ("x^2", 0.3, 0.0, "minimum"),
        ("x^2", 1e-5, 2.0, Fate.MOVING),
        ("x^2", 1.0, 1.0, Fate.OSCILLATING),
        ("x^2", 1.1, 1.0, Fate.DIVERGED),
        ("x^4 - x^2", 0.8, 0.5, Fate.OSCILLATING),
        ("x^2 - x^4/4", 0.1, 0.0, "minimum"),
        ("x^2 - x^4/4", 0.1, 1.6, Fate.DIVERGED),
        ("cos(x)", 0.1, 0.0, "maximum"),
        ("cos(x)", 0.1, 2.0, Fate.LEFT),
        ("1 - exp(-5*x^2)", 0.1, 2.9, Fate.PLATEAU),
        ("1 - exp(-5*x^2)", 0.1, 0.5, "minimum"),
        ("max(0, x^2 - 1)", 0.1, 2.0, "valley"),
        ("abs(x)", 0.001, 0.5, "kink"),
        ("abs(x)", 0.3, 1.0, Fate.OSCILLATING),
        ("x^3", 0.01, 0.0, "inflection"),
        ("x*ln(x)", 0.1, -1.0, Fate.UNDEFINED),
        ("x*ln(x)", 0.1, 1.0, "minimum"),
        ("x + 0*sin(x)", 0.001, 0.0, Fate.MOVING),
        ("x", 0.01, 0.0, Fate.LEFT),
    ],
)
def test_fates(formula: str, rate: float, start: float, expected: Fate | str) -> None:
    assert fate_of(formula, rate, start) == expected


def test_a_slow_swing_that_dies_away_is_moving_not_oscillating() -> None:
    assert fate_of("x^2", 0.99, 2.0, steps=200) == Fate.MOVING
    assert fate_of("x^2", 0.99, 2.0, steps=2_000) == "minimum"


def test_fates_of_planted_boxes() -> None:
    survey = survey_surface(find_surface("himmelblau"))
    place = np.array(survey.places[0].point)
    ends = np.stack([place, place, place + 0.5, place + 0.5, [9.0, 9.0], [0.0, 0.0]])
    sizes = np.array([0.009, 0.02, 0.3, 0.3, 0.0, 0.0])
    shifts = np.array([0.0, 0.0, 0.0, 0.1, 0.0, 0.0])
    low = np.stack([ends - (sizes + side * shifts)[:, None] for side in (1, -1)])
    high = np.stack([ends + (sizes - side * shifts)[:, None] for side in (1, -1)])
    died = np.array([-1, -1, -1, -1, -1, 5], np.int32)
    fates, _ = judge(survey, Ends(ends, low, high, died))
    assert fates.tolist() == [0, Fate.OSCILLATING, Fate.OSCILLATING, Fate.MOVING, Fate.LEFT, Fate.DIVERGED]


def test_places_hold_what_arrives_however_many_there_are() -> None:
    survey = survey_surface(find_surface("rastrigin"))
    points = np.array([place.point for place in survey.places])
    reach = np.array([place.reach for place in survey.places])
    rng = np.random.default_rng(0)
    for share, holds in ((0.99, True), (1.2, False)):
        corner = rng.choice([-1.0, 1.0], points.shape) * share * reach[:, None]
        box = np.stack([points + corner] * 2)
        fates, _ = judge(survey, Ends(points + corner, box, box, np.full(len(points), -1, np.int32)))
        assert (fates == np.arange(len(points))).all() == holds


def test_blocks_and_order_change_nothing() -> None:
    surface = find_surface("himmelblau")
    survey, starts = survey_surface(surface), draw_starts(surface, 9_000, seed=3)
    settings = [Setting(0.005), Setting(0.01, 0.5, 20.0)]
    calls: list[tuple[int, int]] = []
    all_at_once = run_settings(
        survey, starts, settings, steps=60, keeps_ends=True, on_progress=lambda *now: calls.append(now)
    )
    alone = run_settings(survey, starts, settings[1:], steps=60)[0]
    np.testing.assert_array_equal(all_at_once[1].fates, alone.fates)
    assert all_at_once[0].values is not None
    assert all_at_once[0].points is not None
    np.testing.assert_array_equal(all_at_once[0].values, values_at(surface, all_at_once[0].points))
    assert calls[-1] == (18_000, 18_000)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert alone.points is None


def test_the_share_of_the_best_of_several_starts_is_what_counting_gives() -> None:
    hits = np.array([1, 0, 0, 1, 0, 0, 0], bool)
    for restarts in range(1, 8):
        draws = [any(hits[k] for k in chosen) for chosen in itertools.combinations(range(7), restarts)]
        share, single = share_of_best(hits, restarts), share_of(hits)
        assert share.value == pytest.approx(np.mean(draws))
        assert share.low == pytest.approx(1 - (1 - single.low) ** restarts)
        assert share.high == pytest.approx(1 - (1 - single.high) ** restarts)


def test_so_many_restarts_are_wanted() -> None:
    for share in (0.5, 0.1, 0.008):
        needed = restarts_for(share)
        assert 1 - (1 - share) ** needed >= 0.95 > 1 - (1 - share) ** (needed - 1)
    assert restarts_for(0.0) == math.inf
    assert restarts_for(1.0) == 1


def test_a_gain_is_chosen_on_one_half_and_measured_on_the_other() -> None:
    rng = np.random.default_rng(0)
    local = next(k for k, place in enumerate(double_well().places) if place.is_low and not place.is_global)

    def outcome(share: float) -> Outcome:
        return Outcome(Setting(0.1), np.where(rng.random(4_000) < share, 0, local).astype(np.int16))

    usual = outcome(0.3)
    better = find_gain(double_well(), usual, [outcome(0.3), outcome(0.5), outcome(0.2)])
    assert better.best == 1
    assert better.difference.is_real
    assert better.difference.value == pytest.approx(0.2, abs=0.05)
    same = [find_gain(double_well(), outcome(0.3), [outcome(0.3) for _ in range(20)]) for _ in range(100)]
    # The best of twenty that are no better would look better on the half that chose it.
    assert abs(np.mean([gain.difference.value for gain in same])) < 0.005
    assert np.mean([gain.difference.is_real for gain in same]) < 0.12
    assert not find_gain(double_well(), usual, [usual]).difference.is_real

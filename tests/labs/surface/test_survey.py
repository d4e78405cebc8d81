"""The places of a surface, against the literature, closed forms, and NumPy's roots."""

import functools

import numpy as np
import pytest

from descentlab.core import SpecError
from descentlab.labs.surface.measure import Survey, find_surface, make_surface, surface_names, survey_surface, values_at

SLOW = pytest.mark.slow


@functools.cache
def survey_of(name: str) -> Survey:
    return survey_surface(find_surface(name))


def kinds(surveyed: Survey) -> dict[str, int]:
    names = [place.kind for place in surveyed.places]
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.mark.parametrize("name", surface_names())
def test_the_minima_of_the_literature_are_found_and_global(name: str) -> None:
    surveyed = survey_of(name)
    best = np.array(sorted(place.point for place in surveyed.best))
    np.testing.assert_allclose(best, sorted(surveyed.surface.known_minima), atol=1e-8)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bowl", {"minimum": 1}),
        ("double-well", {"maximum": 1, "minimum": 2}),
        ("double-well-2d", {"minimum": 2, "saddle": 1}),
        ("himmelblau", {"maximum": 1, "minimum": 4, "saddle": 4}),
        ("rastrigin", {"maximum": 100, "minimum": 121, "saddle": 220}),
        ("rastrigin-1d", {"maximum": 10, "minimum": 11}),
        ("rosenbrock", {"minimum": 1}),
        ("saddle", {"minimum": 2, "saddle": 1}),
        ("styblinski-tang", {"maximum": 1, "minimum": 4, "saddle": 4}),
        ("ackley", {"kink": 1, "maximum": 100, "minimum": 120, "saddle": 220}),
    ],
)
def test_so_many_places_there_are(name: str, expected: dict[str, int]) -> None:
    assert kinds(survey_of(name)) == expected


def test_himmelblau_s_saddles_and_maximum_stand_in_the_literature() -> None:
    surveyed = survey_of("himmelblau")
    saddles = sorted(place.point for place in surveyed.places if place.kind == "saddle")
    maximum = next(place.point for place in surveyed.places if place.kind == "maximum")
    np.testing.assert_allclose(
        saddles, [(-3.073026, -0.081353), (-0.127961, -1.953715), (0.086678, 2.884255), (3.385154, 0.073852)], atol=1e-6
    )
    np.testing.assert_allclose(maximum, (-0.270845, -0.923039), atol=1e-6)


def test_places_of_polynomials_are_the_roots_of_their_derivative() -> None:
    rng = np.random.default_rng(0)
    for _ in range(2):
        roots = np.sort(rng.uniform(-2.8, 2.8, 5))
        derivative = np.poly(roots)
        coefficients = np.polyint(derivative)
        text = " + ".join(f"({value:.17g})*x^{5 - k + 1}" for k, value in enumerate(coefficients[:-1]))
        surveyed = survey_surface(make_surface(text))
        np.testing.assert_allclose(sorted(place.point[0] for place in surveyed.places), roots, atol=1e-6)
        for place in surveyed.places:
            bend = np.polyval(np.polyder(derivative), place.point[0])
            assert place.kind == ("minimum" if bend > 0 else "maximum")
            np.testing.assert_allclose(place.eigenvalues, [bend], rtol=1e-5, atol=1e-5)


def test_eigenvalues_are_those_of_the_hessian_written_out() -> None:
    surveyed = survey_of("rosenbrock")
    x, y = surveyed.places[0].point
    hessian = [[1200 * x**2 - 400 * y + 2, -400 * x], [-400 * x, 200]]
    np.testing.assert_allclose(surveyed.places[0].eigenvalues, np.linalg.eigvalsh(hessian), rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "kind", "point"),
    [
        ("abs(x - 1)", "kink", (1.0,)),
        ("abs(x) + abs(y - 0.3)", "kink", (0.0, 0.3)),
        pytest.param("max(x, -2*x)", "kink", (0.0,), marks=SLOW),
        ("sqrt(x^2 + (y - 1)^2)", "kink", (0.0, 1.0)),
        pytest.param("abs(x - y) + x^2", "kink", (0.0, 0.0), marks=SLOW),
        pytest.param("sqrt(abs(x))", "kink", (0.0,), marks=SLOW),
        ("x^4", "minimum", (0.0,)),
        pytest.param("(x - 1)^8", "minimum", (1.0,), marks=SLOW),
        pytest.param("x^4 + y^4", "minimum", (0.0, 0.0), marks=SLOW),
        pytest.param("abs(x)^1.5", "minimum", (0.0,), marks=SLOW),
        ("x^3", "inflection", (0.0,)),
        ("-x^4", "maximum", (0.0,)),
        ("x^2 - y^2", "saddle", (0.0, 0.0)),
        pytest.param("x^3 - 3*x*y^2", "saddle", (0.0, 0.0), marks=SLOW),
        ("1e300*x^2", "minimum", (0.0,)),
        pytest.param("1e-300*(x^2 + y^2)", "minimum", (0.0, 0.0), marks=SLOW),
    ],
)
def test_flat_and_bent_places_are_called_what_they_are(formula: str, kind: str, point: tuple[float, ...]) -> None:
    surveyed = survey_surface(make_surface(formula))
    assert kinds(surveyed) == {kind: 1}
    np.testing.assert_allclose(surveyed.places[0].point, point, atol=1e-6)
    assert surveyed.places[0].is_global == (kind in ("minimum", "kink"))
    assert (kind == "kink") == (surveyed.places[0].eigenvalues == ())


@pytest.mark.parametrize("formula", ["(x^2 + y^2 - 1)^2", "(x - y)^2", "max(0, x^2 - 1)", "(x - 0.1)^2*(y + 0.3)^2",
                                     "max(x, 0)"])  # fmt: skip
def test_a_valley_is_one_place(formula: str) -> None:
    surveyed = survey_surface(make_surface(formula))
    assert kinds(surveyed) in ({"valley": 1}, {"maximum": 1, "valley": 1})
    valley = surveyed.minima[0]
    assert len(valley.members) > 50
    np.testing.assert_allclose(values_at(surveyed.surface, valley.members), 0.0, atol=1e-8)


@SLOW
def test_two_valleys_are_two_places() -> None:
    surveyed = survey_surface(make_surface("((x^2 + y^2 - 1)*(x^2 + y^2 - 6.25))^2"))
    radii = sorted(float(np.hypot(*place.members[0])) for place in surveyed.minima)
    np.testing.assert_allclose(radii, [1.0, 2.5], atol=1e-5)
    assert kinds(surveyed) == {"maximum": 1, "ridge": 1, "valley": 2}


@pytest.mark.parametrize(("formula", "is_lower"), [("x^3 - x", True), ("x", True), ("-x^2", True), ("x^2 - y^2", True),
                                                   ("x^2", False), ("0*x", False), ("-cos(x)", False)])  # fmt: skip
def test_a_formula_that_falls_at_the_edge_is_said_to(formula: str, is_lower: bool) -> None:
    assert survey_surface(make_surface(formula)).is_lower_at_edge is is_lower


def test_nearness_never_reaches_the_next_place() -> None:
    surveyed = survey_surface(make_surface("cos(3000*x)", domain=((0.0, 0.02),)))
    points = np.array([place.point[0] for place in surveyed.places])
    assert len(points) > 15
    for place in surveyed.places:
        others = np.abs(points - place.point[0])
        assert place.reach <= np.sort(others)[1] / 2


def test_a_formula_without_values_is_refused() -> None:
    with pytest.raises(SpecError, match="has no value on its domain -3:3; name another"):
        survey_surface(make_surface("sqrt(-1 - x^2)"))

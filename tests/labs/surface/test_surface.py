"""Surfaces: derivatives against differences, the library against the literature, and what a person may get wrong."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings

from descentlab.core import SpecError
from descentlab.labs.surface.measure import Domain, find_surface, make_surface, surface_names, values_at
from descentlab.labs.surface.measure._latex import to_latex
from descentlab.labs.surface.measure._parse import parse_formula
from descentlab.labs.surface.measure._surface import look_at
from tests.labs.surface.test_parse import FORMULAS, read


def rosenbrock(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 100 * (y - x * x) * (y - x * x) + (1 - x) ** 2


def himmelblau(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


def rastrigin(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x * x + y * y - 10 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) + 20


def ackley(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    root = np.hypot(x, y) / np.sqrt(2)
    return -20 * np.exp(-root / 5) - np.exp((np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) / 2) + 20 + np.exp(1)


def styblinski_tang(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x**4 + y**4 - 16 * (x**2 + y**2) + 5 * (x + y)) / 2


@pytest.mark.parametrize("function", [rosenbrock, himmelblau, rastrigin, ackley, styblinski_tang])
def test_named_surfaces_are_those_of_the_literature(function: Callable[..., np.ndarray]) -> None:
    surface = find_surface(function.__name__)
    low, high = np.array(surface.domain).T
    points = np.random.default_rng(0).uniform(low, high, (100, 2))
    np.testing.assert_allclose(values_at(surface, points), function(*points.T), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", surface_names())
def test_derivatives_agree_with_central_differences(name: str) -> None:
    surface = find_surface(name)
    low, high = np.array(surface.domain).T
    points = np.random.default_rng(1).uniform(low, high, (40, surface.dimensions))
    local = look_at(surface, points)
    gradients, hessians = np.zeros_like(local.gradients), np.zeros_like(local.hessians)
    for k in range(surface.dimensions):
        step = np.zeros(surface.dimensions)
        step[k] = 1e-5
        ahead, behind = look_at(surface, points + step), look_at(surface, points - step)
        gradients[:, k] = (ahead.values - behind.values) / 2e-5
        hessians[:, :, k] = (ahead.gradients - behind.gradients) / 2e-5
    size = np.abs(local.hessians).max()
    np.testing.assert_allclose(local.gradients, gradients, rtol=1e-6, atol=1e-6 * np.abs(local.gradients).max())
    np.testing.assert_allclose(local.hessians, hessians, rtol=1e-6, atol=1e-6 * size)


@pytest.mark.parametrize("name", surface_names())
def test_every_surface_says_what_it_is(name: str) -> None:
    surface = find_surface(name)
    assert surface.about
    assert surface.source
    assert surface.known_minima
    assert all(low <= value <= high for point in surface.known_minima
               for value, (low, high) in zip(point, surface.domain, strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        ("x", "x"),
        ("2*x", r"2 \, x"),
        ("2*3*x", r"2 \cdot 3 \, x"),
        ("(x+1)/(x-1)", r"\frac{x + 1}{x - 1}"),
        ("-x^2", "-x^{2}"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("x^(y+1)", "x^{y + 1}"),
        ("(x/2)^2", r"\left(\frac{x}{2}\right)^{2}"),
        ("x-(y-1)", r"x - \left(y - 1\right)"),
        ("x-y-1", "x - y - 1"),
        ("(x+y)*(x-y)", r"\left(x + y\right) \, \left(x - y\right)"),
        ("sqrt(x)+abs(y)", r"\sqrt{x} + \left|y\right|"),
        ("sin(x)^2", r"\left(\sin\left(x\right)\right)^{2}"),
        ("1e-3*x", r"1 \cdot 10^{-3} \, x"),
        ("pi*x", r"\pi \, x"),
        ("e^x", "e^{x}"),
        ("max(x, 0)", r"\max\left(x, 0\right)"),
        ("x*-y", r"x \, \left(-y\right)"),
    ],
)
def test_latex(formula: str, latex: str) -> None:
    assert to_latex(parse_formula(formula)) == latex


def back_from_latex(latex: str) -> str:
    """Read LaTeX back into a formula, by rewriting what has braces from the inside out."""
    text = latex.replace(r"\left|", "abs(").replace(r"\right|", ")").replace(r"\cdot", "*").replace(r"\,", "*")
    text = text.replace(r"\left(", "(").replace(r"\right)", ")").replace(r"\pi", "pi")
    while "{" in text:
        text, times = re.subn(
            r"(\\frac|\\sqrt|\^)\{([^{}]*)\}(?:(?<=\})\{([^{}]*)\})?",
            lambda parts: {
                "\\frac": f"(({parts[2]})/({parts[3]}))",
                "\\sqrt": f"sqrt({parts[2]})",
                "^": f"^({parts[2]})" + (f"{{{parts[3]}}}" if parts[3] else ""),
            }[parts[1]],
            text,
        )
        assert times
    return text.replace("\\", "")


@given(FORMULAS)
@settings(max_examples=60)
def test_latex_means_what_the_formula_does(text: str) -> None:
    back = back_from_latex(to_latex(parse_formula(text)))
    np.testing.assert_allclose(read(back), read(text), rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize(
    ("formula", "is_smooth"),
    [("x^2", True), ("x^3 - exp(x)", True), ("abs(x)", False), ("sqrt(x)", False), ("max(x, 0)", False),
     ("x^0.5", False), ("x^-1", False), ("x^x", False), ("x^(1+1)", True)],
)  # fmt: skip
def test_smoothness_is_read_off_the_formula(formula: str, is_smooth: bool) -> None:
    assert make_surface(formula).is_smooth is is_smooth


@pytest.mark.parametrize(
    ("what", "domain", "says"),
    [
        ("himelblau", None, "did you mean 'himmelblau'?"),
        ("my-surface", None, "Choices: ackley"),
        ("y^2", None, "has y without x"),
        ("1 + 2", None, "has no variable"),
        ("x^2", ((1.0, 1.0),), "LOW below HIGH"),
        ("x^2", ((2.0, 1.0),), "LOW below HIGH"),
        ("x^2", ((0.0, float("inf")),), "LOW:HIGH"),
        ("x^2", ((0.0, 1.0), (0.0, 1.0)), "one range"),
        ("himmelblau", ((0.0, 1.0),) * 3, "each of 2 variables"),
    ],
)
def test_mistakes_are_told_in_a_line(what: str, domain: Domain | None, says: str) -> None:
    with pytest.raises(SpecError, match=re.escape(says)) as refusal:
        find_surface(what, domain=domain)
    assert "\n" not in str(refusal.value)


def test_a_name_takes_any_spelling_and_a_domain_of_its_own() -> None:
    assert find_surface(" Double_Well ").name == "double-well"
    moved = find_surface("bowl", domain=((0.0, 1.0),))
    assert moved.domain == ((0.0, 1.0), (0.0, 1.0))
    assert moved.known_minima == find_surface("bowl").known_minima

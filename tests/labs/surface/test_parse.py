"""Formulas as people type them, held against Python's own reading, and what must never be read."""

import functools
import math
import re
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from descentlab.core import SpecError
from descentlab.labs.surface.measure._latex import to_latex
from descentlab.labs.surface.measure._parse import parse_formula
from descentlab.labs.surface.measure._surface import make_surface, values_at
from descentlab.labs.surface.measure._tree import FUNCTIONS, evaluate, variables_of

PLACES = {"x": np.array([-1.7, -0.3, 0.4, 1.0, 2.3]), "y": np.array([0.6, -1.2, 1.0, -0.5, 1.9])}
IN_NUMPY = {
    **{name: getattr(np, function.in_numpy) for name, function in FUNCTIONS.items()},
    "max": lambda *parts: functools.reduce(np.maximum, parts),
    "min": lambda *parts: functools.reduce(np.minimum, parts),
}
BY_NUMPY_NAME = {function.in_numpy: getattr(np, function.in_numpy) for function in FUNCTIONS.values()}


def read(text: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        value = evaluate(parse_formula(text), PLACES, np, BY_NUMPY_NAME)
    return np.broadcast_to(np.asarray(value, np.float64), 5)


def python_says(text: str) -> np.ndarray:
    """Let Python read the same text; the texts are the tests' own."""
    names = {**IN_NUMPY, "pi": math.pi, "e": math.e, **PLACES, "__builtins__": {}}
    with np.errstate(all="ignore"):
        value = eval(f"({text.replace('^', '**')})", names)
    return np.broadcast_to(np.asarray(value, np.float64), 5)


@pytest.mark.parametrize(
    "text",
    [
        "-x^2", "2^-x", "2^3^2", "-2^2*x", "x-1-1", "x/2/2", "x/2*2", "1-x*y+x/y-2", "--x", "-+-x", "x*-y", "x^2^-1",
        "(x)", "((x+y))*2", " x\t+\n1 ", "1e-3*x", ".5*x+5.*x", "1E2+x", "x**2", "e^x", "pi*x", "sin(cos(x)^2)",
        "max(x, 0)", "min(x, y, 0.5)", "abs(-x)", "tanh(x)*cosh(y)-sinh(x)", "asin(x/3)+acos(x/3)+atan(y)",
        "sqrt(abs(x))", "log(abs(y))+ln(2)", "exp(-x^2)", "x^0.5", "abs(x)^1.5", "x^-2",
    ],
)  # fmt: skip
def test_reads_as_python_does(text: str) -> None:
    np.testing.assert_allclose(read(text), python_says(text), rtol=1e-14, equal_nan=True)


def _bracketed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Build larger formulas with and without brackets, so that precedence decides."""
    small = st.sampled_from(["2", "3", "0.5", "-1", "-2"])
    return st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from(["+", "-", "*", "/", " - ", " * "]), inner),
        st.builds("({}){}({})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("-{}".format, inner),
        st.builds("({})^{}".format, inner, small),
        st.builds("{}^{}".format, st.sampled_from(["x", "y", "2"]), small),
        st.builds("{}({})".format, st.sampled_from(["sin", "cos", "exp", "abs", "tanh", "sqrt", "ln"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
    )


FORMULAS = st.recursive(st.sampled_from(["x", "y", "1", "2.5", "pi", "e", "0.1"]), _bracketed, max_leaves=12)


@given(FORMULAS)
@settings(max_examples=120)
def test_any_formula_reads_as_python_does(text: str) -> None:
    try:
        expected = python_says(text)
    except (ZeroDivisionError, OverflowError, TypeError):  # among plain numbers, where NumPy is not asked
        assume(False)
    np.testing.assert_allclose(read(text), expected, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("text", ["x^3 - 2*x*y + exp(-y^2)", "sin(x)^2/(1 + y^2)", "max(x, y) - abs(x)^1.5", "2^x"])
def test_jax_computes_what_numpy_does(text: str) -> None:
    surface = make_surface(text)
    points = np.stack([PLACES[name] for name in surface.variables], axis=-1)
    np.testing.assert_allclose(values_at(surface, points), python_says(text), rtol=1e-13)


HOSTILE = [
    "__import__('os').system('true')", "x.__class__", "().__class__.__bases__[0]", "lambda: x", "x if x else y",
    "[c for c in x]", "x; y", "x = 1", "x and y", "x == 1", "x < 1", "x % 2", "x // 2", "x @ y", "~x", "x << 9", "`x`",
    "f'{x}'", '"x"', "x\0", "x\u202e+1", "\U0001d465^2", "ｘ^2", "х^2", "x²", "x×2", "x−1", "√x", "|x|", "０+x", "x[0]",
    "x{0}", "open(x)", "eval(x)", "exec(x)", "globals()", "abs.x", "1.x", "x.", "x..1", "1_000*x", "0x10+x", "x!",
    "1j*x",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(SpecError) as refusal:
        parse_formula(text)
    message = str(refusal.value)
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("x +", "ends too early"),
        ("(x", "'(' at position 1 is never closed"),
        ("x)", "')' at position 2 closes nothing"),
        ("2x", "'x' at position 2 follows '2' without a sign between them; multiply by *"),
        ("xy", "did you mean 'x*y'?"),
        ("Sin(x)", "did you mean 'sin'?"),
        ("sine(x)", "did you mean 'sin'?"),
        ("x + z", "'z' at position 5 is unknown"),
        ("sin x", "needs brackets, as sin(x)"),
        ("sin(x, y)", "takes one formula; it is given 2"),
        ("max(x)", "takes two formulas or more"),
        ("1,5*x", "write decimals with a point"),
        ("x²", "write ^2"),
        ("x − 1", "write -"),
        ("|x|", "write abs( )"),
        ("x.real", "nothing has attributes here"),
        ("* x", "stands where a number, x, y, a function or '(' is expected"),
        ("x^1000", "powers from -100 to 100 work"),
        ("x^(1/0)", "raises to the power"),
        ("1e999*x", "1e999"),
    ],
)
def test_mistakes_are_told_with_place_and_remedy(text: str, says: str) -> None:
    with pytest.raises(SpecError, match=re.escape(says)):
        parse_formula(text)


@pytest.mark.parametrize(
    "text",
    ["x" + "+x" * 100_000, "(" * 500 + "x" + ")" * 500, "(" * 41 + "x" + ")" * 41, "-" * 900 + "x", "x^" * 200 + "x",
     "sin(" * 200 + "x" + ")" * 200, "9" * 999, "x+" * 499, " " * 2_000],
)  # fmt: skip
def test_endless_formulas_are_refused_at_once(text: str) -> None:
    with pytest.raises(SpecError):
        parse_formula(text)


@pytest.mark.parametrize("text", ["x" + "+x" * 149, "(" * 19 + "x" + ")" * 19, "x" + "-y*x" * 74])
def test_long_formulas_within_bounds_fit_the_stack(text: str) -> None:
    node = parse_formula(text)
    limit = sys.getrecursionlimit()
    np.testing.assert_allclose(read(text), python_says(text), rtol=1e-12)
    assert to_latex(node)
    assert hash(node) == hash(parse_formula(text))
    assert sys.getrecursionlimit() == limit


@given(st.text(max_size=60) | st.text(alphabet="xy0123456789.+-*/^()e ,sincopa", max_size=40))
@settings(max_examples=200)
def test_any_text_is_read_or_refused_in_a_printable_line(text: str) -> None:
    try:
        node, words = parse_formula(text), ""
    except SpecError as error:
        node, words = None, str(error)
    assert words.isprintable()
    assert len(words) < 400
    assert node is None or (set(variables_of(node)) <= {"x", "y"} and to_latex(node))

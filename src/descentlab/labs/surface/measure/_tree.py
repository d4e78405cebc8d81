"""Formulas as trees, which the parser builds, JAX differentiates, and LaTeX writes."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

CONSTANTS = {"pi": math.pi, "e": math.e}
VARIABLES = ("x", "y")


@dataclass(frozen=True)
class Number:
    """A number that is written out, or a constant by its name."""

    value: float
    text: str


@dataclass(frozen=True)
class Variable:
    """`x` or `y`."""

    name: str


@dataclass(frozen=True)
class Negative:
    """A formula with a minus before it."""

    of: "Node"


@dataclass(frozen=True)
class Operation:
    """Two formulas with `+`, `-`, `*`, `/` or `^` between them."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """A function of one formula, or `min` or `max` of several."""

    name: str
    of: tuple["Node", ...]


Node = Number | Variable | Negative | Operation | Call


@dataclass(frozen=True)
class Function:
    """A function of a formula.

    Attributes:
        in_numpy: Name of the function in NumPy and `jax.numpy`.
        latex: Command of the function in LaTeX; empty where LaTeX writes it in another form.
        is_smooth: Whether it has derivatives wherever it has values; if not, a minimum may be a kink.
        takes_many: Whether it takes two or more formulas.
    """

    in_numpy: str
    latex: str
    is_smooth: bool = True
    takes_many: bool = False


FUNCTIONS = {
    "abs": Function("abs", "", is_smooth=False),
    "acos": Function("arccos", r"\arccos"),
    "asin": Function("arcsin", r"\arcsin"),
    "atan": Function("arctan", r"\arctan"),
    "cos": Function("cos", r"\cos"),
    "cosh": Function("cosh", r"\cosh"),
    "exp": Function("exp", r"\exp"),
    "ln": Function("log", r"\ln"),
    "log": Function("log", r"\ln"),
    "max": Function("maximum", r"\max", is_smooth=False, takes_many=True),
    "min": Function("minimum", r"\min", is_smooth=False, takes_many=True),
    "sin": Function("sin", r"\sin"),
    "sinh": Function("sinh", r"\sinh"),
    "sqrt": Function("sqrt", "", is_smooth=False),
    "tan": Function("tan", r"\tan"),
    "tanh": Function("tanh", r"\tanh"),
}


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the parts of a formula, which are formulas too."""
    match node:
        case Negative():
            return (node.of,)
        case Operation():
            return (node.left, node.right)
        case Call():
            return node.of
        case _:
            return ()


def holds(node: Node, test: Callable[[Node], bool]) -> bool:
    """Return whether a test is true of a formula or of any part of it."""
    return test(node) or any(holds(part, test) for part in parts_of(node))


def variables_of(node: Node) -> tuple[str, ...]:
    """Return the names of the variables in a formula, in order."""
    return tuple(name for name in VARIABLES if holds(node, lambda part, name=name: part == Variable(name)))


def is_smooth(node: Node) -> bool:
    """Return whether a formula has all derivatives wherever it has values."""

    def bends(part: Node) -> bool:
        match part:
            case Call():
                return not FUNCTIONS[part.name].is_smooth
            case Operation(sign="^"):
                power = constant_value(part.right)
                return power is None or not (power >= 0.0 and power.is_integer())
            case _:
                return False

    return not holds(node, bends)


def constant_value(node: Node) -> float | None:
    """Compute the value of a formula without variables.

    Returns:
        The value; None if there are variables in it, NaN or infinity if it has no finite value.
    """
    if variables_of(node):
        return None
    try:
        return float(evaluate(node, {}, math, _PLAIN))
    except (ArithmeticError, ValueError, TypeError):
        # Python's power of a negative base is a complex number, which is no value here.
        return math.nan


def _plain(name: str) -> Callable[..., float]:
    short = {"abs": abs, "maximum": max, "minimum": min, "arccos": math.acos, "arcsin": math.asin, "arctan": math.atan}
    return short.get(name) or getattr(math, name)


_PLAIN = {function.in_numpy: _plain(function.in_numpy) for function in FUNCTIONS.values()}


def evaluate(node: Node, values: Mapping[str, Any], space: Any, functions: Mapping[str, Callable[..., Any]]) -> Any:
    """Evaluate a formula.

    Args:
        node: The formula.
        values: Values of the variables, as numbers or arrays of one shape.
        space: Module with `pow`, for powers that are not whole numbers.
        functions: Functions by their names in NumPy.

    Returns:
        The value, of the kind and shape of the variables; a plain number where none stands in the formula.
    """

    def value(part: Node) -> Any:
        return evaluate(part, values, space, functions)

    match node:
        case Number():
            return node.value
        case Variable():
            return values[node.name]
        case Negative():
            return -value(node.of)
        case Call():
            function = functions[FUNCTIONS[node.name].in_numpy]
            first, *others = (value(part) for part in node.of)
            if not others:
                return function(first)
            for other in others:
                first = function(first, other)
            return first
        case Operation(sign="^"):
            power = constant_value(node.right)
            if power is not None and power.is_integer():
                # A whole power has derivatives at 0 and below, which the power of reals has not.
                return value(node.left) ** int(power)
            return space.pow(value(node.left), value(node.right))
    return _ARITHMETIC[node.sign](value(node.left), value(node.right))


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}

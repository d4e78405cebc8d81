"""A formula as LaTeX."""

from descentlab.labs.surface.measure._tree import FUNCTIONS, Call, Negative, Node, Number, Operation, Variable

_BINDS = {"+": 1, "-": 1, "*": 2, "/": 4, "^": 3}
"""Precedence of each operation; a fraction is drawn as one piece."""


def to_latex(node: Node) -> str:
    r"""Write a formula as LaTeX, with fractions and roots drawn as such.

    Example:
        >>> from descentlab.labs.surface.measure._parse import parse_formula
        >>> print(to_latex(parse_formula("(x^2 + y - 11)^2 / 4")))
        \frac{\left(x^{2} + y - 11\right)^{2}}{4}
    """
    match node:
        case Number():
            return r"\pi" if node.text == "pi" else _number(node.text)
        case Variable():
            return node.name
        case Negative():
            return f"-{_wrapped(node.of, 2)}"
        case Call():
            return _call(node)
        case Operation(sign="/"):
            return rf"\frac{{{to_latex(node.left)}}}{{{to_latex(node.right)}}}"
        case Operation(sign="^"):
            return f"{_base(node.left)}^{{{to_latex(node.right)}}}"
    if node.sign == "*":
        left, right = _wrapped(node.left, 2), _wrapped(node.right, 2)
        return rf"{left} \cdot {right}" if _ends_in_digit(left) and right[:1].isdigit() else rf"{left} \, {right}"
    return f"{to_latex(node.left)} {node.sign} {_wrapped(node.right, 2)}"


def _number(text: str) -> str:
    mantissa, mark, exponent = text.lower().partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if mark and exponent else text


def _ends_in_digit(text: str) -> bool:
    return text[-1:].isdigit() or text.endswith("}")


def _binding(node: Node) -> int:
    match node:
        case Operation():
            return _BINDS[node.sign]
        case Negative():
            return 1
        case _:
            return 4


def _wrapped(node: Node, least: int) -> str:
    inner = to_latex(node)
    return inner if _binding(node) >= least else rf"\left({inner}\right)"


def _base(node: Node) -> str:
    is_plain = isinstance(node, Variable) or (isinstance(node, Number) and "e" not in node.text.lower()[1:])
    return to_latex(node) if is_plain else rf"\left({to_latex(node)}\right)"


def _call(node: Call) -> str:
    inner = ", ".join(to_latex(part) for part in node.of)
    if node.name == "abs":
        return rf"\left|{inner}\right|"
    if node.name == "sqrt":
        return rf"\sqrt{{{inner}}}"
    return rf"{FUNCTIONS[node.name].latex}\left({inner}\right)"

"""Parser from the text of a formula to its tree, by the grammar below: no text is ever evaluated as Python.

sum     = product, { ("+" | "-"), product }
product = signed, { ("*" | "/"), signed }
signed  = ("+" | "-"), signed | power
power   = atom, [ ("^" | "**"), signed ]
atom    = number | variable | constant | function, "(", sum, { ",", sum }, ")" | "(", sum, ")"
"""

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches

from descentlab.core import SpecError
from descentlab.labs.surface.measure._tree import (
    CONSTANTS,
    FUNCTIONS,
    VARIABLES,
    Call,
    Negative,
    Node,
    Number,
    Operation,
    Variable,
    constant_value,
)

MAX_LENGTH = 1_000
MAX_PARTS = 300
"""Most parts of a formula. Their sum is a tree of half that depth, which Python's stack holds with ease."""
MAX_NESTING = 40
MAX_POWER = 100.0
"""Largest power. Beyond it numbers between -10 and 10 exceed what 64 bits can hold after a few products."""

_PART = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/^(),])"
)
_SPACE = re.compile(r"[ \t\r\n]*")
_MEANT = {
    "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "²": "^2", "³": "^3", "π": "pi", "[": "(", "]": ")", "{": "(",
    "}": ")", "√": "sqrt( )", "|": "abs( )",
}  # fmt: skip
"""Signs that are not read, with those to write instead."""


@dataclass(frozen=True)
class _Part:
    kind: str
    text: str
    at: int


def parse_formula(text: str) -> Node:
    """Read a formula of x, or of x and y.

    It may hold numbers, `pi`, `e`, `+ - * / ^` (or `**`), brackets and the functions of `FUNCTIONS`. As in
    mathematics and in Python, powers bind first, to the right, and before a minus: -x^2 is -(x^2).

    Args:
        text: The formula.

    Returns:
        The formula's tree.

    Raises:
        SpecError: If it cannot be read; one line that names the place, counted from 1, and what to write.

    Example:
        >>> parse_formula("2*x").sign
        '*'
    """
    if len(text) > MAX_LENGTH:
        raise SpecError(f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are read")
    parts = _split(text)
    if len(parts) > MAX_PARTS:
        raise SpecError(f"the formula has {len(parts):,} parts (numbers, names, signs); at most {MAX_PARTS} are read")
    return _Reader(text, parts).read()


def _split(text: str) -> list[_Part]:
    parts: list[_Part] = []
    at = _skip(text, 0)
    while at < len(text):
        matched = _PART.match(text, at)
        if matched is None:
            raise SpecError(f"formula {_shown(text)}: {_strange(text[at])} at position {at + 1} {_hint(text[at])}")
        parts.append(_Part(str(matched.lastgroup), matched.group(), at))
        at = _skip(text, matched.end())
    return parts


def _skip(text: str, at: int) -> int:
    matched = _SPACE.match(text, at)
    return at if matched is None else matched.end()


def _strange(sign: str) -> str:
    return f"'{sign}'" if sign.isprintable() and sign.isascii() else f"'{sign}' (U+{ord(sign):04X})" if (
        sign.isprintable()
    ) else f"U+{ord(sign):04X}"  # fmt: skip


def _hint(sign: str) -> str:
    if sign in _MEANT:
        return f"is not read; write {_MEANT[sign]}"
    if sign == ".":
        return "begins no number; nothing has attributes here"
    return "is no part of a formula; use numbers, x, y, pi, e, + - * / ^, brackets and functions, as x^2 + sin(y)"


def _shown(text: str) -> str:
    """Quote a formula for a message: on one line, shortened, without control characters."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return f"'{plain}'" if len(plain) <= 60 else f"'{plain[:56]}...'"


class _Reader:
    """Reads the parts of one formula from left to right."""

    def __init__(self, text: str, parts: list[_Part]) -> None:
        self._text = text
        self._parts = parts
        self._place = 0
        self._depth = 0

    def read(self) -> Node:
        """Read all of it."""
        if not self._parts:
            raise SpecError("the formula is empty; write one as x^4 - 3*x^2 + x")
        node = self._sum()
        if self._now is not None:
            raise self._expected_sign(self._now)
        return node

    @property
    def _now(self) -> _Part | None:
        return self._parts[self._place] if self._place < len(self._parts) else None

    def _take(self, *signs: str) -> str | None:
        part = self._now
        if part is None or part.kind != "sign" or part.text not in signs:
            return None
        self._place += 1
        return part.text

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._take("+", "-"):
            node = Operation(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while sign := self._take("*", "/"):
            node = Operation(sign, node, self._signed())
        return node

    def _signed(self) -> Node:
        part = self._now
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._wrong(part, f"is nested more than {MAX_NESTING} deep")
        sign = self._take("+", "-")
        node = self._power() if sign is None else self._signed()
        self._depth -= 1
        return Negative(node) if sign == "-" else node

    def _power(self) -> Node:
        base = self._atom()
        part = self._now
        if not self._take("^", "**"):
            return base
        power = self._signed()
        value = constant_value(power)
        if value is not None and not abs(value) <= MAX_POWER:
            raise self._wrong(part, f"raises to the power {value:g}; powers from -{MAX_POWER:g} to {MAX_POWER:g} work")
        return Operation("^", base, power)

    def _atom(self) -> Node:
        part = self._now
        if part is None:
            raise SpecError(f"formula {_shown(self._text)} ends too early: expected a number, x, y or a function")
        self._place += 1
        if part.kind == "number":
            return self._number(part)
        if part.kind == "name":
            return self._name(part)
        if part.text != "(":
            raise self._wrong(part, "stands where a number, x, y, a function or '(' is expected")
        node = self._sum()
        self._close(part)
        return node

    def _close(self, opened: _Part) -> None:
        if self._take(")"):
            return
        if self._now is not None:
            raise self._expected_sign(self._now)
        raise self._wrong(opened, "is never closed; add ')'")

    def _number(self, part: _Part) -> Node:
        value = float(part.text)
        if not math.isfinite(value):
            raise self._wrong(part, "is larger than 64 bits can hold")
        return Number(value, part.text)

    def _name(self, part: _Part) -> Node:
        if part.text in FUNCTIONS:
            return self._call(part)
        follows = self._now
        if follows is not None and follows.text == "(":
            known = f"; multiply by {part.text}*(...)" if part.text in (*VARIABLES, *CONSTANTS) else ""
            raise self._wrong(part, f"is no function{known or self._guess(part, list(FUNCTIONS))}")
        if part.text in VARIABLES:
            return Variable(part.text)
        if part.text in CONSTANTS:
            return Number(CONSTANTS[part.text], part.text)
        raise self._wrong(part, f"is unknown{self._guess(part, [*VARIABLES, *CONSTANTS, *FUNCTIONS])}")

    def _guess(self, part: _Part, choices: list[str]) -> str:
        if part.text.lower() in choices:
            return f": did you mean '{part.text.lower()}'?"
        product = list(part.text)
        if len(product) > 1 and all(letter in (*VARIABLES, "e") for letter in product):
            return f": did you mean '{'*'.join(product)}'?"
        close = get_close_matches(part.text.lower(), choices, n=1, cutoff=0.5)
        guess = f": did you mean '{close[0]}'?" if close else "."
        return f"{guess} Names: {', '.join([*VARIABLES, *CONSTANTS, *sorted(FUNCTIONS)])}"

    def _call(self, part: _Part) -> Node:
        opened = self._now
        if opened is None or not self._take("("):
            raise self._wrong(part, f"needs brackets, as {part.text}(x)")
        of = [self._sum()]
        while self._take(","):
            of.append(self._sum())
        self._close(opened)
        takes_many = FUNCTIONS[part.text].takes_many
        if takes_many != (len(of) > 1):
            wants = "two formulas or more, as max(x, 0)" if takes_many else "one formula"
            raise self._wrong(part, f"takes {wants}; it is given {len(of)}")
        return Call(part.text, tuple(of))

    def _expected_sign(self, part: _Part) -> SpecError:
        before = self._parts[self._place - 1]
        if part.text == ")":
            return self._wrong(part, "closes nothing; leave it out, or add '(' before it")
        if part.text == ",":
            return self._wrong(part, "stands outside of a function of several formulas; write decimals with a point")
        return self._wrong(part, f"follows '{before.text}' without a sign between them; multiply by *")

    def _wrong(self, part: _Part | None, what: str) -> SpecError:
        at = self._parts[-1] if part is None else part
        shown = at.text if len(at.text) <= 20 else f"{at.text[:17]}..."
        return SpecError(f"formula {_shown(self._text)}: '{shown}' at position {at.at + 1} {what}")

"""Units and types, as people write them in a row beneath the header."""

import re
from collections.abc import Sequence

LONGEST = 16
EMPTY = {"", "-", "–", "—", ".", "n/a", "none", "na", "1"}

UNITS = """
% ‰ ppm ppb ° deg degree degrees rad °c °f c f k celsius fahrenheit kelvin
$ € £ ¥ usd eur gbp chf jpy euro euros dollar dollars
s sec secs second seconds min mins minute minutes h hr hrs hour hours d day days wk week weeks month months mo
yr yrs y year years date time
m meter meters metre metres in inch inches ft feet foot yd mi mile miles mph kmh kph kn knots
g gram grams t ton tons tonne tonnes lb lbs oz l liter liters litre litres gal gallon gallons
bar atm psi mmhg hg torr cal db lx lm bpm rpm ha acre acres
count counts number no. nr # units unit u person persons people score index ratio share percent pct
bool boolean int integer int64 int32 str string text float float64 float32 double numeric
category categorical factor char varchar object class label code id name
"""
WORDS = frozenset(UNITS.split())
"""Units and types in lower case; those with a prefix of powers of ten are made below."""

PREFIXES = ("", "k", "m", "c", "d", "h", "µ", "μ", "u", "n", "p", "g", "t", "da")
PREFIXED = (
    "m",
    "g",
    "l",
    "s",
    "pa",
    "w",
    "wh",
    "v",
    "a",
    "hz",
    "j",
    "cal",
    "mol",
    "b",
    "iu",
    "ohm",
    "ω",
    "n",
    "ev",
    "t",
)
AMOUNT = re.compile(r"\d[\d.,]*\s?[^\W\d_]")
"""The start of a number with its unit, which is a cell rather than a unit."""

PIECES = re.compile(r"[\s/·*.^²³⁻¹⁰-⁹\d()\[\]{}-]+")


def are_units(cells: Sequence[str]) -> bool:
    """Recognise a row of units or types.

    Args:
        cells: Cells of the row, without blanks around them.

    Returns:
        Whether all cells are short and at least half of those that say something are known units, or in brackets.

    Example:
        >>> are_units(["cm", "kg/m²", "-"]), are_units(["unknown", "kg"]), are_units(["unknown", "none"])
        (True, True, False)
    """
    stated = [cell for cell in cells if cell.lower() not in EMPTY]
    known = [cell for cell in stated if _is_unit(cell)]
    return all(len(cell) <= LONGEST for cell in stated) and bool(known) and len(known) >= len(stated) / 2


def _is_unit(cell: str) -> bool:
    if (cell[0], cell[-1]) in {("(", ")"), ("[", "]")}:
        return True
    if AMOUNT.match(cell):
        return False
    pieces = [piece for piece in PIECES.split(cell) if piece]
    return bool(pieces) and all(_is_known(piece.lower()) for piece in pieces)


def _is_known(piece: str) -> bool:
    return piece in WORDS or any(piece == prefix + unit for prefix in PREFIXES for unit in PREFIXED)

"""Numbers as people write them: thousands, decimal commas, currencies, percent, units, brackets, other scripts."""

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

Decimal = Literal[".", ","]

LONGEST = 60
"""Longest word that is looked at as a number with marks around it."""

LARGEST_EXACT = 2**53
"""Whole numbers up to this one are exact as float64."""

CURRENCIES = "$¢£¤¥֏؋৲৳૱௹฿៛₠-\u20cf﷼﹩＄￠￡￥￦"
CODES = (
    *("USD", "EUR", "GBP", "CHF", "JPY", "CNY", "RMB", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK"),
    *("HUF", "RON", "BRL", "MXN", "ZAR", "RUB", "TRY", "KRW", "SGD", "HKD", "THB", "IDR", "MYR", "PHP", "ILS", "AED"),
    *("SAR", "EGP", "NGN", "KES", "Rs", "Rs.", "kr", "kr.", "Fr", "Fr.", "RM", "zł", "Kč", "Ft"),
)
PREFIX = rf"[A-Z]{{0,3}}[{CURRENCIES}]|" + "|".join(map(re.escape, sorted(CODES, key=len, reverse=True)))
UNIT = r"[^\W\d_][\w²³/·^°%.-]{0,14}(?:\ [^\W\d_][\w²³/]{0,11})?"
NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-]?)\ ?(?P<prefix>{PREFIX})?\ ?(?P<inner>[+-]?)"
    r"(?P<body>\d[\d.,' ]*|[.,]\d+)(?P<exponent>[eE][+-]?\d{1,4})?"
    rf"(?P<suffix>%|‰|[{CURRENCIES}]|°\ ?[A-Za-z]?|[\"″′]|{UNIT})?(?P<after>-?)(?(open)\))"
)
PLAIN = {".": re.compile(r"\d+(?:\.\d*)?|\.\d+"), ",": re.compile(r"\d+(?:,\d+)?|,\d+")}
GROUPED = {
    ".": re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[ ]\d{3})+|(?:'\d{3})+|(?:,\d{2})+,\d{3})(?:\.\d*)?"),
    ",": re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:[ ]\d{3})+|(?:'\d{3})+)(?:,\d*)?"),
}
MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
        **dict.fromkeys("％٪", "%"),
        "’": "'",
        "٫": ".",
        "٬": None,
        "，": ",",
        "．": ".",
        "＋": "+",
    }
)
FACTORS = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12}
"""What an ending multiplies a number by, as in '1.2M'."""


class Numeral(NamedTuple):
    """A word that is a number with marks around it.

    Attributes:
        body: Digits with their separators.
        sign: 1 or -1.
        exponent: Such as "e5"; empty for most numbers.
        currency: Sign or code of a currency; empty if there is none.
        unit: What stands behind the number, without a plural's s; empty if nothing does.
    """

    body: str
    sign: float
    exponent: str
    currency: str
    unit: str

    def value(self, decimal: Decimal) -> float | None:
        """Return the number, or None if its separators do not fit."""
        if not (PLAIN[decimal].fullmatch(self.body) or GROUPED[decimal].fullmatch(self.body)):
            return None
        digits = self.body.translate(_DROPPED[decimal])
        return self.sign * float(digits.replace(",", ".") + self.exponent)


_DROPPED = {".": str.maketrans("", "", ",' "), ",": str.maketrans("", "", ".' ")}


def parse_number(word: str) -> float | None:
    """Read a word as a plain number, or return None if it is none.

    Example:
        >>> parse_number(" .28"), parse_number("1_000"), parse_number("-inf"), parse_number("7E999")
        (0.28, None, -inf, None)
    """
    if "_" in word:  # Python groups digits by it; in a file it is part of a name
        return None
    try:
        number = float(word)
    except ValueError:
        return None
    return None if math.isinf(number) and any(map(str.isdecimal, word)) else number


def parse_numeral(word: str) -> Numeral | None:
    """Read a word as a number with the marks that people write around it.

    Example:
        >>> parse_numeral("($3,530.55)").value("."), parse_numeral("1.234,5 km").value(","), parse_numeral("3+")
        (-3530.55, 1234.5, None)
    """
    if len(word) > LONGEST or not (match := NUMBER.fullmatch(in_ascii(word))):
        return None
    signs = [match["sign"], match["inner"], match["after"], "-" if match["open"] else ""]
    suffix = match["suffix"] or ""
    is_currency = bool(suffix) and (suffix in CODES or re.fullmatch(f"[{CURRENCIES}]", suffix) is not None)
    currency = (match["prefix"] or "") + (suffix if is_currency else "")
    if sum(map(bool, signs)) > 1 or (match["prefix"] and is_currency):
        return None
    unit = "" if is_currency else suffix.rstrip(".")
    body = match["body"].rstrip()
    if unit and re.search(r"[.,]$|^0\d", body):  # "0.png", "007a"
        return None
    unit = unit[:-1] if len(unit) > 2 and unit.endswith("s") and "/" not in unit else unit
    return Numeral(body, -1.0 if "-" in signs else 1.0, match["exponent"] or "", currency, unit)


def in_ascii(word: str) -> str:
    """Write the digits, signs and separators of other scripts as those of ASCII.

    Example:
        >>> in_ascii("\u2212\u0663\u066b\u0665")
        '-3.5'
    """
    if word.isascii():
        return word
    return "".join(_digit(letter) for letter in word).translate(MARKS)


@lru_cache(maxsize=4096)
def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def are_magnitudes(numerals: Iterable[Numeral]) -> bool:
    """Decide whether the endings of numbers multiply them, as K and M do; a lone one may be a unit."""
    endings = {numeral.unit.lower() for numeral in numerals if numeral.unit}
    has_currency = any(numeral.currency for numeral in numerals)
    return bool(endings) and endings <= FACTORS.keys() and (len(endings) > 1 or has_currency)


def is_identifier(word: str) -> bool:
    """Return whether a whole number is a name: zeros stand before it, or float64 would change it.

    Example:
        >>> is_identifier("00123"), is_identifier("9007199254740993"), is_identifier("07"), is_identifier("1e18")
        (True, True, False, False)
    """
    digits = word.lstrip("+-")
    if not digits.isdecimal():
        return False
    if len(digits) > 2 and digits[0] == "0" and digits.strip("0"):
        return True
    if len(digits) <= 15:
        return False
    if len(digits) > LONGEST:  # more than Python converts
        return True
    number = int(digits)
    return number > LARGEST_EXACT and (number % 1000 > 0 or int(float(number)) != number)

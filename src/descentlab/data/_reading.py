"""How the cells of one column are read: decided once from the training rows, kept in the run, applied to every cell."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from descentlab.data._model import Model
from descentlab.data._moments import Order, parse_moment
from descentlab.data._numerals import FACTORS, Decimal, parse_number, parse_numeral

MISSING_WORDS = frozenset({"", "?", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "NULL", "null", "<NA>", "#N/A"})
"""Words that mean a missing cell in any column, unless they are frequent classes or codes among others."""

ERRORS_OF_SHEETS = (
    "#n/a",
    "#n/a n/a",
    "#div/0!",
    "#ref!",
    "#value!",
    "#name?",
    "#num!",
    "#null!",
    "#error!",
    "#getting_data",
)
MISSING_NUMBERS = frozenset(
    {
        *(word.lower() for word in MISSING_WORDS), *ERRORS_OF_SHEETS,
        *("none", "nil", "na", "n.a.", "n.a", "n/d", "nd", "n.d.", "tbd", "nat", "blank", "empty", "undefined"),
        *("-", "--", "---", "–", "—", "−", ".", "..", "...", "…", "*", "**", "x", "/", "//", "_", "__", ":"),
        *("(null)", "(blank)", "(none)", "missing", "unknown", "unk", "not available", "not applicable", "no data"),
        *("not known", "not recorded", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "1.#inf", "-1.#inf", "+nan"),
    }
)  # fmt: skip
"""Words that mean a missing cell among numbers, in small letters."""

Kind = Literal["number", "boolean", "word", "moment"]
TRUTHS = {"true": 1.0, "false": 0.0}


def clean_word(word: str) -> str:
    """Return a cell without blanks around it, in the composed form of Unicode."""
    word = word.strip()
    return word if word.isascii() else unicodedata.normalize("NFC", word)


class ColumnReading(Model):
    """How the cells of a column are read.

    Attributes:
        kind: What the column holds: numbers, true and false, words, or dates.
        decimal: Sign before the decimals of a number; the other of comma and point divides thousands.
        currency: Sign or code that may stand beside a number.
        unit: Unit that may stand behind a number; "%" for per cent.
        has_magnitudes: Whether K, M and the like behind a number multiply it.
        order: Order of day, month and year in a date.
        missing: Words that a person declared as missing, in small letters.
        values: Words of the usual ones for a missing cell that are values in this column.
        has_usual: Whether the usual words for a missing cell count; else an empty cell and `missing` alone.
    """

    kind: Kind
    decimal: Decimal = "."
    currency: str = ""
    unit: str = ""
    has_magnitudes: bool = False
    order: Order = "ymd"
    missing: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    has_usual: bool = True

    def is_missing(self, word: str) -> bool:
        """Return whether a cleaned word means that the cell is missing."""
        if word == "" or (self.missing and self._is_declared(word)):
            return True
        if not self.has_usual or word in self.values:
            return False
        return word in MISSING_WORDS if self.kind in ("word", "boolean") else word.lower() in MISSING_NUMBERS

    def missing_among(self, words: Collection[str]) -> set[str]:
        """Return which of some cleaned words mean that the cell is missing; a column may have a million words."""
        if self.missing:
            return {word for word in words if self.is_missing(word)}
        return {word for word in words if not word or (word.lower() in MISSING_NUMBERS and self.is_missing(word))}

    def _is_declared(self, word: str) -> bool:
        if word.lower() in self.missing:
            return True
        number = parse_number(word) if self.kind == "number" else None
        return number is not None and number in map(parse_number, self.missing)

    def number(self, word: str) -> float | None:
        """Read a cleaned word as a number, a truth or a moment; None if it is none."""
        if self.kind == "moment":
            return parse_moment(word, self.order)
        if self.kind == "boolean":
            number = TRUTHS.get(word.lower(), parse_number(word))
            return number if number in (0.0, 1.0) else None
        number = self._number(word)
        return TRUTHS.get(word.lower()) if number is None else number

    def _number(self, word: str) -> float | None:
        is_plain = self.decimal == "." or not ("," in word or "." in word)
        if is_plain and (number := parse_number(word)) is not None:
            return number
        numeral = parse_numeral(word)
        if numeral is None or numeral.currency not in ("", self.currency):
            return None
        value = numeral.value(self.decimal)
        if value is None or not np.isfinite(value):
            return None
        if self.has_magnitudes and numeral.unit.lower() in FACTORS:
            return value * FACTORS[numeral.unit.lower()]
        return value if numeral.unit.lower() in ("", self.unit.lower()) else None

    def numbers(self, words: Sequence[str]) -> Float[np.ndarray, " words"]:
        """Read cleaned words as `number` does; NaN for a missing cell, and for a word that is no number."""
        cells = (None if self.is_missing(word) else self.number(word) for word in words)
        return np.array([np.nan if value is None else value for value in cells], np.float64)


@dataclass(frozen=True)
class Inference:
    """How a column is to be read, and why.

    Attributes:
        reading: How its cells are read.
        decimal: Decimal sign that its cells show; None if they show none.
        is_open: Whether its cells fit both decimal signs, with different numbers.
        how: Marks that were read, for a note; empty for plain numbers.
        example: A cell with these marks, and what it is.
        problem: Why a column that looks like numbers was read as words; empty if it does not.
    """

    reading: ColumnReading
    decimal: Decimal | None = None
    is_open: bool = False
    how: str = ""
    example: str = ""
    problem: str = ""

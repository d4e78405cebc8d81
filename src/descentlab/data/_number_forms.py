"""The form in which a column's numbers are written: decimal sign, currency, unit, and whether one form fits all."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from descentlab.data._names import quoted
from descentlab.data._numerals import (
    FACTORS,
    Decimal,
    Numeral,
    are_magnitudes,
    parse_number,
    parse_numeral,
)

MOSTLY = 0.95
"""Smallest share of numbers at which a column holds numbers, and its few words are missing cells."""

MIN_NUMBERS = 20
"""Smallest number of different numbers in such a column, since a few codes and a word may be categories."""

MIN_LIKE_NUMBERS = 10
"""Smallest number of different cells like numbers in a column of words of which a note says so."""

MAX_CLASSES_WITH_UNIT = 20
"""Largest number of different targets with a unit, as "5 stars", that are classes by name."""


MAX_UNITS = 10
"""Largest number of different endings of numbers that are units; more are names."""


@dataclass(frozen=True)
class NumberForm:
    """The form of a column's numbers.

    Attributes:
        is_numbers: Whether the column holds numbers.
        decimal: Sign before the decimals.
        evidence: Decimal sign that the cells show; None if they show none.
        is_open: Whether some cells fit both signs, and none shows which it is.
        currency: Sign or code of the currency; empty if there is none.
        unit: Unit behind the numbers; empty if there is none.
        has_magnitudes: Whether endings multiply the numbers.
        how: The form in words; empty for plain numbers.
        example: A cell in this form.
        problem: Why numbers could not be read; empty if they could, or if the column does not look like numbers.
    """

    is_numbers: bool
    decimal: Decimal = "."
    evidence: Decimal | None = None
    is_open: bool = False
    currency: str = ""
    unit: str = ""
    has_magnitudes: bool = False
    how: str = ""
    example: str = ""
    problem: str = ""


def infer_numbers(cells: Mapping[str, int], *, default: Decimal, hint: Decimal | None, is_target: bool) -> NumberForm:
    """Find the form of a column's numbers.

    Args:
        cells: Number of rows of each cleaned word that is not missing.
        default: Decimal sign where the cells fit both.
        hint: Decimal sign of the file's other columns.
        is_target: Whether the column is a target.

    Returns:
        The form.
    """
    odd = [word for word in cells if parse_number(word) is None]
    if default == "." and hint is None and not any(map(parse_numeral, odd)):
        plain = cells.keys() - set(odd)
        is_numbers = _are_most(plain, cells)
        return NumberForm(is_numbers, problem="" if is_numbers else _problem(cells, plain, odd))
    numerals = {word: each for word in cells if (each := parse_numeral(word)) is not None and _has_value(each)}
    evidence, is_mixed, is_open = _evidence(numerals, cells)
    decimal = evidence or hint or _by_default(numerals, default)
    has_magnitudes = are_magnitudes(numerals.values())
    currency = _commonest(cells, {word: each.currency for word, each in numerals.items()})
    unit = "" if has_magnitudes else _commonest(cells, {word: each.unit for word, each in numerals.items()})
    fitting = {
        word
        for word, each in numerals.items()
        if (value := each.value(decimal)) is not None
        and abs(value) != float("inf")
        and each.currency in ("", currency)
        and (each.unit.lower() in ("", unit.lower()) or (has_magnitudes and each.unit.lower() in FACTORS))
        and (unit != "%" or each.unit == "%" or value == 0.0)
    } | {word for word in cells if word not in numerals and parse_number(word) is not None}  # inf
    if is_target and unit not in ("", "%") and len(fitting) <= MAX_CLASSES_WITH_UNIT:
        return NumberForm(is_numbers=False)
    if not _are_most(fitting, cells):
        if len({each.unit for each in numerals.values()}) > MAX_UNITS:
            return NumberForm(is_numbers=False)
        others = [word for word in cells if word not in fitting]
        problem = _problem(cells, numerals.keys(), others, _mixture(numerals, is_mixed=is_mixed))
        return NumberForm(is_numbers=False, problem=problem)
    shown = next((word for word in cells if word in fitting and _has_marks(word, decimal)), "")
    return NumberForm(
        is_numbers=True, decimal=decimal, evidence=evidence, is_open=is_open, currency=currency, unit=unit,
        has_magnitudes=has_magnitudes, how=_in_words(decimal, evidence, currency, unit) if shown else "", example=shown,
    )  # fmt: skip


def _has_value(numeral: Numeral) -> bool:
    values = numeral.value("."), numeral.value(",")
    return any(value is not None and math.isfinite(value) for value in values)


def _has_marks(word: str, decimal: Decimal) -> bool:
    return parse_number(word) is None or (decimal == "," and "." in word)


def _evidence(numerals: Mapping[str, Numeral], cells: Mapping[str, int]) -> tuple[Decimal | None, bool, bool]:
    """Return the decimal sign that cells show, whether they show both, and whether some leave it open."""
    shown: Counter[Decimal] = Counter()
    is_open = False
    for word, each in numerals.items():
        if "," not in each.body and "." not in each.body:
            continue
        with_point, with_comma = each.value("."), each.value(",")
        if with_point is not None and with_comma is not None:
            is_open |= with_point != with_comma
        elif with_point is not None or with_comma is not None:
            shown["." if with_comma is None else ","] += cells[word]
    if not shown:
        return None, False, is_open
    (sign, count), total = shown.most_common(1)[0], shown.total()
    return sign, count < MOSTLY * total, False


def _by_default(numerals: Mapping[str, Numeral], default: Decimal) -> Decimal:
    """Choose the sign where all cells fit both: "1,234" is a thousand unless the file has semicolons."""
    bodies = [each.body for each in numerals.values()]
    if any("," in body for body in bodies):
        return default
    whole = [body for body in bodies if "." not in body and body.isdecimal()]
    dotted = [body for body in bodies if "." in body]
    # With semicolons, "2.626" beside "579": points divide thousands if what has none is below a thousand.
    looks_grouped = len(dotted) > 1 and any(len(body) == 3 for body in whole) and all(len(body) <= 3 for body in whole)
    return "," if default == "," and looks_grouped else "."


def _commonest(cells: Mapping[str, int], marks: Mapping[str, str]) -> str:
    counts: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for word, mark in marks.items():
        if mark:
            counts[spelling.setdefault(mark.lower(), mark)] += cells[word]
    return counts.most_common(1)[0][0] if counts else ""


def _are_most(fitting: set[str], cells: Mapping[str, int]) -> bool:
    if len(fitting) == len(cells):
        return True
    return len(fitting) >= MIN_NUMBERS and sum(cells[word] for word in fitting) >= MOSTLY * sum(cells.values())


def _problem(cells: Mapping[str, int], like_numbers: Collection[str], odd: Sequence[str], mixture: str = "") -> str:
    """Say why cells that look like numbers could not be read as one kind of numbers."""
    count, total = sum(cells[word] for word in like_numbers), sum(cells.values())
    if len(like_numbers) < MIN_LIKE_NUMBERS or 2 * count < total:
        return ""
    rest = sum(cells[word] for word in odd)
    return mixture or f"{rest:,} of {total:,} cells are no numbers ({quoted(odd, limit=3)}): correct or empty them"


def _mixture(numerals: Mapping[str, Numeral], *, is_mixed: bool) -> str:
    if is_mixed:
        return "some cells have decimal commas and others decimal points: write all in one way"
    currencies = {each.currency: None for each in numerals.values() if each.currency}
    units = {each.unit: None for each in numerals.values()}
    if list(units) != ["%"] and set(units) == {"", "%"}:
        return "some cells are in per cent and others are not: write all in one way"
    units.pop("", None)
    for noun, names in (("currencies", list(currencies)), ("units", list(units))):
        if len(names) > 1:
            return f"its {noun} {quoted(names, limit=3)} are mixed: convert them into one"
    return ""


def _in_words(decimal: Decimal, evidence: Decimal | None, currency: str, unit: str) -> str:
    pieces = [f" in {mark}" for mark in (currency, "per cent" if unit == "%" else unit) if mark]
    if decimal == ",":
        pieces.append(" with decimal commas" if evidence else " with decimal commas, as other columns of the file")
    return ",".join(pieces)

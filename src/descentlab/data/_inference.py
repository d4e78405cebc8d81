"""Types of columns: numbers, true and false, dates, or words; decided once, from the rows that may be looked at."""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from descentlab.data._moments import infer_order
from descentlab.data._names import quoted
from descentlab.data._number_forms import MOSTLY, infer_numbers
from descentlab.data._numerals import Decimal, is_identifier, parse_numeral
from descentlab.data._reading import MISSING_WORDS as MISSING_WORDS, TRUTHS, ColumnReading, Inference, clean_word
from descentlab.data._table import Column, NumberColumn, TextCells, WordColumn

MAX_BOOLEAN_WORDS = 6
"""True and false in three spellings each."""

MAX_CODED_CLASSES = 20
"""Largest number of different numbers in a target beside which a frequent word such as NA is a class."""

ODD_NUMBERS = re.compile(r"^[+-]?(0\d+|\d{16,})$|_", re.MULTILINE)
"""Whole numbers that may be identifiers, and digits that are grouped as in names."""

NONE_WORDS = ("None", "none")
"""Words that are categories among words; in a target they are missing if they are rarer than any class."""

MANY, LOOKED_AT = 20_000, 1_000
"""Of a column of so many different words, so many are looked at before all are tried as numbers and dates."""

PLAIN = ColumnReading(kind="number")
CODE = re.compile(r"[A-Z]{2}")
AS_NAMES = ", since its whole numbers have zeros in front, or more digits than a number keeps"
NOTHING = "none"
"""In a list of missing words: an empty cell and the listed words alone are missing."""


def infer_column(
    name: str, codes: Int[np.ndarray, " rows"], words: Sequence[str], *, decimal_comma: bool = False
) -> tuple[Column, None]:
    """Decide what a column of text holds, by all of its rows.

    Args:
        name: Name of the column.
        codes: Position in `words` of the word in each row; -1 for no word.
        words: The different words as in the file, with their blanks.
        decimal_comma: Whether the file's own form suggests that "1,234" has three decimals.

    Returns:
        The column, which keeps its text, so that it can be read in another way; and None.
    """
    text = TextCells(codes, words, decimal_comma)
    numbers = plain_numbers(words)
    if numbers is not None and not (decimal_comma and any("." in word for word in words)):
        values = np.append(numbers, np.nan)[codes]
        return NumberColumn(name, values, text=text, inference=Inference(PLAIN)), None
    inference = infer_reading(text)
    return replace(read_text(name, text, inference.reading), inference=inference), None


def infer_reading(
    text: TextCells, *, missing: Sequence[str] = (), is_target: bool = False, hint: Decimal | None = None
) -> Inference:
    """Decide how a column of text is read.

    Args:
        text: Cells of the rows that may be looked at.
        missing: Words that a person declared as missing; "none" switches the usual ones off.
        is_target: Whether the column is a target, in which a frequent word such as None is a class.
        hint: Decimal sign of the file's other columns.

    Returns:
        The reading with its reasons.
    """
    declared = tuple(dict.fromkeys(word.strip().lower() for word in missing if word != NOTHING))
    base = ColumnReading(kind="word", missing=declared, has_usual=NOTHING not in missing)
    counts = count_words(text)
    values = tuple(_values(counts, base, is_target=is_target))
    base = base.model_copy(update={"values": values})
    if is_target and (rare := _rare_nothing(counts, base)):
        base = base.model_copy(update={"missing": (*declared, *rare)})
    present = _without(counts, base.missing_among(counts))
    truths = base.model_copy(update={"kind": "boolean"})
    if not values and present and len(present) <= MAX_BOOLEAN_WORDS and {w.lower() for w in present} <= TRUTHS.keys():
        return Inference(truths)
    as_numbers = base.model_copy(update={"kind": "number"})
    cells = present if values else _without(present, as_numbers.missing_among(present))
    if not cells:
        return Inference(as_numbers if not present else base)
    if _are_plainly_words(cells):
        return Inference(base)
    if not is_target and (moments := _moments(cells, base)) is not None:
        return moments
    if _are_identifiers(list(cells)):
        return Inference(base, how=AS_NAMES)
    form = infer_numbers(cells, default="," if text.decimal_comma else ".", hint=hint, is_target=is_target)
    if form.problem or not form.is_numbers:
        return Inference(base, problem=form.problem)
    reading = as_numbers.model_copy(
        update={
            "decimal": form.decimal, "currency": form.currency, "unit": form.unit, "has_magnitudes": form.has_magnitudes
        }
    )  # fmt: skip
    example = f"{quoted([form.example])} is {reading.number(form.example):.12g}" if form.example else ""
    return Inference(reading, form.evidence, form.is_open, form.how, example)


def plain_numbers(words: Sequence[str]) -> Float[np.ndarray, " words"] | None:
    """Read the most frequent words quickly: only numbers as Python writes them, and usual missing words.

    Args:
        words: The different words of a column as in the file.

    Returns:
        The numbers, NaN for missing words; None if some word is something else, or may be an identifier.
    """
    bare = list(map(str.strip, words))
    present = bare if MISSING_WORDS.isdisjoint(bare) else [word for word in bare if word not in MISSING_WORDS]
    if not present or ODD_NUMBERS.search("\n".join(present)):
        return None
    try:
        numbers = np.array(list(map(float, present)))
    except ValueError:
        return None
    if not np.isfinite(numbers).all():
        return None
    if len(present) == len(bare):
        return numbers
    values = np.full(len(bare), np.nan)
    values[[word not in MISSING_WORDS for word in bare]] = numbers
    return values


def count_words(text: TextCells) -> dict[str, int]:
    """Count the rows of each cleaned word."""
    counts: dict[str, int] = {}
    is_whole = text.codes.min(initial=0) >= 0  # most often, and then no copy is needed
    codes = text.codes if is_whole else text.codes[text.codes >= 0]
    per_word = np.bincount(codes, minlength=len(text.words)).tolist()
    for word, count in zip(text.words, per_word, strict=True):
        if count:
            bare = clean_word(word)
            counts[bare] = counts.get(bare, 0) + count
    return counts


def _values(counts: dict[str, int], reading: ColumnReading, *, is_target: bool) -> list[str]:
    """Find the usual words for a missing cell that are values here: a frequent class, or a code among others."""
    missing = reading.missing_among(counts)
    usual = [word for word in counts if word in missing and word and word.lower() not in reading.missing]
    others = _without(counts, missing)
    if not others:
        return []
    codes = [word for word in others if CODE.fullmatch(word)]
    values = ["NA"] if "NA" in usual and len(codes) >= max(3, 0.8 * len(others)) else []
    if is_target and not _are_many_numbers(others, reading):
        values += [word for word in usual if counts[word] >= max(others.values()) and word not in values]
    return values


def _without(counts: dict[str, int], missing: Collection[str]) -> dict[str, int]:
    return {word: count for word, count in counts.items() if word not in missing} if missing else counts


def _are_plainly_words(words: Collection[str]) -> bool:
    """Recognise a column of very many words by some of them, none of which is any number or date."""
    if len(words) < MANY:
        return False
    some = dict.fromkeys(itertools.islice(words, 0, None, len(words) // LOOKED_AT), 1)
    return all(parse_numeral(word) is None for word in some) and infer_order(some)[0] is None


def _are_many_numbers(words: Collection[str], reading: ColumnReading) -> bool:
    number = reading.model_copy(update={"kind": "number"}).number
    return len(words) > MAX_CODED_CLASSES and all(number(word) is not None for word in words)


def _rare_nothing(counts: Mapping[str, int], reading: ColumnReading) -> list[str]:
    """Return "none" if the word is rarer in a target than every class."""
    others = [count for word, count in counts.items() if word not in NONE_WORDS and not reading.is_missing(word)]
    count = sum(counts.get(word, 0) for word in NONE_WORDS)
    return ["none"] if reading.has_usual and others and 0 < count < min(others) else []


def _moments(cells: dict[str, int], base: ColumnReading) -> Inference | None:
    order, is_open = infer_order(cells)
    if order is None:
        return None
    reading = base.model_copy(update={"kind": "moment", "order": order})
    how = "times of day" if order == "time" else "dates"
    if is_open:
        names = "month/day/year" if order == "mdy" else "day, month, year"
        how += f", {names} since no cell shows the order (year-month-day is always clear)"
    return Inference(reading, how=how, example=quoted([next(iter(cells))]))


def _are_identifiers(words: Sequence[str]) -> bool:
    """Recognise whole numbers that are names: one width with zeros in front, several spellings, or too many digits."""
    digits = [word for word in words if word.isdecimal()]
    padded = {word for word in digits if len(word) > 1 and word[0] == "0"}
    names = [word for word in words if is_identifier(word)]
    if not padded and not names:
        return False
    has_width = len(digits) == len(words) and len({len(word) for word in digits}) == 1 and len(digits[0]) > 2
    has_twins = not {word.lstrip("0") or "0" for word in padded}.isdisjoint(set(digits) - padded)
    has_long = sum(len(word) > 15 for word in names) > 1
    return has_width or has_twins or has_long or len(names) > (1.0 - MOSTLY) * len(words)


def read_text(name: str, text: TextCells, reading: ColumnReading) -> Column:
    """Read cells of text in a given way."""
    if reading == PLAIN and (numbers := plain_numbers(text.words)) is not None:
        return NumberColumn(name, np.append(numbers, np.nan)[text.codes], text=text)
    words = [clean_word(word) for word in text.words]
    if reading.kind != "word":
        values = np.array([*reading.numbers(words), np.nan])[text.codes]
        return NumberColumn(
            name, values, is_boolean=reading.kind == "boolean", is_moment=reading.kind == "moment", text=text
        )
    index: dict[str, int] = {}
    missing = reading.missing_among(words)
    places = [-1 if word in missing else index.setdefault(word, len(index)) for word in words]
    return WordColumn(name, np.array([*places, -1], np.int32)[text.codes], tuple(index), text)

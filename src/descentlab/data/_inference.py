"""Types of columns: numbers, true and false, or words; and their missing cells."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from descentlab.data._names import counted, quoted
from descentlab.data._table import Column, NumberColumn, WordColumn, parse_number

MISSING_WORDS = frozenset({"", "?", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "NULL", "null", "None", "<NA>", "#N/A"})
"""Words that mean a missing cell."""

MOSTLY = 0.95
"""Smallest share of numbers at which a column holds numbers, and its few words are missing cells."""

MAX_BOOLEAN_WORDS = 6
"""True and false in three spellings each."""

MIN_NUMBERS = 20
"""Smallest number of different numbers in such a column, since a few codes and a word may be categories."""


def infer_column(
    name: str, codes: Int[np.ndarray, " rows"], words: Sequence[str], *, decimal_comma: bool = False
) -> tuple[Column, str | None]:
    """Decide what a column of text holds.

    Args:
        name: Name of the column.
        codes: Position in `words` of the word in each row; -1 for no word.
        words: The different words as in the file, with their blanks.
        decimal_comma: Whether "3,14" may be a number.

    Returns:
        The column, and a note if some of its cells were taken as missing.
    """
    codes, words = _merge(codes, words)
    if words and len(words) <= MAX_BOOLEAN_WORDS and {word.lower() for word in words} <= {"true", "false"}:
        values = np.array([*(float(word.lower() == "true") for word in words), np.nan])
        return NumberColumn(name, values[codes], is_boolean=True), None
    numbers = _parse(words, int((codes >= 0).sum() * (1.0 - MOSTLY)), decimal_comma=decimal_comma)
    odd = [index for index, number in enumerate(numbers) if number is None]
    if len(numbers) < len(words) or (odd and not _is_mostly_numbers(codes, numbers)):
        return WordColumn(name, codes, tuple(words)), None
    values = np.array([*(np.nan if number is None else number for number in numbers), np.nan])
    return NumberColumn(name, values[codes]), _odd_cells(name, codes, [(index, words[index]) for index in odd])


def _parse(words: Sequence[str], most_odd: int, *, decimal_comma: bool) -> list[float | None]:
    """Read words as numbers, until too many of them are not numbers."""
    numbers: list[float | None] = []
    num_odd = 0
    for word in words:
        number = parse_number(word.replace(",", ".", 1) if decimal_comma else word)
        num_odd += number is None
        if num_odd > most_odd:
            break
        numbers.append(number)
    return numbers


def _merge(codes: Int[np.ndarray, " rows"], words: Sequence[str]) -> tuple[Int[np.ndarray, " rows"], list[str]]:
    """Strip the words, so that some become equal, and mark the missing ones by -1."""
    index: dict[str, int] = {}
    new_codes = [
        -1 if (bare := word.strip()) in MISSING_WORDS else index.setdefault(bare, len(index)) for word in words
    ]
    return np.array([*new_codes, -1], np.int32)[codes], list(index)


def _is_mostly_numbers(codes: Int[np.ndarray, " rows"], numbers: Sequence[float | None]) -> bool:
    is_number = np.array([number is not None for number in numbers])
    present = codes[codes >= 0]
    return bool(is_number.sum() >= MIN_NUMBERS and is_number[present].mean() >= MOSTLY)


def _odd_cells(name: str, codes: Int[np.ndarray, " rows"], odd: Sequence[tuple[int, str]]) -> str | None:
    if not odd:
        return None
    count = int(np.isin(codes, [index for index, _ in odd]).sum())
    examples = quoted([word for _, word in odd], limit=3)
    return f"Took {counted(count, 'cell')} of '{name}' as missing, since not a number: {examples}."

"""Sorting of names, and names and numbers in sentences."""

import re
from collections.abc import Sequence
from itertools import chain, count


def quoted(names: Sequence[str], limit: int = 5) -> str:
    """Quote the first names of a list, and count the others.

    Example:
        >>> quoted(["a", "b", "c"], limit=2)
        "'a', 'b' and 1 more"
    """
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(f"'{in_line(name)}'" for name in names[:limit]) + more


def in_line(text: str) -> str:
    """Put a text from outside on one line, and shorten it if it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def unique_names(names: Sequence[str]) -> list[str]:
    """Give every column a unique name on one line.

    Example:
        >>> unique_names(["a", "a", " ", "b"])
        ['a', 'a (2)', 'column 2', 'b']
    """
    unique: dict[str, None] = {}
    for place, name in enumerate(names):
        plain = " ".join(name.split()) or f"column {place}"
        numbered = (f"{plain} ({number})" for number in count(2))
        unique[next(name for name in chain([plain], numbered) if name not in unique)] = None
    return list(unique)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun in singular or plural.

    Example:
        >>> counted(1, "cell"), counted(1200, "cell")
        ('1 cell', '1,200 cells')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a key that sorts "2" before "10", and words alphabetically.

    Example:
        >>> sorted(["10", "9", "b2", "b10"], key=natural_key)
        ['9', '10', 'b2', 'b10']
    """
    pieces = re.findall(r"\d+|\D+", text.lower())
    # Digits are compared as text, since a name may have more of them than Python converts to a number.
    keys = [(0, len(piece.lstrip("0")), piece.lstrip("0")) if piece.isdecimal() else (1, 0, piece) for piece in pieces]
    return keys, text

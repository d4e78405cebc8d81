"""How names are sorted, and listed in a sentence."""

import re
from collections.abc import Sequence


def quoted(names: Sequence[str], limit: int = 5) -> str:
    """List names, the first few of many.

    Example:
        >>> quoted(["a", "b", "c"], limit=2)
        "'a', 'b' and 1 more"
    """
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(f"'{name}'" for name in names[:limit]) + more


def natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort "2" before "10", and words among themselves.

    Example:
        >>> sorted(["10", "9", "b2", "b10"], key=natural_key)
        ['9', '10', 'b2', 'b10']
    """
    pieces = re.findall(r"\d+|\D+", text.lower())
    # Digits by their number and then one by one: a name may have more of them than Python turns into a number.
    keys = [(0, len(piece.lstrip("0")), piece.lstrip("0")) if piece.isdecimal() else (1, 0, piece) for piece in pieces]
    return keys, text

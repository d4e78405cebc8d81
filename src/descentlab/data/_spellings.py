"""Spellings of names: what names of one class have in common, and by what they differ."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

STOPS = re.compile(r"\.(?!\d)")
"""Full stops, but not those before the decimals of a number."""

SPACES = re.compile(r"(?<!\d)\s+|\s+(?!\d)")
"""Spaces, but not those between two numbers."""


def composed_text(name: str) -> str:
    """Return a text in the one form that all its forms in Unicode share."""
    return unicodedata.normalize("NFC", name)


def loose_name(name: str) -> str:
    """Return what spellings of a name have in common: not its case, spaces, full stops and invisible signs.

    Example:
        >>> loose_name(" >50K. ") == loose_name(">50k"), loose_name("1.5"), loose_name("...")
        (True, '1.5', '...')
    """
    visible = "".join(sign for sign in composed_text(name) if unicodedata.category(sign) != "Cf").strip()
    return composed_text((SPACES.sub("", STOPS.sub("", visible)) or visible).casefold())


def match_names(names: Sequence[str], known: Sequence[str], *, is_loose: bool) -> dict[str, str]:
    """Find the known name that each name is: the same, the same in Unicode, or else its only other spelling.

    Args:
        names: Names to find.
        known: Names to choose from.
        is_loose: Whether another spelling counts.

    Returns:
        The known name by name; a name that is none of them is missing.
    """
    exact = set(known)
    matches = {name: name for name in names if name in exact}
    for key in [composed_text, loose_name] if is_loose else [composed_text]:
        owners = {key(group[0]): group for group in group_names(known, key)}
        for name in names:
            owner = owners.get(key(name), ())
            if name not in matches and len(owner) == 1:
                matches[name] = owner[0]
    return matches


def group_names(names: Iterable[str], key: Callable[[str], str]) -> list[list[str]]:
    """Group names that a key makes equal, in the order of their first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[key(name)].append(name)
    return list(groups.values())


def difference(groups: Iterable[Sequence[str]]) -> str:
    """Say by what the names of each group differ."""
    ways: dict[str, Callable[[str], str]] = {
        "the form of their Unicode": composed_text,
        "case": str.casefold,
        "spaces": lambda name: SPACES.sub("", name.strip()),
        "a full stop": lambda name: STOPS.sub("", name),
    }
    for words, key in ways.items():
        if all(len({key(name) for name in group}) == 1 for group in groups):
            return words
    return "case, spaces or a full stop"

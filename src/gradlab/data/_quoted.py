"""How names are listed in a sentence."""

from collections.abc import Sequence


def quoted(names: Sequence[str], limit: int = 5) -> str:
    """List names, the first few of many.

    Example:
        >>> quoted(["a", "b", "c"], limit=2)
        "'a', 'b' and 1 more"
    """
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(f"'{name}'" for name in names[:limit]) + more

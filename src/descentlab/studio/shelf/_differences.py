"""In which settings experiments differ, and what that means for their scores."""

from collections.abc import Mapping, Sequence
from typing import Any

Flat = dict[str, Any]
DRAWN = ("playground", "synthetic")
"""Data that each seed draws anew, so that runs of other seeds have another checksum."""
INPUTS = ("data.drop", "data.categories")
"""What a network is shown of each row of a table. Parts are drawn by the target alone, so that they stay the same."""


def flatten(values: Any, prefix: str = "") -> Flat:
    """Lay nested settings out by their dotted names."""
    if isinstance(values, Mapping):
        return {key: value for name, one in values.items() for key, value in flatten(one, f"{prefix}{name}.").items()}
    if isinstance(values, list) and values and isinstance(values[0], Mapping):
        return {
            key: value for place, one in enumerate(values) for key, value in flatten(one, f"{prefix}{place}.").items()
        }
    return {prefix.rstrip("."): values}


def differing(flat: Sequence[Flat]) -> tuple[tuple[str, ...], ...]:
    """Return the settings that are not the same in all: a name and each one's value in words.

    Example:
        >>> differing([{"data.drop": [], "epochs": 9}, {"data.drop": ["age", "name"], "epochs": 9}])
        (('data.drop', 'none', 'age, name'),)
    """
    rows = [(key, *(_word(one.get(key)) for one in flat)) for key in dict.fromkeys(key for one in flat for key in one)]
    return tuple(row for row in rows if len(set(row[1:])) > 1)


def without_places(flat: Sequence[Flat], checksums: Sequence[str]) -> list[Flat]:
    """Forget where the data lie if all read the same bytes: every upload of one file has a place of its own."""
    if len(set(checksums)) > 1 or not all(checksums):
        return list(flat)
    return [{name: value for name, value in one.items() if name != "data.path"} for one in flat]


def _word(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(map(str, value)) or "none"
    else:
        text = "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def is_alike(flat: Sequence[Flat], *prefixes: str) -> bool:
    """Whether all have the same of the settings whose names begin so."""
    chosen = [{key: value for key, value in one.items() if key.startswith(prefixes)} for one in flat]
    return all(one == chosen[0] for one in chosen)


def why_not(flat: Sequence[Flat], checksums: Sequence[str]) -> tuple[str, ...]:
    """Say why scores cannot be compared at all; nothing where they can."""
    drawn = [{name: value for name, value in one.items() if name not in INPUTS} for one in flat]
    if not is_alike(drawn, "data.", "split.", "data_seed"):
        return ("They were tested on other data, or on another part of it: their scores do not compare.",)
    if len(set(checksums)) > 1 and flat[0].get("data.kind") not in DRAWN:
        return ("Their data has changed from one to the other: their scores do not compare.",)
    return ()


def cautions(flat: Sequence[Flat], settings: Sequence[Any]) -> tuple[str, ...]:
    """Say what stands against reading too much from a comparison."""
    found: list[str] = []
    if not is_alike(flat, "loss."):
        found.append("Their losses are other functions, so that the rows of losses do not compare.")
    if len(settings) > 1:
        found.append(f"They differ in {len(settings)} settings: what one of them does cannot be told from the others.")
    return tuple(found)

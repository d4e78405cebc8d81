"""The settings in which experiments differ, and what that means for their scores."""

from collections.abc import Mapping, Sequence
from typing import Any

Flat = dict[str, Any]
DRAWN = ("playground", "synthetic")
"""Kinds of data that each seed draws anew, so that runs of other seeds have another checksum."""
INPUTS = ("data.drop", "data.categories")
"""Settings that choose the inputs of a table's rows. Parts depend on the target alone, so that they stay the same."""


def flatten(values: Any, prefix: str = "") -> Flat:
    """Return nested settings by their dotted names."""
    if isinstance(values, Mapping):
        return {key: value for name, item in values.items() for key, value in flatten(item, f"{prefix}{name}.").items()}
    if isinstance(values, list) and values and isinstance(values[0], Mapping):
        return {
            key: value for place, item in enumerate(values) for key, value in flatten(item, f"{prefix}{place}.").items()
        }
    return {prefix.rstrip("."): values}


def differing(flat: Sequence[Flat]) -> tuple[tuple[str, ...], ...]:
    """Return the settings that differ: their name, and the value of each experiment in words.

    Example:
        >>> differing([{"data.drop": [], "epochs": 9}, {"data.drop": ["age", "name"], "epochs": 9}])
        (('data.drop', 'none', 'age, name'),)
    """
    names = dict.fromkeys(name for each in flat for name in each)
    rows = [(name, *(_word(each.get(name)) for each in flat)) for name in names]
    return tuple(row for row in rows if len(set(row[1:])) > 1)


def without_places(flat: Sequence[Flat], checksums: Sequence[str]) -> list[Flat]:
    """Drop the path of the data if all experiments read the same bytes: each upload of a file has another path."""
    if len(set(checksums)) > 1 or not all(checksums):
        return list(flat)
    return [{name: value for name, value in each.items() if name != "data.path"} for each in flat]


def _word(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(map(str, value)) or "none"
    else:
        text = "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def is_alike(flat: Sequence[Flat], *prefixes: str) -> bool:
    """Return whether all experiments have the same values of the settings whose names start with a prefix."""
    chosen = [{key: value for key, value in each.items() if key.startswith(prefixes)} for each in flat]
    return all(each == chosen[0] for each in chosen)


def why_not(flat: Sequence[Flat], checksums: Sequence[str]) -> tuple[str, ...]:
    """Return why scores cannot be compared at all; nothing if they can."""
    drawn = [{name: value for name, value in each.items() if name not in INPUTS} for each in flat]
    if not is_alike(drawn, "data.", "split.", "data_seed"):
        return ("They were tested on other data, or on another part of it: their scores do not compare.",)
    if len(set(checksums)) > 1 and flat[0].get("data.kind") not in DRAWN:
        return ("Their data has changed from one to the other: their scores do not compare.",)
    return ()


def cautions(flat: Sequence[Flat], settings: Sequence[Any]) -> tuple[str, ...]:
    """Return reasons not to read too much from a comparison."""
    notes: list[str] = []
    if not is_alike(flat, "loss."):
        notes.append("Their losses are other functions, so that the rows of losses do not compare.")
    if len(settings) > 1:
        notes.append(f"They differ in {len(settings)} settings: what one of them does cannot be told from the others.")
    return tuple(notes)

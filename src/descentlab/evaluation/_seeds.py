"""Metrics of many seeds, joined to means with intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from descentlab.core import ShapeError
from descentlab.evaluation._intervals import SEEDS, Interval, Repeats, clip, mean_and_deviation
from descentlab.evaluation._metric import CLASS_METRICS, CLASS_SCORES, LABEL_METRICS, REAL_METRICS

_BOUNDS = {metric.name: metric.bounds for metric in (*CLASS_METRICS, *CLASS_SCORES, *LABEL_METRICS, *REAL_METRICS)}


def over_seeds(members: Sequence[Mapping[str, Any]], over: Repeats = SEEDS) -> dict[str, Any]:
    """Join the metrics of members that differ in their seed or fold.

    A number becomes `{"mean", "sd", "ci95"}`: mean, standard deviation of a sample, and 95% t interval of the mean
    (`sd` and `ci95` are None for one seed). A number that some members lack (None or NaN) is averaged over the others,
    and `defined` says over how many. A count or a word that is the same for all members is kept; yes or no becomes
    the number of members with yes; the baseline becomes its mean; confusion matrices are summed; intervals of single
    members and other lists are left out.

    Args:
        members: Each member's metrics as plain values, at least one.
        over: What the members differ in.

    Returns:
        The joined metrics, with the metrics of each member under `members`.

    Raises:
        ShapeError: If there are no members.
    """
    if not members:
        raise ShapeError("there are no members to join; at least one seed must have been evaluated")
    return {**_join_mappings(members, over), "members": [dict(member) for member in members]}


def _join_mappings(members: Sequence[Mapping[str, Any]], over: Repeats) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for key in members[0]:
        values: list[Any] = [member.get(key) for member in members]
        if key in ("confusion", "confusion_weights"):
            joined[key] = np.sum(np.array(values), axis=0).tolist()
        elif key == "baseline":
            joined[key] = {name: _typical([value[name] for value in values]) for name in values[0]}
        elif isinstance(values[0], list):
            if values[0] and isinstance(values[0][0], Mapping) and "name" in values[0][0]:
                joined[key] = [_join_mappings(parts, over) for parts in zip(*values, strict=True)]
        elif not key.endswith("ci95"):
            joined[key] = _join(values, _BOUNDS.get(key), over)
    return joined


def _join(values: list[Any], bounds: Interval | None, over: Repeats) -> Any:
    first = values[0]
    if isinstance(first, Mapping):
        return _join_mappings(values, over)
    if isinstance(first, bool):
        return {"yes": sum(map(bool, values)), "of": len(values)}
    if isinstance(first, int | str) and all(value == first for value in values):
        return first
    if isinstance(first, str):
        return _typical(values)
    return _summarise(values, bounds, over)


def _typical(values: list[Any]) -> Any:
    """Return the mean of numbers, or the most frequent word."""
    return max(values, key=values.count) if isinstance(values[0], str) else sum(values) / len(values)


def _summarise(values: Sequence[float | int | None], bounds: Interval | None, over: Repeats) -> dict[str, Any]:
    defined = [value for value in values if value is not None and np.isfinite(value)]
    if not defined:
        return {"mean": None, "sd": None, "ci95": None, "defined": 0}
    mean, deviation, interval = mean_and_deviation(defined, over)
    interval = clip(interval, bounds)
    summary = {"mean": mean, "sd": deviation, "ci95": interval and list(interval)}
    return summary if len(defined) == len(values) else {**summary, "defined": len(defined)}

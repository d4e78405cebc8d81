"""Comparison of classes: spellings of one name, and classes of a test or validation part that training lacks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int

from descentlab.core import DataError
from descentlab.data._names import counted, in_line, quoted
from descentlab.data._spellings import composed_text, difference, group_names, loose_name, match_names
from descentlab.data._target import TargetValues

Merging = Literal["auto", "yes", "no"]

MIN_LETTERS = 3
"""Length of a name from which on spellings of it are merged: `a` and `A`, `Co` and `CO` may be two classes each."""

KEEP_APART = "`--set data.merge_classes=no` keeps them apart"
MERGE = "`--set data.merge_classes=yes` takes them as one"


@dataclass(frozen=True, eq=False)
class ComparedClasses:
    """Targets whose classes were compared.

    Attributes:
        targets: Targets with the classes of the training part; -1 for an example of another class.
        is_known: Whether each example has a class of the training part.
        notes: What was taken as what, and what was left out, one sentence each.
    """

    targets: TargetValues
    is_known: Bool[np.ndarray, " examples"]
    notes: tuple[str, ...] = ()


def compare_classes(
    targets: TargetValues, is_train: Bool[np.ndarray, " examples"], *, merging: Merging, name: str, unit: str = "row"
) -> ComparedClasses:
    """Compare the classes of the training part with each other and with those of the other parts.

    Args:
        targets: Classes as they are written; a regression is returned as it is.
        is_train: Whether each example is for training, or not given for a part.
        merging: Whether names that differ by spelling alone are one class.
        name: Name of the data.
        unit: Word for an example.

    Returns:
        The targets, whose classes are those of the training part.

    Raises:
        DataError: If fewer than two classes are left, or a part has no class of the training part.
    """
    target = targets.target
    if target.task != "classification":
        return ComparedClasses(targets, np.ones(len(targets.values), bool))
    train = _count(targets, is_train)
    other = _count(targets, ~is_train)
    merged, notes = _merge(train, merging, unit)
    kept = [word for word in target.classes if word in merged.values()]
    matches = match_names([word for word in other if word not in merged], kept, is_loose=merging != "no")
    notes += _say_matched(matches, other, unit)
    place = {word: index for index, word in enumerate(kept)}
    renamed = {**merged, **matches}
    codes = [place.get(renamed.get(word, ""), -1) for word in target.classes]
    values = np.array(codes, np.int32)[targets.values]
    if len(kept) < 2:
        spellings = quoted(list(merged))
        raise DataError(
            f"{name}: the training part has the class {quoted(kept)} alone (written {spellings}): a classifier needs "
            "at least two classes"
        )
    strangers = {word: count for word, count in other.items() if word not in renamed}
    if strangers:
        notes.append(_say_strangers(strangers, kept, unit))
    is_changed = tuple(kept) != target.classes
    fitted = target.model_copy(update={"classes": tuple(kept), "merges": merging != "no"})
    compared = replace(targets, target=fitted, values=values if is_changed else targets.values)
    return ComparedClasses(compared, values >= 0, tuple(notes))


def check_test_targets(
    is_test: Bool[np.ndarray, " examples"], present: Int[np.ndarray, " present"], columns: str, *, name: str
) -> None:
    """Refuse a test part none of whose targets can be read.

    Args:
        is_test: Whether each example is in the test part.
        present: Rows of the examples that have a target.
        columns: Names of the columns that are needed, quoted.
        name: Name of the data.

    Raises:
        DataError: If it is so.
    """
    if is_test.any() and not is_test[present].any():
        raise DataError(
            f"{name}: none of the {int(is_test.sum()):,} test rows has a {columns} that can be read as the training "
            "rows' is: correct this column, or leave the test part out"
        )


def check_test_classes(
    targets: TargetValues, compared: ComparedClasses, is_test: Bool[np.ndarray, " examples"], *, name: str
) -> None:
    """Refuse a test part that has no class of the training part, since no accuracy can be measured on it.

    Raises:
        DataError: If it is so.
    """
    if compared.is_known[is_test].any() or not is_test.any():
        return
    kept = quoted(compared.targets.target.classes)
    raise DataError(
        f"{name}: none of the {int(is_test.sum()):,} test examples has a class of the training part: they are "
        f"{_counted_all(_count(targets, is_test))}, and training has {kept}: correct the names, or leave the test part "
        "out"
    )


def _count(targets: TargetValues, rows: Bool[np.ndarray, " examples"]) -> dict[str, int]:
    counts = np.bincount(targets.values[rows], minlength=len(targets.target.classes))
    return {word: int(count) for word, count in zip(targets.target.classes, counts, strict=True) if count}


def _merge(counts: Mapping[str, int], merging: Merging, unit: str) -> tuple[dict[str, str], list[str]]:
    """Return the name that each name of the training part is taken as, and notes on those that are spelled alike."""
    renamed: dict[str, str] = {}
    notes = []
    exact = group_names(counts, composed_text)
    for group in exact:
        renamed |= dict.fromkeys(group, _commonest(group, counts))
        if len(group) > 1:
            notes.append(
                f"Took {len(group)} names that look like '{in_line(group[0])}' as one class: they are the same text in "
                f"two forms of Unicode ({_counted(group, counts, unit)})."
            )
    names = list(dict.fromkeys(renamed.values()))
    alike = [group for group in group_names(names, loose_name) if len(group) > 1]
    if not alike:
        return renamed, notes
    is_word = any(len(loose_name(group[0])) >= MIN_LETTERS for group in alike)
    totals = Counter[str]()
    for word, kept in renamed.items():
        totals[kept] += counts[word]
    if merging == "no" or (merging == "auto" and not is_word):
        pairs = "; ".join(_counted(group, totals, unit) for group in alike)
        remedy = "" if merging == "no" else f"; {MERGE}"
        return renamed, [*notes, f"Warning: classes differ by {difference(alike)} alone: {pairs}{remedy}."]
    for group in alike:
        commonest = _commonest(group, totals)
        renamed |= {word: commonest for word, kept in renamed.items() if kept in group}
    taken = "; ".join(f"{_counted(group, totals, unit)} as '{in_line(_commonest(group, totals))}'" for group in alike)
    by = difference(alike)
    return renamed, [*notes, f"Warning: took names that differ by {by} alone as one class: {taken}; {KEEP_APART}."]


def _commonest(group: Sequence[str], counts: Mapping[str, int]) -> str:
    return max(group, key=lambda word: counts[word])


def _counted(names: Sequence[str], counts: Mapping[str, int], unit: str) -> str:
    return ", ".join(f"'{in_line(name)}' ({counted(counts[name], unit)})" for name in names[:5])


def _say_matched(matches: Mapping[str, str], counts: Mapping[str, int], unit: str) -> list[str]:
    def say(pairs: list[tuple[str, str]]) -> str:
        return ", ".join(
            f"'{in_line(name)}' as '{in_line(known)}' ({counted(counts[name], unit)})" for name, known in pairs[:5]
        )

    same = [(name, known) for name, known in matches.items() if composed_text(name) == composed_text(known)]
    others = [pair for pair in matches.items() if pair not in same]
    notes = []
    if same:
        notes.append(f"Took names that are the same text in two forms of Unicode as one class: {say(same)}.")
    if others:
        by = difference(others)
        notes.append(
            f"Warning: the names of classes differ between the parts by {by} alone: took {say(others)}; {KEEP_APART}."
        )
    return notes


def _say_strangers(strangers: Mapping[str, int], kept: Sequence[str], unit: str) -> str:
    total = sum(strangers.values())
    are = "is" if total == 1 else "are"
    return (
        f"Warning: {counted(total, unit)} of the test or validation part {are} of a class that training lacks: "
        f"{_counted_all(strangers)}; left out, since a network that learned {quoted(kept, 3)} cannot predict it: "
        "correct the names, or add such examples to training."
    )


def _counted_all(counts: Mapping[str, int]) -> str:
    names = ", ".join(f"'{in_line(name)}' ({count:,})" for name, count in list(counts.items())[:5])
    return names + (f" and {len(counts) - 5} more" if len(counts) > 5 else "")

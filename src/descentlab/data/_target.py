"""Targets: their column, the task, and how cells become targets."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped
from pydantic import Field, model_validator

from descentlab.core import DataError, unknown_name
from descentlab.data._model import Model
from descentlab.data._names import in_line, natural_key, quoted
from descentlab.data._reading import TRUTHS, clean_word
from descentlab.data._spellings import difference, match_names
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn, number_word, parse_number

TARGET_NAMES = ("target", "label", "labels", "y", "outcome", "diagnosis", "survived", "species", "class", "quality")
"""Common names of a column of targets, the most certain first."""

MAX_INTEGER_CLASSES = 20
MAX_CLASSES = 1_000

TaskChoice = Literal["auto", "classification", "regression"]


class Target(Model):
    """The target: its column, its task, and how its cells become numbers.

    Attributes:
        column: Name of the column.
        task: Task: to predict classes or a real number.
        classes: Names of the classes by id.
        shift: Shift of a real target: in its own unit it is `target * scale + shift`.
        scale: Scale of a real target; see `shift`.
        merges: Whether another spelling of a class is that class: another case, other spaces, a full stop at the end.
    """

    column: str
    task: Literal["classification", "regression"]
    classes: tuple[str, ...] = ()
    shift: float = 0.0
    scale: float = Field(default=1.0, gt=0.0)
    merges: bool = False

    @model_validator(mode="after")
    def _check_classes(self) -> "Target":
        if self.task == "classification" and len(set(self.classes)) < max(2, len(self.classes)):
            raise ValueError("a classification needs two or more classes with different names")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column, as a tuple."""
        return (self.column,)

    @property
    def names(self) -> tuple[str, ...]:
        """No names, since there is a single target."""
        return ()

    def encode_all(self, columns: Sequence[Column]) -> tuple[Shaped[np.ndarray, " examples"], tuple[str, ...]]:
        """Turn the cells of the one column into targets, as `encode` does."""
        return self.encode(columns[0])

    def encode(self, column: Column) -> tuple[Shaped[np.ndarray, " examples"], tuple[str, ...]]:
        """Turn cells into targets.

        Args:
            column: Column with the cells.

        Returns:
            Class ids (int32; -1 for a missing cell or an unknown class) or standardised real numbers (float32; NaN for
            a missing cell), and notes.
        """
        if self.task == "regression":
            return ((column.to_numbers().values - self.shift) / self.scale).astype(np.float32), ()
        words = column.to_words()
        place = {name: index for index, name in enumerate(self.classes)}
        if isinstance(column, NumberColumn) and not column.is_moment:
            place = {**_places_by_value(self.classes, is_boolean=column.is_boolean), **place}
        counts = np.bincount(words.codes[words.codes >= 0], minlength=len(words.words))
        present = {word: int(count) for word, count in zip(words.words, counts, strict=True) if count}
        others = [word for word in present if place.get(word, -1) < 0]
        matches = match_names(others, self.classes, is_loose=self.merges)
        ids = np.array([*(place.get(matches.get(word, word), -1) for word in words.words), -1], np.int32)[words.codes]
        return ids, tuple(_odd_classes({word: present[word] for word in others}, matches))


def _odd_classes(counts: Mapping[str, int], matches: Mapping[str, str]) -> list[str]:
    """Note classes that are spelled otherwise than in training, and those that training lacks."""
    others = list(matches.items())
    notes = []
    if others:
        taken = ", ".join(f"'{in_line(word)}' as '{in_line(known)}' ({counts[word]:,})" for word, known in others[:5])
        notes.append(f"Warning: took classes that differ from the network's by {difference(others)} alone: {taken}.")
    unknown = sorted(word for word in counts if word not in matches)
    if unknown:
        named = ", ".join(f"'{in_line(word)}' ({counts[word]:,})" for word in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        notes.append(f"The network does not know these classes, with their numbers of examples: {named}{more}.")
    return notes


def _places_by_value(classes: Sequence[str], *, is_boolean: bool) -> dict[str, int]:
    """Find the class of each number, however the number was written in the training file; an unclear one has none."""
    places: dict[str, int] = {}
    for index, name in enumerate(classes):
        number = _value_of(name)
        if number is not None:
            word = str(number == 1.0) if is_boolean else number_word(number)
            places[word] = -1 if word in places else index
    return places


def _value_of(name: str) -> float | None:
    number = parse_number(name)
    return TRUTHS.get(name.lower()) if number is None or not np.isfinite(number) else number


@dataclass(frozen=True, eq=False)
class TargetValues:
    """The targets of all examples before their scale is learned.

    Attributes:
        target: Column, task and classes; shift and scale are still 0 and 1.
        values: Class ids (int32) or real numbers in their own unit (float64).
        notes: Notes on reading the targets, one sentence each.
    """

    target: Target
    values: Shaped[np.ndarray, " examples"]
    notes: tuple[str, ...] = ()

    @property
    def strata(self) -> Int[np.ndarray, " examples"]:
        """Class of each example, of which each part should have its share; 0 for all examples of a regression."""
        if self.target.task == "classification":
            return self.values
        return np.zeros(len(self.values), np.int32)

    def take(self, rows: Int[np.ndarray, " taken"]) -> "TargetValues":
        """Return the targets of some examples."""
        return TargetValues(self.target, self.values[rows], self.notes)

    def single(self) -> "tuple[TargetValues, ...]":
        """Return each target alone: the one."""
        return (self,)

    def fit(
        self, train: Int[np.ndarray, " train"], *, is_standard: bool = True
    ) -> tuple[Target, Shaped[np.ndarray, " examples"]]:
        """Learn the scale of a real target from the training set, and return the scaled targets.

        Args:
            train: Rows of the training set.
            is_standard: Whether a real target is standardised; else it stays in its unit.

        Returns:
            The target with its scale, and the targets.
        """
        if self.target.task == "classification":
            return self.target, self.values
        shift, scale = mean_and_scale(self.values[train]) if is_standard else (0.0, 1.0)
        target = self.target.model_copy(update={"shift": shift, "scale": scale})
        return target, ((self.values - shift) / scale).astype(np.float32)


def mean_and_scale(values: Float[np.ndarray, " values"]) -> tuple[float, float]:
    """Return mean and standard deviation, and 1 in place of a deviation that is only rounding.

    The values are divided by the largest one first, so that no square overflows.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0:
        return 0.0, 1.0
    mean, deviation = float((values / largest).mean()), float((values / largest).std())
    return mean * largest, deviation * largest if deviation > 1e-12 and deviation * largest > 0.0 else 1.0


def find_target(table: DataTable, choice: str | int | None) -> tuple[str, str | None]:
    """Find the column of targets.

    Args:
        table: DataTable with the column.
        choice: Name of the column, or its position counted from 0, or from the end if negative; None to choose one.

    Returns:
        The name of the column, and a note if it was chosen here.

    Raises:
        DataError: If there is no such column.
    """
    names = table.names
    if choice is not None:
        return find_column(table, choice, "target"), None
    by_lower_case = {name.lower(): name for name in reversed(names)}
    known = next((by_lower_case[name] for name in TARGET_NAMES if name in by_lower_case), None)
    if known is not None:
        return known, f"No target was named: took '{known}', a common name of a target."
    return names[-1], f"No target was named: took the last column, '{names[-1]}'."


def find_column(table: DataTable, choice: str | int, option: str) -> str:
    """Return the name of a column that is given by its name or its position.

    Raises:
        DataError: If there is no such column.
    """
    names = table.names
    if isinstance(choice, str) and choice not in names:
        with contextlib.suppress(ValueError):
            choice = int(choice)
    if isinstance(choice, str):
        if choice not in names:
            raise DataError(f"{table.name}: {unknown_name(option, choice, names)}")
        return choice
    if not -len(names) <= choice < len(names):
        raise DataError(
            f"{table.name} has {len(names)} columns, so {option}={choice} does not exist: use 0 to {len(names) - 1}"
        )
    return names[choice]


def read_targets(column: Column, task: TaskChoice, name: str) -> TargetValues:
    """Decide whether the target is a class or a real number, and read it.

    Words, true and false, and whole numbers of few values are classes; other numbers are real numbers.

    Args:
        column: Column of the target, without missing cells.
        task: Task that the experiment states.
        name: Name of the data.

    Returns:
        The targets.

    Raises:
        DataError: If the cells do not fit the task.
    """
    if task == "regression" or (task == "auto" and isinstance(column, NumberColumn) and not _are_classes(column)):
        return _reals(column, name)
    words = _as_written(column)
    codes = np.unique(words.codes)
    if len(codes) < 2:
        only = quoted([words.words[code] for code in codes])
        raise DataError(f"{name}: every '{column.name}' is {only}: a classifier needs at least two classes")
    if len(codes) > MAX_CLASSES or len(codes) > max(2, len(words.codes) / 2):
        remedy = 'use task="regression", or name' if isinstance(column, NumberColumn) else "name"
        raise DataError(
            f"{name}: '{column.name}' has {len(codes):,} different values in {len(words.codes):,} rows, too many "
            f"for classes: {remedy} another target"
        )
    present = [words.words[code] for code in codes]
    classes = present if isinstance(column, NumberColumn) else sorted(present, key=natural_key)
    target = Target(column=column.name, task="classification", classes=tuple(classes))
    is_guess = task == "auto" and isinstance(column, NumberColumn) and len(classes) > 2
    note = (
        f"Took the {len(classes)} numbers in '{column.name}' as classes; --task regression takes them as real numbers."
    )
    return TargetValues(target, target.encode(words)[0], (note,) if is_guess else ())


def _as_written(column: Column) -> WordColumn:
    """Return the names of classes: numbers and truths as the file writes them, if it writes each in a single way."""
    words = column.to_words()
    if not isinstance(column, NumberColumn) or column.text is None or column.is_moment:
        return words
    written = sorted({clean_word(column.text.words[int(code)]) for code in np.unique(column.text.codes) if code >= 0})
    names = {number_word(value): name for name in written if (value := _value_of(name)) is not None}
    order = {"False": "0", "True": "1"} if column.is_boolean else {}
    if len(written) != len(words.words) or any(order.get(word, word) not in names for word in words.words):
        return words
    return WordColumn(column.name, words.codes, tuple(names[order.get(word, word)] for word in words.words))


def _are_classes(column: NumberColumn) -> bool:
    """Distinguish class ids from quantities: they are a few whole numbers, even fewer if they leave gaps."""
    distinct = np.unique(column.values)
    if len(distinct) <= 2:
        return True
    is_dense = distinct[0] in (0.0, 1.0) and bool((np.diff(distinct) == 1.0).all())
    most = min(MAX_INTEGER_CLASSES, len(column.values) / (2 if is_dense else 4))
    return len(distinct) <= most and bool((distinct % 1 == 0).all())


def _reals(column: Column, name: str) -> TargetValues:
    if isinstance(column, WordColumn):
        example = quoted([column.words[int(column.codes[0])]])
        raise DataError(f"{name}: the target '{column.name}' holds words ({example}): a regression needs numbers")
    if (column.values == column.values[0]).all():
        raise DataError(f"{name}: every '{column.name}' is {column.values[0]:g}: there is nothing to learn")
    return TargetValues(Target(column=column.name, task="regression"), column.values)

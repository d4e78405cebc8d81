"""Several targets of an example: all of them real numbers, or all of them yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32, Int
from pydantic import model_validator

from descentlab.core import DataError
from descentlab.data._model import Model
from descentlab.data._names import quoted
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn
from descentlab.data._target import (
    Target,
    TargetValues,
    TaskChoice,
    find_column,
    find_target,
    mean_and_scale,
    read_targets,
)

YES = {"1", "yes", "true"}
NO = {"0", "no", "false"}
YES_OR_NO = "0/1, true/false or yes/no"


class SeveralTargets(Model):
    """Several targets: their columns, and how their cells become numbers.

    Attributes:
        columns: Names of the columns.
        task: Task: to predict real numbers, or yes or no for each of several labels.
        shifts: Shift of each real target: in its own unit it is `target * scale + shift`.
        scales: Scale of each real target.
    """

    columns: tuple[str, ...]
    task: Literal["regression", "multi-label"]
    shifts: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _check_sizes(self) -> "SeveralTargets":
        wanted = len(self.columns) if self.task == "regression" else 0
        if len(self.columns) < 2 or len(self.shifts) not in (0, wanted) or len(self.scales) != len(self.shifts):
            raise ValueError("expected two or more targets, with a shift and a scale for each real one")
        if any(not scale > 0.0 for scale in self.scales):
            raise ValueError("a scale of a target is not above 0")
        return self

    @property
    def column(self) -> str:
        """Names of the columns, for a reader."""
        return ", ".join(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self.columns

    @property
    def classes(self) -> tuple[str, ...]:
        """No names, since there are no classes."""
        return ()

    @property
    def shift(self) -> float | Float[np.ndarray, " targets"]:
        """Shifts of real targets, as an array; 0 for labels."""
        return np.array(self.shifts) if self.shifts else 0.0

    @property
    def scale(self) -> float | Float[np.ndarray, " targets"]:
        """Scales of real targets, as an array; 1 for labels."""
        return np.array(self.scales) if self.scales else 1.0

    def encode_all(self, columns: Sequence[Column]) -> tuple[Float32[np.ndarray, "examples targets"], tuple[str, ...]]:
        """Turn cells into targets.

        Args:
            columns: Columns with the cells, in the order of `columns`.

        Returns:
            0 and 1 for labels, or standardised real numbers; NaN for a cell that is missing or is neither. And notes.
        """
        if self.task == "multi-label":
            return np.stack([yes_or_no(column) for column in columns], axis=1).astype(np.float32), ()
        values = np.stack([column.to_numbers().values for column in columns], axis=1)
        return ((values - self.shift) / self.scale).astype(np.float32), ()


AnyTarget = Target | SeveralTargets


@dataclass(frozen=True, eq=False)
class SeveralTargetValues:
    """The targets of all examples before their scales are learned.

    Attributes:
        target: Columns and task; shifts and scales are still empty.
        values: Labels of 0 and 1, or real numbers in their own units.
        notes: Notes on reading the targets, one sentence each.
    """

    target: SeveralTargets
    values: Float[np.ndarray, "examples targets"]
    notes: tuple[str, ...] = ()

    @property
    def strata(self) -> Int[np.ndarray, " examples"]:
        """Number of each example's combination of labels, of which each part should have its share; 0 for reals."""
        if self.target.task == "regression":
            return np.zeros(len(self.values), np.int32)
        return np.unique(self.values, axis=0, return_inverse=True)[1].reshape(-1)

    def fit(
        self, train: Int[np.ndarray, " train"], *, is_standard: bool = True
    ) -> tuple[SeveralTargets, Float32[np.ndarray, "examples targets"]]:
        """Learn the scale of each real target from the training set, and return the scaled targets.

        Args:
            train: Rows of the training set.
            is_standard: Whether real targets are standardised; else they stay in their units.

        Returns:
            The targets with their scales, and the scaled targets.
        """
        if self.target.task == "multi-label":
            return self.target, self.values.astype(np.float32)
        units = [(0.0, 1.0)] * len(self.target.columns)
        learned = [mean_and_scale(column[train]) for column in self.values.T] if is_standard else units
        shifts, scales = zip(*learned, strict=True)
        target = self.target.model_copy(update={"shifts": shifts, "scales": scales})
        return target, ((self.values - target.shift) / target.scale).astype(np.float32)

    def take(self, rows: Int[np.ndarray, " taken"]) -> "SeveralTargetValues":
        """Return the targets of some examples."""
        return SeveralTargetValues(self.target, self.values[rows], self.notes)

    def single(self) -> tuple[TargetValues, ...]:
        """Return each target alone."""
        if self.target.task == "regression":
            return tuple(
                TargetValues(Target(column=name, task="regression"), values)
                for name, values in zip(self.target.columns, self.values.T, strict=True)
            )
        return tuple(
            TargetValues(Target(column=name, task="classification", classes=("no", "yes")), values.astype(np.int32))
            for name, values in zip(self.target.columns, self.values.T, strict=True)
        )


AnyTargetValues = TargetValues | SeveralTargetValues


def find_targets(
    table: DataTable, choice: str | int | Sequence[str | int] | None
) -> tuple[tuple[str, ...], str | None]:
    """Find the columns of targets.

    Args:
        table: The table with the columns.
        choice: Name or position of a column, several of them in a list or with commas between, or None to choose one.

    Returns:
        The names of the columns, and a note if one was chosen here.

    Raises:
        DataError: If there is no such column, or one is named twice.
    """
    if isinstance(choice, str) and choice not in table.names and "," in choice:
        choice = [word.strip() for word in choice.split(",") if word.strip()]
    if choice is None or isinstance(choice, str | int):
        name, note = find_target(table, choice)
        return (name,), note
    names = tuple(find_column(table, each, "target") for each in choice)
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if not names or twice:
        what = f"'{twice[0]}' is named twice" if twice else "no column is named"
        raise DataError(f"{table.name}: {what} in the list of targets: name each column once")
    return names, None


def read_all_targets(columns: Sequence[Column], task: TaskChoice, name: str) -> AnyTargetValues:
    """Read one target, or several that are all real numbers or all yes or no.

    Args:
        columns: Columns of the targets, without missing cells.
        task: Task that the experiment states.
        name: Name of the data.

    Returns:
        The targets.

    Raises:
        DataError: If the cells do not fit the task, or some targets are numbers and others are not.
    """
    if len(columns) == 1:
        return read_targets(columns[0], task, name)
    labels = [yes_or_no(column) for column in columns]
    are_labels = [not np.isnan(values).any() for values in labels]
    are_numbers = [isinstance(column, NumberColumn) and not column.is_boolean for column in columns]
    constant = next((column.name for column in columns if _is_constant(column)), None)
    names = tuple(column.name for column in columns)
    if constant is not None:
        raise DataError(f"{name}: every '{constant}' is the same: leave it out of the targets")
    if task != "regression" and all(are_labels):
        return SeveralTargetValues(SeveralTargets(columns=names, task="multi-label"), np.stack(labels, axis=1))
    if task != "classification" and all(are_numbers) and (task == "regression" or not any(are_labels)):
        values = np.stack([column.to_numbers().values for column in columns], axis=1)
        return SeveralTargetValues(SeveralTargets(columns=names, task="regression"), values)
    raise DataError(f"{name}: {_why_mixed(names, are_labels, are_numbers, task)}")


def _why_mixed(names: Sequence[str], are_labels: Sequence[bool], are_numbers: Sequence[bool], task: TaskChoice) -> str:
    wanted = {"regression": "all numbers", "classification": f"all yes or no ({YES_OR_NO})"}.get(
        task, f"all numbers or all yes or no ({YES_OR_NO})"
    )
    fits = [
        (is_label and task != "regression") or (is_number and task != "classification")
        for is_label, is_number in zip(are_labels, are_numbers, strict=True)
    ]
    other = [name for name, does_fit in zip(names, fits, strict=True) if not does_fit]
    if other:
        is_not = "is not" if len(other) == 1 else "are not"
        return f"several targets must be {wanted}, and {quoted(other)} {is_not}: train on such a target alone"
    yes_no = [name for name, is_label in zip(names, are_labels, strict=True) if is_label]
    return (
        f"several targets must be {wanted}, and only {quoted(yes_no)} {'is' if len(yes_no) == 1 else 'are'} yes or no: "
        "train them apart, or say `--task regression` to take 0 and 1 as numbers"
    )


def yes_or_no(column: Column) -> Float[np.ndarray, " examples"]:
    """Read cells as 1 for yes and 0 for no; NaN for a missing cell, or one that says neither."""
    words: WordColumn = column.to_words()
    codes = [1.0 if word.lower() in YES else 0.0 if word.lower() in NO else np.nan for word in words.words]
    return np.array([*codes, np.nan])[words.codes]


def _is_constant(column: Column) -> bool:
    if isinstance(column, NumberColumn):
        return bool((column.values == column.values[0]).all())
    return bool((column.codes == column.codes[0]).all())

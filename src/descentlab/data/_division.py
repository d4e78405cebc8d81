"""Columns that say which rows belong together, or when each row was: named by a person, or pointed out."""

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from descentlab.core import DataError
from descentlab.data._folds import Division
from descentlab.data._names import counted, quoted
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn

GROUP_NAME = re.compile(
    r"(patient|subject|person|participant|user|customer|client|animal|mouse|donor|speaker|author|writer|student|"
    r"household|family|session|visitor|member|account|device|sensor|machine|engine|batch|experiment|recording|"
    r"well|plot|farm|site|station|hospital|clinic|school|store|shop)s?([\s_.-]*(id|no|nr|num|number|code|key|name))?",
    re.IGNORECASE,
)
TIME_NAME = re.compile(r".*(date|time|timestamp|datetime|day)[\s_.-]*(utc|local|id)?", re.IGNORECASE)
DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?")

FEWEST_GROUPS = 5
FEWEST_ROWS = 2.0
"""Smallest mean number of rows in a group that is pointed out."""


def divide_by(table: DataTable, group: str | None, time: str | None) -> Division | None:
    """Read the column by which rows are divided.

    Args:
        table: The rows, none of which lacks a cell in the column.
        group: Column of the groups that stay together.
        time: Column of times.

    Returns:
        The division, or None if no column is named.

    Raises:
        DataError: If there is a single group or time, or the times are not known as such.
    """
    if group is not None:
        words = table.column(group).to_words()
        _, groups = np.unique(words.codes, return_inverse=True)
        _check_several(len(np.unique(groups)), table, group, "group")
        return Division(group, groups=groups)
    if time is not None:
        times = _times(table.column(time), table.name)
        _check_several(len(np.unique(times)), table, time, "time")
        return Division(time, times=times)
    return None


def _check_several(number: int, table: DataTable, name: str, option: str) -> None:
    if number < 2:
        raise DataError(f"{table.name}: {quoted([name])} is the same in every row, so {option} divides nothing")


def _times(column: Column, name: str) -> Float[np.ndarray, " rows"]:
    if isinstance(column, NumberColumn):
        return column.values
    import pandas as pd

    moments = pd.to_datetime(pd.Series(column.words, dtype=object), errors="coerce", format="ISO8601", utc=True)
    unknown = [word for word, moment in zip(column.words, moments, strict=True) if pd.isna(moment)]
    if unknown:
        raise DataError(
            f"{name}: {quoted([column.name])} holds {quoted(unknown, 1)}, which is no time: expected numbers, or dates "
            "as 2024-12-31"
        )
    seconds = moments.to_numpy(dtype="datetime64[ns]").astype(np.int64) / 1e9
    return seconds[column.codes]


def describe_division(division: Division) -> str:
    """Say how rows are divided, in a sentence."""
    name = quoted([division.column])
    if division.groups is not None:
        groups = counted(len(np.unique(division.groups)), "group")
        return f"Divided by {name}: the rows of each of {groups} stay in one part. It is no input."
    return f"Divided by {name}: the test and validation parts hold the latest rows. It is no input."


def point_out(table: DataTable, columns: Sequence[Column]) -> list[str]:
    """Point out a column that probably says which rows belong together, or when each row was.

    Args:
        table: The table, for the number of its rows.
        columns: Columns that might be inputs.

    Returns:
        A sentence, or none.
    """
    for column in columns:
        if not GROUP_NAME.fullmatch(column.name.strip()):
            continue
        present = column.to_words().codes[~column.is_missing]
        groups = len(np.unique(present))
        if groups >= FEWEST_GROUPS and len(present) >= FEWEST_ROWS * groups:
            return [
                f"{quoted([column.name])} may say which rows belong together ({counted(groups, 'value')} in "
                f"{counted(table.num_rows, 'row')}): --group {_option(column.name)} keeps them in one part, so that "
                "the test is of new ones."
            ]
    for column in columns:
        if _are_dates(column) and len(np.unique(column.to_words().codes)) >= FEWEST_GROUPS:
            return [
                f"{quoted([column.name])} may say when each row was: --time {_option(column.name)} tests on the "
                "latest rows, as a network that is used later will be."
            ]
    return []


def _are_dates(column: Column) -> bool:
    if isinstance(column, WordColumn):
        return bool(column.words) and all(DAY.fullmatch(word.strip()) for word in column.words)
    return bool(getattr(column, "is_moment", False))


def _option(name: str) -> str:
    return f'"{name}"' if re.search(r"[^\w.-]", name) else name

"""A look at a table's columns before training: what is left out, what is a category, and what gives the target away."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import DataError, generator
from descentlab.data._features import MAX_CATEGORIES
from descentlab.data._names import quoted
from descentlab.data._table import Column, NumberColumn, WordColumn
from descentlab.data._target import TargetValues

ID_NAME = re.compile(
    r"(?i:(^|[\s_.-])(id|idx|index|key|uuid|guid|row|rowid|no|nr|number)$|^unnamed: \d+$|^column 0$)|[a-z]I[dD]$"
)
"""Names that identifiers have, also that of an index written without a name."""

COUNTED = "the numbers of the rows"

MIN_ROWS = 10
"""Rows below which columns of different values say nothing."""

MAX_INTEGER_CATEGORIES = 6
"""Whole numbers without gaps from 0 or 1 up, at least three and at most so many, are read as categories."""

MIN_CHECKED = 20
MAX_CHECKED = 5_000
GIVEAWAY = 0.99
"""Mean recall, on rows held out, of the target told from one column alone; Iris' petal width honestly has 0.95."""

MIN_EXPLAINED = 0.999
"""Share of a real target's variance that a giveaway explains."""


def screen_columns(
    columns: Sequence[Column], targets: TargetValues, *, categories: Sequence[str] = ()
) -> tuple[list[Column], list[str]]:
    """Choose the columns to learn from.

    Columns of one value, identifiers and free text are left out; a column that gives the target away stays and is
    warned of.

    Args:
        columns: All columns but the target.
        targets: What is to be told.
        categories: Columns of numbers to read as categories.

    Returns:
        The columns to use, and what was noticed, a sentence each.

    Raises:
        DataError: If no column is left.
    """
    kept, notes = _leave_out(columns)
    if not kept:
        raise DataError(f"no column is left to learn '{targets.target.column}' from. {' '.join(notes)}")
    read, more = _read_codes(kept, categories)
    return read, [*notes, *more, *_repeats(read), *_giveaways(read, targets)]


def _leave_out(columns: Sequence[Column]) -> tuple[list[Column], list[str]]:
    why = [_why_not(column) for column in columns]
    if all(why):  # a lone column 1, 2, 3, ... may be the x of a curve
        why = [None if reason == COUNTED else reason for reason in why]
    kept = [column for column, reason in zip(columns, why, strict=True) if not reason]
    notes = []
    for reason in dict.fromkeys(filter(None, why)):
        names = [column.name for column, own in zip(columns, why, strict=True) if own == reason]
        notes.append(f"Left out {quoted(names)}: {reason}.")
    return kept, notes


def _why_not(column: Column) -> str | None:
    if _is_constant(column):
        return "the same in every row"
    if _is_identifier(column):
        return "different in every row, so it names the row"
    if _is_free_text(column):
        return "words that hardly ever come twice"
    return COUNTED if _is_counted(column) else None


def _is_constant(column: Column) -> bool:
    if isinstance(column, NumberColumn):
        present = column.values[~column.is_missing]
        return len(present) == 0 or bool((present == present[0]).all() and len(present) == len(column.values))
    codes = column.codes[column.codes >= 0]
    return len(codes) == 0 or bool((codes == codes[0]).all() and len(codes) == len(column.codes))


def _is_identifier(column: Column) -> bool:
    return _num_distinct(column) == len(column.is_missing) >= MIN_ROWS and (
        isinstance(column, WordColumn) or (_is_whole(column.values) and ID_NAME.search(column.name) is not None)
    )


def _is_counted(column: Column) -> bool:
    """Tell 1, 2, 3, ... in any order and from any start."""
    if isinstance(column, WordColumn) or column.is_missing.any() or len(column.values) < MIN_ROWS:
        return False
    return _is_whole(column.values) and bool((np.diff(np.sort(column.values)) == 1).all())


def _is_free_text(column: Column) -> bool:
    num_present = int((~column.is_missing).sum())
    return isinstance(column, WordColumn) and _num_distinct(column) > max(MAX_CATEGORIES, num_present / 2)


def _num_distinct(column: Column) -> int:
    cells = column.values if isinstance(column, NumberColumn) else column.codes
    return len(np.unique(cells[~column.is_missing]))


def _is_whole(values: Float[np.ndarray, " rows"]) -> bool:
    return bool((values[~np.isnan(values)] % 1 == 0).all())


def _read_codes(columns: Sequence[Column], categories: Sequence[str]) -> tuple[list[Column], list[str]]:
    """Read columns of numbers as categories where they are asked for or look like codes."""
    codes = [column.name for column in columns if isinstance(column, NumberColumn) and _are_codes(column)]
    chosen = {*codes, *categories}
    read = [column.to_words() if column.name in chosen else column for column in columns]
    note = f"Read {quoted(codes)} as categories: a few whole numbers without gaps." if codes else ""
    return read, [note] if note else []


def _are_codes(column: NumberColumn) -> bool:
    distinct = np.unique(column.values[~column.is_missing])
    return (
        not column.is_boolean
        and 3 <= len(distinct) <= MAX_INTEGER_CATEGORIES
        and len(column.values) >= MIN_CHECKED
        and distinct[0] in (0.0, 1.0)
        and bool((np.diff(distinct) == 1.0).all())
    )


def _repeats(columns: Sequence[Column]) -> list[str]:
    """Name the columns of categories that say the same in other words."""
    seen: dict[bytes, str] = {}
    notes = []
    for column in columns:
        if isinstance(column, WordColumn):
            twin = seen.setdefault(_by_first_appearance(column.codes).tobytes(), column.name)
            if twin != column.name:
                notes.append(f"'{column.name}' says the same as '{twin}' in other words.")
    return notes


def _by_first_appearance(codes: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _giveaways(columns: Sequence[Column], targets: TargetValues) -> list[str]:
    """Warn of columns that tell the target all alone; where there is but one column, it is meant to."""
    num_rows = len(targets.values)
    if len(columns) < 2 or num_rows < MIN_CHECKED:
        return []
    rows = generator(0, "giveaway").permutation(num_rows)[:MAX_CHECKED]
    tells: Callable[[Column], float] = lambda column: _told(column.take(rows), targets.values[rows])
    least, what = GIVEAWAY, "{:.1%} of held-out rows"
    if targets.target.task == "regression":
        tells = lambda column: _explained(column.take(rows), targets.values[rows])
        least, what = MIN_EXPLAINED, "{:.1%} of the variance"
    found = [(column.name, score) for column in columns if (score := tells(column)) >= least]
    return [
        f"Warning: '{name}' alone tells '{targets.target.column}' in {what.format(score)}. It probably gives the "
        f"target away: leave it out (--drop {name}), unless it will be known when the network is used."
        for name, score in found
    ]


def _told(column: Column, ids: Int[np.ndarray, " rows"]) -> float:
    """Return the mean recall of telling classes from one column, each half of the rows by the other."""
    halves = np.arange(len(ids)) % 2 == 0
    told = np.empty(len(ids), np.int64)
    tell = _by_word if isinstance(column, WordColumn) else _by_nearest
    values = column.codes if isinstance(column, WordColumn) else column.values
    for known, other in ((halves, ~halves), (~halves, halves)):
        told[other] = tell(values[known], ids[known], values[other])
    return float(np.mean([(told[ids == index] == index).mean() for index in np.unique(ids)]))


def _by_word(
    codes: Int[np.ndarray, " known"], ids: Int[np.ndarray, " known"], others: Int[np.ndarray, " other"]
) -> Int[np.ndarray, " other"]:
    """Tell each word's most frequent class; a word that is not known gets the most frequent of all."""
    counts = np.zeros((int(max(codes.max(), others.max())) + 2, int(ids.max()) + 1), np.int64)
    np.add.at(counts, (codes, ids), 1)
    counts[~counts.any(axis=1)] = np.bincount(ids, minlength=counts.shape[1])
    return counts.argmax(axis=1)[others]


def _by_nearest(
    values: Float[np.ndarray, " known"], ids: Int[np.ndarray, " known"], others: Float[np.ndarray, " other"]
) -> Int[np.ndarray, " other"]:
    """Tell the class of the nearest known number; a missing one counts as far below all."""
    lowest = np.nan_to_num(np.nanmin(values, initial=np.inf), posinf=0.0) - 1e6
    known, asked = np.nan_to_num(values, nan=lowest), np.nan_to_num(others, nan=lowest)
    order = np.argsort(known, kind="stable")
    above = np.searchsorted(known[order], asked).clip(1, len(known) - 1)
    is_below_nearer = asked - known[order][above - 1] <= known[order][above] - asked
    return ids[order][above - is_below_nearer]


def _explained(column: Column, values: Float[np.ndarray, " rows"]) -> float:
    if isinstance(column, WordColumn):
        return 0.0
    present = ~column.is_missing
    own, wanted = column.values[present], values[present]
    if len(own) < MIN_CHECKED or own.std() == 0.0 or wanted.std() == 0.0:
        return 0.0
    return float(np.corrcoef(own, wanted)[0, 1] ** 2)

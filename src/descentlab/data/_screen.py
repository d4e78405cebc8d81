"""Screening of columns before training: unusable ones, categories, and columns that give the target away."""

import re
from collections.abc import Callable, Collection, Sequence

import numpy as np
from jaxtyping import Float, Int

from descentlab.core import DataError, generator, typed_name
from descentlab.data._features import MAX_CATEGORIES
from descentlab.data._names import quoted
from descentlab.data._table import Column, NumberColumn, WordColumn
from descentlab.data._target import TargetValues

ID_NAME = re.compile(
    r"(?i:(^|[\s_.-])(id|idx|index|key|uuid|guid|row|rowid|no|nr|number)$|^unnamed: \d+$|^column 0$)|[a-z]I[dD]$"
)
"""Names of identifiers, including that of an index that was written without a name."""

FREE_TEXT = "free text; numbers or categories made from it, such as its length or key words, would be used"
MIN_WORDS = 4
"""Usual number of words in a cell of free text, as opposed to a name."""

COUNTED = "the numbers of the rows"

MIN_ROWS = 10
"""Smallest number of rows at which a column of different values is taken as an identifier."""

MAX_INTEGER_CATEGORIES = 6
"""Largest number of categories in a column of whole numbers from 0 or 1 without gaps; the smallest is three."""

MIN_CHECKED = 20
MAX_CHECKED = 5_000
GIVEAWAY = 0.99
"""Mean recall on held-out rows of a giveaway, a column that predicts the target alone; Iris' petal width has 0.95."""

MIN_EXPLAINED = 0.999
"""Share of the variance of a real target that a giveaway explains."""


def screen_columns(
    columns: Sequence[Column],
    targets: Sequence[TargetValues],
    *,
    categories: Sequence[str] = (),
    problems: Collection[str] = (),
) -> tuple[list[Column], list[str]]:
    """Choose the columns to learn from.

    Columns of one value, identifiers and free text are left out. A column that gives the target away is kept, with a
    warning.

    Args:
        columns: All columns except the target.
        targets: Each target, of all rows.
        categories: Columns of numbers to read as categories.
        problems: Columns that look like numbers and could not be read as such.

    Returns:
        The columns to use, and notes, one sentence each.

    Raises:
        DataError: If no column is left.
    """
    kept, notes = _leave_out(columns, problems)
    if not kept:
        names = quoted([each.target.column for each in targets])
        raise DataError(f"no column is left to learn {names} from. {' '.join(notes)}")
    read, more = _read_codes(kept, categories)
    return read, [*notes, *more, *_repeats(read), *(note for each in targets for note in _giveaways(read, each))]


def _leave_out(columns: Sequence[Column], problems: Collection[str]) -> tuple[list[Column], list[str]]:
    why = [_why_not(column, problems) for column in columns]
    if all(why):  # a lone column 1, 2, 3, ... may be the x of a curve
        why = [None if reason == COUNTED else reason for reason in why]
    kept = [column for column, reason in zip(columns, why, strict=True) if not reason]
    notes = []
    for reason in dict.fromkeys(filter(None, why)):
        names = [column.name for column, its_reason in zip(columns, why, strict=True) if its_reason == reason]
        notes.append(f"Left out {quoted(names)}: {reason}.")
    return kept, notes


def _why_not(column: Column, problems: Collection[str]) -> str | None:
    if _is_constant(column):
        return "the same in every row"
    is_unique, hardly_repeats = _is_identifier(column), _is_free_text(column)
    if column.name in problems and (is_unique or hardly_repeats):
        return "its numbers could not be read"
    if (is_unique or hardly_repeats) and _are_sentences(column):
        return FREE_TEXT
    if is_unique:
        return "different in every row, so it names the row"
    if hardly_repeats:
        return "words that hardly ever repeat; numbers or categories made from them would be used"
    return COUNTED if _is_counted(column) else None


def _is_constant(column: Column) -> bool:
    if isinstance(column, NumberColumn):
        present = column.values[~column.is_missing]
        return len(present) == 0 or bool((present == present[0]).all() and len(present) == len(column.values))
    codes = column.codes[column.codes >= 0]
    return len(codes) == 0 or bool((codes == codes[0]).all() and len(codes) == len(column.codes))


def _is_identifier(column: Column) -> bool:
    return _num_distinct(column) == len(column.is_missing) >= MIN_ROWS and (
        isinstance(column, WordColumn)
        or (not column.is_moment and _is_whole(column.values) and ID_NAME.search(column.name) is not None)
    )


def _is_counted(column: Column) -> bool:
    """Recognise consecutive whole numbers in any order and from any start."""
    if isinstance(column, WordColumn) or column.is_moment or column.is_missing.any() or len(column.values) < MIN_ROWS:
        return False
    return _is_whole(column.values) and bool((np.diff(np.sort(column.values)) == 1).all())


def _is_free_text(column: Column) -> bool:
    num_present = int((~column.is_missing).sum())
    return isinstance(column, WordColumn) and _num_distinct(column) > max(MAX_CATEGORIES, num_present / 2)


def _are_sentences(column: Column) -> bool:
    if not isinstance(column, WordColumn):
        return False
    lengths = [len(column.words[code].split()) for code in np.unique(column.codes[column.codes >= 0])[:MAX_CHECKED]]
    return float(np.median(lengths)) >= MIN_WORDS


def _num_distinct(column: Column) -> int:
    cells = column.values if isinstance(column, NumberColumn) else column.codes
    return len(np.unique(cells[~column.is_missing]))


def _is_whole(values: Float[np.ndarray, " rows"]) -> bool:
    return bool((values[~np.isnan(values)] % 1 == 0).all())


def _read_codes(columns: Sequence[Column], categories: Sequence[str]) -> tuple[list[Column], list[str]]:
    """Read columns of numbers as categories if they are named or look like codes."""
    codes = [column.name for column in columns if isinstance(column, NumberColumn) and _are_codes(column)]
    chosen = {*codes, *categories}
    read = [column.to_words() if column.name in chosen else column for column in columns]
    note = f"Read {quoted(codes)} as categories: a few whole numbers without gaps." if codes else ""
    return read, [note] if note else []


def _are_codes(column: NumberColumn) -> bool:
    distinct = np.unique(column.values[~column.is_missing])
    return (
        not column.is_boolean
        and not column.is_moment
        and 3 <= len(distinct) <= MAX_INTEGER_CATEGORIES
        and len(column.values) >= MIN_CHECKED
        and distinct[0] in (0.0, 1.0)
        and bool((np.diff(distinct) == 1.0).all())
    )


def _repeats(columns: Sequence[Column]) -> list[str]:
    """Note the columns of categories that hold the same information in other words."""
    names: dict[bytes, str] = {}
    notes = []
    for column in columns:
        if isinstance(column, WordColumn):
            twin = names.setdefault(_by_first_appearance(column.codes).tobytes(), column.name)
            if twin != column.name:
                notes.append(f"'{column.name}' holds the same information as '{twin}' in other words.")
    return notes


def _by_first_appearance(codes: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _giveaways(columns: Sequence[Column], targets: TargetValues) -> list[str]:
    """Warn of columns that predict the target alone; a single column is meant to do so."""
    num_rows = len(targets.values)
    if len(columns) < 2 or num_rows < MIN_CHECKED:
        return []
    rows = generator(0, "giveaway").permutation(num_rows)[:MAX_CHECKED]
    score_of: Callable[[Column], float] = lambda column: _recall(column.take(rows), targets.values[rows])
    threshold, claim = GIVEAWAY, "predicts '{0}' correctly in {1:.1%} of held-out rows"
    if targets.target.task == "regression":
        score_of = lambda column: _explained(column.take(rows), targets.values[rows])
        threshold, claim = MIN_EXPLAINED, "explains {1:.1%} of the variance of '{0}'"
    giveaways = [(column.name, score) for column in columns if (score := score_of(column)) >= threshold]
    return [
        f"Warning: '{name}' alone {claim.format(targets.target.column, score)}. It probably gives the target away: "
        f"leave it out (--drop {typed_name(name)}), unless it will be known when the network is used."
        for name, score in giveaways
    ]


def _recall(column: Column, ids: Int[np.ndarray, " rows"]) -> float:
    """Return the mean recall of classes predicted from one column, each half of the rows from the other half."""
    halves = np.arange(len(ids)) % 2 == 0
    predicted = np.empty(len(ids), np.int64)
    predict = _by_word if isinstance(column, WordColumn) else _by_nearest
    values = column.codes if isinstance(column, WordColumn) else column.values
    for known, other in ((halves, ~halves), (~halves, halves)):
        predicted[other] = predict(values[known], ids[known], values[other])
    return float(np.mean([(predicted[ids == index] == index).mean() for index in np.unique(ids)]))


def _by_word(
    codes: Int[np.ndarray, " known"], ids: Int[np.ndarray, " known"], others: Int[np.ndarray, " other"]
) -> Int[np.ndarray, " other"]:
    """Predict the most frequent class of each word, and for an unknown word the most frequent class of all."""
    counts = np.zeros((int(max(codes.max(), others.max())) + 2, int(ids.max()) + 1), np.int64)
    np.add.at(counts, (codes, ids), 1)
    counts[~counts.any(axis=1)] = np.bincount(ids, minlength=counts.shape[1])
    return counts.argmax(axis=1)[others]


def _by_nearest(
    values: Float[np.ndarray, " known"], ids: Int[np.ndarray, " known"], others: Float[np.ndarray, " other"]
) -> Int[np.ndarray, " other"]:
    """Predict the class of the nearest known number; a missing number counts as far below all others."""
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
    cells, targets = column.values[present], values[present]
    if len(cells) < MIN_CHECKED or cells.std() == 0.0 or targets.std() == 0.0:
        return 0.0
    return float(np.corrcoef(cells, targets)[0, 1] ** 2)

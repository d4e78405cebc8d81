"""Lines between and below the rows of a table that are none of its rows: comments, sources, totals."""

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from descentlab.data._dialect import COMMENT
from descentlab.data._table import parse_number

TOTAL = re.compile(
    r"(grand |sub|over)?[- ]?(totals?|sum|sums|average|averages|mean|means|all|count|summe|gesamt|insgesamt|"
    r"total général|totale|somme|moyenne|media|mittelwert|durchschnitt|suma|итого|合計)(\s*\(.*\))?\s*[:.]?",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"(sources?|notes?|quelle|fuente|fonte|legend|generated|created|exported|printed|copyright|©|\*|†|\(|\[|n\s*=|"
    r"end of|eof|rows?\s*:|\d[\d,]* rows?|page \d)",
    re.IGNORECASE,
)
RULE = re.compile(r"[-=+:|~_ ]*[-=~_]{3}[-=+:|~_ ]*")
CLOSE = 1e-3


def is_comment_line(cells: Sequence[str]) -> bool:
    """Recognise a comment, or a line drawn between rows.

    Args:
        cells: Cells of a row of another width than the table's.

    Returns:
        Whether it is one.
    """
    return cells[0].lstrip().startswith(COMMENT) or RULE.fullmatch("|".join(cells)) is not None


def is_footer(cells: Sequence[str]) -> bool:
    """Recognise a line below a table, such as its source or a total.

    Args:
        cells: Cells of a row of another width than the table's.

    Returns:
        Whether it says something about the table rather than being a broken row of it.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or parse_number(filled[0]) is not None:
        return not filled
    is_sentence = len(filled) == 1 and " " in filled[0]
    return is_sentence or FOOTER.match(filled[0]) is not None or TOTAL.fullmatch(filled[0]) is not None


def is_total(cells: Sequence[str], above: Sequence[Float[np.ndarray, " rows"]]) -> bool:
    """Recognise a last row of totals or means.

    It is called so, and its numbers agree or cells of it are empty; or it holds the sums of some columns and no word.

    Args:
        cells: Cells of the row.
        above: Numbers of each column above it; NaN for what is none.

    Returns:
        Whether it is one.
    """
    called = next((place for place, cell in enumerate(cells) if cell), None)
    if called is None:
        return False
    if not TOTAL.fullmatch(cells[called]):
        return _is_sum(cells, above)
    agrees = [_agrees(cell, numbers) for cell, numbers in zip(cells, above, strict=True)]
    has_gap = any(not cell for cell in cells[called + 1 :]) or called > 0
    return any(agrees) or has_gap


def _is_sum(cells: Sequence[str], above: Sequence[Float[np.ndarray, " rows"]]) -> bool:
    filled = [place for place, cell in enumerate(cells) if cell]
    return len(filled) < len(cells) and all(_is_sum_of(cells[place], above[place]) for place in filled)


def _is_sum_of(cell: str, numbers: Float[np.ndarray, " rows"]) -> bool:
    value, present = parse_number(cell), numbers[~np.isnan(numbers)]
    if value is None or len(present) < 3 or not present.any():
        return False
    return bool(abs(value - present.sum()) <= 1e-6 * max(abs(value), 1.0))


def _agrees(cell: str, numbers: Float[np.ndarray, " rows"]) -> bool:
    value = parse_number(cell)
    present = numbers[~np.isnan(numbers)]
    if value is None or len(present) < 2:
        return False
    sums = (present.sum(), present.mean(), float(len(numbers)))
    return any(abs(value - each) <= CLOSE * max(abs(each), 1.0) for each in sums)


def is_note(cells: Sequence[str], is_number_column: Bool[np.ndarray, " columns"]) -> bool:
    """Recognise a line below a table that fills the first cell alone, where numbers or other words stand above it.

    Args:
        cells: Cells of the last row.
        is_number_column: Whether each column holds numbers above.

    Returns:
        Whether it is one.
    """
    if len(cells) < 3 or not cells[0] or any(cells[1:]) or parse_number(cells[0]) is not None:
        return False
    return bool(is_number_column[0]) or FOOTER.match(cells[0]) is not None or len(cells[0].split()) > 3

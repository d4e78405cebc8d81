"""The delimiter of a text file: named, declared in its first line, or the one that divides the rows evenly."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from descentlab.core import DataError
from descentlab.data._rows import Row, read_rows

DELIMITERS = ",;\t|"
BLANK = " "

SEPARATOR_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "bar": "|",
    "pipe": "|",
    "space": BLANK,
    "spaces": BLANK,
    "blank": BLANK,
    "": BLANK,
}
"""Delimiters by the words that name them."""

SAMPLE_TEXT = 2**20
SAMPLE_ROWS = 200
FEWEST_ROWS = 3
EVEN = 0.9
"""Smallest share of rows of one width at which a delimiter divides a file."""

MOSTLY = 0.5
"""Smallest share of rows of one width at which a delimiter is that of a file with broken rows."""

MOST_ABOVE = 40
"""Largest number of lines above a table, such as a title."""

SEPARATOR_LINE = re.compile(r'\s*"?sep=(\\t|[^\r\n])"?[ \t,;]*(?=\r|\n|$)', re.IGNORECASE)
COMMENT = ("#", "%", "//", "--")
QUOTED_OR_BLANKS = re.compile(r'(?<![^\s])("(?:[^"]|"")*")|[ \t]+')
WIDE_BLANKS = re.compile(r"\t| {2,} *")
NUMBERS = re.compile(r"[\s+-]*\d[\d.,\s]*")

Blanks = Literal["none", "any", "wide"]


@dataclass(frozen=True)
class Dialect:
    """How the text of a file is divided into cells.

    Attributes:
        text: Text of the file, in which one character stands between two cells.
        delimiter: That character.
        rows: First rows that are not blank.
        is_stated: Whether the delimiter was named rather than guessed.
    """

    text: str
    delimiter: str
    rows: list[Row]
    is_stated: bool = False


@dataclass(frozen=True)
class _Fit:
    delimiter: str
    blanks: Blanks
    width: int
    above: int
    is_short: bool
    share: float
    rows: list[Row]

    @property
    def is_even(self) -> bool:
        return self.width >= 2 and self.share >= EVEN


def find_dialect(text: str, name: str, *, ending: str = "", separator: str | None = None) -> Dialect:
    """Find what separates the cells of a file.

    The delimiter is the one of comma, semicolon, tab and bar that divides the first rows evenly; if none does, blanks
    are tried. A title above the table and a header that lacks the name of the first column are allowed for.

    Args:
        text: Text of the file.
        name: Name of the file.
        ending: Ending of the file's name.
        separator: The delimiter, or its name; None to find it.

    Returns:
        The text, its delimiter and its first rows.

    Raises:
        DataError: If the separator is not a character, or divides no row.
    """
    declared = SEPARATOR_LINE.match(text[:256])
    if declared is not None:
        separator = separator or declared[1]
        text = text[declared.end() :]  # the line break stays, so that lines keep their numbers
    if separator is not None:
        stated = _separator(separator)
        blanks: Blanks = "any" if stated == BLANK else "none"
        text = _divided(text, blanks)
        delimiter = "\t" if stated == BLANK else stated
        rows = _sample(text, delimiter)
        if rows and declared is None and all(len(row.cells) == 1 for row in rows):
            raise DataError(
                f"separator={separator[:20]!r} divides no row of {name}: name what separates its cells, or leave it out"
            )
        return Dialect(text, delimiter, rows, is_stated=True)
    fit = _best(text[:SAMPLE_TEXT], ending)
    return Dialect(text if fit.blanks == "none" else _divided(text, fit.blanks), fit.delimiter, fit.rows)


def _separator(separator: str) -> str:
    character = SEPARATOR_NAMES.get(separator.strip(" ").lower(), separator)
    if len(character) != 1 or character in '"\r\n':
        raise DataError(
            f"separator={separator[:20]!r} is not a delimiter: expected a character such as ; or one of comma, "
            "semicolon, tab, bar, space"
        )
    return character


def _divided(text: str, blanks: Blanks) -> str:
    """Put one tab in the place of blanks between cells."""
    if blanks == "none":
        return text
    lines = re.sub(r"[ \t]+(?=\r|\n|$)|(?:(?<=\n)|(?<=\r)|^)[ \t]+", "", text)
    if blanks == "wide":
        return WIDE_BLANKS.sub("\t", lines)
    if '"' not in lines:
        return re.sub(r"[ \t]+", "\t", lines)
    return QUOTED_OR_BLANKS.sub(lambda match: match[1] or "\t", lines)


def _best(start: str, ending: str) -> _Fit:
    fits = [_fit(start, delimiter) for delimiter in DELIMITERS]
    even = [fit for fit in fits if fit.is_even]
    tab = fits[DELIMITERS.index("\t")]
    if ending in {".tsv", ".tab"} and tab.width >= 2:
        return tab
    if not even:
        blank = [fit for blanks in ("any", "wide") if (fit := _fit_blanks(start, blanks)).is_even]
        even = [fit for fit in blank if fit.share == 1.0 and len(fit.rows) > 1][:1]
    if not even:
        return max(fits, key=lambda fit: (fit.share >= MOSTLY, len(fit.rows[0].cells) if fit.rows else 0))
    best = max(even, key=lambda fit: _preference(fit, even))
    if best.delimiter == "\t" and best.blanks == "none" and (best.above or best.share < 1.0):
        mixed = _fit_blanks(start, "any")  # tabs and spaces, as a person aligns columns
        return mixed if mixed.share == 1.0 and not mixed.above and mixed.width > best.width else best
    return best


def _preference(fit: _Fit, others: Sequence[_Fit]) -> tuple[bool, bool, int, bool, int]:
    return fit.above == 0, not fit.is_short, _num_crossed(fit, others), fit.share == 1.0, fit.width


def _fit_blanks(start: str, blanks: Blanks) -> _Fit:
    return _fit(_divided(start, blanks), "\t", blanks)


def _num_crossed(fit: _Fit, others: Sequence[_Fit]) -> int:
    """Count the other delimiters that stand inside numbers alone, as the comma in the decimals of "1,5;2,5"."""
    return sum(_is_inside_numbers(fit, other.delimiter) for other in others if other is not fit)


def _is_inside_numbers(fit: _Fit, character: str) -> bool:
    cells = [cell for row in fit.rows[fit.above :] for cell in row.cells if character in cell]
    return len(cells) >= len(fit.rows) / 2 and all(NUMBERS.fullmatch(cell) for cell in cells)


def _fit(start: str, delimiter: str, blanks: Blanks = "none") -> _Fit:
    rows = _sample(start, delimiter)
    widths = [len(row.cells) for row in rows if not row.cells[0].startswith(COMMENT)]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return _Fit(delimiter, blanks, 1, 0, is_short=False, share=0.0, rows=rows)
    width = max(counts, key=lambda each: (counts[each], each))
    above = next(place for place, each in enumerate(widths) if each == width)
    is_short = above == 1 and widths[0] == width - 1  # a header that lacks the name of the first column
    above = 0 if is_short else above
    share = counts[width] / max(len(widths) - above - is_short, 1)
    return _Fit(delimiter, blanks, width, above, is_short, share if above <= MOST_ABOVE else 0.0, rows)


def _sample(text: str, delimiter: str) -> list[Row]:
    """Return the first rows of a text; the end of the sample may cut a row or a quoted cell."""
    for part in (text[:SAMPLE_TEXT], text):  # all of it where cells are as long as the sample
        lines, cells = next(read_rows(part, delimiter, "", is_whole=False, chunk_rows=2 * SAMPLE_ROWS), ([], []))
        is_cut = len(part) < len(text) and len(lines) < SAMPLE_ROWS
        if not is_cut or len(lines) > FEWEST_ROWS:
            break
    last = min(len(lines) - is_cut, SAMPLE_ROWS)
    return [Row(line, row) for line, row in zip(lines[:last], cells[:last], strict=True)]

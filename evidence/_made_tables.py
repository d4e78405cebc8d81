"""Tables that are made at random and written as people write them, whole or damaged, with what a reader should find."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

DELIMITERS = (",", ";", "\t", "|")
LETTERS = "abcdefgxyzéüñ日本λ"
SIGNS = (" ", ",", ";", "|", '"', "'", "-", "#", "/", "\n", ".", ":")
LINE_ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")
MISSING = ("", "NA", "?", "NaN", "null")
FEWEST_ROWS, MOST_ROWS = 8, 40


@dataclass
class MadeTable:
    """A table and the file in which it is written.

    Attributes:
        names: Names of the columns; empty if the file has none.
        columns: Cells of each column: numbers with NaN, or words with None for a missing cell.
        data: Bytes of the file.
        how: What was done to it, in words.
        must_fail: Whether no reading can be right, so that an error has to say so.
        num_sure: Number of first rows that are as they were.
    """

    names: list[str]
    columns: list[list[float] | list[str | None]]
    data: bytes
    how: list[str] = field(default_factory=list)
    must_fail: bool = False
    num_sure: int = 0


def make_text_table(rng: np.random.Generator) -> MadeTable:
    """Make a table in a text file."""
    num_rows = int(rng.integers(FEWEST_ROWS, MOST_ROWS))
    kinds = ["number", *rng.choice(["number", "word", "whole"], int(rng.integers(1, 6))).tolist()]
    rng.shuffle(kinds)
    columns, cells = zip(*(_column(kind, num_rows, rng) for kind in kinds), strict=True)
    names = [f"{_word(rng, plain=True)} {place}" for place in range(len(kinds))]
    rows = [list(row) for row in zip(*cells, strict=True)]
    made = MadeTable(names, list(columns), b"", num_sure=num_rows)
    delimiter = str(rng.choice(DELIMITERS))
    quoting = str(rng.choice(["some", "all", "some"]))
    line_end = str(rng.choice(LINE_ENDS, p=[0.6, 0.3, 0.1]))
    made.how += [f"delimiter {delimiter!r}", f"quotes {quoting}", f"line ends {line_end!r}"]
    header = [names] if rng.random() < 0.85 else []
    if not header:
        made.names = []
        made.how.append("no header")
    lines = [delimiter.join(_quoted(cell, delimiter, quoting) for cell in row) for row in [*header, *rows]]
    lines = _surround(made, lines, delimiter, rng)
    if rng.random() < 0.25:
        lines = _damage(made, lines, delimiter, rng)
    text = line_end.join(lines) + (line_end if rng.random() < 0.8 else "")
    made.data = _encode(made, text, rng)
    return made


def _column(kind: str, num_rows: int, rng: np.random.Generator) -> tuple[list[float] | list[str | None], list[str]]:
    gaps = rng.random(num_rows) < (0.1 if rng.random() < 0.3 else 0.0)
    gaps[0] = False  # else the first row may be taken for names, as a person would take it
    missing = str(rng.choice(MISSING))
    if kind == "word":
        words = [_word(rng) for _ in range(int(rng.integers(2, 5)))]
        cells = [str(word) for word in rng.choice(np.array(words, dtype=object), num_rows)]
        values: list[str | None] = [
            None if gap else " ".join(cell.split()) for cell, gap in zip(cells, gaps, strict=True)
        ]
        return values, [missing if gap else cell for cell, gap in zip(cells, gaps, strict=True)]
    draw: Callable[[], float | int] = (
        (lambda: int(rng.integers(-50, 5_000))) if kind == "whole" else (lambda: round(float(rng.normal()) * 10, 3))
    )
    numbers = [draw() for _ in range(num_rows)]
    texts = [_written(number, rng) for number in numbers]
    reals = [float("nan") if gap else float(text) for text, gap in zip(texts, gaps, strict=True)]
    return reals, [missing if gap else text for text, gap in zip(texts, gaps, strict=True)]


def _written(number: float, rng: np.random.Generator) -> str:
    form = rng.random()
    if form < 0.05:
        return f"{number:.3e}"
    if form < 0.1:
        return f" {number}"
    return f"+{number}" if form < 0.13 and number > 0 else str(number)


def _word(rng: np.random.Generator, *, plain: bool = False) -> str:
    letters = "".join(rng.choice(list(LETTERS), int(rng.integers(3, 9))))
    if plain or rng.random() < 0.6:
        return letters
    sign = str(rng.choice(SIGNS))
    place = int(rng.integers(1, len(letters)))
    return letters[:place] + sign + letters[place:]


def _quoted(cell: str, delimiter: str, quoting: str) -> str:
    needs = any(sign in cell for sign in (delimiter, '"', "\n", "\r", "#"))
    if needs or quoting == "all":
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _surround(made: MadeTable, lines: list[str], delimiter: str, rng: np.random.Generator) -> list[str]:
    width, has_header = len(made.columns), bool(made.names)
    numeric = [not any(isinstance(cell, str) for cell in column) for column in made.columns]
    if rng.random() < 0.1 and has_header:
        made.how.append("units")
        lines = [lines[0], delimiter.join("cm" if is_number else "-" for is_number in numeric), *lines[1:]]
    if rng.random() < 0.1 and has_header and width > 1:
        made.how.append("the header again")
        place = int(rng.integers(3, len(lines)))
        lines = [*lines[:place], lines[0], *lines[place:]]
    if rng.random() < 0.1 and has_header and not numeric[0]:
        made.how.append("a total")
        lines = [*lines, "Total" + delimiter * (width - 1)]
    if rng.random() < 0.15 and width > 2 and has_header:
        made.how.append("a title")
        lines = ["A title of the table" + delimiter * int(rng.choice([0, width - 1])), *lines]
    if rng.random() < 0.1:
        made.how.append("comments")
        lines = ["# made by a tool", "# another line", *lines]
    if rng.random() < 0.1:
        made.how.append("a declared separator")
        lines = [f"sep={delimiter}", *lines]
    if rng.random() < 0.1 and has_header:
        made.how.append("delimiters at the ends")
        lines = [line if line.startswith(("#", "sep=", "A title")) else line + delimiter for line in lines]
    if rng.random() < 0.2:
        made.how.append("blank lines")
        lines = [part for line in lines for part in ([line, ""] if rng.random() < 0.1 else [line])]
    if rng.random() < 0.08 and has_header:
        made.how.append("a source below")
        lines = [*lines, "Source: the office of tables"]
    return lines


def _damage(made: MadeTable, lines: list[str], delimiter: str, rng: np.random.Generator) -> list[str]:
    """Break a line in the middle of the rows, where no quoted cell spans several lines."""
    rows = [place for place, line in enumerate(lines) if line.count(delimiter) >= len(made.columns) - 1]
    place = rows[len(rows) // 2 + 1]
    how = str(rng.choice(["a cell too many", "a cell too few", "cut", "an open quote", "null"]))
    made.how.append(how)
    line = lines[place]
    made.num_sure = 0
    if how == "a cell too many":
        made.must_fail = True
        lines[place] = line + delimiter + "5"
    elif how == "a cell too few" and '"' not in line and "\n" not in line:
        made.must_fail = True
        lines[place] = line.rpartition(delimiter)[0] if not line.endswith(delimiter) else line[: line.rindex(delimiter)]
        made.must_fail = lines[place].count(delimiter) < len(made.columns) - 1
    elif how == "an open quote":
        lines[place] = '"' + line
    elif how == "null":
        made.must_fail = True
        lines[place] = line + "\0"
    else:
        lines = [*lines[:place], line[: len(line) // 2]]
    return lines


def _encode(made: MadeTable, text: str, rng: np.random.Generator) -> bytes:
    encoding = str(rng.choice(ENCODINGS, p=[0.5, 0.1, 0.1, 0.1, 0.05, 0.05, 0.1]))
    if encoding == "cp1252" and text.encode("cp1252", errors="ignore").decode("cp1252") != text:
        encoding = "utf-8"
    made.how.append(encoding)
    return text.encode(encoding)

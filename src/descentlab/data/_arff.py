"""Forms of text that other programs of the field write: ARFF, which is read, and LIBSVM, which is refused by name."""

import csv
import re
from collections.abc import Iterator

from descentlab.core import DataError
from descentlab.data._rows import Row

RELATION = re.compile(r"(\s*(%[^\n]*)?\n)*\s*@relation\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""\s*@attribute\s+('(?:[^'\\]|\\.)*'|"[^"]*"|\S+)\s+\S""", re.IGNORECASE)
DATA = re.compile(r"\s*@data\b", re.IGNORECASE)
SPARSE = re.compile(r"[+-]?\d+(\.\d+)?(\s+\d+:[^\s:]+)+\s*(#.*)?")
"""A row of LIBSVM: a label, then the position and the value of each number that is not 0."""
FEWEST_LINES = 2


def is_arff(text: str) -> bool:
    """Return whether a text begins as Weka's files do."""
    return RELATION.match(text) is not None


def read_arff_rows(text: str, name: str) -> list[Row]:
    """Read the rows of an ARFF file, of which the first names the columns.

    Args:
        text: The file.
        name: Name of the file.

    Returns:
        Rows with their lines.

    Raises:
        DataError: If the rows are sparse, or there are no attributes.
    """
    lines = list(enumerate(text.splitlines(), start=1))
    begin = next((place for place, (_, line) in enumerate(lines) if DATA.match(line)), len(lines))
    names = [match[1].strip("'\"").replace("\\'", "'") for _, line in lines[:begin] if (match := ATTRIBUTE.match(line))]
    if not names or begin == len(lines):
        raise DataError(f"{name} begins as an ARFF file, but has no @attribute or no @data: save the table as CSV")
    above = lines[begin][0]
    return [Row(above, names), *_rows(lines[begin + 1 :], name)]


def _rows(lines: list[tuple[int, str]], name: str) -> Iterator[Row]:
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("%"):
            continue
        if line.lstrip().startswith("{"):
            raise DataError(f"{name}, line {number}: sparse rows of ARFF are not read: save the table as CSV")
        quote = '"' if '"' in line and "'" not in line else "'"
        cells = next(csv.reader([line], quotechar=quote, escapechar="\\", skipinitialspace=True))
        yield Row(number, [cell.strip() for cell in cells])


def refuse_sparse(text: str, name: str) -> None:
    """Refuse a LIBSVM file.

    Raises:
        DataError: If the first lines are such rows.
    """
    first = [line for line in text[:100_000].splitlines()[:20] if line.strip()]
    if len(first) >= FEWEST_LINES and all(map(SPARSE.fullmatch, first)):
        raise DataError(
            f"{name} holds sparse rows as LIBSVM writes them, such as '{first[0][:40]}': read it with "
            "sklearn.datasets.load_svmlight_file, and save the table as CSV"
        )

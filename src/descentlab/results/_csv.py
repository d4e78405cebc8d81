"""Links that save a table as a CSV file, without a server and without a script."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Download:
    """A CSV file inside the page.

    Attributes:
        name: Name of the file.
        href: Contents of the file as a data URI.
        num_rows: Number of rows below the header.
    """

    name: str
    href: str
    num_rows: int


def download(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Download:
    """Write a table as a CSV file inside a link.

    Args:
        name: Name of the file.
        header: Names of the columns.
        rows: Cells of each row; floats are written with all their digits, so round them first where size matters.

    Returns:
        The link.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    num_rows = 0
    for row in rows:
        writer.writerow(row)
        num_rows += 1
    return Download(name, f"data:text/csv;charset=utf-8,{quote(text.getvalue(), safe=',.-:;()=_/')}", num_rows)

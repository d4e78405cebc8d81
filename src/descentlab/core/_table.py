"""A small table that prints as text and is shown as a table in a notebook."""

from dataclasses import dataclass
from html import escape

_NUMERIC = "0123456789+-–−∞."
"""Characters that a number, or a dash in its place, begins with; a column of such words is aligned to the right."""


@dataclass(frozen=True)
class TextTable:
    """Words in rows and columns.

    Attributes:
        header: Name of each column.
        rows: Words of each row, one per column.
        title: Line above the table; empty for none.

    Example:
        >>> print(TextTable(header=("layer", "units"), rows=(("hidden", "8"), ("output", "3"))))
        layer   units
        hidden      8
        output      3
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""

    def __str__(self) -> str:
        lines = [self.header, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.header))]
        is_numeric = [all(row[column][:1] in _NUMERIC for row in self.rows) for column in range(len(self.header))]
        texts = [
            "  ".join(
                word.rjust(width) if right else word.ljust(width)
                for word, width, right in zip(line, widths, is_numeric, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *texts] if self.title else texts)

    def _repr_html_(self) -> str:
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        head = "".join(f"<th>{escape(word)}</th>" for word in self.header)
        body = "".join(f"<tr>{''.join(f'<td>{escape(word)}</td>' for word in row)}</tr>" for row in self.rows)
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

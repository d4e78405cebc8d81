"""Declaration of a table's column."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal

Format = Literal["text", "count", "number", "setting", "fixed", "percent", "seconds", "duration", "flag"]
"""Form of the cells: unchanged; 1,234; significant digits; as typed; decimals; 12.3%; 1.42 s; 412 ns; yes or no."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its words for a reader, and the format of its cells.

    Attributes:
        name: Key in JSON, Parquet and CSV, in snake_case.
        label: Head of the column for a reader; the name in words by default.
        meaning: Meaning of a cell, in one plain sentence.
        unit: Unit of the numbers, such as "ms"; empty if there is none.
        format: Format of a cell for a reader. JSON and Parquet keep the number unrounded.
        digits: Significant digits of "number", or decimals of "fixed" and "percent".
        is_signed: Whether a positive number is written with a plus, as a difference is.
        is_detail: Whether the terminal leaves the column out.
        is_hidden: Whether terminal and page leave the column out; JSON and files have it.
    """

    name: str
    label: str = ""
    meaning: str = ""
    _: KW_ONLY
    unit: str = ""
    format: Format = "text"
    digits: int | None = None
    is_signed: bool = False
    is_detail: bool = False
    is_hidden: bool = False

    @property
    def head(self) -> str:
        """Label and unit, such as "time (ms)"."""
        label = self.label or self.name.replace("_", " ")
        return f"{label} ({self.unit})" if self.unit else label

"""What one column of a table holds."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal

Format = Literal["text", "count", "number", "setting", "fixed", "percent", "seconds", "duration", "flag"]
"""How a cell is written: as it is; 1,234; significant digits; as typed; decimals; 12.3%; 1.42 s; 412 ns; yes or no."""


@dataclass(frozen=True)
class Column:
    """What one column of a table holds.

    Attributes:
        name: Key in JSON, Parquet and CSV, in snake_case.
        label: Head of the column for a reader; the name in words by default.
        meaning: What a cell says, in one plain sentence.
        unit: Unit of the numbers, as "ms"; empty where there is none.
        format: How a cell is written for a reader. JSON and Parquet keep the whole number.
        digits: Significant digits of "number", decimals of "fixed" and "percent".
        is_signed: Whether a positive number is written with its plus, as a difference is.
        is_detail: Whether a terminal leaves the column out.
        is_hidden: Whether terminal and page leave it out, so that JSON and files alone have it.
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
        """Label and unit, as "time (ms)"."""
        label = self.label or self.name.replace("_", " ")
        return f"{label} ({self.unit})" if self.unit else label

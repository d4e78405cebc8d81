"""Typed tables, declared once and shown by every medium."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from descentlab.core import DescentlabError, Estimate, Spread
from descentlab.results._column import Column
from descentlab.results._words import write_cell

if TYPE_CHECKING:
    import pandas as pd

Cell = str | int | float | bool | None | Estimate | Spread | tuple[int, ...] | tuple[float, ...] | np.generic
"""Types of a cell. A tuple of whole numbers is a shape or a place; a tuple with other numbers is an array."""


@dataclass(frozen=True)
class TableForm:
    """The form of a table, without rows: its name and its columns. Laboratories declare forms as constants.

    Attributes:
        name: Key in JSON, and name of the Parquet file.
        title: Line above the table.
        columns: Columns; the first identifies a row.
        note: Line below the table.
        is_single: Whether the table has one row, with facts about the whole; JSON then has an object, not a list.
        is_saved: Whether the page offers the table as a file.
        is_printed: Whether the terminal prints the table; if no table is marked so, the first is printed.
        most_shown: Largest number of rows that page and terminal show; files have all rows. None shows all rows.
        most_printed: Largest number of rows that the terminal prints, if it is smaller than `most_shown`.
        is_series: Whether the first column rises, so that some evenly spaced rows can stand for all.
        is_bulk: Whether the table has so many rows that only its file has them, and JSON leaves it out.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    note: str = ""
    is_single: bool = False
    is_saved: bool = True
    is_printed: bool = False
    most_shown: int | None = None
    most_printed: int | None = None
    is_series: bool = False
    is_bulk: bool = False

    def fill(self, rows: Sequence[Sequence[Cell]], **changes: Any) -> "Table":
        """Make a table from rows.

        Args:
            rows: Cells of each row, in the order of the columns.
            **changes: Other fields of `Table`: `title`, `note`, `bad`, `has_total`.

        Returns:
            The table.

        Raises:
            DescentlabError: If a row has too many or too few cells.
        """
        for row in rows:
            if len(row) != len(self.columns):
                raise DescentlabError(
                    f"table '{self.name}': a row has {len(row)} cells for {len(self.columns)} columns"
                )
        values = tuple(zip(*rows, strict=True)) if rows else ((),) * len(self.columns)
        return replace(Table(self, self.columns, values), **changes)

    def fill_columns(self, values: Mapping[str, Sequence[Cell] | np.ndarray], **changes: Any) -> "Table":
        """Make a table from columns.

        Args:
            values: Cells of each column by its name; a column that is not given is left out.
            **changes: Other fields of `Table`: `title`, `note`, `bad`, `has_total`.

        Returns:
            The table.

        Raises:
            DescentlabError: If the form has no column of that name.
        """
        columns = tuple(column for column in self.columns if column.name in values)
        unknown = values.keys() - {column.name for column in columns}
        if unknown:
            raise DescentlabError(f"table '{self.name}' has no column {sorted(unknown)[0]}")
        return replace(Table(self, columns, tuple(values[column.name] for column in columns)), **changes)

    def with_columns(self, *columns: Column) -> "TableForm":
        """Return the form with further columns at its end, whose names are only known from the data."""
        return replace(self, columns=(*self.columns, *columns))


@dataclass(frozen=True, eq=False)
class Table:
    """A table of typed cells.

    Attributes:
        form: Form of the table.
        columns: Columns of the table: those of the form, or some of them.
        values: Cells of each column.
        title: Line above the table; empty takes that of the form.
        note: Line below the table; empty takes that of the form.
        bad: Places of rows that are marked, because something in them does not hold.
        has_total: Whether the last row is the sum of those above.

    Example:
        >>> form = TableForm("layers", "Layers", (Column("layer"), Column("units", format="count")))
        >>> table = form.fill([("hidden", 1024), ("output", 10)])
        >>> table.cell("hidden", "units"), table.words()[0]
        (1024, ('hidden', '1,024'))
    """

    form: TableForm
    columns: tuple[Column, ...]
    values: tuple[Sequence[Cell] | np.ndarray, ...]
    title: str = ""
    note: str = ""
    bad: tuple[int, ...] = ()
    has_total: bool = False
    _places: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._places.update({column.name: place for place, column in enumerate(self.columns)})

    @property
    def name(self) -> str:
        """Key in JSON, and name of the Parquet file."""
        return self.form.name

    def __len__(self) -> int:
        return len(self.values[0]) if self.values else 0

    def __contains__(self, column: str) -> bool:
        return column in self._places

    def column(self, name: str) -> Sequence[Any] | np.ndarray:
        """Return the cells of a column.

        Raises:
            DescentlabError: If there is no column of that name.
        """
        if name not in self._places:
            raise DescentlabError(f"table '{self.name}' has no column '{name}'. Columns: {', '.join(self._places)}")
        return self.values[self._places[name]]

    def cell(self, key: Cell, column: str) -> Any:
        """Return one cell.

        Args:
            key: Cell of the first column in the same row.
            column: Name of the column.

        Raises:
            DescentlabError: If there is no such row or column.
        """
        for place, row_key in enumerate(self.values[0]):
            if row_key == key:
                return self.column(column)[place]
        raise DescentlabError(f"table '{self.name}' has no row '{key}'")

    def value(self, column: str) -> Any:
        """Return the cell of a column in a table with a single row."""
        (cell,) = self.column(column)
        return cell

    def rows(self) -> Iterator["Row"]:
        """Yield each row, with its cells by column name."""
        names = tuple(self._places)
        for cells in zip(*self.values, strict=True):
            yield Row(zip(names, cells, strict=True))

    def words(self) -> tuple[tuple[str, ...], ...]:
        """Write every cell for a reader, row by row."""
        return tuple(
            tuple(write_cell(cell, column) for cell, column in zip(cells, self.columns, strict=True))
            for cells in zip(*self.values, strict=True)
        )

    def shown(self, most: int | None = None) -> "Table":
        """Return the table with the rows that a reader is shown, and a note of how many rows there are.

        Args:
            most: Largest number of rows. Default: that of the form.
        """
        most, count = most or self.form.most_shown, len(self)
        if most is None or count <= most:
            return self
        places = np.linspace(0, count - 1, most).round().astype(int) if self.form.is_series else np.arange(most)
        chosen: list[int] = places.tolist()
        note = f"{most:,} of {count:,} rows."
        return replace(self.take(chosen), note=f"{self.note or self.form.note} {note}".strip())

    def take(self, places: Sequence[int]) -> "Table":
        """Return the table with the rows at some places, in the order of these places."""
        bad = tuple(place for place, k in enumerate(places) if k in self.bad)
        values = tuple([column[k] for k in places] for column in self.values)
        return replace(self, values=values, bad=bad, has_total=False)

    def frame(self) -> "pd.DataFrame":
        """Return a DataFrame. An estimate becomes three columns, such as `loss`, `loss_low` and `loss_high`."""
        import pandas as pd

        return pd.DataFrame(self.arrays())

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the columns as arrays by name. An estimate becomes three, such as `loss`, `loss_low`, `loss_high`."""
        arrays: dict[str, np.ndarray] = {}
        for column, cells in zip(self.columns, self.values, strict=True):
            kind = next((type(cell) for cell in cells if isinstance(cell, Estimate | Spread)), None)
            for part, suffix in _PARTS.get(kind, {}).items():
                parts = [getattr(cell, part) if isinstance(cell, Estimate | Spread) else cell for cell in cells]
                arrays[column.name + suffix] = _array(parts)
            if kind is None:
                arrays[column.name] = _array(cells)
        return arrays

    def with_cells(self, column: str, cells: Sequence[Cell]) -> "Table":
        """Return the table with other cells in one column."""
        place = self._places[column]
        return replace(self, values=(*self.values[:place], tuple(cells), *self.values[place + 1 :]))


_PARTS: dict[type | None, dict[str, str]] = {
    Estimate: {"value": "", "low": "_low", "high": "_high"},
    Spread: {"mean": "", "sd": "_sd"},
}
"""Suffixes of the columns for the parts of a cell that is an estimate or a spread."""


class Row(dict[str, Any]):
    """The cells of one row by column name."""


def _array(cells: Sequence[Cell] | np.ndarray) -> np.ndarray:
    if isinstance(cells, np.ndarray):
        return cells
    if any(isinstance(cell, tuple) and any(isinstance(part, float) for part in cell) for cell in cells):
        lists = np.empty(len(cells), dtype=object)
        lists[:] = [list(cell) if isinstance(cell, tuple) else None for cell in cells]
        return lists
    if any(isinstance(cell, str) for cell in cells) or any(isinstance(cell, tuple) for cell in cells):
        return np.array(["" if cell is None else _plain_text(cell) for cell in cells], dtype=object)
    if any(cell is None for cell in cells):
        return np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    return np.array(cells) if len(cells) else np.zeros(0)


def _plain_text(cell: Any) -> str:
    return "x".join(map(str, cell)) if isinstance(cell, tuple) else str(cell)

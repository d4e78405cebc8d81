"""Examples that a caller passes in Python."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from descentlab.core import DataError
from descentlab.data._table import Column, DataTable
from descentlab.data._tables import read_column, read_table, to_array


@dataclass(frozen=True, eq=False)
class Arrays:
    """Inputs and targets in memory.

    Attributes:
        X: A DataFrame or an array of shape (examples, features), or pictures (examples, height, width) or (examples,
            height, width, channels): uint8, or numbers that need no preparation.
        y: Targets, one per example; or the name of a column of X; or None for no targets.
        names: Names of the columns of an array X.
    """

    X: Any
    y: Any = None
    names: Sequence[str] | None = None

    @property
    def is_pictures(self) -> bool:
        """Whether X holds pictures."""
        return not hasattr(self.X, "columns") and getattr(self.X, "ndim", 2) in (3, 4)

    def to_table(self, name: str) -> tuple[DataTable, Column | None]:
        """Return X as a table, and the targets unless they are in it."""
        table = read_table(self.X, name=name)
        if self.names is not None:
            if len(self.names) != len(table.columns):
                raise DataError(f"names has {len(self.names)} entries for the {len(table.columns)} columns of X")
            table = replace(table.renamed(tuple(self.names)), is_named=True)
        return table, self.answers(table.num_rows, table.names)

    def answers(self, num_rows: int, taken: Sequence[str] = ()) -> Column | None:
        """Return the targets as a column.

        Args:
            num_rows: Number of examples.
            taken: Names that the column cannot have.

        Returns:
            The column, or None if `y` is None or the name of a column.
        """
        if self.y is None or isinstance(self.y, str):
            return None
        cells = self.y if hasattr(self.y, "to_numpy") and getattr(self.y, "ndim", 1) == 1 else to_array(self.y, "y")
        if cells.ndim == 2 and cells.shape[1] == 1:
            cells = to_array(cells, "y")[:, 0]
        if cells.ndim != 1 or len(cells) != num_rows:
            raise DataError(
                f"y has shape {tuple(cells.shape)}: expected one target for each of the {num_rows} examples"
            )
        series_name = getattr(self.y, "name", None)
        free = [name for name in (series_name, "y", "target") if isinstance(name, str) and name not in taken]
        return read_column(free[0] if free else "(target)", cells)

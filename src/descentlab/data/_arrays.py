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
        y: Targets, one per example, or a column for each of several; or the name of a column of X, or names in a list;
            or None for no targets.
        names: Names of the columns of an array X.
        sample_weight: Weight of each example; or the name of a column of X; or None for no weights.
    """

    X: Any
    y: Any = None
    names: Sequence[str] | None = None
    sample_weight: Any = None

    @property
    def is_pictures(self) -> bool:
        """Whether X holds pictures."""
        return not hasattr(self.X, "columns") and getattr(self.X, "ndim", 2) in (3, 4)

    @property
    def target_columns(self) -> str | list[str] | None:
        """Name or names of columns of X that hold the targets; None if `y` holds them itself."""
        if isinstance(self.y, str):
            return self.y
        columns = [str(name) for name in getattr(self.X, "columns", ())]
        is_list = isinstance(self.y, list | tuple) and len(self.y) > 0
        return list(self.y) if is_list and all(isinstance(name, str) and name in columns for name in self.y) else None

    def to_table(self, name: str) -> tuple[DataTable, tuple[Column, ...] | None]:
        """Return X as a table, and the targets unless they are in it."""
        table = read_table(self.X, name=name)
        if self.names is not None:
            if len(self.names) != len(table.columns):
                raise DataError(f"names has {len(self.names)} entries for the {len(table.columns)} columns of X")
            table = replace(table.renamed(tuple(self.names)), is_named=True)
        return table, self.answers(table.num_rows, table.names)

    def answers(self, num_rows: int, taken: Sequence[str] = ()) -> tuple[Column, ...] | None:
        """Return the targets as columns.

        Args:
            num_rows: Number of examples.
            taken: Names that a column cannot have.

        Returns:
            The columns, or None if `y` is None or names columns.
        """
        if self.y is None or self.target_columns is not None:
            return None
        if _num_columns(self.y) > 1:
            several = read_table(self.y, name="y")
            if several.num_rows != num_rows:
                raise DataError(f"y has {several.num_rows} rows: expected one for each of the {num_rows} examples")
            plain = several.names if several.is_named else [f"y{place}" for place in range(len(several.columns))]
            names = [name if name not in taken else f"{name} (target)" for name in plain]
            return several.renamed(names).columns
        cells = _one_each(self.y, "y", "target", num_rows)
        series_name = getattr(self.y, "name", None)
        free = [name for name in (series_name, "y", "target") if isinstance(name, str) and name not in taken]
        return (read_column(free[0] if free else "(target)", cells),)

    def weights(self, num_rows: int, name: str, taken: Sequence[str] = ()) -> Column | None:
        """Return the weights as a column.

        Args:
            num_rows: Number of examples.
            name: Name of the column.
            taken: Names that the column cannot have.

        Returns:
            The column, or None if `sample_weight` is None or the name of a column.
        """
        if self.sample_weight is None or isinstance(self.sample_weight, str):
            return None
        if name in taken:
            raise DataError(f"X has a column '{name}' beside the weights of that name: leave it out, or rename it")
        return read_column(name, _one_each(self.sample_weight, "sample_weight", "weight", num_rows))


def _num_columns(values: Any) -> int:
    array = values if hasattr(values, "columns") else to_array(values, "y")
    return array.shape[1] if getattr(array, "ndim", 1) == 2 and len(array) else 1


def _one_each(values: Any, what: str, noun: str, num_rows: int) -> Any:
    """Return the cells of a column with one for each example."""
    cells = values if hasattr(values, "to_numpy") and getattr(values, "ndim", 1) == 1 else to_array(values, what)
    if cells.ndim == 2 and cells.shape[1] == 1:
        cells = to_array(cells, what)[:, 0]
    if cells.ndim != 1 or len(cells) != num_rows:
        raise DataError(
            f"{what} has shape {tuple(cells.shape)}: expected one {noun} for each of the {num_rows} examples"
        )
    return cells

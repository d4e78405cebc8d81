"""The row of units or names that stands beneath the header of a training file."""

from collections.abc import Sequence

from descentlab.data._model import Model


class Beneath(Model):
    """The row of units or names beneath a training file's header, which later files have or lack.

    Attributes:
        header: Cells of the header.
        cells: Cells of the row beneath; empty if there is none.
        is_joined: Whether they are names that are joined to those of the header, rather than units.
    """

    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    is_joined: bool = False

    def is_in(self, header: Sequence[str], row: Sequence[str]) -> bool:
        """Return whether a row beneath a header is this row, whatever the order of the columns."""
        cells = tuple(cell.strip() for cell in row)
        if not self.cells or len(header) != len(cells):
            return False
        if self.is_joined:
            return tuple(header) == self.header and cells == self.cells
        units = dict(zip(self.header, self.cells, strict=True))
        pairs = [(units[name], cell) for name, cell in zip(header, cells, strict=True) if name in units]
        return any(unit for unit, _ in pairs) and all(unit == cell for unit, cell in pairs)


NO_ROW_BENEATH = Beneath()

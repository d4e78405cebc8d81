"""Sheets of Excel and LibreOffice, read as rows of texts."""

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from descentlab.core import DataError
from descentlab.data._names import counted, in_line, quoted
from descentlab.data._rows import Row
from descentlab.data._table import number_word

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_CELLS = 2**28
"""Cells of the rectangle that a sheet fills; a stray cell at its far end makes it huge."""


def read_workbook(data: bytes, name: str) -> tuple[list[Row], list[str]]:
    """Read the first sheet of a workbook that is not empty.

    Args:
        data: Bytes of an .xlsx, .xlsm, .xlsb, .xls or .ods file.
        name: Name of the file.

    Returns:
        The rows that are not blank, with their numbers in the sheet, and a note if other sheets hold cells too.

    Raises:
        DataError: If the file is damaged, protected, no workbook, or too large.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [_open_sheet(workbook, sheet) for sheet in workbook.sheet_names]
            filled = [sheet for sheet in sheets if sheet is not None]
            if not filled:
                return [], []
            rows = _rows(filled[0], name)
    except PasswordError:
        raise DataError(f"{name} is protected by a password: save it without one") from None
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{name} cannot be read as a workbook ({in_line(str(error))}): save the table as CSV") from None
    if len(filled) == 1:
        return rows, []
    others = quoted([sheet.name for sheet in filled[1:]], 3)
    note = (
        f"Read the sheet '{in_line(filled[0].name)}' of {len(filled)}; to read {others}, save it as a file of its own."
    )
    return rows, [note]


def _open_sheet(workbook: "CalamineWorkbook", name: str) -> "CalamineSheet | None":
    """Return a sheet of cells; None for a chart, a macro or an empty sheet."""
    from python_calamine import CalamineError, WorksheetNotFound, XmlError

    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, WorksheetNotFound, XmlError):
        return None
    return sheet if sheet.height and sheet.width else None


def _rows(sheet: "CalamineSheet", name: str) -> list[Row]:
    if sheet.height * sheet.width > MOST_CELLS:
        raise DataError(
            f"{name}: the sheet '{in_line(sheet.name)}' spreads over {counted(sheet.height * sheet.width, 'cell')}: "
            "save the table alone"
        )
    first = 1 + (sheet.start[0] if sheet.start else 0)
    rows = [
        Row(first + place, [_text(cell) for cell in cells])
        for place, cells in enumerate(sheet.to_python(skip_empty_area=True))
    ]
    return [row for row in rows if any(cell.strip() for cell in row.cells)]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return number_word(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ") if cell.time() != dt.time() else cell.date().isoformat()
    if isinstance(cell, dt.timedelta):
        return number_word(cell.total_seconds())
    return str(cell)

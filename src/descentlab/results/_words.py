"""Cells of typed tables in words."""

import math
from dataclasses import replace
from typing import Any

from descentlab.core import Estimate, Spread
from descentlab.results._column import Column
from descentlab.results._numbers import count, duration, fixed, number, seconds

NOTHING = "–"
"""Text of an empty cell."""


def write_cell(cell: Any, column: Column) -> str:
    """Write one cell for a reader.

    Args:
        cell: Value of the cell.
        column: Column, whose format is used.

    Returns:
        The cell in words.

    Example:
        >>> write_cell(0.1234, Column("share", format="percent"))
        '12.3%'
        >>> write_cell(Estimate(1.5, 1.0, 2.0), Column("cost", format="fixed", digits=1))
        '1.5 (1.0 to 2.0)'
        >>> write_cell(0.03, Column("learning_rate", format="setting"))
        '0.03'
        >>> write_cell(Estimate(1.5, math.nan, math.nan), Column("gain", format="fixed", digits=2, is_signed=True))
        '+1.50'
        >>> write_cell(Estimate(2e-16, -1.5, 1.5), Column("gain", format="fixed", digits=2))
        '0.00 (−1.50 to 1.50)'
    """
    if cell is None:
        return NOTHING
    if isinstance(cell, Spread):
        # From some tens of numbers, a standard deviation is known to two digits at most.
        rounded = replace(column, digits=2, is_signed=False) if column.format == "number" else column
        return _write(cell.mean, column) + ("" if cell.sd is None else f" ± {_write(cell.sd, rounded)}")
    if isinstance(cell, Estimate):
        value, low, high = (_write(part, column) for part in _without_dust(cell, column))
        # Too few seeds give a value without an interval.
        return value if math.isnan(cell.low) and math.isnan(cell.high) else f"{value} ({low} to {high})"
    if isinstance(cell, tuple) and any(isinstance(part, float) for part in cell):
        return ", ".join(_write(part, column) for part in cell)
    if isinstance(cell, tuple):
        return " x ".join(f"{part:,}" for part in cell)
    return _write(cell, column)


def _without_dust(cell: Estimate, column: Column) -> tuple[float, float, float]:
    """Replace numbers that round to 0 beside a wider interval by 0; rounding errors made them."""
    least = 0.5 * 10.0 ** -(3 if column.digits is None else column.digits)
    parts = cell.value, cell.low, cell.high
    if column.format != "fixed" or not max(abs(cell.low), abs(cell.high)) >= least:
        return parts
    value, low, high = (0.0 if abs(part) < least else part for part in parts)
    return value, low, high


def _write(cell: Any, column: Column) -> str:
    words = _unsigned(cell, column)
    return f"+{words}" if column.is_signed and cell > 0 else words


def _unsigned(cell: Any, column: Column) -> str:
    digits = 3 if column.digits is None else column.digits
    match column.format:
        case "text":
            return str(cell)
        case "flag":
            return "yes" if cell else "no"
        case "count":
            return count(int(cell))
        case "seconds" | "duration":
            return (seconds if column.format == "seconds" else duration)(float(cell))
        case "percent":
            return f"{100.0 * float(cell):.{1 if column.digits is None else column.digits}f}%".replace("-", "−")
        case "setting":
            return f"{float(cell):g}".replace("-", "−")
        case "fixed":
            return fixed(float(cell), decimals=digits)
        case "number":
            return number(float(cell), digits=digits)

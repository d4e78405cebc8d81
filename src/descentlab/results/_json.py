"""A declared result as plain values for JSON, and as arrays for its files."""

from dataclasses import asdict
from typing import Any

import numpy as np

from descentlab.core import to_plain as to_plain
from descentlab.results._columns import Table
from descentlab.results._declaration import Declaration, Statement


def as_json(declaration: Declaration) -> dict[str, Any]:
    """Return a result as plain values that any JSON writer takes. A number that is not finite becomes None."""
    said = declaration.said
    return {
        "laboratory": declaration.laboratory,
        "title": declaration.title,
        "answer": _statement(said.answer),
        "statements": [_statement(statement) for statement in said.statements],
        "notes": list(declaration.notes),
        "tables": {name: _table(table) for name, table in declaration.tables.items() if not table.form.is_bulk},
        "seconds": {name: round(value, 4) for name, value in declaration.seconds.items()},
    }


def as_arrays(declaration: Declaration) -> dict[str, dict[str, np.ndarray]]:
    """Return the columns of every table by the table's name. An estimate becomes three columns."""
    return {name: table.arrays() for name, table in declaration.tables.items()}


def _statement(statement: Statement) -> dict[str, Any]:
    return to_plain(asdict(statement))


def _table(table: Table) -> Any:
    rows = [to_plain(row) for row in table.rows()]
    return rows[0] if table.form.is_single and len(rows) == 1 else rows

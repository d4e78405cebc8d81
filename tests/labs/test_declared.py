"""Every laboratory's result, declared once: all media are derived from it, and its words rest on its tables."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import descentlab as dl
from descentlab.core import Estimate, Spread, parameters_of
from descentlab.labs import LABORATORIES, load_laboratory
from descentlab.results import Evidence, Result, Statement, Table, Tables, as_arrays
from tests.labs.results_to_try import RESULTS


@pytest.fixture(scope="module", params=[(name, place) for name in LABORATORIES for place in range(len(RESULTS[name]))])
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Result[Any]:
    name, place = request.param
    return RESULTS[name][place](tmp_path_factory.mktemp(name))


def test_every_laboratory_is_tried() -> None:
    assert set(RESULTS) == set(LABORATORIES)
    assert all(RESULTS.values())


def test_text_begins_with_the_answer(result: Result[Any]) -> None:
    lines = str(result).splitlines()
    assert lines[0] == result.answer
    assert result.answer.endswith((".", "!", "?", ":"))
    for sentence in result.sentences:
        assert sentence in str(result)


def test_json_holds_every_table_whole(result: Result[Any]) -> None:
    values = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert values["answer"]["text"] == result.answer
    assert [statement["text"] for statement in values["statements"]] == list(result.sentences[1:])
    assert set(values["tables"]) == {name for name, table in result.tables.items() if not table.form.is_bulk}
    for name, rows in values["tables"].items():
        table = result.tables[name]
        assert len(rows if isinstance(rows, list) else [rows]) == len(table)


def test_files_have_a_row_for_each_row(result: Result[Any]) -> None:
    for name, arrays in as_arrays(result.declaration).items():
        assert {len(array) for array in arrays.values()} <= {len(result.tables[name])}


def test_page_and_notebook_show_words_and_tables(result: Result[Any]) -> None:
    page, fragment = result.to_page(), result._repr_html_()
    assert page.startswith("<!doctype html>")
    for medium in (page, fragment):
        assert "<table" in medium
    if any(type(part).__name__ == "Chart" for section in result.declaration.sections for part in section.parts):
        assert "<svg" in fragment
        assert result.plot().axes


def test_columns_say_what_they_hold(result: Result[Any]) -> None:
    for table in result.tables.values():
        for column in table.form.columns:
            assert column.meaning or table.form.columns.index(column) >= 1, (table.name, column.name)
            assert column.name == column.name.strip()


def test_statements_rest_on_cells_that_exist(result: Result[Any]) -> None:
    for statement in said(result):
        assert statement.refuted_by, statement.text
        for evidence in statement.evidence:
            for column in evidence.columns:
                assert len(cells_of(result.tables, evidence, column)), (statement.text, evidence)


def test_other_numbers_make_other_words(result: Result[Any]) -> None:
    for statement in said(result):
        assert statement.evidence, statement.text
        assert any(is_refuted(result, statement, change) for change in CHANGES), statement.text


def said(result: Result[Any]) -> tuple[Statement, ...]:
    return (result.declaration.said.answer, *result.statements)


def cells_of(tables: Tables, evidence: Evidence, column: str) -> list[Any]:
    table = tables[evidence.table]
    keys = table.values[0]
    return [
        cell
        for key, cell in zip(keys, table.column(column), strict=True)
        if evidence.rows is None or key in evidence.rows
    ]


def is_refuted(result: Result[Any], statement: Statement, change: Callable[[Any], Any]) -> bool:
    """Whether the words or the state of a statement change with the cells that it rests on."""
    tables = result.tables
    for evidence in statement.evidence:
        table = tables[evidence.table]
        for column in evidence.columns:
            tables = tables.changed(table := changed(table, column, evidence.rows, change))
    try:
        words = result.declaration.with_tables(tables).said
    except Exception:
        return False
    now = {(one.text, one.state) for one in (words.answer, *words.statements)}
    return (statement.text, statement.state) not in now


def changed(table: Table, column: str, rows: Sequence[Any] | None, change: Callable[[Any], Any]) -> Table:
    cells = [
        change(cell) if rows is None or key in rows else cell
        for key, cell in zip(table.values[0], table.column(column), strict=True)
    ]
    return table.with_cells(column, cells)


def _each(change: Callable[[float], float]) -> Callable[[Any], Any]:
    def apply(cell: Any) -> Any:
        if isinstance(cell, bool | np.bool_):
            return not cell
        if isinstance(cell, str):
            return f"other {cell}"
        if isinstance(cell, Estimate):
            low, high = sorted((change(cell.low), change(cell.high)))
            return Estimate(change(cell.value), low, high)
        if isinstance(cell, Spread):
            return replace(cell, mean=change(cell.mean))
        if isinstance(cell, int | np.integer):
            return round(change(float(cell)))
        return None if cell is None else change(float(cell)) if isinstance(cell, float | np.floating) else cell

    return apply


CHANGES = tuple(
    _each(change)
    for change in (
        lambda value: 3.0 * value + 1.0,
        lambda value: -value,
        lambda value: 0.1 * value,
        lambda value: 1.0 - value,
        lambda value: 0.0 * value,
    )
)
"""Other numbers: larger, of the other sign, smaller, the other share, none. Words and flags become others too."""


def test_options_reach_command_docstring_and_schema() -> None:
    for name in LABORATORIES:
        function = load_laboratory(name)
        parameters = parameters_of(function)
        documented = (function.__doc__ or "").partition("\nArgs:\n")[2]
        for parameter in parameters:
            assert parameter.option.help.endswith((".", ")")), (name, parameter.name)
            assert f"{parameter.name}: " in documented, (name, parameter.name)
        assert getattr(dl, name) is function


def test_the_command_line_is_built_without_measuring_code() -> None:
    code = "import descentlab.cli._app, sys; print(*[name for name in sys.modules if name.startswith('descentlab.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not [name for name in loaded if name.split(".")[1] in ("training", "networks", "evaluation", "workbench")]

"""Typed tables: the rows that a reader is shown, cells that hold several numbers, and Markdown."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from descentlab.results import (
    Bars,
    Column,
    Declaration,
    Result,
    Section,
    Statement,
    Step,
    Steps,
    TableForm,
    Tables,
    Words,
    as_arrays,
    as_text,
)
from descentlab.runs import save_results

COLUMNS = (Column("rate", format="number"), Column("place"), Column("values", format="number"))


def declare(form: TableForm, rows: list[tuple], *parts: object) -> Declaration:
    table = form.fill(rows)
    return Declaration(
        laboratory="try_out",
        title="a | b",
        tables=Tables((table,)),
        words=lambda _: Words(Statement("It is <so>."), (Statement("With `code`."),)),
        sections=(Section("Numbers", ("All of them.",), (table, *parts)),),  # pyright: ignore[reportArgumentType] - any part
    )


ROWS = [(float(k), (k, k + 1), (0.5 * k, 0.25)) for k in range(50)]


def test_of_a_series_evenly_spaced_rows_are_shown_with_both_ends() -> None:
    table = TableForm("rates", "Rates", COLUMNS, most_shown=8, is_series=True).fill(ROWS)
    assert list(table.shown().column("rate")) == [0, 7, 14, 21, 28, 35, 42, 49]
    assert table.shown().note == "8 of 50 rows."
    assert len(table) == 50


def test_of_other_tables_the_first_rows_are_shown_and_all_are_kept(tmp_path: Path) -> None:
    declaration = declare(TableForm("rates", "Rates", COLUMNS, most_shown=3), ROWS)
    text = as_text(declaration)
    assert "Rates (3 of 50 rows)" in text
    assert "2 x 3" in text
    assert "3 x 4" not in text
    page = Result(None, declaration).to_page()
    assert page.count("<tr>") == 1 + 3
    assert "3 of 50 rows." in page
    result = Result(None, declaration).to_json()
    assert len(json.loads(json.dumps(result))["tables"]["rates"]) == 50
    save_results(tmp_path, result=result, tables=as_arrays(declaration))
    kept = pq.read_table(tmp_path / "rates.parquet")
    assert kept.column("values").to_pylist()[3] == [1.5, 0.25]
    assert kept.column("place").to_pylist()[3] == "3x4"
    text = as_text(declare(TableForm("rates", "Rates", COLUMNS, most_shown=3, most_printed=2), ROWS))
    assert "Rates (2 of 50 rows)" in text
    assert "2 x 3" not in text


def test_a_bulk_of_rows_is_in_its_file_alone() -> None:
    declaration = declare(TableForm("rates", "Rates", COLUMNS, is_bulk=True), ROWS)
    assert Result(None, declaration).to_json()["tables"] == {}
    assert len(as_arrays(declaration)["rates"]["rate"]) == 50


def test_markdown_has_words_tables_and_formulas_and_keeps_names_from_being_read_as_marks() -> None:
    step = Step("Back", "one", "One step", ("Said.",), (r"\frac{a}{b}",), ("a=1",))
    bars = Bars("Wanted", ("of", "more"), (("x_1",),), np.array([-0.5]))
    declaration = declare(TableForm("rates", "Rates", COLUMNS, most_shown=3), ROWS, Steps("S", (step,)), bars)
    markdown = Result(None, declaration).to_markdown()
    assert markdown.startswith("# Try out: a \\| b\n\n- It is \\<so\\>.\n- With \\`code\\`.\n\n## Numbers\n\n")
    assert "| rate | place | values |\n| --- | --- | --- |\n| 0 | 0 x 1 | 0, 0.250 |\n" in markdown
    assert "3 of 50 rows." in markdown
    assert "### One step\n\nSaid.\n\n$$\\frac{a}{b}$$\n\n$$a=1$$\n" in markdown
    assert "| x\\_1 | −0.500 |" in markdown

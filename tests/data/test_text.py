"""Text files as the world writes them."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from descentlab.core import DataError
from descentlab.data._table import DataTable, NumberColumn, WordColumn
from descentlab.data._tables import read_table
from descentlab.data._text import HeaderMode


def _read(tmp_path: Path, data: str | bytes, name: str = "t.csv", header: HeaderMode = "auto") -> DataTable:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, header=header)


PLAIN = "size,color\n1,red\n2.5,blue\n"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.rstrip(),
        PLAIN + "\n\n  \n,\n",
        "\n\n" + PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ", "),
        PLAIN.replace(",", " , "),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        '"size","color"\n"1","red"\n"2.5","blue"\n',
        '"size", "color"\n"1", "red"\n"2.5", "blue"\n',
    ],
)
def test_one_table_in_many_hands(tmp_path: Path, data: str | bytes) -> None:
    table = _read(tmp_path, data)
    assert table.names == ("size", "color")
    assert table.columns[0].to_cells().tolist() == [1.0, 2.5]
    assert table.columns[1].to_cells().tolist() == ["red", "blue"]


def test_labels_are_lines_of_the_file(tmp_path: Path) -> None:
    table = _read(tmp_path, 'a,b\n\n1,"two\nlines"\n2,x\n')
    assert table.labels == ("3", "5")
    assert table.columns[1].to_cells().tolist() == ["two\nlines", "x"]


@pytest.mark.parametrize(
    ("data", "has_header"),
    [
        ("a,b\n1,2\n", True),
        ("1,2\n3,4\n", False),
        ("39, State-gov, <=50K\n50, Private, <=50K\n", False),
        ("color,shape\nred,round\nblue,round\n", True),
        ("red,round\nblue,round\nred,square\n", False),
        ("id,2019,2020\nx,1,2\ny,3,4\n", False),
        ("year 1,2019,2020\n1,1,2\n2,3,4\n", True),
        ("0,1,2,3\n0.5,0.1,0.2,a\n", True),
        (",0,1\n0,0.5,a\n", True),
        ("7,1,2,3\n0.5,0.1,0.2,a\n", False),
    ],
)
def test_a_header_is_recognised(tmp_path: Path, data: str, has_header: bool) -> None:
    assert _read(tmp_path, data).is_named == has_header


def test_a_header_can_be_stated(tmp_path: Path) -> None:
    assert _read(tmp_path, "1,2\n3,4\n", header="yes").names == ("1", "2")
    named = _read(tmp_path, "a,b\n3,4\n", header="no")
    assert named.names == ("column 0", "column 1")
    assert named.num_rows == 2


def test_names_are_made_unique(tmp_path: Path) -> None:
    assert _read(tmp_path, "a,a,,a\nx,1,2,3\n").names == ("a", "a (2)", "column 2", "a (3)")


@pytest.mark.parametrize("word", ["", " ", "NA", "?", " ?", "NaN", "nan", "null", "N/A", '""'])
def test_missing_cells(tmp_path: Path, word: str) -> None:
    table = _read(tmp_path, f"a,b,c\n1,x,k\n{word},{word},k\n3,y,k\n")
    number, text, _ = table.columns
    assert isinstance(number, NumberColumn)
    np.testing.assert_array_equal(number.values, [1.0, np.nan, 3.0])
    assert isinstance(text, WordColumn)
    assert text.is_missing.tolist() == [False, True, False]


def test_true_and_false(tmp_path: Path) -> None:
    column = _read(tmp_path, "a,b\nTrue,1\nfalse,2\nTRUE,3\n,4\n").columns[0]
    assert isinstance(column, NumberColumn)
    assert column.is_boolean
    np.testing.assert_array_equal(column.values, [1.0, 0.0, 1.0, np.nan])
    assert column.to_cells().tolist() == ["True", "False", "True", ""]


def test_a_few_words_among_numbers_are_missing_cells(tmp_path: Path) -> None:
    rows = "".join(f"{row}.5,x\n" for row in range(60))
    table = _read(tmp_path, f"a,b\n{rows}unknown,y\n")
    assert isinstance(table.columns[0], NumberColumn)
    assert np.isnan(table.columns[0].values[-1])


def test_names_that_python_would_take_for_numbers(tmp_path: Path) -> None:
    assert isinstance(_read(tmp_path, "a,b\n1_0,1\n2_0,2\n").columns[0], WordColumn)


def test_windows_letters(tmp_path: Path) -> None:
    table = _read(tmp_path, "name,n\nZoë,1\nJürgen,2\n".encode("cp1252"))
    assert table.columns[0].to_cells().tolist() == ["Zoë", "Jürgen"]
    assert "Windows-1252" in table.notes[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "t.csv is empty"),
        (" \n\n,,\n", "t.csv is empty"),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 cells, but the first row has 2"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cell, but the first row has 2"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (bytes(range(1, 256)) * 20, "binary"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"PK\x03\x04\x14\0", "unpack"),
        (b"\x1f\x8b\x08\0", "unpack"),
        ('a,b\n1,"' + "x" * 200_000, "quote"),
    ],
)
def test_what_is_no_table_is_told_in_a_line(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        _read(tmp_path, data)
    assert "\n" not in str(caught.value)


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\x85\u2028\u2029"), max_size=8)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(WORDS, WORDS, st.floats(-1e6, 1e6)), min_size=1, max_size=6),
    quote_all=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, float]], quote_all: bool, ending: str, mark: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL, lineterminator=ending)
    writer.writerow(["first", "second", "number"])
    # A letter keeps a cell from being a number, a missing cell or true.
    writer.writerows([(f"z{one}", f"z{two}", number) for one, two, number in rows])
    data = text.getvalue().encode("utf-8-sig" if mark else "utf-8")
    table = _read(tmp_path, data, header="yes")
    for place in (0, 1):
        assert table.columns[place].to_cells().tolist() == [f"z{row[place]}".strip() for row in rows]
    np.testing.assert_array_equal(table.columns[2].to_cells(), [row[2] for row in rows])

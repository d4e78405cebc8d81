"""Where a table begins and ends in files with titles, comments, units, totals and other lines around it."""

from pathlib import Path

import pytest

from descentlab.core import DataError
from descentlab.data import read_table
from descentlab.data._table import DataTable
from descentlab.data._text import HeaderMode, Reading

ROWS = [f"{i}.5,{i * 7 % 10},{'AB'[i % 2]}" for i in range(1, 9)]
BODY = "\n".join(ROWS) + "\n"
PLAIN = "size,number,kind\n" + BODY


def _read(
    tmp_path: Path,
    data: str | bytes,
    name: str = "t.csv",
    *,
    header: HeaderMode = "auto",
    encoding: str | None = None,
    separator: str | None = None,
) -> DataTable:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, header=header, encoding=encoding, separator=separator)


def _cells(table: DataTable) -> dict[str, list[object]]:
    return {column.name: column.to_cells().tolist() for column in table.columns}


SAME = {
    "a title": "Results of 2023\n" + PLAIN,
    "a title with its delimiters": "Results of 2023,,\n" + PLAIN,
    "a title and a blank line": "Results of 2023,,\n,,\n" + PLAIN,
    "facts in as many cells": "Station,Bern,x\nHeight,540,m\n\n" + PLAIN,
    "an end of file": PLAIN + "\x1a",
    "facts above": "Station: Bern\nDate: 2024-01-02, at noon\n\n" + PLAIN,
    "comments": "# made by a tool, v2\n# units: cm\n" + PLAIN,
    "comments in per cent signs": "% made by a tool\n%\n" + PLAIN,
    "a comment between rows": PLAIN.replace("3.5,", "# a pause\n3.5,", 1),
    "names in a comment": "# size,number,kind\n" + BODY,
    "a separator declared": "sep=;\n" + PLAIN.replace(",", ";"),
    "a separator declared in quotes": '"sep=,"\r\n' + PLAIN,
    "units": "size,number,kind\ncm,kg/m²,-\n" + BODY,
    "units in brackets": "size,number,kind\n[cm],[],\n" + BODY,
    "types": "size,number,kind\nfloat64,int64,string\n" + BODY,
    "a header that comes again": PLAIN.replace("4.5,", "size,number,kind\n4.5,", 1),
    "delimiters at the end": PLAIN.replace("\n", ",\n"),
    "delimiters at the end of the rows alone": "size,number,kind\n" + BODY.replace("\n", ",\n"),
    "a delimiter at the end of the header alone": PLAIN.replace("\n", ",\n", 1),
    "tabs and spaces": PLAIN.replace(",", "\t").replace("2.5\t", "2.5   \t", 1).replace("\tA", "  A"),
    "many delimiters at the end": PLAIN.replace("\n", ",,,\n"),
    "an empty column between": PLAIN.replace(",", ",,"),
    "a total": PLAIN + "Total,38,\n",
    "a total with a word for it": PLAIN + "Grand total:,,8\n",
    "a mean": PLAIN + "mean,4.75,\n",
    "a source": PLAIN + "Source: the office\n",
    "a source with delimiters": PLAIN + "\nSource: the office of all things,,\n",
    "a number of rows": PLAIN + "(8 rows)\n",
    "a Markdown table": "| size | number | kind |\n|---|--:|:---|\n"
    + "".join(f"| {row.replace(',', ' | ')} |\n" for row in ROWS),
    "a table of psql": " size | number | kind\n------+--------+------\n"
    + "".join(f" {row.replace(',', ' | ')}\n" for row in ROWS)
    + "(8 rows)\n",
    "columns separated by spaces": "".join(f"{line.replace(',', '   ')}\n" for line in PLAIN.splitlines()),
    "columns separated by spaces and tabs": PLAIN.replace(",", "  \t "),
    "columns at fixed places": "".join(
        "  ".join(cell.rjust(8) for cell in line.split(",")) + "  \n" for line in PLAIN.splitlines()
    ),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "UTF-16 without a mark, the other way round": PLAIN.encode("utf-16-be"),
    "UTF-32": PLAIN.encode("utf-32"),
    "carriage returns": PLAIN.replace("\n", "\r"),
}


@pytest.mark.parametrize("kind", SAME)
def test_the_table_within_a_file(tmp_path: Path, kind: str) -> None:
    table = _read(tmp_path, SAME[kind])
    assert _cells(table) == _cells(_read(tmp_path, PLAIN, "plain.csv"))
    assert table.is_named


def test_other_scripts_in_utf_16_without_a_mark(tmp_path: Path) -> None:
    rows = "".join(f"{i}.5,{'東京都渋谷区' if i % 2 else 'северный город'}\n" for i in range(9))
    table = _read(tmp_path, f"値,都市\n{rows}".encode("utf-16-le"))
    assert table.names == ("値", "都市")
    assert table.columns[1].to_cells()[:2].tolist() == ["северный город", "東京都渋谷区"]


def test_what_was_left_out_is_said_with_its_line(tmp_path: Path) -> None:
    assert _read(tmp_path, "Results of 2023,,\n" + PLAIN).notes == (
        "Left out line 1 above the table ('Results of 2023').",
    )
    assert _read(tmp_path, SAME["units"]).notes == ("Left out line 2, which holds units: 'cm', 'kg/m²', '-'.",)
    assert "(line 10)" in _read(tmp_path, PLAIN + PLAIN).notes[0]
    assert "from line 10" in _read(tmp_path, PLAIN + "Total,38,\n").notes[0]
    assert _read(tmp_path, PLAIN).notes == ()


def test_labels_stay_the_lines_of_the_file(tmp_path: Path) -> None:
    table = _read(tmp_path, "a title\n\n" + PLAIN.replace("3.5,", "# a pause\n3.5,", 1))
    assert table.labels[:3] == ("4", "5", "7")


def test_row_names_as_r_writes_them(tmp_path: Path) -> None:
    quoted = '"a" "kind"\n' + "".join(f'"car {i}" {i}.5 "{"AB"[i % 2]}"\n' for i in range(1, 9))
    table = _read(tmp_path, quoted, "t.txt")
    assert table.names == ("row", "a", "kind")
    assert table.columns[0].to_cells()[0] == "car 1"
    commas = 'a,kind\n"7",1.5,A\n"3",2.5,B\n"9",3.5,A\n'
    assert _read(tmp_path, commas).names == ("row", "a", "kind")


def test_two_rows_of_names_are_joined(tmp_path: Path) -> None:
    table = _read(tmp_path, "size,,weight,\nmean,max,mean,kind\n" + "".join(f"{i},{i}.5,2,A\n" for i in range(5)))
    assert table.names == ("size mean", "size max", "weight mean", "weight kind")
    assert "Joined the two rows of names on the lines 1 and 2" in table.notes[0]


@pytest.mark.parametrize("years", ["2019,2020,2021,kind", "1,2,3,kind", ",2019,2020,2021"])
def test_numbers_that_count_are_names(tmp_path: Path, years: str) -> None:
    table = _read(tmp_path, f"{years}\n" + "3.5,4,1,2\n2,1,9,8.5\n")
    assert table.is_named
    assert table.num_rows == 2


@pytest.mark.parametrize(
    "data",
    [
        "size,number,kind\nunknown,unknown,A\n" + BODY,  # words for what is missing are no units
        PLAIN + "all,38.5,A\n",  # no sum, no mean and no gap: a row
        PLAIN + "9.5,,\n",
        PLAIN.replace("4.5,", "total,"),  # not at the end
        "size,number,kind\n" + BODY.replace("A", "total"),
        BODY,
        "kind,word\nA,x\nB,y\nA,x\n",
    ],
)
def test_rows_that_look_a_little_like_others_are_kept(tmp_path: Path, data: str) -> None:
    table = _read(tmp_path, data)
    is_named = data[0] in "sk"
    assert table.num_rows == data.count("\n") - is_named
    assert not any("Left out" in note for note in table.notes)


@pytest.mark.parametrize("row", ["1.5,2,A", "total,2,A", "x y z,1,B", "cm,kg,A", "mean,,B"])
def test_a_single_new_row_is_a_row(tmp_path: Path, row: str) -> None:
    assert _read(tmp_path, f"size,number,kind\n{row}\n", header="yes").num_rows == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a,kind\n1,2,A\n1,3,B\n1,4,A\n", "line 1 names 2 columns, but line 2 has 3 cells: add the missing name"),
        (f"a title\n{PLAIN}1,2\n{BODY}", "line 11 has 2 cells, but line 2 has 3: correct the line, or take it out"),
        ("a,b,c\n" + "1,2\n1,2,3\n" * 9, "so have 8 more lines; name the delimiter by"),
        ('a,b\n1,2\n"3,4\n5,6\n', "line 3: a quote is opened and never closed"),
        ("<html><table><tr><td>1</td></tr></table>", "is a web page or XML"),
        (b"\x28\xb5\x2f\xfd1234", "Zstandard"),
    ],
)
def test_what_cannot_be_read_names_its_line_and_a_remedy(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        _read(tmp_path, data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_stated_is_taken(tmp_path: Path) -> None:
    odd = "key,value\nx,y\nname^number^kind\n" + BODY.replace(",", "^")
    table = _read(tmp_path, odd, header=3, separator="^")
    assert table.names == ("name", "number", "kind")
    assert table.num_rows == len(ROWS)
    spaces = _read(tmp_path, "a b kind\n1 2 A\n3 4 B\n", separator="space")
    assert spaces.names == ("a", "b", "kind")
    russian = _read(tmp_path, "имя;число\nда;1\nнет;2\n".encode("cp1251"), encoding="cp1251")
    assert russian.columns[0].to_cells().tolist() == ["да", "нет"]
    assert "--encoding" in _read(tmp_path, "имя;число\nда;1\nнет;2\n".encode("cp1251")).notes[0]


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (Reading(header=99), "header=99 is not a line"),
        (Reading(encoding="klingon"), "encoding='klingon' is not known"),
        (Reading(encoding="base64"), "encoding='base64' is not known"),
        (Reading(encoding="utf-32"), "is not text in utf-32"),
        (Reading(separator="ab"), "separator='ab' is not a delimiter"),
        (Reading(separator="tab"), "separator='tab' divides no row"),
    ],
)
def test_what_is_stated_wrongly_is_refused(tmp_path: Path, stated: Reading, message: str) -> None:
    with pytest.raises(DataError) as caught:
        _read(tmp_path, PLAIN, header=stated.header, encoding=stated.encoding, separator=stated.separator)
    assert message in str(caught.value)


def test_long_cells(tmp_path: Path) -> None:
    long = "x" * 300_000
    table = _read(tmp_path, f'a,text,kind\n1,"{long}",A\n2,short,B\n')
    assert table.columns[1].to_cells().tolist() == [long, "short"]


def test_decimal_commas_do_not_hide_the_semicolons(tmp_path: Path) -> None:
    table = _read(tmp_path, "1,5;2,5\n3,5;4,25\n5,0;6,5\n")
    assert [column.to_cells().tolist() for column in table.columns] == [[1.5, 3.5, 5.0], [2.5, 4.25, 6.5]]


@pytest.mark.parametrize(
    ("last", "is_left_out"), [(",35.5,", True), (",35.5,A", False), (",12.5,", False), ("8,35.5,", False)]
)
def test_sums_below_a_table_need_no_name(tmp_path: Path, last: str, is_left_out: bool) -> None:
    (tmp_path / "t.csv").write_text(f"a,size,kind\n1,5.5,A\n2,12.5,B\n9,10,A\n4,7.5,B\n{last}\n")
    table = read_table(tmp_path / "t.csv")
    assert table.num_rows == (4 if is_left_out else 5)
    assert any("below the table (from line 6): '35.5'" in note for note in table.notes) == is_left_out

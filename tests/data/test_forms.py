"""Tables in other forms than text, such as workbooks, compressed files and JSON lines; and large files."""

import bz2
import gzip
import io
import json
import lzma
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from descentlab.core import DataError
from descentlab.data import _fast_grid as fast_grid, read_table
from descentlab.data._table import DataTable, WordColumn

FILES = Path(__file__).parent / "files"
PLAIN = "size,kind\n1.5,A\n2.5,B\n"


def _cells(table: DataTable) -> dict[str, list[object]]:
    return {column.name: column.to_cells().tolist() for column in table.columns}


def _archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, PLAIN)
    return file.getvalue()


PACKED = {
    "t.csv.gz": gzip.compress(PLAIN.encode()),
    "t.csv.bz2": bz2.compress(PLAIN.encode()),
    "t.csv.xz": lzma.compress(PLAIN.encode()),
    "t.zip": _archive("inner/t.csv", "__MACOSX/inner/._t.csv", "inner/.DS_Store"),
    "named.csv": gzip.compress(PLAIN.encode()),
    "t.tsv.gz": gzip.compress(PLAIN.replace(",", "\t").encode()),
}


@pytest.mark.parametrize("name", PACKED)
def test_compressed_files_are_unpacked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PACKED[name])
    assert _cells(read_table(tmp_path / name)) == {"size": [1.5, 2.5], "kind": ["A", "B"]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (_archive("a.csv", "b.csv"), "an archive of 2 files ('a.csv', 'b.csv')"),
        (_archive(), "cannot be unpacked|is an archive of no file|binary"),
        (PACKED["t.csv.gz"][:20], "cannot be unpacked by gzip"),
        (PACKED["t.zip"][:60], "cannot be unpacked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read as a workbook"),
    ],
    ids=["two files", "no file", "cut gzip", "cut zip", "no workbook"],  # the bytes hold the time of day
)
def test_what_cannot_be_unpacked_is_said_in_a_line(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "t.zip").write_bytes(data)
    with pytest.raises(DataError, match=message.replace("(", r"\(").replace(")", r"\)")) as caught:
        read_table(tmp_path / "t.zip")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_workbooks(ending: str) -> None:
    """Twenty rows beneath a title, with numbers, a gap, yes and no, dates and words, as spreadsheets wrote them."""
    table = read_table(FILES / f"sheet.{ending}")
    assert table.names == ("size", "n", "ok", "day", "kind")
    cells = _cells(table)
    np.testing.assert_array_equal(np.array(cells["size"])[:5], [0.0, 0.5, 1.0, np.nan, 2.0])
    assert cells["n"] == list(range(20))
    assert cells["ok"][:3] == ["True", "False", "True"]
    assert cells["kind"] == ["A", "B"] * 10
    assert table.labels[0] == "3"
    has_note = any("Read the sheet 'Main' of 2" in note for note in table.notes)
    assert has_note == (ending == "xlsx")


def test_a_workbook_is_known_by_its_bytes(tmp_path: Path) -> None:
    shutil.copy(FILES / "sheet.xlsx", tmp_path / "renamed.csv")
    assert _cells(read_table(tmp_path / "renamed.csv"))["n"] == list(range(20))


RECORDS = [{"a": 1, "b": "x", "deep": {"c": True}}, {"a": 2.5, "b": None}, {"a": 1e30, "b": 'say "no"', "d": [1]}]


@pytest.mark.parametrize("form", ["lines", "list", "utf-16"])
def test_json_records(tmp_path: Path, form: str) -> None:
    lines = "\n".join(map(json.dumps, RECORDS)) + "\n\n"
    data = {"lines": lines.encode(), "list": json.dumps(RECORDS).encode(), "utf-16": lines.encode("utf-16")}[form]
    path = tmp_path / ("t.json" if form == "list" else "t.jsonl")
    path.write_bytes(data)
    table = read_table(path)
    assert table.names == ("a", "b", "deep.c", "d")
    assert table.columns[0].to_cells().tolist() == [1.0, 2.5, 1e30]
    assert table.columns[1].to_cells().tolist() == ["x", "", 'say "no"']
    assert table.labels == ("1", "2", "3")


def test_json_lines_of_lists(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('["a", "kind"]\n[1, "x"]\n[2, "y"]\n')
    assert _cells(read_table(tmp_path / "t.jsonl")) == {"a": [1.0, 2.0], "kind": ["x", "y"]}


@pytest.mark.parametrize(
    ("data", "message"),
    [('{"a": 1}\n{"a": \n', "line 2 is not JSON"), ('{"a": 1}\n5\n', "line 2 holds '5', no record"), ("", "is empty")],
)
def test_what_is_no_json_names_its_line(tmp_path: Path, data: str, message: str) -> None:
    (tmp_path / "t.jsonl").write_text(data)
    with pytest.raises(DataError, match=message):
        read_table(tmp_path / "t.jsonl")


def _many(quote: str = "", line_end: str = "\n", words: str = "red,blue,green") -> str:
    rng = np.random.default_rng(0)
    names = words.split(",")
    rows = [
        f"{i}{line_end[:0]},{rng.normal():.3f},{quote}{names[i % len(names)]}{quote},{'' if i % 7 else 'NA'}"
        for i in range(400)
    ]
    return line_end.join(["row,x,colour,gap", *rows]) + line_end


@pytest.mark.parametrize(
    "text",
    [
        _many(),
        _many().rstrip(),
        _many('"'),
        _many(line_end="\r\n"),
        _many(words="grün,日本,é"),
        _many('"', words='say ""no"",b'),
        _many('"', words="two\nlines,b"),
        _many(words='b 5",6" c'),
        _many(words=" led,x "),
        _many().replace("17,", "\n17,", 1),
        _many().replace("\n99,", "\n,,,\n99,", 1),
        _many() + "Total,,,\n",
        _many() + "row,x,colour,gap\n",
        _many().replace(",", ";").replace(".", ","),
        _many().replace(",", "\t"),
        _many(line_end="\r"),
        _many('"').replace('"red"', '"r,ed"').replace('"blue"', '""'),
    ],
)
def test_large_files_have_the_same_cells(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    slow = read_table(path)
    monkeypatch.setattr(fast_grid, "FEWEST_BYTES", 1)
    fast = read_table(path)
    assert fast.labels == slow.labels
    assert fast.notes == slow.notes
    for one, other in zip(fast.columns, slow.columns, strict=True):
        np.testing.assert_array_equal(one.to_cells(), other.to_cells())
        if isinstance(one, WordColumn) and isinstance(other, WordColumn):
            assert one.words == other.words


def test_a_file_of_megabytes_is_read_as_pandas_reads_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({
        "x": rng.normal(size=60_000).round(6),
        "n": rng.integers(0, 9, 60_000),
        "word": rng.choice(["red", "blue", "dark green"], 60_000),
    })  # fmt: skip
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    assert path.stat().st_size > 2**20
    table = read_table(path)
    for column in table.columns:
        np.testing.assert_array_equal(column.to_cells(), frame[column.name].to_numpy())
    assert table.labels[-1] == "60001"


ARFF = """% a comment
@RELATION flowers

@ATTRIBUTE 'petal length' NUMERIC
@attribute size {small, 'very large'}
@attribute kind {A,B}
@DATA
1.5,small,A
% another
2.5,'very large',B
?,small,A
"""


def test_arff_names_its_columns(tmp_path: Path) -> None:
    (tmp_path / "t.arff").write_text(ARFF)
    table = read_table(tmp_path / "t.arff")
    assert table.names == ("petal length", "size", "kind")
    assert table.labels == ("8", "10", "11")
    np.testing.assert_array_equal(table.column("petal length").to_numbers().values, [1.5, 2.5, np.nan])
    assert table.column("size").to_cells().tolist() == ["small", "very large", "small"]
    (tmp_path / "t.arff").write_text(ARFF.replace("1.5,small,A", "{0 1.5, 2 A}"))
    with pytest.raises(DataError, match="line 8: sparse rows of ARFF"):
        read_table(tmp_path / "t.arff")


def test_sparse_rows_are_named(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("+1 1:0.5 3:1\n-1 2:0.25\n+1 1:1 2:2 3:3\n")
    with pytest.raises(DataError, match="LIBSVM"):
        read_table(tmp_path / "t.txt")

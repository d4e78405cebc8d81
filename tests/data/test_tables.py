"""The forms a table may come in."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from descentlab.core import DataError, MissingDataError
from descentlab.data._table import NumberColumn, WordColumn
from descentlab.data._tables import read_table

FRAME = pd.DataFrame(
    {"n": [1.5, np.nan, 3.0], "i": [1, 2, 3], "b": [True, False, True], "w": ["x", None, "z"]},
)


def _csv(frame: pd.DataFrame, folder: Path) -> Any:
    frame.to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def _tsv(frame: pd.DataFrame, folder: Path) -> Any:
    frame.to_csv(folder / "t.tsv", index=False, sep="\t")
    return str(folder / "t.tsv")


def _parquet(frame: pd.DataFrame, folder: Path) -> Any:
    frame.to_parquet(folder / "t.parquet")
    return folder / "t.parquet"


FORMS: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "csv": _csv,
    "tsv": _tsv,
    "parquet": _parquet,
    "frame": lambda frame, _: frame,
    "nullable frame": lambda frame, _: frame.convert_dtypes(),
    "frame of objects": lambda frame, _: frame.astype(object),
    "frame of categories": lambda frame, _: frame.astype({"w": "category"}),
    "columns": lambda frame, _: {name: frame[name].tolist() for name in frame},
    "records": lambda frame, _: frame.to_dict("records"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_table(form: str, tmp_path: Path) -> None:
    table = read_table(FORMS[form](FRAME, tmp_path))
    assert table.names == ("n", "i", "b", "w")
    n, i, b, w = table.columns
    assert isinstance(n, NumberColumn)
    np.testing.assert_array_equal(n.values, [1.5, np.nan, 3.0])
    assert isinstance(i, NumberColumn)
    np.testing.assert_array_equal(i.values, [1, 2, 3])
    assert isinstance(b, NumberColumn)
    assert b.is_boolean
    np.testing.assert_array_equal(b.values, [1, 0, 1])
    assert isinstance(w, WordColumn)
    assert w.to_cells().tolist() == ["x", "", "z"]
    assert table.checksum.startswith("sha256:")


def test_an_array_has_numbered_columns() -> None:
    table = read_table(np.arange(6).reshape(3, 2))
    assert table.names == ("x0", "x1")
    assert not table.is_named
    assert table.labels == ("1", "2", "3")


def test_an_array_of_mixed_cells() -> None:
    table = read_table([[1, "a"], [2, "b"]])
    assert isinstance(table.columns[0], NumberColumn)
    assert isinstance(table.columns[1], WordColumn)


def test_columns_of_one_name_are_told_apart() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.Index(["a", "a", "a\n b"]))
    table = read_table(frame)
    assert table.names == ("a", "a (2)", "a b")
    assert [column.to_cells().tolist() for column in table.columns] == [[1.0], [2.0], [3.0]]


def test_moments_are_numbers(tmp_path: Path) -> None:
    moments = [dt.datetime(1970, 1, 2), None]
    for frame in (pd.DataFrame({"t": moments}), pd.DataFrame({"t": pd.to_datetime(moments, utc=True)})):
        frame.to_parquet(tmp_path / "t.parquet")
        for source in (frame, tmp_path / "t.parquet"):
            np.testing.assert_array_equal(read_table(source).columns[0].to_numbers().values, [86_400.0, np.nan])


@pytest.mark.parametrize("form", ["frame", "nullable frame", "parquet", "columns", "csv"])
def test_long_whole_numbers_are_words_in_every_form(form: str, tmp_path: Path) -> None:
    whole = [2**53, 2**53 + 1, -(2**60) - 1]
    for values in (whole, [*whole[:2], None]):
        frame = pd.DataFrame({"n": pd.array(values, dtype="Int64"), "k": [1, 2, 3]})
        column = read_table(FORMS[form](frame if None in values else frame.astype("int64"), tmp_path)).columns[0]
        assert isinstance(column, WordColumn)
        assert column.to_cells().tolist() == ["" if value is None else str(value) for value in values]


def test_lengths_of_time_are_seconds() -> None:
    spans = pd.Series(pd.to_timedelta(["90 s", None, "1 h"]))
    np.testing.assert_array_equal(read_table({"t": spans}).columns[0].to_numbers().values, [90.0, np.nan, 3600.0])


def test_one_record_is_one_row() -> None:
    table = read_table({"a": 1, "b": "x"})
    assert (table.num_rows, table.names) == (1, ("a", "b"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.zeros(3), r"X has shape \(3,\)"),
        ({"a": [1, 2], "b": [1]}, "different lengths"),
        (sparse.csr_array(np.eye(3)), "toarray"),
        ([[1, 2], [3]], "differ in length"),
        ({"a": np.zeros((2, 2))}, "shape"),
    ],
)
def test_what_is_no_table(source: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_table(source)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match=r"t.parquet' as Parquet") as caught:
        read_table(tmp_path / "t.parquet")
    assert "\n" not in str(caught.value)

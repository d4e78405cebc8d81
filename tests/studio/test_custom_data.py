from pathlib import Path

import numpy as np
import pytest

from descentlab.core import DataError
from descentlab.studio.playing._custom_data import MOST_BYTES, REACH, read_custom_data


def test_two_columns_of_numbers_become_points(tmp_path: Path) -> None:
    found = read_custom_data(b"height,weight,who\n1.5,50,a\n1.8,80,b\n1.65,65,a\n1.7,72,b\n", tmp_path)
    assert found.points is not None
    assert found.table is None
    assert not found.is_regression
    assert [label for _, _, label in found.points] == ["a", "b", "a", "b"]
    xs = np.array([point[:2] for point in found.points])
    np.testing.assert_allclose(xs.min(axis=0), -REACH)
    np.testing.assert_allclose(xs.max(axis=0), REACH)
    assert xs[2, 0] == pytest.approx(0.0)
    assert "'height' from 1.5 to 1.8" in found.note
    assert not list(tmp_path.iterdir())


def test_many_different_numbers_at_the_end_are_a_regression(tmp_path: Path) -> None:
    rows = "\n".join(f"{place},{place * 2},{place * 0.5}" for place in range(20))
    found = read_custom_data(f"a,b,y\n{rows}\n".encode(), tmp_path)
    assert found.is_regression
    assert found.points is not None
    assert found.points[3][2] == 1.5


def test_more_columns_stay_a_table(tmp_path: Path) -> None:
    found = read_custom_data(b"a,b,c,kind\n1,2,3,u\n2,3,4,v\n3,4,5,u\n", tmp_path)
    assert found.points is None
    assert found.table is not None
    assert found.table.target == "kind"
    assert Path(found.table.path).parent == tmp_path


@pytest.mark.parametrize("content", [b"", b"a\n1\n2\n", b"\x00\xff\x00"])
def test_what_is_no_table_is_refused_and_not_kept(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        read_custom_data(content, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("content", "suffix"), [(b"", ".csv"), (b"\x00\xff\x00", ".csv"), (b"nope", ".parquet")])
def test_a_reason_calls_a_table_what_its_person_calls_it(content: bytes, suffix: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="my marks") as refused:
        read_custom_data(content, tmp_path, suffix, called="my marks")
    assert str(tmp_path) not in str(refused.value)
    assert "table-" not in str(refused.value)


def test_a_single_column_tells_and_its_rows_are_counted(tmp_path: Path) -> None:
    found = read_custom_data(b"a,kind\n1,u\n2,v\n3,u\n", tmp_path)
    assert found.note == "1 column tells 'kind'."
    assert found.num_rows == 3


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too many for the playground"):
        read_custom_data(b"1" * (MOST_BYTES + 1), tmp_path)

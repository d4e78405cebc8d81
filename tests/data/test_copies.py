"""Test examples that are copies of training examples are counted."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.data import Dataset, load, prepare
from descentlab.data._copies import picture_keys, row_keys
from descentlab.data._table import NumberColumn, WordColumn
from descentlab.spec import BundledData, PlaygroundData, SplitSpec, TableData
from tests.data.picture_folders import fill, notes_with, read, save

RNG = np.random.default_rng(0)


def _rows(count: int) -> list[str]:
    return [f"{RNG.normal():.5f},{RNG.choice(list('uvw'))},{'xy'[row % 2]}" for row in range(count)]


def _write(path: Path, rows: list[str]) -> str:
    path.write_text("\n".join(["a,b,kind", *rows, ""]))
    return str(path)


def _read(path: str, **options: Any) -> Dataset:
    return prepare(load(TableData(path=path, target="kind", **options)), SplitSpec(), 0)


def test_copies_in_a_test_file_are_counted(tmp_path: Path) -> None:
    rows = _rows(60)
    train = _write(tmp_path / "train.csv", rows)
    data = _read(train, test_path=_write(tmp_path / "test.csv", [*rows[:5], *_rows(15)]))
    assert "5 of 20 test rows (25%) are copies of training rows" in notes_with(data, "copies")[0]
    clean = _read(train, test_path=_write(tmp_path / "test.csv", _rows(20)))
    assert not notes_with(clean, "copies")


def test_a_file_joined_to_itself_is_noticed(tmp_path: Path) -> None:
    rows = _rows(60)
    assert len(notes_with(_read(_write(tmp_path / "t.csv", rows * 3)), "keep each row once")) == 1
    assert not notes_with(_read(_write(tmp_path / "t.csv", rows)), "copies")


def test_rows_that_are_alike_by_nature_are_no_copies(tmp_path: Path) -> None:
    rows = [f"{RNG.integers(3)},{RNG.choice(list('uvw'))},{'xy'[row % 2]}" for row in range(120)]
    train = _write(tmp_path / "train.csv", rows[:90])
    assert not notes_with(_read(train), "copies")
    assert not notes_with(_read(train, test_path=_write(tmp_path / "test.csv", rows[90:])), "copies")


@pytest.mark.parametrize("name", ["iris", "wine", "breast-cancer", "digits"])
def test_bundled_sets_are_not_warned_of(name: str) -> None:
    assert not notes_with(prepare(load(BundledData(name=name)), SplitSpec(), 0), "copies")


def test_copied_pictures_are_counted(tmp_path: Path) -> None:
    fill(tmp_path / "train", count=8)
    fill(tmp_path / "test", count=4)
    assert not notes_with(read(tmp_path), "copies")
    for place in range(2):
        shutil.copy(tmp_path / "train" / "cat" / f"{place}.png", tmp_path / "test" / "cat" / f"copy{place}.png")
    assert "2 of 10 test pictures (20%)" in notes_with(read(tmp_path), "copies")[0]
    assert "2 of 10 test pictures (20%)" in notes_with(read(tmp_path, in_memory_mb=0), "copies")[0]


def test_equal_pixels_in_another_format_are_a_copy(tmp_path: Path) -> None:
    fill(tmp_path / "train", count=8)
    fill(tmp_path / "test", count=4)
    pixels = RNG.integers(0, 256, (6, 5), dtype=np.uint8)
    save(tmp_path / "train" / "dog" / "one.png", pixels)
    save(tmp_path / "test" / "dog" / "another.bmp", pixels)
    assert "1 of 9 test pictures" in notes_with(read(tmp_path), "is a copy")[0]


def test_keys_are_equal_as_rows_are() -> None:
    values = RNG.choice([0.0, -0.0, 1.0, np.nan, 2.5], 400)
    codes = RNG.integers(-1, 3, 400).astype(np.int32)
    targets = RNG.integers(0, 2, 400)
    keys = row_keys([NumberColumn("a", values), WordColumn("b", codes, ("x", "y", "z"))], targets)
    cells = zip((values + 0.0).tolist(), codes.tolist(), targets.tolist(), strict=True)
    rows = [str(row) for row in cells]
    assert len(set(rows)) == len(set(keys.tolist()))
    assert len(set(zip(rows, keys.tolist(), strict=True))) == len(set(rows))
    pictures = RNG.integers(0, 2, (500, 2, 2, 1), dtype=np.uint8)
    flat = [picture.tobytes() for picture in pictures]
    assert len(set(picture_keys(pictures, np.zeros(500)).tolist())) == len(set(flat))


def test_points_that_are_drawn_are_left_alone() -> None:
    assert not notes_with(prepare(load(PlaygroundData()), SplitSpec(), 0), "copies")

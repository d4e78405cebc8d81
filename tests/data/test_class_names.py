"""Names of classes are compared within the training part, and between the parts."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from descentlab.core import DataError
from descentlab.data import Arrays, Dataset, load, prepare
from descentlab.data._spellings import loose_name, match_names
from descentlab.spec import ArraysData, PicturesData, SplitSpec, TableData
from tests.data.picture_folders import fill, notes_with

RNG = np.random.default_rng(0)


def _table(path: Path, labels: list[str]) -> str:
    rows = [f'{RNG.normal():.4f},{RNG.normal():.4f},"{label}"' for label in labels]
    path.write_text("\n".join(["a,b,kind", *rows, ""]))
    return str(path)


def _read(path: str, **options: Any) -> Dataset:
    return prepare(load(TableData(path=path, target="kind", **options)), SplitSpec(), 0)


def _names(data: Dataset, rows: np.ndarray) -> list[str]:
    return [data.classes[index] for index in data.targets[rows]]


@pytest.mark.parametrize(
    ("spellings", "kept"),
    [
        (["Yes", "Yes", "YES", "yes"], "Yes"),
        ([">50K", ">50K.", ">50K"], ">50K"),
        (["New York", "New  York", "New York"], "New York"),
        (["cat", "Cat.", "cat"], "cat"),
        (["hotdog", "hot dog", "hotdog"], "hotdog"),
        (["St. Louis", "St Louis", "St. Louis"], "St. Louis"),
        (["cat\u200b", "cat", "cat"], "cat"),
    ],
)
def test_spellings_of_one_class_are_one(tmp_path: Path, spellings: list[str], kept: str) -> None:
    labels = (spellings * 12)[: 4 * len(spellings)] + ["other"] * 12
    data = _read(_table(tmp_path / "t.csv", labels))
    assert set(data.classes) == {kept, "other"}
    assert _names(data, np.arange(len(labels))) == [kept if label != "other" else label for label in labels]
    (note,) = notes_with(data, "as one class")
    assert note.startswith("Warning")
    apart = _read(_table(tmp_path / "t.csv", labels), merge_classes="no")
    assert set(apart.classes) == {*spellings, "other"}
    assert len(notes_with(apart, "alone: ")) == 1


@pytest.mark.parametrize("pair", [("a", "A"), ("Co", "CO"), ("1", "1.")])
def test_short_names_stay_apart_unless_merging_is_stated(tmp_path: Path, pair: tuple[str, str]) -> None:
    path = _table(tmp_path / "t.csv", [*pair, "rest"] * 8)
    data = _read(path)
    assert set(data.classes) == {*pair, "rest"}
    (note,) = notes_with(data, "alone: ")
    assert "--set data.merge_classes=yes" in note
    assert len(_read(path, merge_classes="yes").classes) == 2


@pytest.mark.parametrize(
    "labels", [["cat", "cats", "cat 1"], ["3", "30", "03"], ["1.5", "15", "1 5"], ["-", "--", "+"]]
)
def test_other_names_are_other_classes(tmp_path: Path, labels: list[str]) -> None:
    data = _read(_table(tmp_path / "t.csv", [*labels, "word"] * 8), merge_classes="yes")
    assert len(data.classes) == 4
    assert not notes_with(data, "Warning")


def test_a_test_file_with_other_spellings_is_taken_and_named(tmp_path: Path) -> None:
    train = _table(tmp_path / "train.csv", ["<=50K", ">50K"] * 15)
    test = _table(tmp_path / "test.csv", ["<=50K.", ">50K.", ">50K."] * 4)
    data = _read(train, test_path=test)
    assert data.classes == ("<=50K", ">50K")
    assert _names(data, data.test) == ["<=50K", ">50K", ">50K"] * 4
    (note,) = notes_with(data, "Warning")
    assert "by a full stop alone" in note
    assert "'<=50K.' as '<=50K' (4 rows), '>50K.' as '>50K' (8 rows)" in note
    with pytest.raises(DataError, match=r"none of the 12 test examples has a class .* '<=50K.' \(4\), '>50K.' \(8\)"):
        _read(train, test_path=test, merge_classes="no")


def test_test_rows_of_classes_that_training_lacks_are_left_out(tmp_path: Path) -> None:
    train = _table(tmp_path / "train.csv", ["a", "b"] * 15)
    test = _table(tmp_path / "test.csv", ["a", "b", "c", "d", "d"])
    data = _read(train, test_path=test)
    assert data.classes == ("a", "b")
    assert _names(data, data.test) == ["a", "b"]
    (note,) = notes_with(data, "that training lacks")
    assert "3 rows" in note
    assert "'c' (1), 'd' (2)" in note
    marked = tmp_path / "one.csv"
    rows = [f"{RNG.normal():.3f},{'xy'[row % 2]},train" for row in range(30)]
    marked.write_text("\n".join(["a,kind,part", *rows, "1,z,test", "2,x,test", ""]))
    data = _read(str(marked), test_column="part")
    assert (data.classes, len(data.test)) == (("x", "y"), 1)


def test_a_test_file_without_any_target_is_refused(tmp_path: Path) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("a,kind\n" + "".join(f"{RNG.normal():.3f},{row % 2}\n" for row in range(60)))
    test.write_text("a,kind\n" + "".join(f"{RNG.normal():.3f},{['tall', 'short'][row % 2]}\n" for row in range(12)))
    with pytest.raises(DataError, match="none of the 12 test "):
        _read(str(train), test_path=str(test))


def test_numbers_as_classes_are_compared(tmp_path: Path) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("a,kind\n" + "".join(f"{RNG.normal():.3f},{row % 3}\n" for row in range(60)))
    test.write_text("a,kind\n" + "".join(f"{RNG.normal():.3f},{row % 4}\n" for row in range(12)))
    data = _read(str(train), test_path=str(test))
    assert data.classes == ("0", "1", "2")
    assert len(data.test) == 9


def test_a_regression_has_no_classes_to_compare(tmp_path: Path) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    for path, shift in ((train, 0.0), (test, 9.0)):
        path.write_text("a,kind\n" + "".join(f"{RNG.normal():.3f},{row + shift + 0.5}\n" for row in range(30)))
    assert len(_read(str(train), test_path=str(test)).test) == 30


def test_one_class_in_many_spellings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the class 'Yes' alone"):
        _read(_table(tmp_path / "t.csv", ["Yes", "yes", "Yes"] * 10))


def test_folders_of_other_spellings_and_other_classes(tmp_path: Path) -> None:
    fill(tmp_path / "train", ("Cat", "Dog"))
    fill(tmp_path / "test", ("cat", "DOG", "fox"), count=3)
    data = prepare(load(PicturesData(path=str(tmp_path))), SplitSpec(), 0)
    assert data.classes == ("Cat", "Dog")
    assert np.bincount(data.targets[data.test]).tolist() == [3, 3]
    assert len(data.inputs) == len(data.labels) == len(data.targets) == 16
    assert "'cat' as 'Cat' (3 pictures), 'DOG' as 'Dog' (3 pictures)" in notes_with(data, "alone: ")[0]
    assert "'fox' (3)" in notes_with(data, "that training lacks")[0]
    stored = prepare(load(PicturesData(path=str(tmp_path), in_memory_mb=0)), SplitSpec(), 0)
    np.testing.assert_array_equal(stored.inputs[:], data.inputs)


def test_new_examples_are_scored_by_the_classes_they_spell(tmp_path: Path) -> None:
    data = _read(_table(tmp_path / "t.csv", ["Adelie", "Gentoo"] * 15))
    frame = pd.DataFrame({"a": [0.0] * 4, "b": [1.0] * 4, "kind": ["adelie", "Gentoo.", "Gentoo", "Chinstrap"]})
    new = data.preparation.apply(frame)
    assert np.asarray(new.targets).tolist() == [0, 1, 1, -1]
    assert any("'adelie' as 'Adelie' (1), 'Gentoo.' as 'Gentoo' (1)" in note for note in new.notes)
    assert any("'Chinstrap' (1)" in note for note in new.notes)
    exact = _read(_table(tmp_path / "t.csv", ["Adelie", "Gentoo"] * 15), merge_classes="no")
    assert np.asarray(exact.preparation.apply(frame).targets).tolist() == [-1, -1, 1, -1]


def test_targets_in_memory_are_compared_too() -> None:
    answers = np.array(["Yes", "no", "yes", "No"] * 10)
    data = prepare(load(ArraysData(), arrays=Arrays(RNG.normal(size=(40, 3)), answers)), SplitSpec(), 0)
    assert len(data.classes) == 2
    pictures = RNG.integers(0, 256, (40, 6, 5), dtype=np.uint8)
    assert len(prepare(load(ArraysData(), arrays=Arrays(pictures, answers)), SplitSpec(), 0).classes) == 2


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_loose_name_is_stable_and_exact_matches_come_first(first: str, second: str) -> None:
    assert loose_name(loose_name(first)) == loose_name(first)
    matches = match_names([first, second], [first, second], is_loose=True)
    assert matches == {first: first, second: second}

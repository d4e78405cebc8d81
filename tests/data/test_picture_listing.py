"""Folders of pictures as people have them: around, beside and without what is expected."""

import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from descentlab.core import DataError
from descentlab.data import preparation_from_json
from descentlab.spec import SplitSpec
from tests.data.picture_folders import fill, notes_with, read, save

HEIC = b"\0\0\0\x18ftypheic" + bytes(40)


@pytest.mark.parametrize(
    "inner", ["data", "a/b", "train", "pictures/train"], ids=["one", "two", "training alone", "around training"]
)
def test_a_folder_around_the_folder_is_entered(tmp_path: Path, inner: str) -> None:
    fill(tmp_path / inner)
    (tmp_path / "README.md").write_text("about")
    data = read(tmp_path)
    assert data.classes == ("cat", "dog")
    assert len(data.labels) == 10
    assert len(notes_with(data, f"{inner}'")) == 1


def test_a_folder_around_each_part_is_entered(tmp_path: Path) -> None:
    fill(tmp_path / "data" / "training_set" / "training_set")
    fill(tmp_path / "data" / "test_set" / "test_set", count=3)
    data = read(tmp_path)
    assert (data.classes, len(data.test)) == (("cat", "dog"), 6)
    assert "Took the parts from their folders: 6 test, 10 train." in data.notes


def test_parts_without_a_test_folder_say_which_pictures_are_held_out(tmp_path: Path) -> None:
    fill(tmp_path / "train", count=10)
    fill(tmp_path / "Validation", count=4)
    data = read(tmp_path)
    assert {data.labels[row].partition("/")[0] for row in data.test} == {"train"}
    (note,) = notes_with(data, "became the test part")
    assert f"{len(data.test)} pictures of 'train'" in note
    remedied = read(tmp_path, SplitSpec(test=0.0))
    assert len(remedied.test) == 0
    assert len(remedied.train) == 20
    assert not notes_with(remedied, "became the test part")


def test_a_test_folder_without_subfolders_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path / "train")
    for place in range(3):
        save(tmp_path / "test" / f"{place}.png")
    data = read(tmp_path)
    assert data.classes == ("cat", "dog")
    assert not any(label.startswith("test") for label in data.labels)
    (note,) = notes_with(data, "no classes")
    assert "3 pictures in 'test'" in note
    assert "predict" in note


def test_parts_without_any_classes_are_refused(tmp_path: Path) -> None:
    for part in ("train", "test"):
        save(tmp_path / part / "1.png")
        save(tmp_path / part / "2.png")
    with pytest.raises(DataError, match=r"have no classes: .*labels"):
        read(tmp_path)


def test_classes_named_like_parts_stay_classes(tmp_path: Path) -> None:
    fill(tmp_path, ("train", "bus"))
    assert read(tmp_path).classes == ("bus", "train")


def test_what_is_beside_the_classes_is_counted(tmp_path: Path) -> None:
    fill(tmp_path / "train")
    fill(tmp_path / "test")
    fill(tmp_path, ("more",))
    save(tmp_path / "train" / "loose.png")
    data = read(tmp_path)
    assert len(data.labels) == 20
    assert "5 pictures in 'more'" in notes_with(data, "beside the folders of parts")[0]
    assert "'loose.png'" in notes_with(data, "in no subfolder")[0]


@pytest.mark.parametrize("aside", ["@eaDir", "__MACOSX", "Thumbnails", "#recycle", "cat/@eaDir", "cat/thumbs"])
def test_folders_of_storage_systems_are_no_classes(tmp_path: Path, aside: str) -> None:
    fill(tmp_path)
    for place in range(3):
        save(tmp_path / aside / f"{place}.png")
    data = read(tmp_path)
    assert (data.classes, len(data.labels)) == (("cat", "dog"), 10)
    assert f"3 pictures in folders of thumbnails or of a storage system: '{aside}'" in data.notes[0]


def test_a_class_named_thumbs_is_named_in_the_error(tmp_path: Path) -> None:
    fill(tmp_path, ("thumbs", "fist"))
    with pytest.raises(DataError, match="rename such a folder if it is a class"):
        read(tmp_path)


@pytest.mark.parametrize("ending", [".jfif", ".JFIF", ".pjp", ".dib", ".apng"])
def test_other_endings_of_the_same_formats(tmp_path: Path, ending: str) -> None:
    kind = {".dib": "DIB", ".apng": "PNG"}.get(ending, "JPEG")
    for name in ("a", "b"):
        for place in range(4):
            save(tmp_path / name / f"{place}{ending}", format=kind)
    assert len(read(tmp_path).labels) == 8


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
def test_a_file_without_an_ending_is_known_by_its_content(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        for place in range(4):
            save(tmp_path / name / f"img{place}", format=kind)
        (tmp_path / name / "README").write_text("BM and P5 and GIF are letters")
    data = read(tmp_path)
    assert len(data.labels) == 8
    assert "8 files without a picture's ending" in data.notes[0]


def test_avif_is_read_where_pillow_reads_it(tmp_path: Path) -> None:
    from PIL import features

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for place in range(4):
            if features.check("avif"):
                save(tmp_path / name / f"{place}.avif")
            else:
                (tmp_path / name / f"{place}.avif").write_bytes(HEIC.replace(b"heic", b"avif"))
    if features.check("avif"):
        assert len(read(tmp_path).labels) == 8
    else:
        with pytest.raises(DataError, match="AVIF"):
            read(tmp_path)


def test_heic_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    fill(tmp_path)
    (tmp_path / "cat" / "photo.HEIC").write_bytes(HEIC)
    (tmp_path / "bird").mkdir()
    (tmp_path / "bird" / "no ending").write_bytes(HEIC)
    data = read(tmp_path)
    (note,) = notes_with(data, "pillow-heif")
    assert "left out 2 pictures" in note
    assert "pip install pillow-heif" in note
    for name in ("x", "y"):
        (tmp_path / "only" / name).mkdir(parents=True)
        (tmp_path / "only" / name / "1.heic").write_bytes(HEIC)
    with pytest.raises(DataError, match="pip install pillow-heif"):
        read(tmp_path / "only")
    with pytest.raises(DataError, match="pip install pillow-heif"):
        read(tmp_path / "bird")
    with pytest.raises(DataError, match="pip install pillow-heif"):
        data.preparation.apply(tmp_path / "cat" / "photo.HEIC")


def test_heic_is_read_if_its_reader_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def register() -> None:
        calls.append(1)
        opener: Any = _Heic
        Image.register_open("HEIC", opener, lambda begin: begin[4:12] == b"ftypheic")

    reader = SimpleNamespace(register_heif_opener=register, __spec__=SimpleNamespace(name="pillow_heif"))
    monkeypatch.setitem(sys.modules, "pillow_heif", reader)
    from descentlab.data import _picture_files

    _picture_files._register_heif.cache_clear()
    try:
        fill(tmp_path)
        (tmp_path / "cat" / "photo.heic").write_bytes(HEIC)
        data = read(tmp_path)
        assert data.inputs[data.labels.index("cat/photo.heic")].tolist() == np.full((6, 5, 1), 77).tolist()
        assert calls == [1]
    finally:
        _picture_files._register_heif.cache_clear()
        Image.OPEN.pop("HEIC", None)
        Image.ID.remove("HEIC")


class _Heic(Image.Image):
    """Stands for the reader of another package."""

    format = "HEIC"

    def __init__(self, *_: object) -> None:
        super().__init__()
        other = Image.new("L", (5, 6), 77)
        self.im, self._mode, self._size = other.im, "L", (5, 6)


def test_other_kinds_of_pictures_are_counted(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "cat" / "a.svg").write_text("<svg/>")
    (tmp_path / "cat" / "b.CR2").write_bytes(b"II*\0" + bytes(60))
    (tmp_path / "cat" / "notes.txt").write_text("no picture")
    data = read(tmp_path)
    assert len(data.labels) == 10
    assert "left out 2 pictures, since '.cr2', '.svg' are not read" in data.notes[0]


def test_a_class_without_pictures_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "bird").mkdir()
    assert "Left out 'bird'" in read(tmp_path).notes[0]


def test_a_class_whose_pictures_are_all_broken_is_named(tmp_path: Path) -> None:
    fill(tmp_path, ("cat", "dog", "fox"))
    for path in (tmp_path / "fox").iterdir():
        path.write_bytes(b"")
    data = read(tmp_path)
    assert data.classes == ("cat", "dog")
    assert len(notes_with(data, "'fox (5)'")) == 1
    for path in (tmp_path / "dog").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DataError, match=r"'dog \(5\)', 'fox \(5\)'"):
        read(tmp_path)


@pytest.mark.parametrize(
    "name_of",
    [
        str,
        lambda place: f"{place:03}",
        lambda place: f"IMG/{place:03}.png",
        lambda place: f"C:\\photos\\img\\{place:03}.PNG",
        lambda place: f"/home/somebody/img/{place:03}.png",
    ],
    ids=["numbers", "no endings", "case", "another computer", "an absolute path"],
)
def test_names_in_a_table_of_labels(tmp_path: Path, name_of: Callable[[int], str]) -> None:
    for place in range(12):
        save(tmp_path / "img" / f"{place:03}.png")
    rows = [f"{name_of(place)},{'xy'[place % 2]}" for place in range(11)]
    (tmp_path / "labels.csv").write_text("\n".join(["id,kind", *rows, ""]))
    data = read(tmp_path, labels="labels.csv")
    assert [data.classes[index] for index in data.targets] == ["xy"[place % 2] for place in range(11)]
    assert data.labels == tuple(f"img/{place:03}.png" for place in range(11))
    assert "'img/011.png'" in notes_with(data, "gives a label")[0]


def test_a_name_of_two_files_is_none(tmp_path: Path) -> None:
    for place in range(6):
        save(tmp_path / "a" / f"{place}.png")
    save(tmp_path / "b" / "0.png")
    (tmp_path / "t.csv").write_text("id,kind\n" + "".join(f"{place},{'xy'[place % 2]}\n" for place in range(6)))
    data = read(tmp_path, labels="t.csv")
    assert len(data.labels) == 5
    assert "there is no such file" in notes_with(data, "broken")[0]


def test_a_name_in_two_parts_is_that_of_training(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for place in range(8):
            save(tmp_path / part / f"{place}.png")
    (tmp_path / "train.csv").write_text("id,kind\n" + "".join(f"{place},{'xy'[place % 2]}\n" for place in range(8)))
    data = read(tmp_path, labels="train.csv")
    assert data.labels == tuple(f"train/{place}.png" for place in range(8))
    assert "8 pictures that no row" in notes_with(data, "gives a label")[0]


@pytest.mark.parametrize("ending", [".jpg_large", ".1234", ".png~"])
def test_a_file_with_another_ending_is_known_by_its_content(tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        for place in range(4):
            save(tmp_path / name / f"{place}{ending}", format="JPEG")
    data = read(tmp_path)
    assert len(data.labels) == 8
    assert "8 files without a picture's ending" in data.notes[0]


def test_one_name_in_two_forms_of_unicode_is_one_class(tmp_path: Path) -> None:
    composed, decomposed = unicodedata.normalize("NFC", "café"), unicodedata.normalize("NFD", "café")
    fill(tmp_path / "train", (composed, "tea"))
    fill(tmp_path / "test", (decomposed, "tea"), count=3)
    data = read(tmp_path, merge_classes="no")
    assert data.classes == (composed, "tea")
    assert np.bincount(data.targets[data.test]).tolist() == [3, 3]
    assert len(notes_with(data, "two forms of Unicode")) == 1
    new = preparation_from_json(data.preparation.to_json()).apply(tmp_path / "test")
    assert sorted(np.asarray(new.targets).tolist()) == [0, 0, 0, 1, 1, 1]

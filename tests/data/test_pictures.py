"""Folders of pictures."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from descentlab.core import DataError, MissingDataError
from descentlab.data import Arrays, Dataset, StoredPictures, load, preparation_from_json, prepare, take_rows
from descentlab.spec import ArraysData, PicturesData, SplitSpec

RNG = np.random.default_rng(0)


def _save(path: Path, pixels: np.ndarray | Image.Image, **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(path, **options)


def _gray(height: int = 6, width: int = 5) -> np.ndarray:
    return RNG.integers(0, 256, (height, width), dtype=np.uint8)


def _fill(folder: Path, count: int = 10, classes: tuple[str, ...] = ("cat", "dog")) -> None:
    for name in classes:
        for place in range(count):
            _save(folder / name / f"{place}.png", _gray())


def _load(folder: Path, split: SplitSpec | None = None, **options: Any) -> Dataset:
    return prepare(load(PicturesData(path=str(folder), **options)), split or SplitSpec(), 0)


def _kept(data: Dataset) -> Any:
    return preparation_from_json(json.loads(json.dumps(data.preparation.to_json())))


def test_a_subfolder_per_class(tmp_path: Path) -> None:
    _fill(tmp_path, classes=("10", "9"))
    (tmp_path / "9" / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden").mkdir()
    data = _load(tmp_path)
    assert data.classes == ("9", "10")
    assert data.inputs.shape == (20, 6, 5, 1)
    assert data.inputs.dtype == np.uint8
    assert data.input_scale == pytest.approx(1 / 255)
    assert data.labels[:3] == ("9/0.png", "9/1.png", "9/2.png")
    assert (len(data.train), len(data.validation), len(data.test)) == (13, 3, 4)
    for row, label in enumerate(data.labels):
        np.testing.assert_array_equal(data.inputs[row, :, :, 0], np.asarray(Image.open(tmp_path / label)))


def test_parts_that_are_there_are_taken(tmp_path: Path) -> None:
    for part, count in (("train", 10), ("val", 3), ("test", 4)):
        _fill(tmp_path / part, count)
    data = _load(tmp_path)
    assert (len(data.train), len(data.validation), len(data.test)) == (20, 6, 8)
    assert {data.labels[row].split("/")[0] for row in data.validation} == {"val"}
    assert {data.labels[row].split("/")[0] for row in data.test} == {"test"}
    assert data.classes == ("cat", "dog")
    assert data.notes == ("Took the parts from their folders: 8 test, 20 train, 6 validation.",)


def test_classes_named_like_parts_are_classes(tmp_path: Path) -> None:
    _fill(tmp_path, classes=("test", "bus"))
    assert _load(tmp_path).classes == ("bus", "test")


def test_a_table_of_labels(tmp_path: Path) -> None:
    for place in range(20):
        _save(tmp_path / "all" / f"{place}.png", _gray())
    rows = [f"{place}.png,{'cat' if place % 2 else 'dog'}" for place in range(20)] + ["0.png,", "none.png,cat"]
    (tmp_path / "labels.csv").write_text("\n".join(["file,kind", *rows]))
    data = _load(tmp_path / "all", labels=str(tmp_path / "labels.csv"))
    assert data.labels[:2] == ("0.png", "1.png")
    assert [data.classes[index] for index in data.targets[:2]] == ["dog", "cat"]
    assert len(data.inputs) == 20
    assert "Left out 1 row without a label." in data.notes
    assert "Skipped 1 broken picture: 'none.png (there is no such file)'." in data.notes


def test_a_table_of_numbers_is_a_regression(tmp_path: Path) -> None:
    for place in range(30):
        _save(tmp_path / f"{place}.png", _gray())
    (tmp_path / "t.csv").write_text("age,file\n" + "".join(f"{place * 1.5},{place}.png\n" for place in range(30)))
    data = _load(tmp_path, labels="t.csv")
    assert data.task == "regression"
    np.testing.assert_allclose(data.targets * data.target_scale + data.target_shift, np.arange(30) * 1.5, rtol=1e-5)


def test_the_task_decides_what_whole_numbers_are(tmp_path: Path) -> None:
    for place in range(30):
        _save(tmp_path / f"{place}.png", _gray())
    (tmp_path / "t.csv").write_text("file,count\n" + "".join(f"{place}.png,{place % 3}\n" for place in range(30)))
    assert _load(tmp_path, labels="t.csv").classes == ("0", "1", "2")
    data = _load(tmp_path, labels="t.csv", task="regression")
    assert (data.task, data.classes) == ("regression", ())
    np.testing.assert_allclose(data.targets * data.target_scale + data.target_shift, np.arange(30) % 3, atol=1e-6)
    _fill(tmp_path / "in")
    with pytest.raises(DataError, match="'class' holds words"):
        _load(tmp_path / "in", task="regression")


def test_a_table_cannot_climb_out_of_its_folder(tmp_path: Path) -> None:
    _fill(tmp_path / "in")
    _save(tmp_path / "secret.png", _gray())
    rows = [f"{name}/{place}.png,{name}\n" for name in ("cat", "dog") for place in range(10)]
    (tmp_path / "t.csv").write_text("f,l\n" + "".join(rows) + f"../secret.png,cat\n{tmp_path}/secret.png,cat\n")
    assert len(_load(tmp_path / "in", labels=str(tmp_path / "t.csv")).inputs) == 20


def test_mixed_sizes_and_modes(tmp_path: Path) -> None:
    _fill(tmp_path)
    _save(tmp_path / "cat" / "large.png", _gray(60, 50))
    _save(tmp_path / "cat" / "color.jpg", RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8))
    data = _load(tmp_path)
    assert data.input_shape == (6, 5, 3)
    assert "Resized 1 of 22 pictures to 5x6." in data.notes
    assert _load(tmp_path, color="gray").input_shape == (6, 5, 1)
    assert _load(tmp_path, height=12, width=7).input_shape == (12, 7, 3)
    assert _load(tmp_path, height=12).input_shape == (12, 10, 3)
    assert _load(tmp_path, width=10).input_shape == (12, 10, 3)


HALF = np.full((6, 5), 100, np.uint8)
MODES: dict[str, tuple[Image.Image, str]] = {
    "two values": (Image.fromarray(HALF > 150), "png"),
    "gray": (Image.fromarray(HALF), "png"),
    "16 bits": (Image.fromarray(HALF.astype(np.uint16) * 256 + 77), "png"),
    "a gray palette": (Image.fromarray(HALF).convert("P"), "gif"),
    "gray and alpha": (Image.merge("LA", [Image.fromarray(HALF), Image.new("L", (5, 6), 255)]), "png"),
}


@pytest.mark.parametrize("kind", MODES)
def test_every_kind_of_gray(tmp_path: Path, kind: str) -> None:
    image, suffix = MODES[kind]
    _fill(tmp_path)
    _save(tmp_path / "cat" / f"0000.{suffix}", image)
    data = _load(tmp_path)
    assert data.input_shape == (6, 5, 1)
    np.testing.assert_array_equal(
        data.inputs[data.labels.index(f"cat/0000.{suffix}")], 0 if kind == "two values" else 100
    )


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    _fill(tmp_path)
    _save(tmp_path / "cat" / "0000.png", Image.new("RGBA", (5, 6), (10, 20, 30, 0)))
    data = _load(tmp_path)
    np.testing.assert_array_equal(data.inputs[data.labels.index("cat/0000.png")], 255)


def test_what_a_camera_noted_is_obeyed(tmp_path: Path) -> None:
    _fill(tmp_path)
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = np.zeros((5, 6), np.uint8)
    pixels[:, :3] = 255  # the left half; upright, it is the upper half
    _save(tmp_path / "cat" / "0000.jpg", pixels, exif=exif, quality=100)
    data = _load(tmp_path)
    assert data.notes == ()
    turned = data.inputs[data.labels.index("cat/0000.jpg")]
    assert turned[:3].mean() > 240
    assert turned[3:].mean() < 20


def _bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def _break(folder: Path) -> None:
    good = (folder / "cat" / "1.png").read_bytes()
    _save(folder / "cat" / "a.jpg", RNG.integers(0, 256, (60, 50, 3), dtype=np.uint8))
    (folder / "cat" / "a.jpg").write_bytes((folder / "cat" / "a.jpg").read_bytes()[:700])
    (folder / "cat" / "b.png").write_bytes(good[:40])
    (folder / "dog" / "g.png").write_bytes(good[:50])  # its header is whole, its pixels are not
    (folder / "dog" / "c.png").write_bytes(b"")
    (folder / "dog" / "d.png").write_bytes(b"MZ this is no picture")
    (folder / "dog" / "e.png").write_bytes(_bomb(50_000))
    (folder / "dog" / "f.png").write_bytes(_bomb(9_000))


def test_broken_pictures_are_named_and_skipped(tmp_path: Path) -> None:
    _fill(tmp_path)
    _break(tmp_path)
    data = _load(tmp_path)
    assert len(data.inputs) == 20
    (note,) = [note for note in data.notes if "broken" in note]
    assert note.startswith("Skipped 7 broken pictures: 'cat/a.jpg (")
    assert "'dog/c.png (not a readable picture)'" in note
    assert "'dog/e.png (" in note


def test_strict_stops_at_a_broken_picture(tmp_path: Path) -> None:
    _fill(tmp_path)
    (tmp_path / "dog" / "c.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"1 of 21 pictures .* are broken: 'dog/c.png"):
        _load(tmp_path, strict=True)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="does not exist"):
        _load(tmp_path / "none")
    with pytest.raises(DataError, match="no pictures"):
        _load(tmp_path)
    _save(tmp_path / "x.png", _gray())
    with pytest.raises(DataError, match="in no subfolder"):
        _load(tmp_path)
    _fill(tmp_path, classes=("cat",))
    with pytest.raises(DataError, match="all in 'cat'"):
        _load(tmp_path)
    (tmp_path / "t.csv").write_text("f,l\na.png,1\n")
    with pytest.raises(DataError, match=r"no column of t.csv names pictures"):
        _load(tmp_path, labels="t.csv")


def test_only_broken_pictures(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match="2 of 2 pictures"):
        _load(tmp_path)


def test_progress_is_told(tmp_path: Path) -> None:
    _fill(tmp_path, count=60)
    told: list[tuple[str, int, int]] = []
    load(PicturesData(path=str(tmp_path)), on_progress=lambda *step: told.append(step))
    assert told == [("reading pictures", 100, 120), ("reading pictures", 120, 120)]


def test_new_pictures_are_prepared_alike(tmp_path: Path) -> None:
    _fill(tmp_path / "in")
    data = _load(tmp_path / "in", height=8, width=8)
    kept = _kept(data)
    again = kept.apply(tmp_path / "in")
    np.testing.assert_array_equal(again.inputs, data.inputs)
    np.testing.assert_array_equal(again.targets, data.targets)
    assert again.labels == data.labels
    one = kept.apply(str(tmp_path / "in" / "dog" / "3.png"))
    np.testing.assert_array_equal(one.inputs[0], data.inputs[data.labels.index("dog/3.png")])
    assert one.targets is None
    (tmp_path / "in" / "dog" / "c.png").write_bytes(b"")
    _save(tmp_path / "in" / "fox" / "1.png", _gray())
    mixed = kept.apply(tmp_path / "in")
    assert mixed.targets.tolist() == [0] * 10 + [1] * 10 + [-1]
    assert "Skipped 1 broken picture" in mixed.notes[0]
    assert "'fox'" in mixed.notes[1]
    two = kept.apply([tmp_path / "in" / "cat" / "1.png", tmp_path / "in" / "cat" / "2.png"])
    np.testing.assert_array_equal(two.inputs, data.inputs[1:3])
    with pytest.raises(MissingDataError, match="there is no"):
        kept.apply(tmp_path / "none.png")
    with pytest.raises(DataError, match="no picture could be read"):
        kept.apply(tmp_path / "in" / "dog" / "c.png")


def test_a_hostile_size_is_refused(tmp_path: Path) -> None:
    _fill(tmp_path)
    values = _load(tmp_path).preparation.to_json()
    for key, value in (("height", 10**9), ("levels", 0), ("levels", 10**6), ("channels", 0)):
        with pytest.raises(Exception, match="damaged"):
            preparation_from_json({**values, key: value})


def test_pictures_in_arrays() -> None:
    pictures, answers = RNG.integers(0, 256, (40, 6, 5), dtype=np.uint8), np.arange(40) % 2
    data = prepare(load(ArraysData(), arrays=Arrays(pictures, answers)), SplitSpec(), 0)
    assert (data.input_shape, data.inputs.dtype, data.input_scale) == ((6, 5, 1), np.uint8, pytest.approx(1 / 255))
    np.testing.assert_array_equal(_kept(data).apply(pictures).inputs, data.inputs)
    reals = prepare(load(ArraysData(), arrays=Arrays(RNG.normal(size=(40, 6, 5, 3)), answers)), SplitSpec(), 0)
    assert (reals.input_shape, reals.inputs.dtype, reals.input_scale) == ((6, 5, 3), np.float32, 1.0)
    np.testing.assert_array_equal(_kept(reals).apply(reals.inputs).inputs, reals.inputs)
    for arrays, message in (
        (Arrays(pictures), "no y"),
        (Arrays(pictures, answers[:-1]), "y has shape"),
        (Arrays(np.full((4, 6, 5), np.inf), answers[:4]), "finite"),
    ):
        with pytest.raises(DataError, match=message):
            load(ArraysData(), arrays=arrays)


@pytest.mark.data
def test_mnist_as_files(data_dir: Path) -> None:
    data = _load(data_dir / "images" / "mnist_png_1k")
    assert data.inputs.shape == (1000, 28, 28, 1)
    assert data.classes == tuple("0123456789")
    assert np.bincount(data.targets[data.test]).tolist() == [20] * 10
    assert (len(data.train), len(data.validation)) == (640, 160)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Gray, coloured, large and broken pictures."""
    _fill(tmp_path, 12)
    _save(tmp_path / "cat" / "red.png", RNG.integers(0, 256, (9, 5, 3), dtype=np.uint8))
    (tmp_path / "dog" / "3.png").write_bytes(b"\x89PNG no more")
    return tmp_path


def test_stored_pictures_are_those_of_memory(mixed: Path) -> None:
    whole, stored = _load(mixed), _load(mixed, in_memory_mb=0)
    assert isinstance(stored.inputs, StoredPictures)
    assert isinstance(whole.inputs, np.ndarray)
    assert (stored.inputs.shape, stored.inputs.dtype) == (whole.inputs.shape, whole.inputs.dtype)
    assert (stored.inputs.nbytes, stored.inputs.ndim, len(stored.inputs)) == (whole.inputs.nbytes, 4, 24)
    assert stored.labels == whole.labels
    assert stored.checksum == whole.checksum
    np.testing.assert_array_equal(stored.targets, whole.targets)
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(stored.part(name), whole.part(name))
    assert any("2.png" not in note and "broken" in note for note in stored.notes)
    assert set(stored.notes) - set(whole.notes) == {stored.notes[-1]}
    assert "stay on disk" in stored.notes[-1]


@pytest.mark.parametrize(
    "rows",
    [3, -1, slice(2, 9, 3), np.array([5, 5, 0]), np.array([[1, 2], [3, 4]]), np.arange(24) % 7 == 0, np.array([], int)],
    ids=str,
)
def test_stored_pictures_are_indexed_as_an_array_is(mixed: Path, rows: Any) -> None:
    whole, stored = _load(mixed), _load(mixed, in_memory_mb=0)
    np.testing.assert_array_equal(stored.inputs[rows], whole.inputs[rows])
    with pytest.raises(IndexError):
        stored.inputs[24]


def test_some_stored_pictures_stay_stored(mixed: Path) -> None:
    whole, stored = _load(mixed), _load(mixed, in_memory_mb=0)
    some = take_rows(stored.inputs, np.array([7, 2]))
    assert isinstance(some, StoredPictures)
    np.testing.assert_array_equal(some[:], whole.inputs[[7, 2]])
    np.testing.assert_array_equal(stored.real_inputs(np.array([7, 2])), whole.real_inputs(np.array([7, 2])))


def test_the_limit_decides_whether_pictures_stay_on_disk(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        for place in range(5):
            _save(tmp_path / name / f"{place}.png", _gray(400, 500))
    assert isinstance(_load(tmp_path, in_memory_mb=2).inputs, np.ndarray)
    assert isinstance(_load(tmp_path, in_memory_mb=1).inputs, StoredPictures)


def test_strict_stops_at_a_broken_picture_that_would_stay_on_disk(mixed: Path) -> None:
    with pytest.raises(DataError, match=r"1 of 25 pictures in .* are broken: 'dog/3.png"):
        _load(mixed, in_memory_mb=0, strict=True)


def test_new_pictures_that_are_too_many_stay_on_disk(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _load(mixed)
    whole = _kept(data).apply(mixed)
    monkeypatch.setattr("descentlab.data._picture_preparation.IN_MEMORY", 100)
    stored = _kept(data).apply(mixed)
    assert isinstance(stored.inputs, StoredPictures)
    np.testing.assert_array_equal(stored.inputs[:], whole.inputs)
    np.testing.assert_array_equal(stored.targets, whole.targets)
    assert (stored.labels, stored.notes) == (whole.labels, whole.notes)

"""Pixels of more than 8 bits, and of real numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descentlab.data import Arrays, load, preparation_from_json, prepare
from descentlab.spec import ArraysData, SplitSpec
from tests.data.picture_folders import notes_with, read, save

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (12, 6, 5), dtype=np.uint8)
BYTES[0, 0, :2] = 0, 255


def _write(folder: Path, pictures: np.ndarray, ending: str = ".png") -> None:
    for place, pixels in enumerate(pictures):
        save(folder / "ab"[place % 2] / f"{place:02}{ending}", pixels)


def _read_all(folder: Path, **options: Any) -> tuple[np.ndarray, tuple[str, ...]]:
    data = read(folder, **options)
    order = np.argsort([label.partition("/")[2] for label in data.labels])
    return data.inputs[order][..., 0], data.notes


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_the_upper_bits_of_those_in_use_are_kept(tmp_path: Path, bits: int) -> None:
    noise = RNG.integers(0, 2 ** (bits - 8), BYTES.shape) if bits > 8 else 0
    _write(tmp_path, (BYTES.astype(np.uint16) << (bits - 8)) + np.asarray(noise, np.uint16))
    pixels, notes = _read_all(tmp_path)
    np.testing.assert_array_equal(pixels, BYTES)
    said = [note for note in notes if f"{bits} bits deep" in note]
    assert len(said) == (bits < 16)


@pytest.mark.parametrize(
    ("name", "pixels"),
    [
        ("from 0 to 1", BYTES.astype(np.float32) / np.float32(255)),
        ("from 0 to 255", BYTES.astype(np.float32)),
        ("from -1 to 1", BYTES.astype(np.float32) / np.float32(127.5) - 1),
        ("with overshoot", np.where(BYTES == 255, np.float32(1.00001), BYTES.astype(np.float32) / np.float32(255))),
        ("as integers below 0", BYTES.astype(np.int32) * 16 - 1_000),
    ],
)
def test_numbers_of_any_range_fill_black_to_white(tmp_path: Path, name: str, pixels: np.ndarray) -> None:
    _write(tmp_path, pixels.astype(pixels.dtype), ".tif")
    read_pixels, _ = _read_all(tmp_path)
    assert np.abs(read_pixels.astype(int) - BYTES.astype(int)).max() <= 1, name


def test_a_pixel_that_is_no_number_is_black(tmp_path: Path) -> None:
    pixels = BYTES.astype(np.float32) / np.float32(255)
    pixels[3, 2, 2] = np.nan
    _write(tmp_path, pixels, ".tif")
    expected = BYTES.copy()
    expected[3, 2, 2] = 0
    np.testing.assert_array_equal(_read_all(tmp_path)[0], expected)


def test_one_depth_holds_for_all_pictures_and_for_new_ones(tmp_path: Path) -> None:
    deep = BYTES.astype(np.uint16) << 4
    deep[5] >>= 6  # a dark picture among them stays dark
    _write(tmp_path / "in", deep)
    save(tmp_path / "in" / "a" / "plain.png", BYTES[0])
    data = read(tmp_path / "in")
    np.testing.assert_array_equal(data.inputs[data.labels.index("b/05.png"), :, :, 0], deep[5] >> 4)
    np.testing.assert_array_equal(data.inputs[data.labels.index("a/plain.png"), :, :, 0], BYTES[0])
    kept = preparation_from_json(json.loads(json.dumps(data.preparation.to_json())))
    new = kept.apply(tmp_path / "in" / "a" / "04.png")
    np.testing.assert_array_equal(new.inputs[0, :, :, 0], BYTES[4])
    stored = read(tmp_path / "in", in_memory_mb=0)
    np.testing.assert_array_equal(stored.inputs[:], data.inputs)


def test_a_person_may_say_the_depth(tmp_path: Path) -> None:
    _write(tmp_path, BYTES.astype(np.uint16) << 2)
    assert "10 bits deep" in read(tmp_path).notes[0]
    np.testing.assert_array_equal(_read_all(tmp_path, depth=16)[0], BYTES >> 6)
    assert not notes_with(read(tmp_path, depth=16), "bits deep")


@pytest.mark.parametrize("largest", [255.0, 4095, 65_535])
def test_arrays_that_are_not_scaled_are_named(largest: float) -> None:
    pixels = RNG.uniform(0, largest, (40, 6, 5)).astype(np.float32 if isinstance(largest, float) else np.uint16)
    pixels[0, 0, 0] = largest
    for values, num_notes in ((pixels, 1), (pixels / largest, 0), ((pixels - largest / 2) / largest * 8, 0)):
        data = prepare(load(ArraysData(), arrays=Arrays(values, list("pq") * 20)), SplitSpec(), 0)
        assert len(notes_with(data, f"up to {largest:,.6g}")) == num_notes


def test_a_run_from_before_reads_the_upper_8_bits(tmp_path: Path) -> None:
    _write(tmp_path, BYTES.astype(np.uint16) << 8)
    values = read(tmp_path).preparation.to_json()
    for name in ("depth", "look"):
        del values[name]
    save(tmp_path / "new.png", BYTES[1].astype(np.uint16) << 4)
    old = preparation_from_json(values).apply(tmp_path / "new.png")
    np.testing.assert_array_equal(old.inputs[0, :, :, 0], BYTES[1] >> 4)
    assert old.far == ()

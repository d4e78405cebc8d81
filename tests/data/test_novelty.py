"""Examples unlike those of training are named, one by one."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from descentlab.core import RunError
from descentlab.data import Arrays, Dataset, are_mostly_blank, load, preparation_from_json, prepare, say_far
from descentlab.spec import ArraysData, BundledData, PlaygroundData, SplitSpec, TableData
from tests.data.picture_folders import notes_with, read, save

RNG = np.random.default_rng(0)


def _table(**columns: Any) -> Dataset:
    frame = pd.DataFrame({"x": RNG.uniform(30.0, 60.0, 100), "c": list("abcd") * 25, **columns})
    return prepare(load(ArraysData(), arrays=Arrays(frame, list("pq") * 50)), SplitSpec(), 0)


def _far(data: Dataset, frame: pd.DataFrame) -> tuple[str, ...]:
    return preparation_from_json(data.preparation.to_json()).apply(frame).far


def test_numbers_outside_the_training_range_and_new_words_are_named() -> None:
    data = _table()
    rows = pd.DataFrame({"x": [45.0, 99_999.0, -40.0, np.nan, 45.0], "c": ["a", "b", "c", "d", "z"]})
    far = _far(data, rows)
    assert [bool(why) for why in far] == [False, True, True, False, True]
    low, high = np.array([data.raw["x"][data.train].min(), data.raw["x"][data.train].max()])
    assert far[1] == f"'x' is 99999 (training: {low:.6g} to {high:.6g})"
    assert far[4] == "'c' is 'z', which no training row has"


def test_what_is_said_of_a_row_depends_on_that_row_alone() -> None:
    data = _table()
    rows = pd.DataFrame({"x": RNG.uniform(-100.0, 200.0, 50), "c": RNG.choice(list("abcdz"), 50)})
    far = _far(data, rows)
    for order in (RNG.permutation(50), np.arange(7), np.array([3])):
        assert _far(data, rows.iloc[order]) == tuple(far[row] for row in order)


@pytest.mark.parametrize("name", ["iris", "wine", "breast-cancer", "diabetes"])
def test_held_out_rows_are_seldom_far(name: str) -> None:
    data = prepare(load(BundledData(name=name)), SplitSpec(), 0)
    frame = pd.DataFrame({column: data.raw[column][data.test] for column in data.preparation.input_columns})
    far = data.preparation.apply(frame).far
    assert sum(map(bool, far)) <= 0.1 * len(far)


def test_a_run_from_before_says_nothing() -> None:
    values = _table().preparation.to_json()
    del values["ranges"]
    assert preparation_from_json(values).apply(pd.DataFrame({"x": [1e9], "c": ["a"]})).far == ("",)


def test_points_outside_the_plane_of_training_are_named() -> None:
    kept = preparation_from_json(prepare(load(PlaygroundData()), SplitSpec(), 0).preparation.to_json())
    far = kept.apply(pd.DataFrame({"x1": [0.5, 50.0], "x2": [0.5, 0.5]})).far
    assert far[0] == ""
    assert far[1].startswith("'x1' is 50 (training: ")


@pytest.mark.parametrize("ones", [lambda: np.ones(60), lambda: RNG.normal(size=60), lambda: RNG.lognormal(size=60)])
@pytest.mark.parametrize("wrong", [1e12, -1e9])
def test_a_cell_far_from_all_others_is_named_at_training(tmp_path: Path, ones: Any, wrong: float) -> None:
    values = ones()
    values[16] = wrong
    rows = [f"{value!r},{RNG.normal():.3f},{'pq'[row % 2]}" for row, value in enumerate(values.tolist())]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,kind", *rows, ""]))
    data = prepare(load(TableData(path=str(tmp_path / "t.csv"), target="kind")), SplitSpec(), 0)
    (note,) = notes_with(data, "Warning")
    assert f"'a' is {wrong:.6g} in line 18" in note


@pytest.mark.parametrize(
    "values",
    [
        RNG.lognormal(0.0, 2.0, 500),
        RNG.standard_t(2, 500),
        np.where(np.arange(500) % 100 == 0, 50_000.0, 0.0),
        np.arange(500) ** 2.0,
        RNG.pareto(1.5, 500),
    ],
    ids=["log-normal", "t", "mostly 0", "squares", "pareto"],
)
def test_long_tails_are_no_mistakes(values: np.ndarray) -> None:
    frame = pd.DataFrame({"v": values, "w": RNG.normal(size=500)})
    data = prepare(load(ArraysData(), arrays=Arrays(frame, list("pq") * 250)), SplitSpec(), 0)
    assert not notes_with(data, "nearly all other rows")


def _digits(folder: Path, count: int = 60) -> None:
    """White bars on black: upright and level ones."""
    for place in range(count):
        pixels = np.zeros((16, 16), np.uint8)
        at = int(RNG.integers(5, 10))
        (pixels.T if place % 2 else pixels)[at : at + 2, 3:13] = RNG.integers(180, 256)
        save(folder / ("upright" if place % 2 else "level") / f"{place}.png", pixels)


def test_pictures_unlike_those_of_training_are_named(tmp_path: Path) -> None:
    _digits(tmp_path / "in")
    _digits(tmp_path / "more", 40)
    data = read(tmp_path / "in")
    kept = preparation_from_json(data.preparation.to_json())
    more = kept.apply(tmp_path / "more")
    pictures = more.inputs[:]
    assert not any(more.far)
    assert all("negative" in why for why in kept.apply(255 - pictures).far)
    odd = np.stack([np.full((16, 16), level, np.uint8) for level in (0, 128, 255)])
    assert all(why.startswith("blank") for why in kept.apply(odd).far)
    assert "contrast" in kept.apply(pictures // 40).far[0]
    assert kept.apply(RNG.integers(0, 256, (1, 16, 16), dtype=np.uint8)).far[0]
    negatives = 255 - pictures
    for each in (0, 3):
        assert kept.apply(negatives[each : each + 1]).far == kept.apply(negatives).far[each : each + 1]


def test_a_blank_picture_is_usual_where_training_has_some(tmp_path: Path) -> None:
    _digits(tmp_path)
    for place in range(6):
        save(tmp_path / "level" / f"blank{place}.png", np.zeros((16, 16), np.uint8))
    data = read(tmp_path)
    assert "6 of 66 pictures are blank, with" in notes_with(data, "Warning: 6")[0]
    assert data.preparation.apply(np.zeros((1, 16, 16), np.uint8)).far == ("",)


def test_a_damaged_look_is_refused(tmp_path: Path) -> None:
    _digits(tmp_path, 20)
    values = read(tmp_path).preparation.to_json()
    look = values["look"]
    for change in ({"means": look["means"][:3]}, {"deviations": [0.0] * 64}, {"farthest": -1.0}, {"contrast": "x"}):
        with pytest.raises(RunError, match="damaged"):
            preparation_from_json({**values, "look": {**look, **change}})
    with pytest.raises(RunError, match="damaged"):
        preparation_from_json({**values, "look": {**look, "means": [0.1] * 9, "deviations": [0.1] * 9}})


@pytest.mark.parametrize("shape", [(1, 1), (3, 20), (7, 8), (9, 13)])
def test_pictures_of_any_size_have_a_look(tmp_path: Path, shape: tuple[int, int]) -> None:
    for place in range(20):
        save(tmp_path / "ab"[place % 2] / f"{place}.png", RNG.integers(0, 256, shape, dtype=np.uint8))
    data = read(tmp_path)
    kept = preparation_from_json(data.preparation.to_json())
    assert len(kept.apply(tmp_path).far) == 20


def test_plain_pictures_of_two_colours_are_not_blank(tmp_path: Path) -> None:
    for place in range(20):
        pixels = np.zeros((6, 5, 3), np.uint8)
        pixels[:, :, place % 2] = 200
        save(tmp_path / ("red" if place % 2 else "green") / f"{place}.png", pixels)
    assert not notes_with(read(tmp_path), "blank")
    assert not are_mostly_blank(read(tmp_path))


def test_a_test_part_of_another_kind_is_named_at_training(tmp_path: Path) -> None:
    _digits(tmp_path / "train")
    _digits(tmp_path / "test", 20)
    assert not notes_with(read(tmp_path), "far from")
    for path in (tmp_path / "test").rglob("*.png"):
        save(path, 255 - np.asarray(Image.open(path)))
    (note,) = notes_with(read(tmp_path), "far from")
    assert "20 examples of 20" in note
    assert "negative" in note


def test_a_test_file_in_another_unit_is_named_at_training(tmp_path: Path) -> None:
    for name, unit in (("train", 1.0), ("same", 1.0), ("test", 10.0)):
        rows = [f"{RNG.normal(4.0, 0.2) * unit:.4f},{RNG.normal():.3f},{'pq'[row % 2]}" for row in range(60)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["length,b,kind", *rows, ""]))

    def noted(test: str) -> list[str]:
        spec = TableData(path=str(tmp_path / "train.csv"), target="kind", test_path=str(tmp_path / test))
        return notes_with(prepare(load(spec), SplitSpec(), 0), "Warning")

    assert noted("same.csv") == []
    (note,) = noted("test.csv")
    assert "'length' is about 4" in note
    assert "60 of 60 test rows lie outside" in note


def test_far_examples_are_counted() -> None:
    assert say_far(("", "because"), ("1", "2")) == [
        "Warning: 1 example of 2 lies far from those of training, so that the network can only guess there: "
        "2 (because)."
    ]
    assert say_far(("", ""), ("1", "2")) == []

"""Weights of examples: where they are read from, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from descentlab.core import DataError
from descentlab.data import Arrays, Dataset, load, preparation_from_json, prepare
from descentlab.spec import ArraysData, SplitSpec, TableData

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": RNG.normal(5.0, 2.0, 100).round(3),
        "count": RNG.integers(1, 9, 100) / 2.0,
        "place": RNG.choice(["north", "south", "west"], 100),
        "kind": RNG.choice(["cat", "dog"], 100),
    }
)


def _write(folder: Path, frame: Any = FRAME, *, header: bool = True) -> str:
    frame.to_csv(folder / "t.csv", index=False, header=header)
    return str(folder / "t.csv")


def _load(path: str, seed: int = 0, split: SplitSpec | None = None, **options: Any) -> Dataset:
    return prepare(load(TableData(path=path, target="kind", **options)), split or SplitSpec(), seed)


def _from_arrays(arrays: Arrays, **options: Any) -> Dataset:
    return prepare(load(ArraysData(**options), arrays=arrays), SplitSpec(), 0)


def _weights(dataset: Dataset) -> np.ndarray:
    assert dataset.weights is not None
    return dataset.weights


@pytest.mark.parametrize("choice", ["count", 1, "1", -3])
def test_a_column_of_weights_is_no_input_and_changes_nothing_else(tmp_path: Path, choice: str | int) -> None:
    path = _write(tmp_path)
    data, plain = _load(path, weights=choice), _load(path, drop=("count",))
    np.testing.assert_array_equal(_weights(data), FRAME["count"])
    assert data.weights_column == data.preparation.weights == "count"
    assert data.feature_names == plain.feature_names == ("size", "place=north", "place=south", "place=west")
    assert data.raw["count"].tolist() == FRAME["count"].tolist()
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(data.part(part), plain.part(part))
    np.testing.assert_array_equal(np.asarray(data.inputs), np.asarray(plain.inputs))
    assert plain.weights is None
    assert plain.weights_column == ""


def test_weights_follow_the_rows_that_are_left(tmp_path: Path) -> None:
    frame = FRAME.assign(kind=[None if row % 10 == 0 else kind for row, kind in enumerate(FRAME["kind"])])
    data = _load(_write(tmp_path, frame), weights="count")
    np.testing.assert_array_equal(_weights(data), FRAME["count"].drop(range(0, 100, 10)))


@pytest.mark.parametrize("sample_weight", ["count", FRAME["count"], FRAME["count"].to_numpy(), FRAME["count"].tolist()])
def test_weights_of_examples_in_memory_are_a_column_or_an_array(sample_weight: Any) -> None:
    frame = FRAME if isinstance(sample_weight, str) else FRAME.drop(columns="count")
    data = _from_arrays(Arrays(frame, "kind", sample_weight=sample_weight))
    np.testing.assert_array_equal(_weights(data), FRAME["count"])
    assert data.feature_names == ("size", "place=north", "place=south", "place=west")
    assert data.weights_column == ("count" if isinstance(sample_weight, str) else "sample_weight")


def test_pictures_have_weights_as_an_array() -> None:
    pictures, labels = RNG.integers(0, 255, (40, 4, 4), np.uint8), np.arange(40) % 2
    weights = np.arange(40) + 1.0
    data = _from_arrays(Arrays(pictures, labels, sample_weight=weights))
    np.testing.assert_array_equal(_weights(data), weights)
    prepared = data.preparation.apply(Arrays(pictures[:3], labels[:3], sample_weight=weights[:3]))
    np.testing.assert_array_equal(np.asarray(prepared.weights), weights[:3])
    with pytest.raises(DataError, match="pictures have no columns: pass sample_weight as an array"):
        _from_arrays(Arrays(pictures, labels, sample_weight="count"))


def test_other_weights_are_other_data() -> None:
    frame = FRAME.drop(columns="count")
    first, second = (_from_arrays(Arrays(frame, "kind", sample_weight=np.arange(100) + k)) for k in (1.0, 2.0))
    assert first.checksum != second.checksum
    with pytest.raises(DataError, match="the weights were passed as an array and are not saved with the run: pass"):
        _from_arrays(Arrays(frame, "kind"), weights="sample_weight")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("-0.5", r"t.csv: the weight 'count' is -0.5 in line 4: expected a finite number from 0 up"),
        ("inf", r"t.csv: the weight 'count' is inf in line 4"),
        ("", r"t.csv: the weight 'count' is missing or no number in line 4"),
        ("much", r"t.csv: the weight 'count' is missing or no number in line 4"),
        ("1e308", r"t.csv: the weights have no finite sum in 'count'"),
    ],
)
def test_a_bad_weight_is_named(tmp_path: Path, cell: str, message: str) -> None:
    cells = FRAME["count"].astype(str).tolist()
    cells[2:5:2] = [cell, cell]
    with pytest.raises(DataError, match=message):
        _load(_write(tmp_path, FRAME.assign(count=cells)), weights="count")


def test_weights_that_are_all_0_are_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, FRAME.assign(count=0))
    with pytest.raises(DataError, match=r"t\.csv: all weights are 0 in 'count': give some examples a weight above 0"):
        _load(path, weights="count")
    test_rows = _load(_write(tmp_path)).test
    weights = np.ones(100)
    weights[test_rows] = 0.0
    path = _write(tmp_path, FRAME.assign(count=weights))
    with pytest.raises(DataError, match="all 20 examples of the test part have weight 0 in 'count'"):
        _load(path, weights="count")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("kind", "'kind' cannot be both the target and the weights"),
        ("cuont", "unknown weights 'cuont': did you mean 'count'"),
        (9, "t.csv has 4 columns, so weights=9 does not exist"),
    ],
)
def test_a_column_that_cannot_hold_the_weights_is_named(tmp_path: Path, weights: str | int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _load(_write(tmp_path), weights=weights)
    with pytest.raises(DataError, match=r"sample_weight has shape \(3,\): expected one weight for each of the 100"):
        _from_arrays(Arrays(FRAME, "kind", sample_weight=[1, 2, 3]))


@pytest.mark.parametrize("header", ["yes", "no"])
def test_new_rows_have_weights_where_the_column_is_there(tmp_path: Path, header: Any) -> None:
    has_names = header == "yes"
    path = _write(tmp_path, header=has_names)
    source = load(TableData(path=path, target="kind" if has_names else -1, weights=1, header=header))
    dataset = prepare(source, SplitSpec(), 0)
    preparation = preparation_from_json(dataset.preparation.to_json())
    inputs = FRAME[["size", "place"]]
    for frame, has_weights in ((FRAME, True), (inputs, False)):
        prepared = preparation.apply(_write(tmp_path, frame, header=has_names))
        np.testing.assert_array_equal(np.asarray(prepared.inputs), np.asarray(dataset.inputs))
        assert (prepared.weights is not None) == has_weights == (prepared.targets is not None)
        if has_weights:
            np.testing.assert_array_equal(np.asarray(prepared.weights), FRAME["count"])
    lacking = _write(tmp_path, FRAME.drop(columns="kind"), header=has_names)
    if has_names:
        np.testing.assert_array_equal(np.asarray(preparation.apply(lacking).weights), FRAME["count"])
    else:
        with pytest.raises(
            DataError, match=r"has 3 columns: expected the 2 .* with or without 'column 3' and 'column 1'"
        ):
            preparation.apply(lacking)

"""Several targets of a table or of arrays: all numbers, or all yes or no."""

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
        "size": RNG.normal(5.0, 2.0, 100),
        "price": RNG.normal(2e4, 5e3, 100),
        "age": RNG.normal(-3.0, 0.5, 100),
        "sold": RNG.integers(0, 2, 100),
        "new": RNG.choice(["Yes", "no"], 100),
        "big": RNG.choice([True, False], 100),
        "kind": RNG.choice(["cat", "dog"], 100),
    }
)
LABELS = np.stack([FRAME["sold"] == 1, FRAME["new"] == "Yes", FRAME["big"]], axis=1).astype(np.float32)


def _load(folder: Path, frame: Any = FRAME, seed: int = 0, **options: Any) -> Dataset:
    frame.to_csv(folder / "t.csv", index=False)
    return prepare(load(TableData(path=str(folder / "t.csv"), **options)), SplitSpec(), seed)


@pytest.mark.parametrize("target", ["price,age", ("price", "age"), (1, 2), "price, age"])
def test_numbers_are_standardised_one_by_one(tmp_path: Path, target: Any) -> None:
    data = _load(tmp_path, target=target)
    assert (data.task, data.task_kind, data.task_size) == ("regression", "numbers", 2)
    assert (data.target_names, data.classes) == (("price", "age"), ())
    assert "price" not in data.feature_names
    np.testing.assert_allclose(data.targets[data.train].mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(data.targets[data.train].std(axis=0), 1.0, rtol=1e-6)
    back = data.targets * data.target_scale + data.target_shift
    np.testing.assert_allclose(back, FRAME[["price", "age"]], rtol=1e-5)


@pytest.mark.parametrize("task", ["auto", "classification"])
def test_yes_and_no_are_labels_however_they_are_written(tmp_path: Path, task: str) -> None:
    data = _load(tmp_path, target=("sold", "new", "big"), task=task)
    assert (data.task, data.task_kind, data.task_size) == ("multi-label", "labels", 3)
    np.testing.assert_array_equal(data.targets, LABELS)
    assert data.targets.dtype == np.float32
    every = np.unique(LABELS, axis=0, return_counts=True)[1]
    in_test = np.unique(data.targets[data.test], axis=0, return_counts=True)[1]
    assert len(in_test) == len(every)  # each combination has its share
    assert np.abs(in_test - 0.2 * every).max() < 1.0


def test_0_and_1_are_numbers_if_the_task_says_so(tmp_path: Path) -> None:
    data = _load(tmp_path, target=("sold", "price"), task="regression")
    assert data.task_kind == "numbers"


@pytest.mark.parametrize("rows", [True, False])
def test_targets_in_memory_are_columns_or_an_array(rows: bool) -> None:
    inputs = FRAME[["size", "kind"]]
    for y in (FRAME[["sold", "new", "big"]], LABELS, LABELS.astype(bool)):
        data = prepare(load(ArraysData(), arrays=Arrays(inputs, y)), SplitSpec(), 0)
        np.testing.assert_array_equal(data.targets, LABELS)
        assert data.target_names == (("sold", "new", "big") if isinstance(y, pd.DataFrame) else ("y0", "y1", "y2"))
        assert data.feature_names[0] == "size"
    named = prepare(load(ArraysData(), arrays=Arrays(FRAME, ["sold", "new", "big"])), SplitSpec(), 0)
    np.testing.assert_array_equal(named.targets, LABELS)
    pictures = RNG.integers(0, 255, (100, 4, 4), np.uint8)
    data = prepare(load(ArraysData(), arrays=Arrays(pictures, LABELS)), SplitSpec(), 0)
    assert (data.task_kind, data.target_names) == ("labels", ("y0", "y1", "y2"))


def test_a_list_of_words_is_a_class_for_each_example() -> None:
    data = prepare(load(ArraysData(), arrays=Arrays(FRAME[["size"]], list(FRAME["kind"]))), SplitSpec(), 0)
    assert data.classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (("price", "kind"), "all numbers or all yes or no (0/1, true/false or yes/no), and 'kind' is not"),
        (("sold", "kind"), "and 'kind' is not: train on such a target alone"),
        (("price", "sold"), "and only 'sold' is yes or no: train them apart, or say `task='regression'`"),
        (("price", "prize"), "unknown target 'prize': did you mean 'price'"),
        (("price", "price"), "'price' is named twice"),
        (("price", 1), "'price' is named twice"),
        ("price,", "the same"),
        (("price", 9), "target=9 does not exist"),
    ],
)
def test_targets_that_do_not_go_together_are_refused(tmp_path: Path, target: Any, message: str) -> None:
    frame = FRAME.assign(price=1.0) if message == "the same" else FRAME
    message = "there is nothing to learn" if message == "the same" else message
    with pytest.raises(DataError) as caught:
        _load(tmp_path, frame, target=target, task="regression" if message.startswith("there") else "auto")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_constant_target_or_a_lone_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every 'sold' is the same: leave it out of the targets"):
        _load(tmp_path, FRAME.assign(sold=1), target=("sold", "big"))
    with pytest.raises(DataError, match=r"all yes or no \(0/1, true/false or yes/no\), and 'price', 'age' are not"):
        _load(tmp_path, target=("price", "age"), task="classification")


def test_a_row_that_lacks_a_target_is_left_out(tmp_path: Path) -> None:
    frame = FRAME.copy()
    frame.loc[[2, 5], "price"] = np.nan
    frame.loc[[5, 9], "age"] = np.nan
    data = _load(tmp_path, frame, target=("price", "age"))
    assert len(data.targets) == 97
    assert "Left out 3 rows whose 'price', 'age' is missing." in data.notes


@pytest.mark.parametrize("target", [("price", "age"), ("sold", "new", "big")])
def test_new_rows_have_targets_where_all_columns_are_there(tmp_path: Path, target: tuple[str, ...]) -> None:
    data = _load(tmp_path, target=target)
    preparation = preparation_from_json(data.preparation.to_json())
    assert preparation.target_names == target
    prepared = preparation.apply(FRAME)
    np.testing.assert_allclose(np.asarray(prepared.targets), data.targets, rtol=1e-6)
    assert preparation.apply(FRAME.drop(columns=target[0])).targets is None
    frame = FRAME.astype({target[0]: object})
    frame.loc[4, target[0]] = "perhaps"
    assert np.isnan(np.asarray(preparation.apply(frame).targets)[4, 0])


def test_a_giveaway_of_one_of_the_targets_is_named(tmp_path: Path) -> None:
    data = _load(tmp_path, FRAME.assign(twin=-2.0 * FRAME["age"]), target=("price", "age"))
    assert any("'twin' alone explains 100.0% of the variance of 'age'" in note for note in data.notes)

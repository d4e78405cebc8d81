"""Rows divided by groups, by time and into folds; and columns that suggest it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from descentlab.core import DataError
from descentlab.data import Arrays, load, prepare
from descentlab.data._folds import Division
from descentlab.data._split import Parts, divide
from descentlab.spec import ArraysData, SplitSpec, TableData


def _folds(strata: np.ndarray, num_folds: int, division: Division | None = None, *, fold_seed: int = 0) -> list[Parts]:
    split = SplitSpec(validation=0.0, folds=num_folds, fold_seed=fold_seed)
    return [divide(strata, split, seed, name="it", division=division) for seed in range(num_folds)]


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(2, 30), min_size=1, max_size=5), num_folds=st.integers(2, 8), seed=st.integers(0, 99))
def test_each_row_is_tested_in_one_fold(sizes: list[int], num_folds: int, seed: int) -> None:
    strata = np.repeat(np.arange(len(sizes)), sizes)
    if len(strata) < max(2 * num_folds, 4):
        return
    parts = _folds(strata, num_folds, fold_seed=seed)
    np.testing.assert_array_equal(np.sort(np.concatenate([each.test for each in parts])), np.arange(len(strata)))
    counts = [len(each.test) for each in parts]
    assert max(counts) - min(counts) <= 1
    for each in parts:
        np.testing.assert_array_equal(np.union1d(each.train, each.test), np.arange(len(strata)))
        assert not np.intersect1d(each.train, each.test).size


def test_folds_have_the_classes_in_their_shares() -> None:
    strata = np.repeat([0, 1, 2], [100, 60, 40])
    for parts in _folds(strata, 5):
        np.testing.assert_allclose(np.bincount(strata[parts.test]), [20, 12, 8], atol=1)


def test_another_fold_seed_draws_other_folds() -> None:
    strata = np.zeros(60, np.int32)
    first, again, other = (_folds(strata, 3, fold_seed=seed)[0].test for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@settings(max_examples=60, deadline=None)
@given(
    num_groups=st.integers(6, 40),
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.1, 0.5),
    num_folds=st.sampled_from([None, 2, 5]),
)
def test_a_group_stays_in_one_part(num_groups: int, seed: int, share: float, num_folds: int | None) -> None:
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, num_groups, 200)
    strata = rng.integers(0, 2, 200)
    split = SplitSpec(test=share, validation=0.2, folds=num_folds)
    parts = divide(strata, split, seed, name="it", division=Division("g", groups=groups))
    rows = [parts.train, parts.validation, parts.test]
    np.testing.assert_array_equal(np.sort(np.concatenate(rows)), np.arange(200))
    used = [set(groups[each]) for each in rows]
    assert not (used[0] & used[1] | used[0] & used[2] | used[1] & used[2])


def test_groups_come_near_to_their_share_and_classes() -> None:
    """Sixty groups of one class each, of which a draw of rows alone would split nearly all."""
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 60, 600)
    strata = (groups % 3 == 0).astype(np.int32)
    for seed in range(20):
        parts = divide(strata, SplitSpec(), seed, name="it", division=Division("g", groups=groups))
        assert abs(len(parts.test) - 120) <= 12
        assert abs(strata[parts.test].mean() - strata.mean()) < 0.06


def test_group_folds_test_each_group_once() -> None:
    groups = np.repeat(np.arange(12), 5)
    parts = _folds(np.zeros(60, np.int32), 4, Division("g", groups=groups))
    assert sorted(group for each in parts for group in set(groups[each.test].tolist())) == list(range(12))


def test_the_test_part_is_the_latest() -> None:
    times = np.random.default_rng(0).permutation(100).astype(float)
    parts = divide(np.zeros(100, np.int32), SplitSpec(), 3, name="it", division=Division("t", times=times))
    assert times[parts.test].min() == 80
    assert times[parts.validation].min() == 64
    assert times[parts.validation].max() == 79
    assert times[parts.train].max() == 63


def test_rows_of_one_time_stay_together() -> None:
    times = np.repeat(np.arange(10.0), 7)
    parts = divide(np.zeros(70, np.int32), SplitSpec(), 0, name="it", division=Division("t", times=times))
    assert set(times[parts.test]) == {8.0, 9.0}
    assert not set(times[parts.train]) & set(times[parts.validation])


def test_folds_of_time_learn_from_what_was_before() -> None:
    times = np.random.default_rng(0).permutation(60).astype(float)
    parts = _folds(np.zeros(60, np.int32), 4, Division("t", times=times))
    for number, each in enumerate(parts):
        assert times[each.train].max() < times[each.test].min()
        assert len(each.train) == 12 * (number + 1)
        assert len(each.test) == 12


@pytest.mark.parametrize("counts", [[50, 1, 1, 1, 1], [1, 1, 1, 1, 50], [1, 50, 1, 1, 1]])
def test_uneven_times_give_each_fold_one(counts: Sequence[int]) -> None:
    times = np.repeat(np.arange(5.0), counts)
    parts = [
        divide(
            np.zeros(len(times), np.int32),
            SplitSpec(validation=0.0, folds=4),
            seed,
            name="it",
            division=Division("t", times=times),
        )
        for seed in range(counts[0] == 1, 4)
    ]
    assert all(len(set(times[each.test])) == 1 for each in parts)


def _visits(folder: Path) -> tuple[Path, pd.DataFrame]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "patient": [f"p{number}" for number in rng.integers(0, 20, 120)],
        "a": rng.normal(size=120).round(3),
        "b": rng.normal(size=120).round(3),
        "day": pd.date_range("2024-01-01", periods=120).strftime("%Y-%m-%d"),
        "ill": rng.choice(["yes", "no"], 120),
    })  # fmt: skip
    frame = frame.sample(frac=1.0, random_state=0)
    frame.to_csv(folder / "visits.csv", index=False)
    return folder / "visits.csv", frame


def test_a_column_divides_and_is_no_input(tmp_path: Path) -> None:
    path, frame = _visits(tmp_path)
    dataset = prepare(load(TableData(path=str(path), target="ill", group="patient")), SplitSpec(), 0)
    assert not any(name.startswith("patient") for name in dataset.feature_names)
    patients = frame["patient"].to_numpy()
    assert not set(patients[dataset.train]) & set(patients[dataset.test])
    assert any("stay in one part" in note for note in dataset.notes)
    later = prepare(load(TableData(path=str(path), target="ill", time="day")), SplitSpec(), 0)
    assert frame["day"].to_numpy()[later.test].min() == "2024-04-06"


def test_a_column_of_a_data_frame_divides(tmp_path: Path) -> None:
    _, frame = _visits(tmp_path)
    dataset = prepare(load(ArraysData(group="patient"), arrays=Arrays(frame, "ill")), SplitSpec(), 0)
    patients = frame["patient"].to_numpy()
    assert not set(patients[dataset.train]) & set(patients[dataset.test])


def test_a_likely_column_is_pointed_out_once(tmp_path: Path) -> None:
    path, frame = _visits(tmp_path)
    notes = load(TableData(path=str(path), target="ill")).notes
    assert any("--group patient" in note for note in notes)
    frame.drop(columns="patient").to_csv(path, index=False)
    assert any("--time day" in note for note in load(TableData(path=str(path), target="ill")).notes)
    frame.drop(columns=["patient", "day"]).to_csv(path, index=False)
    assert not any(
        "--group" in note or "--time" in note for note in load(TableData(path=str(path), target="ill")).notes
    )


@pytest.mark.parametrize(
    ("group", "time", "message"),
    [
        ("ill", None, "'ill' is the target or the weights"),
        ("nobody", None, "unknown group 'nobody'"),
        (None, "patient", "which is no time"),
        ("constant", None, "is the same in every row, so group divides nothing"),
    ],
)
def test_what_cannot_divide_is_refused(tmp_path: Path, group: str | None, time: str | None, message: str) -> None:
    path, frame = _visits(tmp_path)
    frame.assign(constant="x").to_csv(path, index=False)
    with pytest.raises(DataError, match=message):
        load(TableData(path=str(path), target="ill", group=group, time=time))


def test_folds_that_cannot_be_are_refused(tmp_path: Path) -> None:
    path, _ = _visits(tmp_path)
    grouped = load(TableData(path=str(path), target="ill", group="patient"))
    with pytest.raises(DataError, match=r"has 20 groups, too few for 30 folds: use at most 20"):
        prepare(grouped, SplitSpec(folds=30), 0)
    tested = load(TableData(path=str(path), target="ill", test_path=str(path)))
    with pytest.raises(DataError, match="test set of its own"):
        prepare(tested, SplitSpec(folds=3), 0)

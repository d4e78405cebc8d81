"""Columns as inputs, against scikit-learn's preprocessing."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as npst
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from descentlab.core import DataError
from descentlab.data._features import CategoryFeature, check_finite, fit_feature, lay_out
from descentlab.data._inference import infer_column
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn


def _words(*cells: str) -> Column:
    index = {word: place for place, word in enumerate(dict.fromkeys(cells))}
    return infer_column("c", np.array([index[cell] for cell in cells], np.int32), list(index))[0]


@settings(max_examples=60, deadline=None)
@given(
    values=npst.arrays(np.float64, 30, elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))),
    train=st.permutations(range(30)).map(lambda order: np.array(order[:20])),
)
def test_numbers_are_filled_and_standardised_as_scikit_learn_does(values: np.ndarray, train: np.ndarray) -> None:
    column = NumberColumn("c", values)
    if np.isnan(values[train]).all():
        return
    inputs, _ = fit_feature(lay_out(column), column, train).encode(column)
    oracle = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    wanted = oracle.fit(values[train][:, None]).transform(values[:, None])[:, 0]
    if np.nanstd(values[train]) > 1e-6:
        np.testing.assert_allclose(inputs[:, 0], np.clip(wanted, -1e6, 1e6), rtol=1e-4, atol=1e-5)
    if np.isnan(values).any():
        np.testing.assert_array_equal(inputs[:, 1], np.isnan(values))
    assert inputs.shape[1] == 1 + np.isnan(values).any()


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.sampled_from(["red", "green", "blue", "gray", "?"]), min_size=12, max_size=12),
    train=st.permutations(range(12)).map(lambda order: np.array(order[:8])),
)
def test_words_are_filled_and_encoded_as_scikit_learn_does(cells: list[str], train: np.ndarray) -> None:
    column = _words(*cells)
    known = np.array(cells, dtype=object)
    if (known == "?").all() or (known[train] == "?").all():
        return
    feature = fit_feature(lay_out(column), column, train)
    assert isinstance(feature, CategoryFeature)
    inputs, unknown = feature.encode(column)
    filler: Any = SimpleImputer(strategy="most_frequent", missing_values=cast("Any", "?"))
    oracle = make_pipeline(filler, OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    wanted = oracle.fit(known[train][:, None]).transform(known[:, None])
    num_places = len(set(cells) - {"?"})
    assert inputs.shape[1] == num_places + ("?" in cells)
    np.testing.assert_array_equal(inputs[:, : wanted.shape[1]], wanted)
    np.testing.assert_array_equal(inputs[:, wanted.shape[1] : num_places], 0.0)
    if "?" in cells:
        np.testing.assert_array_equal(inputs[:, -1], known == "?")
    assert unknown == sum(cell not in {*known[train], "?"} for cell in cells)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_only_training_rows_are_learned_from(data: st.DataObject) -> None:
    cell = st.sampled_from(["a", "b", "c", "d", ""]) if data.draw(st.booleans()) else st.floats(-9, 9).map(str)
    cells = data.draw(st.lists(cell, min_size=10, max_size=10))
    others = data.draw(st.permutations(cells[6:]))
    train = np.arange(6)
    before, after = _words(*cells), _words(*cells[:6], *others)
    assert fit_feature(lay_out(before), before, train) == fit_feature(lay_out(after), after, train)


def test_many_categories_share_a_place() -> None:
    cells = [f"often {place}" for place in range(50) for _ in range(3)] + [f"rare {place}" for place in range(30)]
    column = _words(*cells)
    feature = fit_feature(lay_out(column), column, np.arange(len(cells)))
    inputs, unknown = feature.encode(column)
    assert inputs.shape[1] == 51
    assert feature.names[-1] == "c=(other)"
    np.testing.assert_array_equal(inputs.sum(axis=1), 1.0)
    np.testing.assert_array_equal(np.flatnonzero(inputs[:, -1]), np.arange(150, 180))
    assert unknown == 0


def test_names_say_what_each_input_is() -> None:
    column = _words("b", "a", "?", "c")
    feature = fit_feature(lay_out(column), column, np.array([0, 1, 2]))
    assert feature.names == ("c=a", "c=b", "c=(unused)", "c is missing")


@pytest.mark.parametrize(
    "values", [[3.0, 3.0, 3.0], [1e300, -1e300, 1e300], [5e-324, 0.0, 0.0], [1e9, 1e9 + 1e-7, 1e9]]
)
def test_extreme_numbers_stay_finite(values: list[float]) -> None:
    column = NumberColumn("c", np.array(values, np.float64))
    inputs, _ = fit_feature(lay_out(column), column, np.arange(3)).encode(column)
    assert np.isfinite(inputs).all()
    assert np.abs(inputs).max() < 2.0


def test_a_stray_number_is_cut_off() -> None:
    column = NumberColumn("c", np.array([0.0, 1.0, 1e300]))
    inputs, _ = fit_feature(lay_out(column), column, np.arange(2)).encode(column)
    assert inputs[2, 0] == 1e6


def test_categories_of_numbers_are_one_however_they_are_written() -> None:
    column = NumberColumn("c", np.array([1.0, 2.0, 3.0])).to_words()
    feature = fit_feature(lay_out(column), column, np.arange(3))
    for same in (NumberColumn("c", np.array([2.0])), _words("2"), WordColumn("c", np.array([0], np.int32), ("2",))):
        np.testing.assert_array_equal(feature.encode(same)[0], [[0.0, 1.0, 0.0]])


def test_an_infinite_cell_is_named() -> None:
    table = DataTable("t.csv", (NumberColumn("c", np.array([1.0, -np.inf])),), ("2", "3"), unit="line")
    with pytest.raises(DataError, match=r"t.csv: 'c' is infinite in line 3"):
        check_finite(table.columns, table)

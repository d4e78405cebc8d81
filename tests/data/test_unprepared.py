"""Inputs and targets that are left as they are: raw columns, raw pixels, and a target in its unit."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from descentlab.core import SpecError
from descentlab.data import Arrays, Dataset, NumberFeature, TablePreparation, load, preparation_from_json, prepare
from descentlab.spec import ArraysData, BundledData, PreparationSpec, SplitSpec, TableData, override, preset
from descentlab.workbench import Run, train

BUNDLED = ("iris", "wine", "breast-cancer", "diabetes", "digits")


def bundled(name: str, preparation: Any = "none") -> Dataset:
    spec = BundledData.model_validate({"name": name, "preparation": preparation})
    return prepare(load(spec), SplitSpec(), 0)


@pytest.mark.parametrize("name", BUNDLED[:4])
def test_columns_are_the_inputs(name: str) -> None:
    data = bundled(name)
    raw = np.stack([data.raw[column] for column in data.feature_names], axis=1)
    np.testing.assert_array_equal(data.inputs[:], raw.astype(np.float32))
    assert set(data.preparation.input_units.values()) == {(0.0, 1.0)}
    assert "Inputs are not standardised (data.preparation.inputs=none)" in " ".join(data.notes)
    again = preparation_from_json(data.preparation.to_json()).apply(pd.DataFrame(data.raw))
    np.testing.assert_array_equal(again.inputs[:], data.inputs[:])


def test_a_target_stays_in_its_unit() -> None:
    data = bundled("diabetes", {"targets": "none"})
    np.testing.assert_array_equal(data.targets, data.raw[data.target_name].astype(np.float32))
    assert (data.target_shift, data.target_scale) == (0.0, 1.0)
    assert (data.preparation.target_shift, data.preparation.target_scale) == (0.0, 1.0)
    assert "The target is not standardised" in data.notes[-1]
    np.testing.assert_array_equal(data.inputs[:], bundled("diabetes", "standard").inputs[:])


def test_only_what_is_left_out_is_said() -> None:
    assert not any("not standardised" in note for note in bundled("iris", {"targets": "none"}).notes)
    assert not any("standardised" in note for note in bundled("diabetes", "standard").notes)


def test_pixels_are_the_inputs() -> None:
    data, usual = bundled("digits"), bundled("digits", "standard")
    rows = data.train[:5]
    assert data.input_scale == data.preparation.input_scale == 1.0
    np.testing.assert_array_equal(data.real_inputs(rows), usual.inputs[rows].astype(np.float32))
    np.testing.assert_array_equal(data.real_inputs(rows), 16.0 * usual.real_inputs(rows))
    assert data.preparation.brightness_scale == usual.preparation.brightness_scale == 1.0 / 16.0
    assert data.notes[-1].endswith("the network reads numbers from 0 to 16.")
    kept = preparation_from_json(data.preparation.to_json())
    assert kept.input_scale == 1.0
    np.testing.assert_array_equal(kept.apply(usual.real_inputs(rows)).inputs[:], data.inputs[rows])


def test_real_pictures_are_as_they_are_in_any_case() -> None:
    pictures, answers = np.random.default_rng(0).normal(size=(40, 6, 5, 1)), ["a", "b"] * 20
    arrays = Arrays(pictures, answers)
    raw, usual = (
        prepare(load(ArraysData(preparation=how), arrays=arrays), SplitSpec(), 0)
        for how in (PreparationSpec(inputs="none"), PreparationSpec())
    )
    np.testing.assert_array_equal(raw.inputs[:], usual.inputs[:])
    assert raw.notes == usual.notes


def test_missing_cells_words_and_huge_numbers(tmp_path: Path) -> None:
    sizes = [*np.linspace(1e7, 9e7, 38).tolist(), np.nan, 1e300]
    pd.DataFrame({"size": sizes, "side": ["north", "south"] * 20, "kind": ["a", "b", "b", "a"] * 10}).to_csv(
        tmp_path / "t.csv", index=False
    )
    spec = TableData(path=str(tmp_path / "t.csv"), target="kind", preparation=PreparationSpec(inputs="none"))
    data = prepare(load(spec), SplitSpec(), 0)
    assert data.feature_names == ("size", "size is missing", "side=north", "side=south")
    np.testing.assert_allclose(data.inputs[:38, 0], sizes[:38], rtol=1e-6)  # beyond a million, where others are clipped
    assert data.inputs[39, 0] == np.finfo(np.float32).max
    np.testing.assert_array_equal(data.inputs[38, 1:], [1.0, 1.0, 0.0])
    assert isinstance(data.preparation, TablePreparation)
    first = data.preparation.features[0]
    assert isinstance(first, NumberFeature)
    assert data.inputs[38, 0] == np.float32(first.fill)


def test_a_preparation_written_before_still_standardises() -> None:
    values = bundled("iris", "standard").preparation.to_json()
    for feature in values["features"]:
        del feature["is_standard"]
    assert preparation_from_json(values) == bundled("iris", "standard").preparation
    pixels = bundled("digits", "standard").preparation.to_json()
    del pixels["is_scaled"]
    assert preparation_from_json(pixels).input_scale == 1.0 / 16.0


@pytest.mark.parametrize("word", ["none", "standard"])
def test_a_word_stands_for_inputs_and_targets(word: Any) -> None:
    data = override(preset("iris"), [f"data.preparation={word}"]).data
    assert isinstance(data, BundledData)
    assert data.preparation == PreparationSpec(inputs=word, targets=word)
    changed = override(preset("iris"), ["data.preparation.inputs=none"]).data
    assert isinstance(changed, BundledData)
    assert changed.preparation == PreparationSpec(inputs="none")


def test_points_in_the_plane_have_nothing_to_leave_out() -> None:
    with pytest.raises(SpecError, match=r"unknown key in .data.playground. 'preparation'"):
        override(preset("circle"), ["data.preparation=none"])


def trained(name: str, home: Path) -> Run:
    settings = ["data.preparation=none", *(["loss=squared-error"] if name == "diabetes" else [])]
    if name != "digits":
        settings.append(f"data.name={name}")
    return train("digits" if name == "digits" else "iris", epochs=2, set=settings, report=False, root=home)


@pytest.mark.parametrize("name", ["diabetes", "digits"])
def test_a_run_predicts_new_rows_as_its_own(name: str, tmp_path: Path) -> None:
    run, data = trained(name, tmp_path), bundled(name)
    whole = np.asarray(data.inputs[data.test])
    rows: Any = whole if data.is_pictures else pd.DataFrame(whole, columns=pd.Index(data.feature_names))
    predicted = run.predict(rows).predicted
    if not data.classes:
        truth = data.targets[data.test].astype(np.float64)
        errors = np.asarray(predicted, np.float64) - truth
        assert run.test.rmse == pytest.approx(float(np.sqrt((errors**2).mean())), rel=1e-4)
        return
    right = np.asarray(predicted) == np.array(data.classes)[data.targets[data.test]]
    assert run.test.accuracy == pytest.approx(right.mean())

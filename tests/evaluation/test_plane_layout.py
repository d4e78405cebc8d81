"""The plane that a network is shown over, beside what the preparation makes of the same numbers in a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from descentlab.core import SpecError
from descentlab.data import Dataset, load, prepare
from descentlab.evaluation import InputPlane, lay_plane, spanning_features
from descentlab.spec import (
    BundledData,
    PlaygroundData,
    PlaygroundFeature,
    PointsData,
    SplitSpec,
    SyntheticData,
    TableData,
)

SPLIT = SplitSpec(test=0.3, validation=0.0)
NUM_TICKS = 7


def two_of_many(features: Mapping[str, int]) -> tuple[str, str]:
    *_, first, second = features
    return second, first


def nothing(_: Mapping[str, int]) -> None:
    return None


def lay(dataset: Dataset, names: tuple[str, str] | None = None, **how: Any) -> InputPlane | None:
    return lay_plane(dataset, names, **{"choose": two_of_many, "num_ticks": NUM_TICKS, "margin": 0.1} | how)


def some_rows() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    mass = rng.normal(4_000.0, 700.0, 60)
    mass[[3, 11, 40]] = np.nan
    return pd.DataFrame({
        "island": rng.choice(["Biscoe", "Dream", "Torgersen"], 60),
        "mass": mass,
        "is_adult": rng.integers(0, 2, 60),
        "seen_at": 1_700_000_000.0 + rng.integers(0, 50, 60),
        "code": rng.choice([10, 20, 30], 60),
        "wing": rng.normal(200.0, 5.0, 60),
        "kind": rng.choice(["a", "b"], 60),
    })  # fmt: skip


def table(frame: pd.DataFrame, folder: Path, **how: Any) -> Dataset:
    frame.to_csv(folder / "rows.csv", index=False)
    return prepare(load(TableData(path=str(folder / "rows.csv"), target="kind", **how)), SPLIT, 0)


def corners_of(plane: InputPlane) -> np.ndarray:
    """Name the points in the order that they are promised in: row by row from the lowest."""
    return np.array([(x, y) for y in plane.ticks[1] for x in plane.ticks[0]])


@pytest.mark.parametrize("names", [("mass", "wing"), ("wing", "mass"), ("seen_at", "mass"), ("code", "wing")])
def test_a_point_is_what_a_row_with_its_two_numbers_would_be(tmp_path: Path, names: tuple[str, str]) -> None:
    frame = some_rows()
    dataset = table(frame, tmp_path)
    plane = lay(dataset, names)
    assert plane is not None
    assert plane.names == names
    rows = pd.concat([frame.iloc[[0]]] * NUM_TICKS**2, ignore_index=True).drop(columns="kind")
    for name, values in zip(names, corners_of(plane).T, strict=True):
        rows[name] = values
    wanted = dataset.preparation.apply(rows).inputs[:]
    spanned = [dataset.feature_names.index(name) for name in names]
    others = [place for place in range(wanted.shape[1]) if place not in spanned]
    np.testing.assert_allclose(plane.inputs[:, spanned], wanted[:, spanned], atol=1e-5)
    np.testing.assert_allclose(
        plane.inputs[:, others],
        np.tile(dataset.inputs[dataset.train].mean(axis=0)[others], (len(wanted), 1)),
        atol=1e-5,
    )
    assert f"training mean of the other {len(others)} inputs" in plane.note


def test_examples_lie_at_their_own_numbers_and_a_missing_one_at_the_training_median(tmp_path: Path) -> None:
    frame = some_rows()
    dataset = table(frame, tmp_path)
    plane = lay(dataset, ("mass", "seen_at"))
    assert plane is not None
    mass = frame["mass"].fillna(frame["mass"].iloc[dataset.train].median())
    np.testing.assert_allclose(plane.places, np.stack([mass, frame["seen_at"]], axis=1), rtol=1e-6)
    span = np.ptp(plane.places, axis=0)
    np.testing.assert_allclose(plane.ticks[:, 0], plane.places.min(axis=0) - 0.1 * span)
    np.testing.assert_allclose(plane.ticks[:, -1], plane.places.max(axis=0) + 0.1 * span)


def test_numbers_span_a_plane_and_categories_flags_and_marks_of_missing_cells_do_not(tmp_path: Path) -> None:
    dataset = table(some_rows(), tmp_path)
    assert "mass is missing" in dataset.feature_names
    features = spanning_features(dataset)
    assert list(features) == ["mass", "seen_at", "code", "wing"]
    assert all(dataset.feature_names[place] == name for name, place in features.items())
    coded = table(some_rows(), tmp_path, categories=("code",))
    assert list(spanning_features(coded)) == ["mass", "seen_at", "wing"]


def test_features_are_chosen_among_many_and_stay_in_order_where_there_are_two(tmp_path: Path) -> None:
    plane = lay(table(some_rows(), tmp_path))
    assert plane is not None
    assert plane.names == ("wing", "code")
    assert lay(table(some_rows(), tmp_path), choose=nothing) is None
    two = lay(table(some_rows().filter(["wing", "island", "mass", "kind"]), tmp_path), choose=nothing)
    assert two is not None
    assert two.names == ("wing", "mass")
    alone = lay(table(some_rows().filter(["wing", "seen_at", "kind"]), tmp_path))
    assert alone is not None
    assert alone.note == ""


def test_a_table_with_columns_x1_and_x2_is_a_table(tmp_path: Path) -> None:
    frame = some_rows().rename(columns={"mass": "x1", "wing": "x2"})
    plane = lay(table(frame, tmp_path), ("x1", "x2"))
    assert plane is not None
    assert plane.ticks[0, -1] > 4_000.0


def test_one_column_of_numbers_and_pictures_span_no_plane(tmp_path: Path) -> None:
    assert lay(table(some_rows().filter(["wing", "island", "kind"]), tmp_path)) is None
    assert lay(prepare(load(BundledData(name="digits")), SPLIT, 0)) is None


@pytest.mark.parametrize("features", [("x1", "x2"), ("x1*x2", "sin(x1)", "x2^2"), ("x2",)])
def test_points_see_the_functions_of_their_coordinates(features: tuple[PlaygroundFeature, ...]) -> None:
    dataset = prepare(load(PlaygroundData(name="spiral", features=features)), SPLIT, 0)
    plane = lay(dataset)
    assert plane is not None
    x1, x2 = corners_of(plane).T
    told = {"x1": x1, "x2": x2, "x1*x2": x1 * x2, "sin(x1)": np.sin(x1), "x2^2": x2**2}
    np.testing.assert_allclose(plane.inputs, np.stack([told[name] for name in features], axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(plane.places, np.stack([dataset.raw["x1"], dataset.raw["x2"]], axis=1))
    np.testing.assert_allclose(plane.ticks[:, 0], plane.places.min(axis=0) - 0.1 * np.ptp(plane.places, axis=0))
    fixed = lay(dataset, reach=6.0)
    assert fixed is not None
    np.testing.assert_array_equal(fixed.ticks, [np.linspace(-6.0, 6.0, NUM_TICKS)] * 2)


def test_points_on_a_line_still_span_a_plane() -> None:
    points = tuple((float(place), 2.0, "blue" if place % 2 else "orange") for place in range(12))
    plane = lay(prepare(load(PointsData(points=points)), SPLIT, 0))
    assert plane is not None
    assert plane.ticks[1, 0] < 2.0 < plane.ticks[1, -1]
    assert np.isfinite(plane.inputs).all()


def test_numbers_that_are_taken_as_they_are_span_a_plane() -> None:
    dataset = prepare(load(SyntheticData(name="normal", num_inputs=3)), SPLIT, 0)
    plane = lay(dataset)
    assert plane is not None
    assert plane.names == ("x3", "x2")
    np.testing.assert_allclose(plane.inputs[:, [2, 1]], corners_of(plane), rtol=1e-5)
    assert plane.note.count("the other input:") == 1


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("mass", "wingg"), "unknown numeric feature 'wingg': did you mean 'wing'"),
        (("island=Dream", "mass"), "unknown numeric feature 'island=Dream'"),
        (("is_adult", "mass"), "unknown numeric feature 'is_adult'"),
        (("wing", "wing"), "'wing' was named twice"),
    ],
)
def test_names_that_span_no_plane_are_refused(tmp_path: Path, names: tuple[str, str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        lay(table(some_rows(), tmp_path), names)


@pytest.mark.parametrize("data", [BundledData(name="digits"), PlaygroundData(name="circle")])
def test_data_without_columns_of_numbers_has_no_names_to_give(data: Any) -> None:
    with pytest.raises(SpecError, match="'a' and 'b' span no plane"):
        lay(prepare(load(data), SPLIT, 0), ("a", "b"))

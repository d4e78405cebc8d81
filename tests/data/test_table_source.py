"""Tables from the file to the dataset, and from the run's preparation to new rows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from descentlab.core import DataError, MissingDataError, RunError
from descentlab.data import Arrays, Dataset, load, preparation_from_json, prepare
from descentlab.spec import ArraysData, SplitSpec, TableData

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "id": np.arange(100, 200),
        "size": RNG.normal(5.0, 2.0, 100).round(3),
        "island": RNG.choice(["north", "south", "west"], 100),
        "species": RNG.choice(["cat", "dog"], 100),
    }
)
FRAME.loc[3, "size"] = np.nan


def _write(frame: Any, folder: Path, name: str = "t.csv", *, header: bool = True) -> str:
    frame.to_csv(folder / name, index=False, header=header)
    return str(folder / name)


def _load(path: str, seed: int = 0, split: SplitSpec | None = None, **options: Any) -> Dataset:
    return prepare(load(TableData(path=path, **options)), split or SplitSpec(), seed)


def test_a_table_becomes_a_dataset(tmp_path: Path) -> None:
    data = _load(_write(FRAME, tmp_path), target="species")
    assert data.name == "t.csv"
    assert data.classes == ("cat", "dog")
    assert data.feature_names == ("size", "size is missing", "island=north", "island=south", "island=west")
    assert data.preparation.input_columns == ("size", "size", "island", "island", "island")
    assert data.inputs.shape == (100, 5)
    assert data.inputs.dtype == np.float32
    assert data.targets.dtype == np.int32
    assert data.labels[:2] == ("2", "3")
    assert list(data.raw) == ["id", "size", "island", "species"]
    assert data.raw["island"].tolist() == FRAME["island"].tolist()
    assert (len(data.train), len(data.validation), len(data.test)) == (64, 16, 20)
    assert data.notes == (
        "Left out 'id': different in every row, so it names the row.",
        "Filled in 1 missing cell in 'size' with the median or most frequent word of the training set; one more input "
        "for each of these columns marks them.",
    )


def test_every_seed_has_the_same_shape(tmp_path: Path) -> None:
    rare = FRAME.assign(island=[f"island {row // 2}" if row < 60 else "main" for row in range(100)])
    source = load(TableData(path=_write(rare, tmp_path), target="species"))
    datasets = [prepare(source, SplitSpec(), seed) for seed in range(5)]
    assert {data.input_shape for data in datasets} == {(33,)}
    assert {(len(data.train), len(data.validation), len(data.test)) for data in datasets} == {(64, 16, 20)}
    assert len({data.feature_names for data in datasets}) > 1
    assert any(note.startswith("The training set lacks the words of") for data in datasets for note in data.notes)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), shuffle=st.integers(0, 1000))
def test_the_preparation_knows_the_training_part_alone(seed: int, shuffle: int) -> None:
    split = SplitSpec()
    before = prepare(load(ArraysData(), arrays=Arrays(FRAME, "species")), split, seed)
    others = np.concatenate([before.validation, before.test])
    changed = FRAME.copy()
    moved = np.random.default_rng(shuffle).permutation(others)
    for name in ("size", "island"):
        changed.loc[others, name] = FRAME[name].to_numpy()[moved]
    changed.loc[others, "size"] *= 100.0
    after = prepare(load(ArraysData(), arrays=Arrays(changed, "species")), split, seed)
    assert before.preparation.to_json() == after.preparation.to_json()
    np.testing.assert_array_equal(before.inputs[before.train], after.inputs[after.train])
    assert not np.array_equal(before.inputs[others], after.inputs[others])


def test_a_regression_is_told_in_its_own_unit(tmp_path: Path) -> None:
    data = _load(_write(FRAME, tmp_path), target="size")
    assert data.task == "regression"
    assert len(data.targets) == 99
    assert "Left out 1 row whose 'size' is missing." in data.notes
    np.testing.assert_allclose(data.targets[data.train].mean(), 0.0, atol=1e-5)
    np.testing.assert_allclose(data.targets[data.train].std(), 1.0, atol=1e-5)
    restored = data.targets * data.target_scale + data.target_shift
    np.testing.assert_allclose(restored, FRAME["size"].dropna(), rtol=1e-5)
    assert data.labels[3] == "6"


def test_columns_can_be_dropped(tmp_path: Path) -> None:
    data = _load(_write(FRAME, tmp_path), target="species", drop=("island",))
    assert data.feature_names == ("size", "size is missing")
    with pytest.raises(DataError, match="did you mean 'island'"):
        _load(_write(FRAME, tmp_path), target="species", drop=("iland",))
    with pytest.raises(DataError, match="did you mean 'island'"):
        _load(_write(FRAME, tmp_path), target="species", categories=("iland",))


def test_a_file_of_test_rows(tmp_path: Path) -> None:
    train, test = FRAME.iloc[:70], FRAME.iloc[70:].assign(island="east")[["species", "island", "size", "id"]]
    path = _write(train, tmp_path)
    data = _load(path, target="species", test_path=_write(test, tmp_path, "test.csv"))
    assert data.test.tolist() == list(range(70, 100))
    assert (len(data.train), len(data.validation)) == (56, 14)
    assert data.raw["id"].tolist() == FRAME["id"].tolist()
    assert data.labels[70] == "test.csv 2"
    assert not any("east" in name for name in data.feature_names)
    np.testing.assert_array_equal(data.inputs[70:, 2:], 0.0)
    assert data.checksum != _load(path, target="species").checksum
    with pytest.raises(DataError, match=r"test.csv lacks 'island', which t.csv has"):
        _load(path, test_path=_write(test.drop(columns="island"), tmp_path, "test.csv"))


def test_a_file_of_test_rows_without_header(tmp_path: Path) -> None:
    path = _write(FRAME.iloc[:70], tmp_path, header=False)
    test_path = _write(FRAME.iloc[70:], tmp_path, "test.csv", header=False)
    data = _load(path, target=-1, test_path=test_path)
    assert data.raw["column 0"].tolist() == FRAME["id"].tolist()
    assert len(data.test) == 30


def test_a_class_that_only_the_test_part_has(tmp_path: Path) -> None:
    test = FRAME.iloc[70:].assign(species=["fox"] * 20 + ["cat"] * 10)
    data = _load(_write(FRAME[:70], tmp_path), target="species", test_path=_write(test, tmp_path, "test.csv"))
    assert data.classes == ("cat", "dog")
    assert data.targets[data.test].tolist() == [0] * 10
    assert any("'fox' (20)" in note for note in data.notes)


def test_a_column_that_marks_the_test_rows(tmp_path: Path) -> None:
    path = _write(FRAME.assign(part=["train"] * 80 + ["Test"] * 20), tmp_path)
    data = _load(path, target="species", test_column="part")
    assert data.test.tolist() == list(range(80, 100))
    assert not any("part" in name for name in data.feature_names)
    with pytest.raises(DataError, match="no row has 'held out' in 'part'"):
        _load(path, target="species", test_column="part", test_value="held out")


def test_named_test_rows_change_nothing_but_themselves(tmp_path: Path) -> None:
    train = _write(FRAME.iloc[:70], tmp_path)
    calm = _write(FRAME.iloc[70:], tmp_path, "test.csv")
    wild = _write(FRAME.iloc[70:].assign(size=np.nan, island="elsewhere"), tmp_path, "wild.csv")
    one, other = (_load(train, target="species", test_path=path) for path in (calm, wild))
    assert one.preparation.to_json() == other.preparation.to_json()
    np.testing.assert_array_equal(one.inputs[one.train], other.inputs[other.train])


BAD: dict[str, tuple[str, str]] = {
    "empty": ("", "is empty"),
    "a header alone": ("a,b\n", "no rows"),
    "one class": ("a,b\n" + "1,x\n2,x\n" * 10, "every 'b' is 'x'"),
    "no target at all": ("a,b\n" + "1,\n2,NA\n" * 10, "'b' is missing in all 20 rows"),
    "two rows": ("a,b\n1,x\n2,y\n", "2 usable examples, too few"),
    "one column": ("a\n1\n2\n", "single column"),
    "an infinite cell": ("a,b\n1,x\ninf,y\n" + "1,x\n2,y\n" * 10, "'a' is infinite in line 3"),
    "an infinite target": ("a,b\n1,.5\n2,-inf\n" + "1,.1\n2,.3\n" * 10, "'b' is infinite in line 3"),
    "a different target each": ("a,b\n" + "".join(f"{row % 3},w{row}\n" for row in range(20)), "20 different values"),
    "only names": ("a,b\n" + "".join(f"w{row},{row % 2}\n" for row in range(20)), "no column is left"),
    "a ragged line": ("a,b\n1,x\n2\n", "line 3 has 1 cell, but"),
    "bytes": ("a\0b", "binary"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    text, message = BAD[kind]
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        _load(str(tmp_path / "t.csv"))
    assert "\n" not in str(caught.value)


CELL = st.sampled_from(
    ["", "?", "1", "2.5", "-inf", "nan", "1e400", "x", "yes", "True", '"', '"a,b"', " ", ";", "\t", "é"]
)


def _load_or_say_why(path: str, target: str | int | None) -> tuple[Dataset | None, str]:
    try:
        return _load(path, target=target), ""
    except DataError as error:
        return None, str(error)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=12).map(
            lambda rows: "\n".join(",".join(cells) for cells in rows).encode()
        ),
    ),
    target=st.sampled_from([None, 0, -1, "x"]),
)
def test_any_bytes_make_a_dataset_or_a_clear_error(tmp_path: Path, data: bytes, target: str | int | None) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    made, message = _load_or_say_why(str(tmp_path / "t.csv"), target)
    assert "\n" not in message
    if made is None:
        return
    assert np.isfinite(np.asarray(made.inputs)).all()
    assert np.isfinite(made.targets).all()
    again = made.preparation.apply(tmp_path / "t.csv")
    assert len(again.inputs) >= len(made.inputs)


def test_what_is_not_there_is_said_with_a_guess(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"none.csv"):
        _load(str(tmp_path / "none.csv"))
    with pytest.raises(DataError, match="did you mean 'species'"):
        _load(_write(FRAME, tmp_path), target="specis")


def test_a_column_of_very_many_categories_does_not_widen_the_network(tmp_path: Path) -> None:
    names = [f"w{row}" for row in range(200_000)]
    (tmp_path / "t.csv").write_text(
        "a,b,c\n" + "".join(f"{name},{row % 7},{row % 2}\n" for row, name in enumerate(names))
    )
    data = _load(str(tmp_path / "t.csv"), target="c")
    assert data.input_shape == (1,)
    assert "Left out 'a'" in data.notes[0]


def _kept(data: Dataset) -> Any:
    return preparation_from_json(json.loads(json.dumps(data.preparation.to_json())))


@pytest.mark.parametrize("header", [True, False])
def test_new_rows_are_prepared_as_the_training_rows_were(tmp_path: Path, header: bool) -> None:
    data = _load(_write(FRAME, tmp_path, header=header), target=-1)
    kept = _kept(data)
    again = kept.apply(tmp_path / "t.csv")
    np.testing.assert_array_equal(again.inputs, data.inputs)
    np.testing.assert_array_equal(again.targets, data.targets)
    assert again.labels == data.labels
    without = FRAME.drop(columns="species")
    blind = kept.apply(_write(without, tmp_path, "new.csv", header=header))
    np.testing.assert_array_equal(blind.inputs, data.inputs)
    assert blind.targets is None
    one = kept.apply(_write(without[:1], tmp_path, "one.csv", header=header))
    np.testing.assert_array_equal(one.inputs, data.inputs[:1])
    assert (kept.task, kept.classes, kept.input_shape) == ("classification", ("cat", "dog"), data.input_shape)
    assert kept.feature_names == data.feature_names


def test_columns_are_matched_by_name_in_any_form(tmp_path: Path) -> None:
    data = _load(_write(FRAME, tmp_path), target="species")
    kept = _kept(data)
    shuffled = FRAME[["island", "size"]].assign(extra=1)
    for form in (
        shuffled,
        shuffled.to_dict("records"),
        shuffled.to_dict("list"),
        _write(shuffled, tmp_path, "new.csv"),
    ):
        np.testing.assert_array_equal(kept.apply(form).inputs, data.inputs)
    with pytest.raises(DataError, match="lacks 'size'"):
        kept.apply(FRAME.drop(columns="size"))
    with pytest.raises(DataError, match="expected the 3 that the network was trained on"):
        kept.apply(np.zeros((2, 7)))
    with pytest.raises(DataError, match="infinite in row 2"):
        kept.apply({"size": [1.0, np.inf], "island": ["west", "west"]})
    with pytest.raises(DataError, match="no rows"):
        kept.apply(FRAME[:0])


def test_what_training_never_saw_is_counted(tmp_path: Path) -> None:
    kept = _kept(_load(_write(FRAME, tmp_path), target="species"))
    new = kept.apply({"size": ["4", "", "big"], "island": ["east", "?", "west"], "species": ["cat", "fox", ""]})
    np.testing.assert_array_equal(new.inputs[0, 2:], 0.0)
    assert new.targets.tolist() == [0, -1, -1]
    assert new.notes[0] == "Took 1 cell of 'size' as missing, since not a number: 'big' (row 3)."
    assert new.notes[1] == (
        "Took 1 cell of 'island' as unknown, with a value that no training row has: 'east' (row 1)."
    )
    assert "3 missing cells" in new.notes[2]
    assert "'fox'" in new.notes[3]


def test_arrays_and_frames_are_sources_too() -> None:
    inputs, answers = RNG.normal(size=(60, 4)), RNG.integers(0, 3, 60)
    data = prepare(load(ArraysData(), arrays=Arrays(inputs, answers)), SplitSpec(), 0)
    assert data.feature_names == ("x0", "x1", "x2", "x3")
    assert data.classes == ("0", "1", "2")
    np.testing.assert_array_equal(data.targets, answers)
    np.testing.assert_array_equal(_kept(data).apply(inputs).inputs, data.inputs)
    answered = _kept(data).apply(Arrays(inputs, answers[:, None]))
    np.testing.assert_array_equal(answered.targets, answers)
    named = prepare(load(ArraysData(), arrays=Arrays(inputs, answers, ["a", "b", "c", "d"])), SplitSpec(), 0)
    np.testing.assert_array_equal(
        _kept(named).apply({name: inputs[:, i] for i, name in enumerate("abcd")}).inputs, named.inputs
    )
    series = prepare(load(ArraysData(), arrays=Arrays(FRAME.drop(columns="species"), FRAME["species"])), SplitSpec(), 0)
    inside = prepare(load(ArraysData(), arrays=Arrays(FRAME, "species")), SplitSpec(), 0)
    np.testing.assert_array_equal(series.inputs, inside.inputs)
    assert list(series.raw) == list(inside.raw)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (None, "pass the arrays again"),
        (Arrays(np.zeros((5, 2))), "there is no y"),
        (Arrays(np.zeros((5, 2)), np.zeros(4)), r"y has shape \(4,\)"),
        (Arrays(np.zeros((5, 2)), np.zeros((4, 2))), "y has 4 rows: expected one for each of the 5 examples"),
        (Arrays(np.zeros((5, 2)), "z"), "unknown target 'z'"),
        (Arrays(np.zeros((5, 2)), np.zeros(5), ["a"]), "names has 1 entries for the 2 columns"),
        (Arrays(np.zeros(5), np.zeros(5)), r"X has shape \(5,\)"),
        (Arrays(np.zeros((0, 2)), np.zeros(0)), "no rows"),
        (Arrays(np.full((9, 2), np.nan), np.arange(9) % 2), "no column is left"),
    ],
)
def test_bad_arrays_are_refused(arrays: Arrays | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(ArraysData(), arrays=arrays)


def _damage(values: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    damaged = json.loads(json.dumps(values))
    *outer, last = path.split(".")
    inner = damaged
    for key in outer:
        inner = inner[int(key) if key.isdecimal() else key]
    inner[last] = value
    return damaged


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kind", "pickle"),
        ("features", []),
        ("features.0.scale", 0.0),
        ("features.0.scale", float("nan")),
        ("features.0.mean", float("inf")),
        ("features.0.kind", "category"),
        ("features.1.num_places", 10**12),
        ("features.1.num_places", 1),
        ("features.1.num_places", -1),
        ("features.1.categories", ["a", "a"]),
        ("features.1.categories", "abc"),
        ("target.classes", ["one"]),
        ("target.classes", ["one", "one"]),
        ("target.task", "mischief"),
        ("target.scale", -1.0),
        ("unknown", 1),
        ("columns", None),
    ],
)
def test_a_hostile_preparation_is_refused(tmp_path: Path, path: str, value: Any) -> None:
    values = _load(_write(FRAME, tmp_path), target="species").preparation.to_json()
    with pytest.raises(RunError, match="preparation is damaged") as caught:
        preparation_from_json(_damage(values, path, value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("values", [None, [], "table", {}, {"kind": "table"}, 3])
def test_what_is_no_preparation_is_refused(values: Any) -> None:
    with pytest.raises(RunError, match="preparation is damaged"):
        preparation_from_json(values)

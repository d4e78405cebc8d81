"""The target: found, read as classes or reals, or refused."""

import numpy as np
import pytest

from descentlab.core import DataError
from descentlab.data._table import Column, DataTable, NumberColumn, WordColumn
from descentlab.data._target import TaskChoice, find_target, mean_and_scale, read_targets


def _numbers(*values: float) -> NumberColumn:
    return NumberColumn("t", np.array(values, np.float64))


def _words(*cells: str) -> WordColumn:
    words = tuple(dict.fromkeys(cells))
    return WordColumn("t", np.array([words.index(cell) for cell in cells], np.int32), words)


def _table(*names: str) -> DataTable:
    return DataTable("t.csv", tuple(NumberColumn(name, np.zeros(1)) for name in names), ("1",))


@pytest.mark.parametrize(
    ("wanted", "found"), [("b", "b"), (0, "a"), (2, "c"), (-1, "c"), (-3, "a"), ("-1", "c"), ("1", "b")]
)
def test_a_target_is_found_by_name_or_place(wanted: str | int, found: str) -> None:
    assert find_target(_table("a", "b", "c"), wanted) == (found, None)


def test_a_name_goes_before_a_place() -> None:
    assert find_target(_table("a", "0"), "0") == ("0", None)


@pytest.mark.parametrize(
    ("names", "found"),
    [(("Species", "a"), "Species"), (("class", "survived", "a"), "survived"), (("a", "b"), "b")],
)
def test_a_target_that_is_not_named_is_chosen_aloud(names: tuple[str, ...], found: str) -> None:
    name, note = find_target(_table(*names), None)
    assert name == found
    assert note is not None
    assert f"'{found}'" in note


@pytest.mark.parametrize(
    ("wanted", "message"),
    [("specis", "did you mean 'species'"), (2, "target=2"), (-3, "target=-3"), ("7", "target=7")],
)
def test_a_target_that_is_not_there(wanted: str | int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        find_target(_table("a", "species"), wanted)


@pytest.mark.parametrize(
    ("column", "classes"),
    [
        (_words("b", "a", "b", "a"), ("a", "b")),
        (_numbers(*[1, 2, 10] * 8), ("1", "2", "10")),
        (_numbers(*[-1, 1] * 4), ("-1", "1")),
        (_numbers(*[0.5, 1.5] * 4), ("0.5", "1.5")),
        (_numbers(0, 1, 2, 0, 1, 2), ("0", "1", "2")),
        (NumberColumn("t", np.array([1.0, 0.0, 1.0, 0.0]), is_boolean=True), ("False", "True")),
    ],
)
def test_classes(column: Column, classes: tuple[str, ...]) -> None:
    found = read_targets(column, "auto", "it")
    assert (found.target.task, found.target.classes) == ("classification", classes)
    names = [found.target.classes[index] for index in found.values]
    assert names == list(column.to_words().to_cells())


@pytest.mark.parametrize(
    "column",
    [_numbers(*np.linspace(0, 1, 50)), _numbers(*range(50)), _numbers(*[1.0, 2.5, 3.0] * 9), _numbers(5, 9, 7, 5, 9)],
)
def test_reals(column: NumberColumn) -> None:
    found = read_targets(column, "auto", "it")
    assert found.target.task == "regression"
    np.testing.assert_array_equal(found.values, column.values)


def test_a_task_can_be_stated() -> None:
    column = _numbers(*[1, 2, 3] * 8)
    assert read_targets(column, "regression", "it").target.task == "regression"
    assert "--task regression" in read_targets(column, "auto", "it").notes[0]
    assert read_targets(column, "classification", "it").notes == ()
    assert len(read_targets(_numbers(*[0.5, 2.5, 3] * 8), "classification", "it").target.classes) == 3


@pytest.mark.parametrize(
    ("column", "task", "message"),
    [
        (_words("a", "a", "a"), "auto", "every 't' is 'a'"),
        (_numbers(2, 2, 2), "auto", "every 't' is '2'"),
        (_numbers(2, 2, 2), "regression", "nothing to learn"),
        (_words("a", "b"), "regression", "holds words"),
        (_words(*map(str, range(30))), "auto", "30 different values in 30 rows"),
        (_numbers(*range(30)), "classification", 'task="regression"'),
    ],
)
def test_what_cannot_be_told(column: Column, task: TaskChoice, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_targets(column, task, "it")


def test_a_million_classes_are_refused() -> None:
    column = WordColumn("t", np.arange(1_000_000, dtype=np.int32) // 2, tuple(map(str, range(500_000))))
    with pytest.raises(DataError, match="500,000 different values"):
        read_targets(column, "auto", "it")


def test_real_targets_are_standardised_by_the_training_part() -> None:
    found = read_targets(_numbers(*[1.5, 2.5, 6.0, 1e6]), "regression", "it")
    target, values = found.fit(np.array([0, 1, 2]))
    wanted = np.array([1.5, 2.5, 6.0])
    assert (target.shift, target.scale) == pytest.approx((wanted.mean(), wanted.std()))
    np.testing.assert_allclose(values[:3], (wanted - wanted.mean()) / wanted.std(), rtol=1e-6)
    np.testing.assert_allclose(target.encode(_numbers(6.0))[0], values[2:3])


def test_unknown_classes_are_minus_one_and_named() -> None:
    target = read_targets(_words("b", "a", "b", "a"), "auto", "it").target
    ids, notes = target.encode(_words("a", "c", "b"))
    assert ids.tolist() == [0, -1, 1]
    assert "'c'" in notes[0]


def test_a_scale_that_is_mere_rounding_is_one() -> None:
    assert mean_and_scale(np.full(10, 0.1))[1] == 1.0
    assert mean_and_scale(np.zeros(0)) == (0.0, 1.0)
    assert mean_and_scale(np.array([-2e300, 2e300])) == pytest.approx((0.0, 2e300))

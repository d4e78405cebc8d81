"""The look at a table's columns before training."""

import numpy as np
import pytest

from descentlab.core import DataError
from descentlab.data._screen import screen_columns
from descentlab.data._table import Column, NumberColumn, WordColumn
from descentlab.data._target import TargetValues, read_targets

NUM_ROWS = 200
RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 2, NUM_ROWS)
NOISE = NumberColumn("noise", RNG.standard_normal(NUM_ROWS))


def _numbers(name: str, values: np.ndarray) -> NumberColumn:
    return NumberColumn(name, np.asarray(values, np.float64))


def _words(name: str, cells: list[str]) -> WordColumn:
    words = tuple(dict.fromkeys(cells))
    index = {word: place for place, word in enumerate(words)}
    return WordColumn(name, np.array([index[cell] for cell in cells], np.int32), words)


def _classes(ids: np.ndarray = IDS) -> tuple[TargetValues, ...]:
    return read_targets(_words("told", [f"c{index}" for index in ids]), "auto", "it").single()


LEFT_OUT: dict[str, Column] = {
    "one number": _numbers("x", np.full(NUM_ROWS, 3.0)),
    "nothing": _numbers("x", np.full(NUM_ROWS, np.nan)),
    "one word": _words("x", ["a"] * NUM_ROWS),
    "an id by name": _numbers("customerId", RNG.permutation(NUM_ROWS) * 7),
    "a count": _numbers("x", RNG.permutation(NUM_ROWS) + 5),
    "names": _words("x", [f"person {row}" for row in range(NUM_ROWS)]),
    "free text": _words("x", [f"text {row // 1.3:.0f}" for row in range(NUM_ROWS)]),
}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_columns_that_teach_nothing_are_left_out_with_a_word(kind: str) -> None:
    kept, notes = screen_columns([LEFT_OUT[kind], NOISE], _classes())
    assert [column.name for column in kept] == ["noise"]
    assert f"Left out '{LEFT_OUT[kind].name}'" in notes[0]


KEPT: dict[str, Column] = {
    "a number": NOISE,
    "whole numbers that come again": _numbers("id", RNG.integers(0, 50, NUM_ROWS)),
    "different whole numbers": _numbers("income", RNG.permutation(NUM_ROWS) * 7),
    "words": _words("x", [f"w{row % 90}" for row in range(NUM_ROWS)]),
    "one number and gaps": _numbers("x", np.where(IDS == 0, np.nan, 3.0)),
}


@pytest.mark.parametrize("kind", KEPT)
def test_columns_that_may_teach_are_kept(kind: str) -> None:
    kept, notes = screen_columns([KEPT[kind]], _classes())
    assert len(kept) == 1
    assert notes == []


def test_a_lone_count_is_the_x_of_a_curve() -> None:
    count = _numbers("x", np.arange(NUM_ROWS))
    kept, _ = screen_columns([count], read_targets(_numbers("y", np.sin(count.values)), "auto", "it").single())
    assert kept == [count]


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(DataError, match=r"no column is left to learn 'told' from.*'x'.*the same in every row"):
        screen_columns([LEFT_OUT["one word"]], _classes())


def test_many_columns_are_told_of_in_one_line() -> None:
    columns = [_numbers(f"p{place}", np.zeros(NUM_ROWS)) for place in range(300)]
    _, notes = screen_columns([*columns, NOISE], _classes())
    assert notes == ["Left out 'p0', 'p1', 'p2', 'p3', 'p4' and 295 more: the same in every row."]


def test_a_few_whole_numbers_without_gaps_are_categories() -> None:
    codes, gaps = _numbers("codes", RNG.integers(1, 4, NUM_ROWS)), _numbers("gaps", RNG.choice([1, 2, 5], NUM_ROWS))
    kept, notes = screen_columns([codes, gaps], _classes(), categories=["gaps"])
    assert all(isinstance(column, WordColumn) for column in kept)
    assert "'codes'" in notes[0]
    assert "'gaps'" not in notes[0]
    assert isinstance(screen_columns([codes, gaps], _classes())[0][1], NumberColumn)


def test_the_same_in_other_words_is_told() -> None:
    one = _words("one", [f"a{index}" for index in IDS])
    two = _words("two", [f"b{1 - index}" for index in IDS])
    _, notes = screen_columns([NOISE, one, two], _classes(RNG.integers(0, 2, NUM_ROWS)))
    assert notes == ["'two' holds the same information as 'one' in other words."]


GIVEAWAYS: dict[str, Column] = {
    "words": _words("x", [["no", "yes"][index] for index in IDS]),
    "a threshold": _numbers("x", IDS * 10 + RNG.uniform(0, 5, NUM_ROWS)),
    "true and false": NumberColumn("x", IDS.astype(np.float64), is_boolean=True),
    "gaps": _numbers("x", np.where(IDS == 0, np.nan, RNG.standard_normal(NUM_ROWS))),
}


@pytest.mark.parametrize("kind", GIVEAWAYS)
def test_a_giveaway_is_warned_of_by_name(kind: str) -> None:
    kept, notes = screen_columns([GIVEAWAYS[kind], NOISE], _classes())
    assert len(kept) == 2
    assert len(notes) == 1
    assert notes[0].startswith("Warning: 'x' alone predicts 'told' correctly in 100.0% of held-out rows.")


def test_a_giveaway_of_three_classes_and_of_a_rare_one() -> None:
    three = np.arange(NUM_ROWS) % 3
    hint = _words("x", ["abc"[index] for index in three])
    assert "Warning: 'x'" in screen_columns([hint, NOISE], _classes(three))[1][0]
    rare = (np.arange(NUM_ROWS) < 4).astype(int)  # always predicting the frequent class is right in 98%
    blind = _words("x", ["ab"[index % 2] for index in range(NUM_ROWS)])
    assert screen_columns([blind, NOISE], _classes(rare))[1] == []


def test_a_strong_predictor_is_none() -> None:
    flipped = np.where(RNG.uniform(size=NUM_ROWS) < 0.04, 1 - IDS, IDS)
    assert screen_columns([_words("x", [f"w{index}" for index in flipped]), NOISE], _classes())[1] == []


@pytest.mark.parametrize(("noise", "is_giveaway"), [(0.0, True), (0.2, False)])
def test_a_real_target_given_away(noise: float, is_giveaway: bool) -> None:
    wanted = _numbers("told", RNG.standard_normal(NUM_ROWS))
    hint = _numbers("x", 9.0 * wanted.values - 4.0 + 9.0 * noise * RNG.standard_normal(NUM_ROWS))
    notes = screen_columns([hint, NOISE], read_targets(wanted, "auto", "it").single())[1]
    assert bool(notes) == is_giveaway
    assert all("of the variance" in note for note in notes)

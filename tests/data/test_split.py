"""Parts: disjoint, stratified, of sizes that no seed changes."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from descentlab.core import DataError
from descentlab.data._split import divide
from descentlab.spec import SplitSpec


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    test=st.floats(0.05, 0.6),
    validation=st.floats(0.05, 0.6),
    seed=st.integers(0, 2**32 - 1),
)
def test_parts_are_disjoint_complete_and_of_fixed_size(
    sizes: list[int], test: float, validation: float, seed: int
) -> None:
    strata = np.repeat(np.arange(len(sizes)), sizes)
    num_test = round(len(strata) * test)
    num_validation = round((len(strata) - num_test) * validation)
    num_train = len(strata) - num_test - num_validation
    split = SplitSpec(test=test, validation=validation)
    if num_train < 2 or not num_test or not num_validation:
        with pytest.raises(DataError, match="too few"):
            divide(strata, split, seed, name="it")
        return
    parts = divide(strata, split, seed, name="it")
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (num_train, num_validation, num_test)
    everything = np.concatenate([parts.train, parts.validation, parts.test])
    np.testing.assert_array_equal(np.sort(everything), np.arange(len(strata)))
    if len(sizes) <= num_train:
        assert set(strata[parts.train]) == set(range(len(sizes)))


def test_each_class_has_its_share_as_scikit_learn_gives_it() -> None:
    strata = np.repeat([0, 1, 2], [500, 300, 57])
    parts = divide(strata, SplitSpec(test=0.2, validation=0.0), 0, name="it")
    ((_, wanted),) = StratifiedShuffleSplit(1, test_size=len(parts.test), random_state=0).split(strata, strata)
    np.testing.assert_allclose(np.bincount(strata[parts.test]), np.bincount(strata[wanted]), atol=1)


def test_seeds_draw_other_rows_and_the_same_ones_again() -> None:
    strata = np.zeros(100, np.int32)
    first, again, other = (divide(strata, SplitSpec(), seed, name="it") for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.test, again.test)
    assert not np.array_equal(first.test, other.test)


def test_every_row_has_its_turn() -> None:
    strata = np.repeat([0, 1], [30, 20])
    tested = np.zeros(50)
    for seed in range(400):
        tested[divide(strata, SplitSpec(test=0.3, validation=0.0), seed, name="it").test] += 1
    # 400 draws at 0.3: 120 expected, deviation 9.2; five deviations hold for all 50 rows.
    assert 74 < tested.min() <= tested.max() < 166


def test_equal_remainders_favour_no_class() -> None:
    strata = np.repeat(np.arange(10), 5)
    drawn = np.zeros(10)
    for seed in range(300):
        test = divide(strata, SplitSpec(test=0.1, validation=0.0), seed, name="it").test
        drawn += np.bincount(strata[test], minlength=10)
    assert 100 < drawn.min() <= drawn.max() < 200


def test_a_named_part_stays_as_it_is() -> None:
    strata = np.zeros(100, np.int32)
    named = {"test": np.arange(90, 100)}
    parts = divide(strata, SplitSpec(test=0.5, validation=0.1), 3, name="it", named=named)
    np.testing.assert_array_equal(parts.test, np.arange(90, 100))
    assert (len(parts.validation), len(parts.train)) == (9, 81)


def test_some_training_examples_only() -> None:
    strata = np.repeat([0, 1], [100, 50])
    parts = divide(strata, SplitSpec(test=0.2, validation=0.1), 0, name="it", num_train=60)
    assert (len(parts.test), len(parts.validation), len(parts.train)) == (30, 6, 54)
    assert np.bincount(strata[parts.train]).tolist() == [36, 18]
    with pytest.raises(DataError, match=r"num_train=121 exceeds the 120 training examples of it"):
        divide(strata, SplitSpec(test=0.2), 0, name="it", num_train=121)

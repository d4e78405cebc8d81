"""Ranges as people type them."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from descentlab.core import SpecError
from descentlab.spec import parse_range, parse_values


@given(st.floats(1e-6, 1e3), st.floats(1.5, 1e6), st.integers(2, 50))
def test_a_range_of_equal_factors_is_numpy_s(low: float, factor: float, count: int) -> None:
    high = low * factor
    found = parse_range(f"{low!r}:{high!r}:{count}", name="rate")
    np.testing.assert_allclose(found, np.geomspace(low, high, count), rtol=1e-10)
    assert (found[0], found[-1]) == (low, high)


def test_equal_differences_and_lists() -> None:
    assert parse_range("0:1:5:lin", name="momentum") == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert parse_range("0.3, 0.1,1", name="rate") == (0.3, 0.1, 1.0)
    assert parse_values("5,full", name="batch_size") == (5, "full")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1:0.1:5", "reversed"),
        ("0.1:0.1:5", "reversed or empty"),
        ("0.1:1:0", "no members"),
        ("0.1:1:1", "one end only"),
        ("0:1:5", "begin above 0"),
        ("0.1:1", "LOW:HIGH:COUNT"),
        ("0.1:1:x", "not a count"),
        ("a:1:3", "not a number"),
        ("0.1:inf:3", "finite"),
        ("0.1:1:3:cubic", "LOW:HIGH:COUNT"),
        ("0.1:1:99999999", "too many"),
        (",", "no values"),
        ("nan", "finite"),
    ],
)
def test_a_range_that_is_none_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(SpecError, match=words) as error:
        parse_range(text, name="learning_rate")
    assert "\n" not in str(error.value)
    assert "learning_rate" in str(error.value)

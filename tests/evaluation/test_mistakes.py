"""The worst mistakes come first, and softmax is told number by number."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax

from descentlab.core import ShapeError
from descentlab.evaluation import softmax_account, worst_misses, worst_mistakes


def test_the_worst_mistakes_come_first() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.99, 0.01], [0.2, 0.8], [np.nan, np.nan], [0.99, 0.01]])
    labels, rows = np.array([0, 1, 1, 1, 0, 1]), np.array([70, 60, 50, 40, 30, 20])
    found = worst_mistakes(probabilities, labels, rows, count=3)
    assert [mistake.row for mistake in found] == [30, 20, 50]
    assert (found[1].label, found[1].predicted, found[1].confidence, found[1].probability) == (1, 0, 0.99, 0.01)
    assert len(worst_mistakes(probabilities, labels, rows, count=100)) == 4
    assert worst_mistakes(probabilities[:1], labels[:1], rows[:1], count=5) == ()


def test_the_worst_misses_come_first() -> None:
    outputs, targets = np.array([1.0, 5.0, np.nan, -3.0]), np.array([1.5, 1.0, 0.0, 1.0])
    found = worst_misses(outputs, targets, np.arange(4), count=3)
    assert [miss.row for miss in found] == [2, 1, 3]
    assert (found[1].target, found[1].output) == (1.0, 5.0)


@given(arrays(np.float64, st.integers(1, 8), elements=st.floats(-1e4, 1e4)), st.floats(-100.0, 100.0))
def test_softmax_equals_scipy_s_and_forgets_a_shift(logits: np.ndarray, shift: float) -> None:
    account = softmax_account(logits)
    np.testing.assert_allclose(account.probabilities, softmax(logits), atol=1e-15)
    np.testing.assert_allclose(softmax_account(logits + shift).probabilities, account.probabilities, atol=1e-9)
    np.testing.assert_allclose(account.exponentials, np.exp(account.shifted))
    assert account.total == pytest.approx(account.exponentials.sum())
    assert account.exponentials.max() == 1.0


def test_an_account_prints_and_shows() -> None:
    account = softmax_account(np.array([2.0, 1.0, 0.1], np.float32), ["cat", "dog", "<bird>"])
    assert "cat" in str(account)
    assert "0.659" in str(account)
    assert "<td>&lt;bird&gt;</td>" in account._repr_html_()


@pytest.mark.parametrize(
    ("logits", "classes", "message"),
    [
        ([], [], "got no logits"),
        ([1.0, np.nan], [], "hold NaN"),
        ([1.0, np.inf], [], "hold infinity"),
        ([1.0], ["a", "b"], "1 logits and 2 classes"),
    ],
)
def test_logits_that_are_none_are_refused(logits: list[float], classes: list[str], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        softmax_account(np.array(logits, np.float64), classes)

"""Softmax beside SciPy's, and beside mpmath's 60 digits where 64 bits end."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from descentlab.core import ShapeError, SpecError
from descentlab.evaluation import softmax_account, softmax_effects, softmax_proofs, softmax_truth

logits_of = lambda reach: arrays(np.float64, st.integers(1, 8), elements=st.floats(-reach, reach))
temperatures = st.sampled_from([0.1, 0.5, 1.0, 2.0, 10.0])


@given(logits_of(1e4), temperatures)
def test_probabilities_equal_scipys(logits: np.ndarray, temperature: float) -> None:
    account = softmax_account(logits, temperature=temperature)
    np.testing.assert_allclose(account.probabilities, special.softmax(logits / temperature), atol=1e-11)
    np.testing.assert_allclose(
        account.log_probabilities, special.log_softmax(logits / temperature), rtol=1e-9, atol=1e-11
    )
    assert 0.0 <= account.entropy <= math.log(len(logits)) + 1e-12


@given(logits_of(30.0), temperatures)
def test_the_jacobian_is_the_slope_of_the_probabilities(logits: np.ndarray, temperature: float) -> None:
    step = 1e-6 * temperature
    columns = [
        (special.softmax((logits + nudge) / temperature) - special.softmax((logits - nudge) / temperature)) / (2 * step)
        for nudge in step * np.eye(len(logits))
    ]
    ours = softmax_account(logits, temperature=temperature).jacobian
    np.testing.assert_allclose(ours, np.stack(columns, axis=1), atol=2e-9 / temperature)


@settings(max_examples=200)
@given(logits_of(1e6), temperatures)
def test_every_statement_holds_for_any_logits(logits: np.ndarray, temperature: float) -> None:
    proofs = softmax_proofs(softmax_account(logits, temperature=temperature))
    assert len(proofs) == 5
    assert [proof for proof in proofs if not proof.holds] == []


@given(logits_of(15.0), temperatures, st.data())
def test_the_derivative_of_the_cross_entropy_is_p_minus_y(
    logits: np.ndarray, temperature: float, data: st.DataObject
) -> None:
    truth = data.draw(st.integers(0, len(logits) - 1))
    account = softmax_account(logits, temperature=temperature)
    found = softmax_truth(account, truth)
    assert math.isclose(
        found.loss, special.logsumexp(logits / temperature) - logits[truth] / temperature, abs_tol=1e-11, rel_tol=1e-12
    )
    wanted = np.eye(len(logits))[truth]
    np.testing.assert_allclose(found.delta * temperature, account.probabilities - wanted)
    assert found.error * temperature < 1e-6


def test_a_thousand_and_nine_hundred_ninety_nine() -> None:
    account = softmax_account(np.array([1000.0, 999.0]))
    np.testing.assert_allclose(account.probabilities, [1 / (1 + math.exp(-1)), 1 / (1 + math.e)], rtol=1e-15)
    assert not account.naive.works
    assert account.naive.exponentials.tolist() == [math.inf, math.inf]
    assert np.isnan(account.naive.probabilities).all()
    low = softmax_account(np.array([-1000.0, -999.0]))
    assert low.naive.total == 0.0
    assert not low.naive.works
    assert softmax_account(np.array([2.0, 1.0, 0.1])).naive.works


def test_a_class_that_is_ruled_out_has_probability_zero() -> None:
    account = softmax_account(np.array([2.0, -np.inf, 1.0]))
    assert account.probabilities[1] == 0.0
    np.testing.assert_allclose(account.probabilities[[0, 2]], special.softmax([2.0, 1.0]))
    assert np.isfinite(account.jacobian).all()
    assert all(proof.holds for proof in softmax_proofs(account))
    assert softmax_truth(account, 1).loss == math.inf
    assert softmax_truth(account, 1).delta.tolist()[1] == -1.0
    np.testing.assert_allclose(softmax_truth(account, 0).by_difference, softmax_truth(account, 0).delta, atol=1e-9)


def test_numbers_at_the_end_of_float64_pass() -> None:
    account = softmax_account(np.array([1e308, -1e308, 0.0]))
    assert account.probabilities.tolist() == [1.0, 0.0, 0.0]
    assert all(np.isfinite(effect.probabilities).all() for effect in softmax_effects(account))
    assert all(proof.holds for proof in softmax_proofs(account))


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([], "softmax got no logits: give one per class"),
        ([1.0, math.nan], "which makes every probability NaN"),
        ([1.0, math.inf], r"exp\(inf\)/exp\(inf\)"),
        ([-math.inf, -math.inf], "rule every class out"),
    ],
)
def test_logits_without_an_answer(logits: list[float], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        softmax_account(np.array(logits))


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_a_temperature_is_a_number_above_zero(temperature: float) -> None:
    with pytest.raises(SpecError, match="is not a finite number above 0"):
        softmax_account(np.array([1.0, 2.0]), temperature=temperature)


def test_temperature_evens_out_or_sharpens() -> None:
    temperatures = (0.1, 0.5, 1.0, 2.0, 10.0, 1e6)
    entropies = [softmax_account(np.array([2.0, 1.0, 0.1]), temperature=t).entropy for t in temperatures]
    assert entropies == sorted(entropies)
    assert entropies[-1] == pytest.approx(math.log(3), abs=1e-9)
    effects = {effect.change: effect for effect in softmax_effects(softmax_account(np.array([2.0, 1.0, 0.1])))}
    np.testing.assert_allclose(effects["10 added to each"].probabilities, effects["as they are"].probabilities)
    np.testing.assert_allclose(effects["each doubled"].probabilities, special.softmax([4.0, 2.0, 0.2]))
    np.testing.assert_allclose(effects["temperature 10"].probabilities, special.softmax([0.2, 0.1, 0.01]))


def test_a_tiny_probability_keeps_the_digits_of_its_logarithm() -> None:
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(60):
        exact = -mpmath.log(mpmath.exp(-900) / (1 + mpmath.exp(-900)))
    account = softmax_account(np.array([0.0, -900.0]))
    assert account.probabilities[1] == 0.0
    assert softmax_truth(account, 1).loss == pytest.approx(float(exact), rel=1e-15)


def test_an_unknown_truth() -> None:
    with pytest.raises(ShapeError, match="there is no class 3; the classes are 0 to 1"):
        softmax_truth(softmax_account(np.array([1.0, 2.0])), 3)
